"""A user's secret address for a calendar: made, made anew, and taken away."""

import secrets
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from leasing.calendar_feed.selectors import digest_of_secret
from leasing.models import CalendarFeed

BYTES = 32  # as many as the digest has: nobody guesses it


@transaction.atomic
def make_feed(*, user: User, now: datetime) -> str:
    """Make a user's address, and return its secret, which is kept nowhere; an old one is dead."""
    secret = secrets.token_urlsafe(BYTES)
    CalendarFeed.objects.update_or_create(
        user=user, defaults={"secret_digest": digest_of_secret(secret), "created_at": now}
    )
    return secret


def delete_feed(*, user: User) -> bool:
    """Take a user's address away; tell whether there was one."""
    return bool(CalendarFeed.objects.filter(user=user).delete()[0])
