"""Several people, or a power cut, while a quarter is being closed."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime

import pytest
from django.db import connection, connections, transaction

from albertslund_it.common.errors import Refused
from inventory.models import Placement
from leasing.models import BilledFacts, BillingRun, Charge, InvoiceLine, QuarterlyInvoice
from leasing.selectors.verification import findings
from leasing.services.closing import close_quarter
from tests import builders as make

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 23)


def close(code="2026Q1"):
    return close_quarter(
        code=code, closed_by="Anna", today=TODAY, now=datetime(2026, 11, 23, 8, tzinfo=UTC)
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
    results = at_the_same_moment(*[close] * 6)
    refused = [r for r in results if isinstance(r, Refused)]
    assert len(refused) == 5, results
    assert {str(r) for r in refused} == {"1. kvartal 2026 er allerede godkendt og låst."}
    assert BillingRun.objects.count() == 1
    assert InvoiceLine.objects.count() == 50
    assert list(findings()) == []


def test_different_quarters_come_in_order(fifty_leases):
    results = at_the_same_moment(*[lambda code=f"2026Q{n}": close(code) for n in (1, 2, 3)])
    closed = [run.code for run in BillingRun.objects.order_by("id")]
    assert closed == sorted(closed)
    assert "2026Q3" in closed
    assert all(isinstance(r, BillingRun | Refused) for r in results), results
    assert InvoiceLine.objects.count() == 150
    assert list(findings()) == []


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
    assert list(findings()) == []
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
import django, sys
django.setup()
from datetime import UTC, date, datetime
from django.conf import settings
from leasing.services.closing import close_quarter
print("klar", flush=True)
sys.stdin.readline()
close_quarter(code="2026Q1", closed_by="Anna", today=date(2026, 11, 23),
              now=datetime(2026, 11, 23, 8, tzinfo=UTC))
"""


def url_of_the_test_database():
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def test_a_process_killed_while_closing_leaves_a_whole_run_or_nothing(fifty_leases):
    environment = os.environ | {"DATABASE_URL": url_of_the_test_database()}
    environment["DJANGO_SETTINGS_MODULE"] = "albertslund_it.settings"
    rng = random.Random(3)
    connections.close_all()
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", CLOSE_IN_ANOTHER_PROCESS],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout.readline() == "klar\n"
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(rng.uniform(0, 0.06))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        process.stdin.close()
        process.stdout.close()
        runs = BillingRun.objects.count()
        assert InvoiceLine.objects.count() == BilledFacts.objects.count() == 50 * runs
        assert bool(QuarterlyInvoice.objects.count()) == bool(runs)
        assert list(findings()) == []
        if runs:
            break
    if not BillingRun.objects.exists():
        close()
    assert InvoiceLine.objects.count() == 50
