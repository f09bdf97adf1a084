"""What goes wrong around us: killed at random points, no mail server, a clock set back, a disk that
is full, a database that stops. Figures of one run, on the database of DATABASE_URL's kind.

    python -m tests.benchmarks.outages --kills 100
    DATABASE_URL=postgresql:// python -m tests.benchmarks.outages --kills 100

SQLite is a file of its own; PostgreSQL a server of its own, so that it can be stopped. After each
part `verify` must hold, and what was interrupted must be there whole or not at all.
"""

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from tests.clusters import Cluster, folder_of_clusters

PEOPLE = 200
TODAY = "2026-11-20"


class Jobs:
    """What is interrupted: each tells how many whole ones there are, and none may be half."""

    def __init__(self, folder: Path):
        self.folder, self.copies, self.files = folder, 0, 0

    def close(self):
        from django.core.management import call_command

        call_command("close_quarter", self.next_quarter())

    def take_in(self):
        from django.core.management import call_command

        call_command("import_data", "employees", self.people())

    def people(self) -> str:
        """Write a file of people; return its name."""
        file = self.folder / f"people-{self.files}.csv"
        rows = (
            f"x{self.files:03d}{n:03d};Prøve {self.files}-{n};{self.unit()}\n"
            for n in range(PEOPLE)
        )
        file.write_text("Initialer;Navn;Enhedsnr\n" + "".join(rows))
        return str(file)

    def back_up(self):
        from django.core.management import call_command

        call_command("backup", str(self.folder / f"copy-{self.copies}"))

    def put_back(self):
        from django.core.management import call_command

        call_command("restore", str(self.folder / "whole"))

    def unit(self):
        from inventory.models import Unit

        return Unit.objects.filter(department__isnull=False).order_by("id").first().number

    def next_quarter(self):
        from albertslund_it.common.quarters import Quarter
        from leasing.models import BillingRun

        return str(Quarter(2026, 1).next(BillingRun.objects.count()))

    def hold(self) -> Counter:
        """Refuse what is half; return how many whole ones there are."""
        from inventory.models import Employee
        from leasing.models import BillingRun

        people = Employee.objects.filter(name__startswith="Prøve ").count()
        assert people % PEOPLE == 0, f"{people} people: half a file"
        assert not BillingRun.objects.filter(digest="").exists(), "half a run"
        copies = list(self.folder.glob("copy-*"))
        return Counter(runs=BillingRun.objects.count(), files=people // PEOPLE, copies=len(copies))


def in_a_child(work) -> int:
    """Begin it in a process of its own; return its number."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        try:
            work()
        except SystemExit as left:
            os._exit(1 if left.code else 0)
        except BaseException:
            os._exit(2)
    os._exit(0)


def wait_for(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def verified() -> float:
    """Let `verify` hold in a process of its own; return its seconds."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "verify"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return time.monotonic() - began


def killed_at_random_points(jobs: Jobs, kills: int) -> None:
    rng, cut, whole = random.Random(3), Counter(), Counter()
    works = (jobs.close, jobs.take_in, jobs.back_up, jobs.put_back)
    takes = {}
    for work in works[:-1]:
        began = time.monotonic()
        assert wait_for(in_a_child(work)) == 0, work.__name__
        takes[work.__name__] = time.monotonic() - began
        jobs.files += work == jobs.take_in
        jobs.copies += work == jobs.back_up
    (jobs.folder / f"copy-{jobs.copies - 1}").rename(jobs.folder / "whole")
    takes["put_back"] = takes["back_up"] * 2
    for n in range(kills):
        work = works[n % len(works)]
        child = in_a_child(work)
        time.sleep(rng.uniform(0, takes[work.__name__]))
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        (cut if wait_for(child) < 0 else whole)[work.__name__] += 1
        jobs.hold()
        jobs.files += work == jobs.take_in
        jobs.copies += work == jobs.back_up
    for copy in jobs.folder.glob("copy-*"):
        from albertslund_it.operation import backups

        with backups.thrown_away(copy):
            pass  # it is whole, or would be refused
    took = verified()
    print(f"  {kills} kills: cut short {dict(cut)}, done before {dict(whole)}; verify {took:.1f} s")


def mail_is_slow_and_gone() -> None:
    """Let notices be due while the mail server says nothing, and while there is none."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_port = silent.getsockname()[1]
        for word, port in (("says nothing", silent_port), ("is gone", 1)):
            began = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "manage.py", "notify"],
                env=os.environ | {"EMAIL_URL": f"smtp://127.0.0.1:{port}"},
                capture_output=True,
                text=True,
                check=False,
            )
            said = (done.stderr or done.stdout).strip().splitlines()
            took = time.monotonic() - began
            print(
                f"  a mail server that {word}: notify ends with {done.returncode} after {took:.1f} s"
            )
            print(f"    {said[-1] if said else ''}")
    verified()


def clock_set_back(jobs: Jobs) -> None:
    """Close with a clock that stands a year back, and again when it is right."""
    before = jobs.hold()["runs"]
    code = jobs.next_quarter()
    call = [sys.executable, "-W", "ignore", "manage.py", "close_quarter", code]
    done = subprocess.run(
        call, env=os.environ | {"TODAY": "2026-01-15"}, capture_output=True, text=True, check=False
    )
    said = (done.stderr or done.stdout).strip().splitlines()[-1]
    print(f"  closing {code} with the clock set back: {done.returncode}, {said}")
    assert jobs.hold()["runs"] - before in {0, 1}
    verified()


@contextmanager
def small_disk(kilobytes: int):
    """Mount a disk of so many kilobytes."""
    place = tempfile.mkdtemp(prefix="pc-leasing-small-")
    size = ["-o", f"size={kilobytes}k"]
    subprocess.run(["mount", "-t", "tmpfs", *size, "tmpfs", place], check=True)
    try:
        yield Path(place)
    finally:
        subprocess.run(["umount", place], check=True)
        os.rmdir(place)


def manage(*words: str) -> tuple[int, str]:
    """Run a command of ours; return its status and the last that it says."""
    call = [sys.executable, "-W", "ignore", "manage.py", *words]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    return done.returncode, ((done.stderr or done.stdout).strip().splitlines() or [""])[-1]


def disk_is_full(jobs: Jobs, cluster: Cluster | None) -> None:
    """Back up, close and take in a file where there is no room; then where there is."""
    if os.geteuid() or not shutil.which("mount"):
        print("  a full disk: only root can mount a small one")
        return
    with small_disk(64) as place:
        status, said = manage("backup", f"{place}/copy")
        assert not list(place.iterdir())
        print(f"  backup to a full disk: {status}, {said}")
    file = jobs.people()
    with small_disk(300_000) as place, database_on(place, cluster) as fill:
        for words in (("close_quarter", jobs.next_quarter()), ("import_data", "employees", file)):
            before = jobs.hold()
            fill(True)
            status, said = manage(*words)
            print(f"  {words[0]} on a full disk: {status}, {said}")
            fill(False)
            assert jobs.hold() == before
            status, said = manage(*words)
            print(f"    when there is room: {status}, {said}")
        jobs.files += 1
        verified()


@contextmanager
def database_on(place: Path, cluster: Cluster | None):
    """Let the database be on a disk meanwhile; give what fills that, and makes room again."""
    from django.db import connections

    filler = place / "filler"

    def fill(is_full: bool) -> None:
        connections.close_all()
        with filler.open("wb", buffering=0) as stream, suppress(OSError):
            while is_full:
                stream.write(bytes(4096))

    def move(tablespace: str) -> None:
        connections.close_all()
        cluster.say(f"ALTER DATABASE leasing SET TABLESPACE {tablespace}")

    connections.close_all()
    if cluster:
        shutil.chown(place, "postgres")
        folder = place / "data"
        folder.mkdir()
        shutil.chown(folder, "postgres")
        cluster.say(f"CREATE TABLESPACE small LOCATION '{folder}'")
        move("small")
        yield fill
        move("pg_default")
        cluster.say("DROP TABLESPACE small")
        return
    setting = connections["default"].settings_dict
    live = Path(setting["NAME"])
    shutil.copy(live, place / live.name)
    setting["NAME"], os.environ["DATABASE_URL"] = (
        place / live.name,
        f"sqlite:///{place}/{live.name}",
    )
    yield fill
    connections.close_all()
    shutil.copy(place / live.name, live)
    setting["NAME"], os.environ["DATABASE_URL"] = live, f"sqlite:///{live}"


def database_stops(jobs: Jobs, cluster: Cluster) -> None:
    """Stop the server in the middle of files and closings, and start it again."""
    rng = random.Random(5)
    outcomes = Counter()
    for n in range(6):
        work = (jobs.take_in, jobs.close)[n % 2]
        child = in_a_child(work)
        time.sleep(rng.uniform(0.05, 0.8))
        cluster.stop("immediate")
        outcomes[wait_for(child)] += 1
        began = time.monotonic()
        cluster.start()
        jobs.hold()
        back = time.monotonic() - began
        jobs.files += work == jobs.take_in
    took = verified()
    print(f"  the database stopped 6 times while it wrote: {dict(outcomes)} by exit status,")
    print(f"    the last time back after {back:.1f} s; verify {took:.1f} s")


@contextmanager
def database(folder: Path):
    """Return a database of its own of the kind that DATABASE_URL is of; None is SQLite's server."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
        yield None
        return
    with folder_of_clusters() as place:
        cluster = Cluster(place, "live")
        cluster.create()
        cluster.start()
        try:
            cluster.say("CREATE DATABASE leasing TEMPLATE template0")
            os.environ["DATABASE_URL"] = cluster.url("leasing")
            yield cluster
        finally:
            cluster.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(database(folder))
        os.environ |= {
            "DEBUG": "1",
            "TODAY": TODAY,
            "DJANGO_SETTINGS_MODULE": "albertslund_it.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        print(f"{connection.vendor}, {options}", flush=True)
        with redirect_stdout(sys.stderr):
            call_command("demo", "--no-server", "--scene", "first")
        os.environ["TODAY"] = "2031-01-20"
        from datetime import date

        from django.conf import settings

        settings.TODAY = date(2031, 1, 20)
        jobs = Jobs(folder)
        killed_at_random_points(jobs, options.kills)
        disk_is_full(jobs, cluster)
        mail_is_slow_and_gone()
        clock_set_back(jobs)
        if cluster:
            database_stops(jobs, cluster)


if __name__ == "__main__":
    main()
