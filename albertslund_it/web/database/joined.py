"""Transactions inside a transaction that are undone with it, and not alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def joined() -> Iterator[None]:
    """Let the transactions within be part of the one around them: what fails undoes all of it.

    Each would have a savepoint, and while there is one SQLite copies every page before it writes
    to it, which of tens of thousands of rows costs as much as half of the writing. Nothing that is
    refused within may be caught there.
    """
    before = connection.savepoint
    connection.savepoint = lambda: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        connection.savepoint = before  # type: ignore[method-assign]
