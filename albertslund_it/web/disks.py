"""Which disk is full, when something could not be written: the one to make room on."""

import errno
import sqlite3
import tempfile
from pathlib import Path

from django.db import connection

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def full_disk(error: BaseException | None) -> str:
    """Return in Danish what lies on the disk whose fullness caused an error; '' for any other."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return str(error.filename or f"midlertidige filer ({tempfile.gettempdir()})")
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return f"databasen ({Path(connection.settings_dict['NAME'])})"
        if getattr(error, "sqlstate", None) == "53100":
            return "PostgreSQL’s databaser"
        error = error.__cause__ or error.__context__
    return ""


def no_room_for(what: str) -> str:
    """Return the sentence that says what to do."""
    return f"Disken med {what} er fuld. Intet er gemt. Gør plads på den, og prøv igen."
