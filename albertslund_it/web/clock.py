"""What day it is: read by pages and commands only, handed on as an argument."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone


def today() -> date:
    """Return the date that the system takes for today."""
    return settings.TODAY or timezone.localdate()


def now() -> datetime:
    """Return the moment, on the date that the system takes for today."""
    moment = timezone.now().replace(microsecond=0)
    if settings.TODAY is None:
        return moment
    local = timezone.localtime(moment)
    return local.replace(
        year=settings.TODAY.year, month=settings.TODAY.month, day=settings.TODAY.day
    )


def machine_now() -> datetime:
    """Return the moment by the machine's clock, in training too, for what operation goes by."""
    return timezone.now()


def true_now() -> datetime:
    """Return the true moment, whatever the system takes for today: to wait by, not to tell of."""
    return timezone.now()
