"""How the commands of operation went, kept for the status page, the checks and the metrics."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import machine_now
from albertslund_it.web.database.patience import waiting_at_most
from leasing.models import CommandRun

LONGEST = 300


@dataclass(slots=True)
class RunWords:
    """What a command says of its own run, while it runs."""

    words: str = ""


@contextmanager
def recorded(name: str) -> Iterator[RunWords]:
    """Keep when a command began and ended, and how; a decorator of `handle` too.

    A run that leaves with an exit status other than 0, or by an exception, did not go well; the row
    of one that was killed has no end. That it cannot be kept stops no command: a backup is wanted
    most when the database's own disk is full.
    """
    said = RunWords()
    # Where somebody is at a long import, a copy begins all the same.
    with suppress(DatabaseError), waiting_at_most(1):
        _keep(name, started_at=machine_now(), ended_at=None, is_ok=False, words="")
    try:
        yield said
    except SystemExit as left:
        _end(name, said, is_ok=not left.code)
        raise
    except Refused as refused:
        said.words = said.words or refused.reasons[0]
        _end(name, said, is_ok=False)
        raise
    except BaseException as error:
        said.words = said.words or type(error).__name__
        _end(name, said, is_ok=False)
        raise
    _end(name, said, is_ok=True)


def _end(name: str, said: RunWords, *, is_ok: bool) -> None:
    ended = machine_now()
    when = {"ended_at": ended} | ({"ok_at": ended} if is_ok else {})
    _keep(name, is_ok=is_ok, words=said.words[:LONGEST], **when)


def _keep(name: str, **values: Any) -> None:
    with suppress(DatabaseError), transaction.atomic():
        CommandRun.objects.update_or_create(
            name=name, defaults=values, create_defaults={"started_at": machine_now(), **values}
        )
