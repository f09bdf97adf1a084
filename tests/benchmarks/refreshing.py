"""What kept costs ask of whoever changes something, and whether they hold among many at once.

    DATABASE_URL=… python -m tests.benchmarks.refreshing --devices 50000 --seconds 120

A move and an import with marks against the same without their triggers; the refresh after each
against reading the rows of those leases; then writers beside readers who refresh, and a refresher
that is killed, each followed by a full recomputation that must find nothing.
"""

import argparse
import os
import random
import signal
import statistics
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from itertools import count
from multiprocessing import get_context

from tests.benchmarks.ground import fill, own_database, tidy
from tests.benchmarks.importing import count_on, take_in

FIRST = date(2026, 1, 1)


@contextmanager
def no_marks():
    """Take the triggers that mark away, and put them back."""
    from django.db import connection

    from leasing import guards, marks

    with connection.cursor() as cursor:
        for trigger in guards._wanted(connection):
            if trigger.name.startswith(marks.PREFIX):
                on = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {trigger.name}{on}")
    try:
        yield
    finally:
        guards.restore_guards()
        with connection.cursor() as cursor:  # all is worked out again after it
            cursor.execute(f"DELETE FROM {marks.TABLE}")


def move(rng, leases):
    """Move one device by a statement, in a transaction of its own."""
    from inventory.models import Placement

    day = FIRST + timedelta(days=rng.randrange(1, 1400))
    Placement.objects.update_or_create(
        device_id=rng.choice(leases), starts_on=day, defaults={"unit_id": rng.choice(UNITS)}
    )


UNITS: list[int] = []


def read_rows(ids):
    """Read the rows of some leases: what a refresh of them cannot do without."""
    from albertslund_it.web.database.rows import among
    from leasing.models import Cost

    assert list(Cost.objects.filter(lease__in=among(ids, int)).values_list())


def in_turn(rounds, change, work_out, number):
    """Return the median seconds of a change with marks and without, its refresh, and the floor."""
    from leasing.models import Lease

    seconds = [], [], [], []

    def timed(place, work):
        began = time.perf_counter()
        work()
        seconds[place].append(time.perf_counter() - began)

    for _ in range(rounds):
        timed(0, change)
        timed(2, work_out)
        newest = list(Lease.objects.order_by("-id").values_list("id", flat=True)[:number])
        timed(3, partial(read_rows, newest))
        with no_marks():
            timed(1, change)
    return [statistics.median(found) for found in seconds]


def write(rng, leases):
    """Move something."""
    move(rng, leases)
    return "moves"


def read(rng, leases):
    """Read what a page reads: of one moment, in which the sums are those of the rows."""
    from django.db.models import Sum

    from leasing.cost_table.moment import moments_noted, one_moment
    from leasing.models import Cost, CostTotal

    with moments_noted() as moments, one_moment():
        rows = Cost.objects.filter(period="2026Q3").aggregate(s=Sum("amount_ore"))
        kept = CostTotal.objects.filter(period="2026Q3").aggregate(s=Sum("amount_ore"))
        if rows != kept:
            raise AssertionError(f"{rows} are not {kept}")
    return "pages of a moment ago" if moments.are_behind else "pages"


def keep_on(step, seed, seconds, leases):
    """Do it again and again, with a connection of one's own; count what came of it."""
    from django.db import OperationalError, connections

    until, done, rng = time.monotonic() + seconds, Counter(), random.Random(seed)
    while time.monotonic() < until:
        try:
            done[step(rng, leases)] += 1
        except OperationalError as error:
            done[f"given up ({getattr(error.__cause__, 'sqlstate', error)})"] += 1
    connections.close_all()
    return done


def among_many(seconds, number, leases):
    """Let so many write, and as many read, each in a process; give how much was done."""
    from django.db import connection

    connection.close()
    steps = [(step, seed) for step in (write, read) for seed in range(number)]
    with ProcessPoolExecutor(len(steps), get_context("fork")) as pool:
        works = [pool.submit(keep_on, step, seed, seconds, leases) for step, seed in steps]
        return dict(sum((work.result() for work in works), Counter()))


def killed(times, leases):
    """Kill refreshers at points spread over a whole refresh; give how many left marks behind."""
    from django.db import connection

    from leasing.cost_table.refresh import AT_LEISURE, refresh
    from leasing.models import CostMark

    rng, left, takes = random.Random(5), 0, None
    for _ in range(times + 1):
        for _ in range(20):
            move(rng, leases)
        connection.close()
        began, child = time.monotonic(), os.fork()
        if not child:
            refresh(effort=AT_LEISURE)
            os._exit(0)
        if takes:
            time.sleep(rng.uniform(0, takes))
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        takes = takes or time.monotonic() - began
        left += CostMark.objects.exists()
    return left


def assert_equal():
    """Work all out again beside what is kept: nothing may differ."""
    from leasing.cost_table.check import costs_that_differ
    from leasing.cost_table.refresh import AT_LEISURE, refresh
    from leasing.models import CostMark

    began = time.perf_counter()
    if not refresh(effort=AT_LEISURE) or CostMark.objects.exists():
        raise SystemExit("Marks are left")
    wrong = list(costs_that_differ())
    if wrong:
        raise SystemExit(f"{len(wrong)} differ: {wrong[:5]}")
    print(f"  a full recomputation differs in 0     {time.perf_counter() - began:8.3f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--rows", type=int, default=1_000, help="of an import")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--beside", type=int, default=8, help="writers, and as many readers")
    parser.add_argument("--kills", type=int, default=50)
    options = parser.parse_args()
    with own_database() as connection:
        fill(options.devices)
        count_on(connection)
        run(connection, options)


def run(connection, options):
    from inventory.models import Unit
    from leasing.cost_table.refresh import AT_LEISURE, mark_everything, refresh
    from leasing.models import Lease

    print(f"{connection.vendor}, {options.devices} devices")
    UNITS.extend(Unit.objects.filter(is_cost_holder=False).values_list("id", flat=True))
    leases = list(Lease.objects.values_list("id", flat=True))
    rng, number = random.Random(3), count()

    def work_out():
        if not refresh(effort=AT_LEISURE):
            raise SystemExit("Somebody else is at it")

    began = time.perf_counter()
    work_out()
    print(f"  all of it                             {time.perf_counter() - began:8.3f} s")
    tidy()

    def do_move():
        move(rng, leases)

    def import_rows():
        take_in(options.rows, f"NY{next(number)}-")

    for what, change, number_of in (("move", do_move, 1), ("import", import_rows, options.rows)):
        told = in_turn(options.rounds, change, work_out, number_of)
        marked, unmarked, worked, floor = told
        print(
            f"  {what}: with marks {marked:.4f} s, without {unmarked:.4f} s = {marked / unmarked:.2f}"
        )
        print(
            f"  its refresh {worked:.4f} s / reading the rows = {worked / floor:.1f}, "
            f"/ {what} = {worked / marked:.2f}"
        )
    mark_everything()
    work_out()
    print(f"  {options.beside} + {options.beside} for {options.seconds} s: "
          f"{among_many(options.seconds, options.beside, leases)}")  # fmt: skip
    assert_equal()
    print(f"  {options.kills} kills, {killed(options.kills, leases)} of them before the end")
    assert_equal()


if __name__ == "__main__":
    main()
