"""When something was, as people say it."""

from datetime import datetime

from django.utils import timezone


def moment_told(at: datetime | None) -> str:
    """Return a day and its clock, in Danish time: '11-03-2026 kl. 14.05'; '' for none."""
    return f"{timezone.localtime(at):%d-%m-%Y kl. %H.%M}" if at else ""
