"""Many who write, and many who read and work out, at once; and one who is stopped in the middle."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import date

import pytest
from django.db import connection, connections, transaction

from leasing.cost_table import refresh as refreshing
from leasing.cost_table.refresh import AT_LEISURE, Effort, refresh
from leasing.models import CostMark, Lease
from tests import builders as make
from tests.leasing.cost_table.worlds import (
    Writer,
    address,
    assert_all_is_worked_out,
    at_once,
    settle,
)

pytestmark = pytest.mark.django_db(transaction=True)
POSTGRESQL = connection.vendor == "postgresql"
KILLS = 5


def test_nothing_is_lost_among_writers_readers_and_closings():
    settle()
    each = 4 if POSTGRESQL else 2
    raised = at_once(7, writers=each, readers=each, closings=["2026Q1", "2026Q2", "2026Q3"])
    assert raised == []
    assert_all_is_worked_out()


def test_a_mark_that_is_committed_later_than_a_higher_one_is_not_lost(monkeypatch):
    """Numbers are given when a change is made, and seen when it is committed."""
    if not POSTGRESQL:
        pytest.skip("On SQLite one writes after the other")
    settle(2)
    first, second = Lease.objects.order_by("id")
    written, may_commit = threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            make.placement(first.device, date(2026, 2, 10), make.unit("1002"))
            written.set()
            may_commit.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slowly)
    thread.start()
    written.wait(20)
    make.placement(second.device, date(2026, 2, 10), make.unit("1003"))
    as_it_is = refreshing._work_out

    def committed_meanwhile(*args):
        as_it_is(*args)
        may_commit.set()
        thread.join(20)
        monkeypatch.undo()

    monkeypatch.setattr(refreshing, "_work_out", committed_meanwhile)
    with transaction.atomic():
        refreshing._take(refreshing._last_mark(), None, AT_LEISURE)
    assert CostMark.objects.count() == 1
    assert_all_is_worked_out()


def test_who_waited_and_finds_the_marks_gone_stops(monkeypatch):
    settle(2)
    make.placement(Lease.objects.first().device, date(2026, 2, 10), make.unit("1002"))
    working, may_go_on, worked = threading.Event(), threading.Event(), []
    as_it_is = refreshing._work_out

    def slowly(*args):
        worked.append(threading.get_ident())
        working.set()
        may_go_on.wait(20)
        as_it_is(*args)

    monkeypatch.setattr(refreshing, "_work_out", slowly)

    def work():
        refresh(effort=AT_LEISURE)
        connections.close_all()

    threads = [threading.Thread(target=work)]
    threads[0].start()
    working.wait(20)
    threads.append(threading.Thread(target=work))
    threads[1].start()
    time.sleep(0.3)  # it has read the marks, and waits for its turn
    may_go_on.set()
    for thread in threads:
        thread.join(30)
    assert len(worked) == 1
    assert_all_is_worked_out()


def test_a_reader_waits_for_its_turn_a_second_and_no_longer():
    settle(2)
    make.placement(Lease.objects.first().device, date(2026, 2, 10), make.unit("1002"))
    begun, may_end = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), refreshing.turn(refreshing.LOCK, 5):
            begun.set()
            may_end.wait(60)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(20)
    said = []

    def read():
        said.append(refresh(effort=Effort(wait=1, work=10)))
        connections.close_all()

    reader = threading.Thread(target=read)
    reader.start()
    reader.join(15)  # the connection itself would wait for twenty seconds on SQLite
    may_end.set()
    thread.join(30)
    assert said == [False]
    with connection.cursor() as cursor:
        if not POSTGRESQL:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (20_000,)
    assert_all_is_worked_out()


REFRESH_IN_ANOTHER_PROCESS = """
import django, os, sys
django.setup()
from leasing.cost_table.refresh import AT_LEISURE, refresh

# A child each time, so that Django is loaded once; it is killed by the one who asks.
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
        refresh(effort=AT_LEISURE)
        os._exit(0)
    os.waitpid(child, 0)
    print("slut", flush=True)
"""


@pytest.fixture
def refresher():
    """Run a process that refreshes in a child of its own, each time it is told to."""
    environment = os.environ | {
        "DATABASE_URL": address(),
        "DJANGO_SETTINGS_MODULE": "albertslund_it.settings",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", REFRESH_IN_ANOTHER_PROCESS],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def refresh_in(process, kill_after=None):
    """Refresh in the other process; kill it after some seconds, wherever it has come."""
    process.stdin.write("\n")
    process.stdin.flush()
    child, began = int(process.stdout.readline()), time.monotonic()
    if kill_after is not None:
        time.sleep(kill_after)
        with suppress(ProcessLookupError):  # it was done already
            os.kill(child, signal.SIGKILL)
    assert process.stdout.readline() == "slut\n"
    return time.monotonic() - began


def test_a_refresher_killed_anywhere_leaves_nothing_wrong(refresher):
    settle(60)
    writer, rng = Writer(1), random.Random(3)

    def change_many():
        for _ in range(12):
            writer.change()
        Lease.objects.update(stops_on=rng.choice([None, date(2026, 11, 3), date(2027, 2, 1)]))

    change_many()
    refresh_in(refresher)
    change_many()
    takes, left = refresh_in(refresher), 0
    for _ in range(KILLS):
        change_many()
        refresh_in(refresher, kill_after=rng.uniform(0.2, 0.9) * takes)
        left += CostMark.objects.exists()
        assert_all_is_worked_out()
    assert left, "It was never stopped before it was done"
