"""What day it is: read by pages and commands only, handed on as an argument."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone


def today() -> date:
    """Give the date that the system takes for today."""
    return settings.TODAY or timezone.localdate()


def now() -> datetime:
    """Give the moment, on the date that the system takes for today."""
    moment = timezone.now().replace(microsecond=0)
    if settings.TODAY is None:
        return moment
    local = timezone.localtime(moment)
    return local.replace(
        year=settings.TODAY.year, month=settings.TODAY.month, day=settings.TODAY.day
    )
