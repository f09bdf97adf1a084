"""Decide about the end of a lease on an ordinary day, and read what stands."""

from datetime import UTC, date, datetime

from leasing.lease_end.services.decisions import decide_lease
from leasing.models import EndDecision

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def decide(choice, serial_number="PF000001", today=DAY, now=NOW, actor=None, **values):
    return decide_lease(
        serial_number=serial_number, choice=choice, actor=actor, today=today, now=now, **values
    )


def decision_of(lease, position=1):
    """Return what is decided about the end of a lease's term, "" for nothing."""
    found = EndDecision.objects.filter(term__lease=lease, term__position=position).first()
    return found.choice if found else ""
