"""Til dig: all that a person is to decide, or has been answered, of what they pay for."""

from collections.abc import Iterator
from datetime import date

from django.contrib.auth.models import User

from albertslund_it.common.permissions import OBJECT_TO_DEVICE, WISH_FOR_END
from albertslund_it.common.quarters import Quarter
from leasing.confirmation.selectors.items import answered_objections
from leasing.domain.tasks import Task
from leasing.lease_end.selectors import missing_wishes


def share_tasks(user: User, today: date) -> Iterator[Task]:
    """Yield a person's list, what others wait for first."""
    if user.has_perm(WISH_FOR_END):
        yield from _wishes(user, today)
    if user.has_perm(OBJECT_TO_DEVICE):
        yield from _answers(user, today)


def _wishes(user: User, today: date) -> Iterator[Task]:
    missing = missing_wishes(user, today)
    if missing.count:
        yield Task(
            "wishes",
            f"{missing.count} stk. udløber inden seks måneder. Hvad ønsker du?",
            f"Den første slutter den {missing.first_day:%d-%m-%Y}. Frikøb, forlængelse eller "
            "returnering.",
            amount_ore=missing.quarter_ore,
            note=f"i {Quarter.of(today).label}",
        )


def _answers(user: User, today: date) -> Iterator[Task]:
    answered = list(answered_objections(user, today)[:4])
    if answered:
        names = ", ".join(objection.device.serial_number for objection in answered[:3])
        yield Task(
            "answers",
            "Svar på »Ikke vores«",
            names + (" …" if len(answered) > 3 else ""),
        )
