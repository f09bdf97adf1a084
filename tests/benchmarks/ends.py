"""The board of ends with many leases, and 5,000 of them decided at once.

Pages in-process through all middleware, against the list of devices and an empty page; a bulk
decision against reading the same ends.
"""

import argparse
import statistics
import time
from datetime import UTC, date, datetime

from tests.benchmarks.ground import fill, give_to_people, in_another_process, own_database, tidy

TODAY = date(2027, 3, 1)
PAGES = {
    "empty page": "/findes-ikke/",
    "devices": "/udstyr/",
    "board": "/udloeb/",
    "board, a quarter": "/udloeb/?kvartal=2029Q1",
    "board, all": "/udloeb/?kvartal=alle",
    "board, all, by number": "/udloeb/?kvartal=alle&sorter=serial_number",
    "board, all, by unit": "/udloeb/?kvartal=alle&sorter=unit",
    "board, all, by unit, down": "/udloeb/?kvartal=alle&sorter=-unit",
    "board, all, by person": "/udloeb/?kvartal=alle&sorter=person",
    "board, a department": "/udloeb/?afdeling=1",
    "board, a department, by person": "/udloeb/?afdeling=1&sorter=person",
}


def prepare(devices: int) -> None:
    """Spread the ends over four years, every fifth decided; each device has a person of its own."""
    from django.db import connection

    from albertslund_it.web.database.rows import write_rows
    from leasing.models import LeaseTerm

    fill(devices)
    give_to_people()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leasing_leaseterm SET quarters = 1 + (lease_id %% 16)", [])
    terms = LeaseTerm.objects.filter(lease__lte=devices).values_list("pk", flat=True)
    choices = ("buyout", "return")
    write_rows(
        "leasing_enddecision",
        ("term_id", "choice", "reason"),
        [(pk, choices[pk % 2], "") for pk in terms if pk % 5 == 0],
    )
    tidy()


def time_pages(rounds: int) -> None:
    """Print the median of each page, and how many times the empty one's it is."""
    from django.contrib.auth.models import User
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment()
    client = Client()
    client.force_login(User.objects.create_superuser("maaling"))
    for _ in range(20):  # a request works out some of what is marked, and leaves the rest
        client.get("/udloeb/", secure=True)
    tidy()
    walls: dict[str, list[float]] = {name: [] for name in PAGES}
    seconds: dict[str, list[float]] = {name: [] for name in PAGES}
    for _ in range(rounds):
        for name, path in PAGES.items():
            began, used = time.perf_counter(), time.process_time()
            client.get(path, secure=True)
            walls[name].append(time.perf_counter() - began)
            seconds[name].append(time.process_time() - used)
    empty = statistics.median(walls["empty page"])
    for name, times in seconds.items():
        wall, median = statistics.median(walls[name]) * 1000, statistics.median(times) * 1000
        print(
            f"  {name:<30} {wall:6.1f} ms, {median:6.1f} of processor  x{wall / empty / 1000:5.1f}"
        )


def time_decisions(count: int) -> None:
    """Print how long it takes to decide about many ends, and to read them."""
    from leasing.lease_end.selectors.term_ends import ends_of_terms
    from leasing.lease_end.services.decisions import WantedEnd, decide_ends
    from leasing.models import LeaseTerm

    free = LeaseTerm.objects.filter(quarters__gte=10, end_decision=None)
    ids = list(free.values_list("pk", flat=True)[:count])
    began = time.perf_counter()
    ends_of_terms(ids)
    read = time.perf_counter() - began
    wanted = WantedEnd("extension", "Venter", 2, dict.fromkeys(ids, 60_000))
    moment = datetime(2027, 3, 1, 9, tzinfo=UTC)
    began, used = time.perf_counter(), time.process_time()
    decide_ends(term_ids=ids, wanted=wanted, actor=None, today=TODAY, now=moment)
    took, used = time.perf_counter() - began, time.process_time() - used
    print(
        f"  {len(ids)} decided: {took:.2f} s, {used:.2f} of processor, x{took / read:.1f} of reading"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--decided", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options.devices} devices")
        in_another_process(lambda: prepare(options.devices))
        from django.conf import settings

        settings.TODAY = TODAY
        time_pages(options.rounds)
        time_decisions(options.decided)


if __name__ == "__main__":
    main()
