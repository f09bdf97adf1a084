"""What a job is: who does it, with what it is asked, and what it says came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from django.contrib.auth.models import User

# Told how far a job is: in words, and how many of how many where that is known.
Tell = Callable[..., None]


@dataclass(frozen=True)
class JobAsked:
    """What a job is asked with; `data` is the file that came with it."""

    number: int
    user: User
    arguments: dict[str, Any]
    today: date
    now: datetime
    tell: Tell
    data: bytes = b""


@dataclass(frozen=True)
class MadeFile:
    """What a job made, read from its beginning; without a name it is what a page shows."""

    name: str
    content_type: str
    stream: BinaryIO


@dataclass(frozen=True)
class JobOutcome:
    """What came of a job: a sentence, where it leads, and a link beside; or a file.

    `after` is done once all of it is saved, as sending mails is.
    """

    told: str
    url: str = ""
    more: tuple[str, str] | None = None  # what the link says, where it leads
    is_news: bool = True  # False where all of it was there already
    file: MadeFile | None = None
    after: Callable[[], object] | None = None


@dataclass(frozen=True)
class JobKind:
    """A kind of job: the function that does it, named as a foreign key names another app.

    `at_one_moment` reads everything as it was when it began (see `close_quarter`). What only makes
    a file and saves nothing (`is_file`) does it before the transaction of its end: on SQLite nobody
    waits meanwhile.
    """

    does: str
    at_one_moment: bool = False
    is_file: bool = False


KINDS = {
    "import": JobKind("leasing.imports.views.jobs.take_in_file"),
    "preview": JobKind("leasing.imports.views.looking.look_at_file", is_file=True),
    "faults": JobKind("leasing.imports.views.looking.make_faults", is_file=True),
    "import_undo": JobKind("leasing.imports.views.jobs.undo_file"),
    "undo": JobKind("leasing.undo.views.jobs.undo"),
    "list": JobKind("leasing.jobs.views.lists.make_list", is_file=True),
    "quarter_file": JobKind("leasing.quarters.views.jobs.make_workbook"),
    "quarter_archive": JobKind("leasing.quarters.views.jobs.make_archive", is_file=True),
    "closing": JobKind("leasing.quarters.views.jobs.close", at_one_moment=True),
}
