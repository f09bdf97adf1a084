"""Mails as a line of the front page."""

from collections.abc import Iterator

from leasing.domain.tasks import Task
from leasing.mail.selectors import Unsent

# Why a mail is only in the server's log, within a sentence.
NOT_SENT = "mailserveren er ikke sat op (EMAIL_URL)"


def mail_tasks(unsent: Unsent) -> Iterator[Task]:
    """Yield the one task of all mails that could not be sent."""
    count = unsent.count
    if count:
        yield Task(
            "mails",
            f"{count} mail{'s' if count > 1 else ''} er ikke sendt",
            "; ".join(unsent.subjects) + (" …" if count > 2 else ""),
        )
