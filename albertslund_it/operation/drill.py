"""A fire drill: a copy is taken, put into an empty database, computed again and compared."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from albertslund_it.common.errors import Refused
from albertslund_it.operation import backups
from albertslund_it.operation.backups.content import (
    Content,
    check,
    content_of,
    damaged_files,
    scratch,
)

PATIENCE = 3600  # seconds that a step of its own process may take


@dataclass
class Drill:
    """What a drill found: seconds of each step, what the copy held, and what does not hold."""

    size: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    content: Content | None = None
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[step] = time.monotonic() - began


def hold(source: Path | None = None) -> Drill:
    """Try a copy that is taken now, or one that lies in a file; nothing of the database changes."""
    drill = Drill()
    folder = source.parent if source else Path(tempfile.gettempdir())
    with scratch(folder, ".copy") as taken:
        taken.unlink()
        live = None
        if source is None:
            with drill.timed("backup"):
                live = backups.back_up(taken)
        elif not source.is_file():
            raise Refused(f"{source} findes ikke.")
        copy = source or taken
        drill.size = copy.stat().st_size
        _try(drill, copy, live)
    return drill


def _try(drill: Drill, copy: Path, live: Content | None) -> None:
    began = time.monotonic()
    with backups.thrown_away(copy) as (address, database):
        drill.content = content_of(database)
        drill.seconds["restore"] = time.monotonic() - began
        if live:
            drill.faults += _differences(live, drill.content)
        if damaged := damaged_files(database):
            drill.faults.append(f"{damaged} vedlagte filer er ikke dem, der blev gemt.")
        is_current = check(database)
        database.close()
        with drill.timed("verify"):
            if not is_current:
                drill.faults += _manage(address, "migrate", "-v0")
            drill.faults += _manage(address, "verify")


def _differences(before: Content, after: Content) -> Iterator[str]:
    """Yield in what the restored database is not what the other held in the same moment."""
    for table in sorted(before.rows.keys() | after.rows.keys()):
        had, has = before.rows.get(table, 0), after.rows.get(table, 0)
        if had != has:
            yield f"{table} havde {had} rækker, men har {has} i kopien."
    if before.runs != after.runs:
        yield "De låste kørsler og deres kontrolsummer er andre i kopien."


def _manage(address: str, *command: str) -> list[str]:
    """Run a command of ours on another database; return what it says does not hold."""
    done = subprocess.run(  # noqa: S603 (the words are ours)
        [sys.executable, "-W", "ignore", "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address, "REPLICA_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode == 0:
        return []
    lines = (done.stderr or done.stdout).strip().splitlines()[-20:]
    return [f"{command[0]}: {line}" for line in lines] or [f"{command[0]} gik ikke."]
