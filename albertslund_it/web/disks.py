"""Files that are written whole, and which disk is full when something could not be written."""

import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.db import connection

from albertslund_it.common.errors import Refused
from albertslund_it.common.sentences import full_stop

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# The second where nobody has the database open yet: what readers share finds no room beside it.
SQLITE_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}


def full_disk(error: BaseException | None) -> str:
    """Return in Danish what lies on the disk whose fullness caused an error; '' for any other."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return str(error.filename or f"midlertidige filer ({tempfile.gettempdir()})")
        if getattr(error, "sqlite_errorcode", None) in SQLITE_NO_ROOM:
            return f"databasen ({Path(connection.settings_dict['NAME'])})"
        if getattr(error, "sqlstate", None) == "53100":
            return "PostgreSQL’s databaser"
        error = error.__cause__ or error.__context__
    return ""


def no_room_for(what: str) -> str:
    """Return the sentence that says what to do."""
    return f"Disken med {what} er fuld. Intet er gemt. Gør plads på den, og prøv igen."


WHY = {
    FileExistsError: "den findes allerede",
    FileNotFoundError: "mappen findes ikke",
    NotADirectoryError: "mappen findes ikke",
    PermissionError: "der er ikke skriveadgang til mappen",
    IsADirectoryError: "der er allerede en mappe med det navn",
}


@contextmanager
def written_whole(path: Path, *, is_new: bool = False) -> Iterator[BinaryIO]:
    """Return a stream to a file that is there when all of it is written, and else as it was.

    Raises:
        Refused: when it cannot be written, or is there already where it must be new.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.del")
    try:
        if path.is_dir():
            raise IsADirectoryError
        if is_new and path.exists():
            raise FileExistsError
        try:
            with unfinished.open("xb") as stream:
                yield stream
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        why = "disken er fuld" if full_disk(error) else WHY.get(type(error), "disken svarer ikke")
        raise Refused(full_stop(f"Filen »{path}« kan ikke skrives: {why}")) from error
