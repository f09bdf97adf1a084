"""Stolen devices of which a breach may have to be notified."""

from django.db.models import QuerySet

from leasing.models import LossReport


def open_breaches() -> QuerySet[LossReport]:
    """Return the thefts of which nobody has decided whether to notify a breach, the oldest first.

    They stay once the time limit is past: the breach is to be notified all the same.
    """
    running = LossReport.objects.open().filter(kind=LossReport.Kind.STOLEN, breach="")
    return running.select_related("device__model").order_by("discovered_at")
