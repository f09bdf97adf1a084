"""Ask for a job, do it, and say what came of it: saved with what it did, or nothing is.

A job may be taken up by two: its worker was killed, or seemed to be. Each attempt has a number, and
what it did is saved only if that number still stands at the end, in the same transaction.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, BinaryIO

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.replica import again_if_lost
from leasing.cost_table.moment import bring_up_to_date
from leasing.cost_table.refresh import AT_LEISURE, IN_A_REQUEST, Effort
from leasing.guards import clashes_refused
from leasing.jobs.presenters import FAILED, NO_RIGHT, NOT_TAKEN, STOPPED, WORKS_COSTS_OUT
from leasing.jobs.selectors import file_of, is_at_work, open_job
from leasing.jobs.services.kinds import KINDS, JobAsked, JobKind, JobOutcome, Tell
from leasing.jobs.services.working import at_work
from leasing.models import Job, JobPart

MOST_ATTEMPTS = 3
TRIES = 3
MOST_TOLD = 200
PART = 1024 * 1024
KEPT = timedelta(days=7)
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


class Overtaken(Exception):
    """Somebody else has taken the job up meanwhile: what this attempt did is not to be saved."""


def ask_for(
    *,
    user: User,
    kind: str,
    title: str,
    arguments: dict[str, Any],
    permissions: Sequence[str],
    now: datetime,
    data: bytes = b"",
    enqueue: Callable[[int], None] | None = None,
) -> Job:
    """Ask for a job, or return the same one where it was asked for and is not over.

    `enqueue` hands it to the worker in the same transaction; without one it is not handed to any.

    Raises:
        PermissionDenied: when the user may not do it.
    """
    if kind not in KINDS:
        raise ValueError(kind)
    _refuse_without_right(user, permissions)
    key = _key_of(kind, arguments, data)
    if job := open_job(user, key):
        return job
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                title=title[:200],
                asked_by=user,
                asked_at=now,
                permissions=list(permissions),
                arguments=arguments,
                key=key,
            )
            _keep(job, _stretches(data), is_made=False)
            if enqueue:
                enqueue(job.pk)
    except IntegrityError:
        if found := open_job(user, key):  # the second click of two
            return found
        raise
    return job


def do_job(*, number: int, today: date, clock: Clock, is_here: bool = False) -> Job | None:
    """Do a job, and save what came of it; None where somebody else is at it, or it is over.

    Raises:
        Refused: what refuses it, where it is done in a request (`is_here`), whose page says more.
    """
    with at_work(number) as tell:
        if tell is None:
            return None
        job = _taken_up(number, clock())
        if job is None or not job.is_open:
            return job
        after = None
        try:
            after = _done(job, today, clock, tell)
        except Overtaken:
            return None
        except Refused as refused:
            _end(job, Job.State.REFUSED, clock(), {"told": refused.reasons[:MOST_TOLD]})
            if is_here:
                raise
        except PermissionDenied:
            _end(job, Job.State.REFUSED, clock(), {"told": [NO_RIGHT]})
        except Exception:
            logger.exception("job %s failed", job.pk)
            _end(job, Job.State.FAILED, clock(), {"told": [FAILED.format(pk=job.pk)]})
            if is_here:
                raise
        _work_costs_out(job, tell, IN_A_REQUEST if is_here else AT_LEISURE)
    if after:
        after()
    return job


def _work_costs_out(job: Job, tell: Tell, effort: Effort) -> None:
    """Bring kept costs up to date with what was saved; it stays saved, whatever becomes of this."""
    if job.state != Job.State.DONE or KINDS[job.kind].is_file or connection.in_atomic_block:
        return
    try:
        bring_up_to_date(partial(tell, WORKS_COSTS_OUT), effort)
    except Exception:
        logger.exception("kept costs are left to the next reader")


def forget_old_jobs(*, now: datetime) -> int:
    """Delete the jobs that were over a week ago, with their files; return how many.

    What nobody has taken in a week is given up, for its file may tell of people.
    """
    for job in Job.objects.filter(state__in=Job.OPEN, asked_at__lt=now - KEPT):
        if not is_at_work(job):
            _end(job, Job.State.FAILED, now, {"told": [NOT_TAKEN]})
    DBTaskResult.objects.finished().filter(finished_at__lt=now - KEPT).delete()
    old = Job.objects.filter(ended_at__lt=now - KEPT)
    return old.delete()[1].get("leasing.Job", 0)


def _taken_up(number: int, now: datetime) -> Job | None:
    """Begin an attempt at a job; return it, over where it was stopped too often. None: it is over.

    Whoever was at it before can save nothing from here on.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).filter(pk=number).first()
        if job is None or not job.is_open:
            return None
        if job.attempts >= MOST_ATTEMPTS:
            _say_end(job, Job.State.FAILED, now, {"told": [STOPPED.format(attempts=job.attempts)]})
            return job
        job.attempts += 1
        job.state, job.started_at = Job.State.RUNNING, now
        job.save(update_fields=["attempts", "state", "started_at"])
    return job


def _done(job: Job, today: date, clock: Clock, tell: Tell) -> Callable[[], object] | None:
    """Do a job in one transaction with its end; return what is to be done after it."""
    user = User.objects.get(pk=job.asked_by_id)  # as it stands now, whoever asked
    _refuse_without_right(user, job.permissions)
    kind = KINDS[job.kind]
    asked = JobAsked(
        number=job.pk,
        user=user,
        arguments=job.arguments,
        today=today,
        now=clock(),
        tell=tell,
        data=b"".join(file_of(job, is_made=False)),
    )
    with clashes_refused():
        return _saved_with_its_end(job, kind, asked, clock)


def _saved_with_its_end(
    job: Job, kind: JobKind, asked: JobAsked, clock: Clock
) -> Callable[[], object] | None:
    does = import_string(kind.does)
    made: JobOutcome | None = again_if_lost(does, asked) if kind.is_file else None
    for is_last in (False,) * (TRIES - 1) + (True,):
        try:
            with _transaction(kind.at_one_moment):
                outcome: JobOutcome = made or does(asked)
                _say_end(job, Job.State.DONE, clock(), _result_of(job, outcome))
        except OperationalError as error:
            # Somebody changed what was read: on facts of one moment it is all done again.
            if is_last or getattr(error.__cause__, "sqlstate", None) != "40001":
                raise
        else:
            return outcome.after
    raise AssertionError("unreachable")


@contextmanager
def _transaction(at_one_moment: bool) -> Iterator[None]:
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if at_one_moment and is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _refuse_without_right(user: User, permissions: Sequence[str]) -> None:
    if not (user.is_active and user.has_perms(permissions)):
        raise PermissionDenied


def _result_of(job: Job, outcome: JobOutcome) -> dict[str, Any]:
    result: dict[str, Any] = {
        "told": [outcome.told],
        "url": outcome.url,
        "more": list(outcome.more or ()),
        "is_news": outcome.is_news,
    }
    if made := outcome.file:
        _keep(job, _read(made.stream), is_made=True)
        result |= {"file": made.name, "content_type": made.content_type}
    return result


def _end(job: Job, state: Job.State, now: datetime, result: dict[str, Any]) -> None:
    """End an attempt that did nothing; whoever has taken the job up since ends it instead."""
    try:
        with transaction.atomic():
            _say_end(job, state, now, result)
    except Overtaken:
        pass


def _say_end(job: Job, state: Job.State, now: datetime, result: dict[str, Any]) -> None:
    """Say within a transaction what came of an attempt, and forget the file it was asked with.

    Raises:
        Overtaken: when it is no longer this attempt's to say.
    """
    ours = Job.objects.filter(pk=job.pk, attempts=job.attempts, state__in=Job.OPEN)
    if not ours.update(state=state, ended_at=now, result=result):
        raise Overtaken
    JobPart.objects.filter(job=job, is_made=False).delete()
    job.state, job.ended_at, job.result = state, now, result


def _key_of(kind: str, arguments: dict[str, Any], data: bytes) -> str:
    sha = hashlib.sha256(json.dumps([kind, arguments], sort_keys=True).encode())
    sha.update(hashlib.sha256(data).digest())
    return sha.hexdigest()


def _keep(job: Job, stretches: Iterable[bytes], *, is_made: bool) -> None:
    for number, data in enumerate(stretches):
        JobPart.objects.create(job=job, is_made=is_made, number=number, data=data)


def _stretches(data: bytes) -> Iterator[bytes]:
    return (data[at : at + PART] for at in range(0, len(data), PART))


def _read(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    return iter(lambda: stream.read(PART), b"")
