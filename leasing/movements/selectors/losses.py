"""Lost devices, and the stolen ones of which a breach may have to be notified."""

from django.db.models import QuerySet

from leasing.models import LossReport


def open_losses() -> QuerySet[LossReport]:
    """Return the reports of what is lost or stolen and not found again."""
    return LossReport.objects.filter(found_on=None)


def open_breaches() -> QuerySet[LossReport]:
    """Return the thefts of which nobody has decided whether to notify a breach, the oldest first.

    They stay once the time limit is past: the breach is to be notified all the same.
    """
    running = open_losses().filter(kind=LossReport.Kind.STOLEN, breach="")
    return running.select_related("device__model").order_by("discovered_at")
