"""Several people, or a power cut, while a quarter is being closed."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from django.db import connection, connections, transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import lock
from inventory.models import Placement
from leasing.billing.selectors.verification import breaches
from leasing.billing.services.closing import close_quarter
from leasing.models import BilledFacts, BillingRun, Charge, InvoiceLine, QuarterlyInvoice
from tests import builders as make

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 23)


def close(code="2026Q1", today=TODAY):
    return close_quarter(
        code=code, closed_by="Anna", today=today, now=datetime(2026, 11, 23, 8, tzinfo=UTC)
    )


def at_the_same_moment(*works):
    """Run each in a thread with a connection of its own; give what came out, or was raised."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(index, work):
        try:
            gate.wait(10)
            results[index] = work()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.fixture
def fifty_leases():
    make.cost_holder()
    units = [make.unit(f"10{n:02d}") for n in range(5)]
    return [make.lease(f"PF{n:05d}", unit=units[n % 5]) for n in range(50)]


def test_the_same_quarter_twice_gives_one_run_and_one_message(fifty_leases):
    results = at_the_same_moment(*[close] * 20)
    refused = [r for r in results if isinstance(r, Refused)]
    assert len(refused) == 19, results
    assert {str(r) for r in refused} == {"1. kvartal 2026 er allerede godkendt og låst."}
    assert BillingRun.objects.count() == 1
    assert InvoiceLine.objects.count() == 50
    assert list(breaches()) == []


def test_different_quarters_come_in_order(fifty_leases):
    results = at_the_same_moment(*[lambda code=f"2026Q{n}": close(code) for n in (1, 2, 3)])
    closed = [run.code for run in BillingRun.objects.order_by("id")]
    assert closed == sorted(closed)
    assert "2026Q3" in closed
    assert all(isinstance(r, BillingRun | Refused) for r in results), results
    assert InvoiceLine.objects.count() == 150
    assert list(breaches()) == []


def test_facts_entered_meanwhile_are_in_the_run_or_pending(fifty_leases):
    """Moves go on while the quarter is closed; nothing is lost, whichever came first."""
    other = make.unit("2001")

    def move():
        for lease in fifty_leases[:20]:
            Placement.objects.create(device=lease.device, starts_on=date(2026, 2, 10), unit=other)

    def rename():
        for n in range(20):
            other.name = f"Enhed {n}"
            other.save()

    results = at_the_same_moment(close, move, rename)
    assert isinstance(results[0], BillingRun), results
    assert results[1] is results[2] is None, results
    assert list(breaches()) == []
    close("2026Q2")
    moved = InvoiceLine.objects.filter(unit=other, period="2026Q1")
    # 50 of 90 days: 34941 − 15529 = 19412 for each of the twenty, in this run or the next
    assert sum(moved.values_list("amount_ore", flat=True)) == 20 * 19412


def test_what_a_closing_fixes_is_not_being_changed_meanwhile(fifty_leases):
    """A change that is made but not yet committed comes before the closing, not beside it."""
    charge = make.charge(make.unit("1000"), 10000)
    changed, may_commit = threading.Event(), threading.Event()

    def change():
        with transaction.atomic():
            Charge.objects.filter(pk=charge.pk).update(amount_ore=77700)
            changed.set()
            may_commit.wait(10)

    def close_beside():
        changed.wait(10)
        threading.Timer(0.5, may_commit.set).start()
        return close()

    _, run = at_the_same_moment(change, close_beside)
    assert isinstance(run, BillingRun), run
    billed = InvoiceLine.objects.get(charge=charge).amount_ore
    assert billed == Charge.objects.get(pk=charge.pk).amount_ore == 77700


CLOSE_IN_ANOTHER_PROCESS = """
import django, os, sys
django.setup()
from datetime import UTC, date, datetime
from leasing.billing.services.closing import close_quarter

# A child for each quarter named, so that Django is loaded once; it is killed by the one who asks.
for line in sys.stdin:
    code = line.strip()
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
        close_quarter(code=code, closed_by="Anna", today=date(2040, 11, 23),
                      now=datetime(2040, 11, 23, 8, tzinfo=UTC))
        os._exit(0)
    os.waitpid(child, 0)
    print("slut", flush=True)
"""
KILLS = 50


def url_of_the_test_database():
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


@pytest.fixture
def closer():
    """Run a process that closes each quarter it is told in a child of its own."""
    environment = os.environ | {"DATABASE_URL": url_of_the_test_database()}
    environment["DJANGO_SETTINGS_MODULE"] = "albertslund_it.settings"
    process = subprocess.Popen(
        [sys.executable, "-c", CLOSE_IN_ANOTHER_PROCESS],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def close_in(closer, quarter, kill_after=None):
    """Close a quarter in the other process; kill it after some seconds, wherever it has come."""
    closer.stdin.write(f"{quarter}\n")
    closer.stdin.flush()
    child, began = int(closer.stdout.readline()), time.monotonic()
    if kill_after is not None:
        time.sleep(kill_after)
        with suppress(ProcessLookupError):  # it was done already
            os.kill(child, signal.SIGKILL)
    assert closer.stdout.readline() == "slut\n"
    return time.monotonic() - began


def test_a_process_killed_while_closing_leaves_a_whole_run_or_nothing(fifty_leases, closer):
    """Fifty times, at points spread over a whole closing: all of the run or none of it."""
    rng = random.Random(3)
    quarter, cut_short = Quarter(2026, 1), 0
    close_in(closer, quarter)  # the first one loads what the others share
    # The quickest of some: on a busy machine a single one may take much longer than most.
    takes = min(close_in(closer, quarter.next(n)) for n in range(1, 5))
    runs = 5
    quarter = quarter.next(5)
    for _ in range(KILLS):
        close_in(closer, quarter, kill_after=rng.uniform(0, takes))
        with transaction.atomic():
            lock(BillingRun)  # PostgreSQL may still be ending what the process began
        whole = BillingRun.objects.count() - runs
        assert whole in {0, 1}
        cut_short += not whole
        if whole:
            runs, quarter = runs + 1, quarter.next()
        closed = min(runs, 16)  # the leases last four years
        assert BillingRun.objects.exclude(digest="").count() == runs
        assert InvoiceLine.objects.count() == 50 * closed
        assert BilledFacts.objects.count() == 50
        with_lines = QuarterlyInvoice.objects.values("run").distinct().count()
        assert with_lines == closed
    assert list(breaches()) == []
    # Most were killed inside: else the points would say nothing.
    assert cut_short >= KILLS // 3
    close(str(quarter), date(2040, 11, 23))
    assert list(breaches()) == []
