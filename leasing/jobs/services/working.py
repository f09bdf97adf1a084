"""Who is at a job, and how far it is: known to others while its transaction is open.

On PostgreSQL a second connection holds a lock that goes with the process, and writes how far it is.
SQLite has one writer at a time, which is the job itself; there it is a locked file beside the
database, which is on the machine of everybody who reads it.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from leasing.jobs.selectors import LOCKS, file_beside
from leasing.jobs.services.kinds import Tell

SECONDS_BETWEEN = 0.5
LOOKS, SECONDS_OF_A_LOOK = 5, 0.02


@contextmanager
def at_work(number: int) -> Iterator[Tell | None]:
    """Be the one who is at a job, and give how to tell of it; None where somebody else is.

    Inside a transaction of another's, which may be undone, there is nothing to tell anybody.
    """
    place = file_beside(number)
    if connection.in_atomic_block:
        yield _to_nobody
    elif connection.vendor == "postgresql":
        with _beside_postgresql(number) as tell:
            yield tell
    elif place:
        with _beside_sqlite(place) as tell:
            yield tell
    else:
        yield _to_nobody


def _to_nobody(text: str, done: int = 0, total: int = 0) -> None:
    pass


class _Telling:
    """Tells how far a job is, now and then and not for each row."""

    def __init__(self) -> None:
        self.told_at, self.said = 0.0, ""

    def __call__(self, text: str, done: int = 0, total: int = 0) -> None:
        is_news = text != self.said and not total
        if not is_news and time.monotonic() - self.told_at < SECONDS_BETWEEN:
            return
        self.told_at, self.said = time.monotonic(), text
        self.write(text[:200], min(100, 100 * done // total) if total else None)

    def write(self, text: str, percent: int | None) -> None:
        raise NotImplementedError


class _ToTable(_Telling):
    def __init__(self, beside: BaseDatabaseWrapper, number: int) -> None:
        super().__init__()
        self.beside, self.number = beside, number

    def write(self, text: str, percent: int | None) -> None:
        with self.beside.cursor() as cursor:
            cursor.execute(
                "INSERT INTO leasing_jobprogress (job_id, text, percent) VALUES (%s, %s, %s) "
                "ON CONFLICT (job_id) DO UPDATE SET text = excluded.text, "
                "percent = excluded.percent",
                [self.number, text, percent],
            )


@contextmanager
def _beside_postgresql(number: int) -> Iterator[Tell | None]:
    beside = connection.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, number])
            is_ours = cursor.fetchone()[0]
        yield _ToTable(beside, number) if is_ours else None
    finally:
        beside.close()


class _ToFile(_Telling):
    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self.stream = stream

    def write(self, text: str, percent: int | None) -> None:
        told = json.dumps([text, percent]).encode()
        os.pwrite(self.stream.fileno(), told.ljust(1500), 0)


@contextmanager
def _beside_sqlite(place: Path) -> Iterator[Tell | None]:
    with open(place, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)):
        pass
    with open(place, "r+b") as stream:
        if not _locked(stream):
            yield None
            return
        try:
            yield _ToFile(stream)
        finally:
            place.unlink(missing_ok=True)


def _locked(stream: BinaryIO) -> bool:
    """Lock a file; whoever only looks whether it is locked has it for less than a moment."""
    for _ in range(LOOKS):
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(SECONDS_OF_A_LOOK)
        else:
            return True
    return False
