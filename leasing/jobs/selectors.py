"""Jobs: whose, how they stand, and whether anybody is at them."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from albertslund_it.common.progress import LONG
from leasing.models import Job, JobPart, JobProgress, Settings

LOCKS = 20_261_130  # ours among PostgreSQL's advisory locks of two numbers
_HELD = """
    SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
        AND d.datname = current_database() AND l.classid = %s AND l.objid = %s
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; `percent` is None where nobody knows how much there is."""

    text: str = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class WorkerStanding:
    """How the worker is: whether it is turned on, what waits and since when, and what failed."""

    is_on: bool
    waiting: int
    oldest_asked_at: datetime | None
    running: int
    failed: int


def jobs_of(user: User) -> QuerySet[Job]:
    """Return what a user has asked for, the newest first."""
    return Job.objects.filter(asked_by=user).order_by("-id")


def open_job(user: User, key: str) -> Job | None:
    """Return the same thing asked for by the same person, where it is not over."""
    return Job.objects.filter(asked_by=user, key=key, state__in=Job.OPEN).first()


def uses_worker() -> bool:
    """Return whether an administrator has turned a worker on."""
    return Settings.objects.values_list("uses_worker", flat=True).get()


def made_as_job(rows: int) -> bool:
    """Return whether a large file of so many rows is made as a job, which tells how far it is."""
    return rows > LONG or uses_worker()


def worker_standing() -> WorkerStanding:
    """Return how the worker is, for who looks after the system."""
    waiting = Q(state=Job.State.WAITING)
    found = Job.objects.aggregate(
        waiting=Count("id", filter=waiting),
        oldest=Min("asked_at", filter=waiting),
        running=Count("id", filter=Q(state=Job.State.RUNNING)),
        failed=Count("id", filter=Q(state=Job.State.FAILED)),
    )
    return WorkerStanding(
        is_on=uses_worker(),
        waiting=found["waiting"],
        oldest_asked_at=found["oldest"],
        running=found["running"],
        failed=found["failed"],
    )


def file_of(job: Job, *, is_made: bool) -> Iterator[bytes]:
    """Yield the stretches of a job's file, one at a time."""
    parts = JobPart.objects.filter(job=job, is_made=is_made).order_by("number")
    for data in parts.values_list("data", flat=True).iterator(chunk_size=1):
        yield bytes(data)


def file_beside(number: int) -> Path | None:
    """Return the file beside SQLite's own that says how far a job is; None where there is none."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or "memory" in name:
        return None
    return Path(f"{name}-job-{number}")


def is_at_work(job: Job) -> bool:
    """Return whether anybody is at a job at this moment; of whoever was killed nothing is left."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_HELD, [LOCKS, job.pk])
            return cursor.fetchone() is not None
    place = file_beside(job.pk)
    if place is None or not place.exists():
        return False
    with place.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def progress_of(job: Job) -> Progress:
    """Return how far a job is."""
    if place := file_beside(job.pk):
        with suppress(OSError, ValueError):
            return Progress(*json.loads(place.read_bytes()))
    told = JobProgress.objects.filter(job=job).values_list("text", "percent").first()
    return Progress(*told) if told else Progress()
