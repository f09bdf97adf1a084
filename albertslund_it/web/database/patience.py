"""How long a question waits for its turn, where it is not to wait as long as any other."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Let SQLite refuse after so many seconds where somebody else is writing.

    It has one lock for all that is written, and a long import holds it as long as it takes. Other
    databases lock rows: nobody waits there for what has nothing to do with them.
    """
    if connection.vendor != "sqlite":
        yield
        return
    as_always = connection.settings_dict["OPTIONS"].get("timeout", 5)
    _wait(seconds)
    try:
        yield
    finally:
        _wait(as_always)


def _wait(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")
