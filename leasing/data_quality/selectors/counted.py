"""What the rules found when it was last counted: of a large register that answers sooner.

Whether it still holds is known by the newest rows of what every write leaves behind, so that no
count is shown as today's after something was changed.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db.models import Max, Model

from inventory.models import Act, Device, Snapshot
from inventory.organisation.selectors.scope import sees_all
from leasing.data_quality.selectors.findings import CountedFinding, in_order
from leasing.data_quality.selectors.rules import rules_for
from leasing.models import FindingCount

# A smaller register is counted in a breath.
MANY = 5_000
# What is written beside others, and committed after them, has numbers before theirs.
WINDOW = 1_000


@dataclass(frozen=True)
class CountedFindings:
    """What each rule found at a moment, and whether nothing was written since."""

    findings: list[CountedFinding]
    at: datetime | None
    is_of_now: bool

    @property
    def is_missing(self) -> bool:
        """Return whether nothing ever was counted."""
        return self.at is None


def is_counted_for(user: User) -> bool:
    """Return whether a user looks at so much that what was counted is shown first."""
    # By rows, not by the highest number: numbers are also spent on what was taken back.
    return Device.objects.order_by("pk")[MANY:].exists() and sees_all(user)


def last_counted_for(user: User, today: date) -> CountedFindings:
    """Return what was last counted, on the day or before it."""
    known = FindingCount.objects.filter(day__lte=today, counted_at__isnull=False)
    day = known.aggregate(last=Max("day"))["last"]
    found = counted_for(user, day) if day else None
    if found is None:
        return CountedFindings([], None, is_of_now=False)
    # A day later something is late that was not, though nobody has written anything.
    return found if day == today else replace(found, is_of_now=False)


def counted_for(user: User, day: date) -> CountedFindings | None:
    """Return what was last counted on a day of the rules a user may know of; None before that."""
    rules = rules_for(user)
    rows = {row.rule: row for row in FindingCount.objects.filter(day=day, counted_at__isnull=False)}
    if not all(rule.key in rows for rule in rules):
        return None
    known = [rows[rule.key] for rule in rules]
    now = register_now()
    findings = [
        CountedFinding(rule, row.count, row.quarter_ore, row.accepted)
        for rule, row in zip(rules, known, strict=True)
    ]
    return CountedFindings(
        in_order(findings),
        min(row.counted_at for row in known if row.counted_at),
        all(row.register_at == now for row in known),
    )


def register_now() -> str:
    """Return what the register is known by: it is another one after anything is written."""
    newest = _newest(LogEntry)
    beside = LogEntry.objects.filter(pk__gt=newest - WINDOW).count()
    return f"{newest}-{beside}-{_newest(Act)}-{_newest(Snapshot)}"


def _newest(model: type[Model]) -> int:
    return model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
