"""What people are called on the screen and in what is recorded as done by them."""

import os
import pwd

from auditlog.models import LogEntry
from django.contrib.auth.models import User

from albertslund_it.common.errors import Refused

NOBODY = "Systemet"
# Who does something; None for whoever sits at the terminal, where nobody is logged in.
Actor = User | None


def name_of(user: Actor) -> str:
    """Return a user's full name, or the user name of who has none; '' for nobody."""
    return (user.get_full_name() or user.get_username()) if user else ""


def person_at_the_terminal() -> str:
    """Name who runs a command, by the account of the process: anybody can set LOGNAME."""
    try:
        return f"{pwd.getpwuid(os.getuid()).pw_name} (kommandolinje)"
    except KeyError:
        return "kommandolinje"


def done_by(actor: Actor) -> str:
    """Name who does something, for what is recorded as done by somebody."""
    return name_of(actor) or person_at_the_terminal()


def author_of(entry: LogEntry) -> str:
    """Name who made an entry in history.

    Who ran a command has no user and stands in the mail's place; who had one that is deleted is
    known by mail.
    """
    return name_of(entry.actor) or entry.actor_email or NOBODY


def account_with_right(username: str, right: str) -> User:
    """Return the account with a user name, if it is open and has a right.

    Raises:
        Refused: when there is none, it is closed, or it lacks the right.
    """
    account = User.objects.filter(username=username.replace("\x00", "")).first()
    if account is None:
        raise Refused(f"Der er ingen konto med brugernavnet »{username}«.")
    if not account.is_active:
        raise Refused(f"Kontoen »{username}« er lukket.")
    if not account.has_perm(right):
        raise Refused(f"Kontoen »{username}« har ikke ret til det.")
    return account


# Django asks each backend of its own; the permissions are in this one.
BACKEND = "django.contrib.auth.backends.ModelBackend"


def actor_name(request) -> str:
    """Name the user for what is recorded as done by somebody."""
    return name_of(request.user)
