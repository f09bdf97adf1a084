"""The migrated test database of SQLite, kept between runs: a copy of it is quicker than migrating.

It lies in pytest's cache, named by a digest of what makes it, so a change of that migrates anew
(and `pytest --cache-clear` does too). What a digest cannot see is no danger: Django's `migrate`
runs on the copy all the same, and writes guards, roles and the first rows as the code has them now.
"""

import contextlib
import hashlib
import inspect
import os
import shutil
import sqlite3
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate


def copy_to(path: Path, cache: Path) -> bool:
    """Copy the kept database to this path; tell whether there was one."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(cache / f"{_digest()}.sqlite3", path)
        return True
    return False


def keep(cache: Path):
    """Keep the database as it stands; other workers may do the same at this moment."""
    kept, unfinished = cache / f"{_digest()}.sqlite3", cache / f"unfinished-{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(unfinished)])
    unfinished.replace(kept)
    for other in cache.glob("*.sqlite3"):
        if other != kept:
            other.unlink(missing_ok=True)


def _digest() -> str:
    digest = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    for path in sorted(set(_sources())):
        digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:24]


def _sources():
    """Yield the files that decide what a migrated database holds, other packages' included."""
    yield settings.BASE_DIR / "albertslund_it" / "settings.py"
    for app in apps.get_app_configs():
        for pattern in ("migrations/*.py", "models.py", "models/**/*.py"):
            yield from Path(app.path).glob(pattern)
    for _, receiver, *_ in post_migrate.receivers:  # of weak references
        yield Path(inspect.getsourcefile(receiver()))
