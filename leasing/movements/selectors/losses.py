"""Stolen devices whose 72 hours still run."""

from datetime import datetime

from django.db.models import QuerySet

from leasing.models import LossReport
from leasing.models.loss import BREACH_LIMIT


def open_losses() -> QuerySet[LossReport]:
    """Return the reports of what is lost or stolen and not found again."""
    return LossReport.objects.filter(found_on=None)


def running_breaches(now: datetime) -> QuerySet[LossReport]:
    """Return the thefts of which a breach may still be notified in time, the oldest first."""
    running = LossReport.objects.filter(
        kind=LossReport.Kind.STOLEN, found_on=None, discovered_at__gt=now - BREACH_LIMIT
    )
    return running.select_related("device__model").order_by("discovered_at")
