"""What people are called on the screen and in what is recorded as done by them."""

import os
import pwd

from auditlog.models import LogEntry

NOBODY = "Systemet"


def name_of(user) -> str:
    """Return a user's full name, or the user name of who has none; '' for nobody."""
    return (user.get_full_name() or user.get_username()) if user else ""


def person_at_the_terminal() -> str:
    """Name who runs a command, by the account of the process: anybody can set LOGNAME."""
    try:
        return f"{pwd.getpwuid(os.getuid()).pw_name} (kommandolinje)"
    except KeyError:
        return "kommandolinje"


def done_by(actor) -> str:
    """Name who does something, for what is recorded as done by somebody."""
    return name_of(actor) or person_at_the_terminal()


def author_of(entry: LogEntry) -> str:
    """Name who made an entry in history.

    Who ran a command has no user and stands in the mail's place; who had one that is deleted is
    known by mail.
    """
    return name_of(entry.actor) or entry.actor_email or NOBODY
