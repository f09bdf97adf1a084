"""A full disk: the sentence names the disk, nothing is written, and what was there stays."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager, suppress

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection

from albertslund_it.web.disks import full_disk

ROOT = django_settings.BASE_DIR


@contextmanager
def small_disk(folder, kilobytes):
    """Mount a disk of so many kilobytes."""
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk to fill")
    folder.mkdir()
    size = ["-o", f"size={kilobytes}k"]
    subprocess.run(["mount", "-t", "tmpfs", *size, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def manage(database, *arguments):
    """Run a command on a database of its own; return its status and standard error."""
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=environment | {"DATABASE_URL": f"sqlite:///{database}", "TODAY": "2026-11-20"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Make a database with the demo's first morning in it, nothing closed yet."""
    file = tmp_path_factory.mktemp("demo") / "demo.sqlite3"
    status, said = manage(file, "demo", "--no-server", "--scene", "first")
    assert status == 0, said
    return file


def test_a_backup_that_has_no_room_blames_the_disk_of_the_copy(filled, tmp_path):
    with small_disk(tmp_path / "small", 1000) as folder:
        status, said = manage(filled, "backup", folder / "copy.sqlite3")
        assert (status, said) == (
            1,
            f"Disken med {folder} er fuld. Intet er gemt. Gør plads på den, og prøv igen.\n",
        )
        assert list(folder.iterdir()) == []


def test_a_closing_that_has_no_room_blames_the_disk_of_the_database(filled, tmp_path):
    kilobytes = filled.stat().st_size // 1024
    with small_disk(tmp_path / "small", kilobytes + 100) as folder:
        file = shutil.copy(filled, folder / "full.sqlite3")
        status, said = manage(file, "close_quarter", "2026Q1")
        assert (status, said) == (
            1,
            f"Disken med databasen ({file}) er fuld. Intet er gemt. "
            "Gør plads på den, og prøv igen.\n",
        )
        kept = shutil.copy(file, tmp_path / "kept.sqlite3")
    status, said = manage(kept, "close_quarter", "2026Q1")
    assert status == 0, said


PEOPLE = "Initialer;Navn;Enhedsnr\n" + "".join(
    f"z{n:04d};Prøve {n} {'x' * 80};{{unit}}\n" for n in range(1500)
)


def test_an_import_that_has_no_room_blames_the_disk_of_the_database(filled, tmp_path):
    with closing(sqlite3.connect(filled)) as raw:
        (unit,) = raw.execute("SELECT min(number) FROM inventory_unit").fetchone()
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE.format(unit=unit))
    kilobytes = filled.stat().st_size // 1024
    with small_disk(tmp_path / "small", kilobytes + 100) as folder:
        file = shutil.copy(filled, folder / "full.sqlite3")
        status, said = manage(file, "import_data", "employees", people)
        assert (status, said.splitlines()[-1]) == (
            1,
            f"Disken med databasen ({file}) er fuld. Intet er gemt. "
            "Gør plads på den, og prøv igen.",
        )
        subprocess.run(["mount", "-o", f"remount,size={kilobytes + 20_000}k", folder], check=True)
        with closing(sqlite3.connect(file)) as raw:
            sought = "SELECT count(*) FROM inventory_employee WHERE name LIKE 'Prøve %'"
            assert raw.execute(sought).fetchone() == (0,)
            status, said = manage(file, "import_data", "employees", people)
            assert status == 0, said
            assert raw.execute(sought).fetchone() == (1500,)


BROWSE = """
import sys
from pathlib import Path
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
import django; django.setup()
from django.contrib.auth.models import User
from django.test import Client
from inventory.models import Device
from leasing.models import Note
client = Client(raise_request_exception=False)
client.force_login(User.objects.get(username="helpdesk"))
where = f"/udstyr/{Device.objects.order_by('pk').first().pk}/noter/"
notes = Note.objects.count()
page = client.get(where)
filler = Path(sys.argv[1], "filler").open("wb", buffering=0)
for size in (100_000, 1000, 1):
    try:
        while True:
            filler.write(b"x" * size)
    except OSError:
        pass
read = client.get(where), client.get("/udstyr/"), Client().get("/readyz")
text = "Skærmen er revnet. " * 20
written = client.post(where, {"note-text": text})
print([answer.status_code for answer in read], written.status_code, Note.objects.count() - notes)
print(written.content.decode())
filler.truncate(0)
print(client.post(where, {"note-text": text}).status_code, Note.objects.count() - notes)
"""


def test_a_page_that_cannot_save_says_that_the_disk_is_full_and_others_are_read(filled, tmp_path):
    kilobytes = filled.stat().st_size // 1024
    with small_disk(tmp_path / "small", kilobytes + 2000) as folder:
        file = shutil.copy(filled, folder / "full.sqlite3")
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", BROWSE, str(folder)],
            cwd=ROOT,
            env={name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
            | {
                "DATABASE_URL": f"sqlite:///{file}",
                "DJANGO_SETTINGS_MODULE": "albertslund_it.settings",
                "TODAY": "2026-11-20",
                "ALLOWED_HOSTS": "testserver",
                "SECRET_KEY": "x" * 50,
                "SECURE_SSL_REDIRECT": "0",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    first, *page, last = done.stdout.strip().splitlines()
    assert first == "[200, 200, 200] 507 0", done.stderr
    assert "<h1>Serverens disk er fuld</h1>" in page
    assert str(folder) not in "".join(page)
    assert last == "302 1"


def test_a_database_that_nobody_has_open_cannot_be_read_on_a_full_disk_and_it_is_the_disk(tmp_path):
    with small_disk(tmp_path / "small", 2000) as folder:
        with closing(sqlite3.connect(folder / "db")) as raw:
            raw.execute("PRAGMA journal_mode = wal")
            raw.execute("CREATE TABLE a (b)")
        with (folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(4096))
        raw = sqlite3.connect(folder / "db")
        with closing(raw), pytest.raises(sqlite3.OperationalError) as caught:
            raw.execute("SELECT * FROM a")
    assert full_disk(caught.value).startswith("databasen (")


def test_a_file_that_has_no_room_is_named():
    with pytest.raises(OSError, match="28") as caught, open("/dev/full", "w") as file:
        file.write("x" * 100_000)
    assert full_disk(caught.value).startswith("midlertidige filer (")
    assert full_disk(ValueError("database or disk is full")) == ""


@pytest.mark.django_db(transaction=True)
def test_the_databases_own_word_for_it_is_understood_under_djangos():
    if connection.vendor != "sqlite":
        pytest.skip("of PostgreSQL a test cannot take the disk away")
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        free = cursor.execute("PRAGMA freelist_count").fetchone()[0]
        size = cursor.execute("PRAGMA page_size").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            with pytest.raises(OperationalError) as caught:
                cursor.execute(f"CREATE TABLE big AS SELECT zeroblob({(free + 50) * size}) AS x")
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert full_disk(caught.value).startswith("databasen (")
