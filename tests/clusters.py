"""PostgreSQL servers of a test's own on loopback: made, copied, stopped and promoted."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

SMALL = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "max_wal_senders": "4",
    "autovacuum": "off",
}


def programs() -> Path | None:
    """Return the folder of the newest server's programs; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[4])
    may_run = os.geteuid() or shutil.which("runuser")
    return found[-1].parent if found and may_run else None


@contextmanager
def folder_of_clusters() -> Iterator[Path]:
    """Return a folder that PostgreSQL's user may write in."""
    folder = Path(tempfile.mkdtemp(prefix="pc-leasing-clusters-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """One server: its folder, its port, and what is said to it."""

    def __init__(self, folder: Path, name: str):
        self.data, self.name, self.port = folder / name, name, _free_port()

    def run(self, program: str, *arguments: str, check: bool = True) -> None:
        """Run one of PostgreSQL's programs as its user; PostgreSQL refuses to run as root."""
        own = programs() / program
        call = [str(own) if own.exists() else program, *arguments]
        if os.geteuid() == 0:
            call = ["runuser", "-u", "postgres", "--", *call]
        log = Path(tempfile.gettempdir()) / f"{self.data.parent.name}.log"
        with log.open("a") as said:
            done = subprocess.run(call, cwd="/", stdout=said, stderr=said, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{program}: {log.read_text()[-2000:]}")
        if not done.returncode:
            log.unlink(missing_ok=True)

    def create(self) -> None:
        """Make an empty one that trusts who comes over loopback."""
        who = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.run("initdb", "-D", str(self.data), *who, "--no-sync")

    def start(self, *, wait: bool = True, **settings: str) -> None:
        settings = SMALL | {"unix_socket_directories": str(self.data.parent)} | settings
        options = " ".join(f"-c {name}={_quoted(value)}" for name, value in settings.items())
        log = ("-l", str(self.data.parent / f"{self.name}.log"))
        waits = ("-w",) if wait else ("-W",)
        options = f"-p {self.port} {options}"
        self.run("pg_ctl", "-s", *waits, "-D", str(self.data), *log, "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self.run("pg_ctl", "-s", "-D", str(self.data), "-m", mode, "stop", check=False)

    def promote(self) -> None:
        self.run("pg_ctl", "-s", "-w", "-D", str(self.data), "promote")

    def copy_to(self, other: "Cluster", *more: str) -> None:
        """Copy it as it runs into another's folder (pg_basebackup)."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres")
        self.run("pg_basebackup", *where, "-D", str(other.data), "-c", "fast", *more)

    def say(self, *statements: str, database: str = "postgres") -> list[tuple]:
        """Run statements outside a transaction; return the rows of the last one."""
        with self.connect(database) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        where = {"host": "127.0.0.1", "port": self.port, "user": "postgres"}
        return psycopg.connect(dbname=database, autocommit=True, **where)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
