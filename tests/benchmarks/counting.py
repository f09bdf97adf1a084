"""A stocktake of as many as one may count: begun, reminded of, looked at, scanned and answered.

Pages in-process through all middleware, against an empty page; beginning one against writing as
many devices and mails as plain rows.
"""

import argparse
import statistics
import time
from datetime import UTC, date, datetime, timedelta

from tests.benchmarks.ground import fill, give_to_people, in_another_process, own_database, tidy

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
DUE = TODAY + timedelta(days=30)


def prepare(devices: int) -> None:
    """Lease the devices, and give each to an employee of its unit."""
    fill(devices)
    give_to_people()


def begin():
    """Begin a stocktake of every unit; print how long it takes, and against what."""
    from inventory.models import Unit
    from leasing.models import CountedDevice, Mail, Stocktake
    from leasing.stocktake.services.stocktakes import start_stocktake

    units = list(Unit.objects.values_list("pk", flat=True))
    began = time.perf_counter()
    made = start_stocktake(
        name="Måling",
        due_on=DUE,
        unit_ids=units,
        is_pcs_only=True,
        actor=None,
        today=TODAY,
        now=NOW,
    )
    took = time.perf_counter() - began
    count, mails = made.devices.count(), Mail.objects.count()
    print(f"  begun: {count} devices, {mails} mails in {took:.1f} s")
    Mail.objects.update(sent_at=NOW)
    tidy()
    assert Stocktake.objects.get() == made
    assert CountedDevice.objects.exists()
    return made


def time_pages(stocktake, rounds: int) -> None:
    """Print the median of each page, and how many times the empty one's it is."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client
    from django.test.utils import setup_test_environment

    from leasing.stocktake.selectors.links import token_of

    setup_test_environment()
    client = Client()
    client.force_login(User.objects.create_superuser("maaling"))
    row = stocktake.devices.filter(link=1).first()
    base = f"/optaelling/{stocktake.pk}/"
    pages = {
        "empty page": "/findes-ikke/",
        "a link": f"/optaelling/svar/{token_of(row)}/",
        "the stocktake": base,
        "its devices": f"{base}udstyr/",
        "its devices, one unit": f"{base}udstyr/?enhed={row.unit_id}",
        "what is to be mended": f"{base}udstyr/?vis=fejl",
        "a unit to scan": f"{base}enhed/{row.unit_id}/",
        "stocktakes": "/optaelling/",
    }
    for day in (TODAY, DUE + timedelta(days=1)):
        settings.TODAY = day
        for _ in range(10):
            client.get(base, secure=True)
        tidy()
        print(f"  on {day}")
        empty = 0.0
        for name, path in pages.items():
            times = []
            for _ in range(rounds):
                began = time.process_time()
                client.get(path, secure=True)
                times.append(time.process_time() - began)
            median = statistics.median(times)
            empty = empty or median
            print(f"    {name:<24} {median * 1000:7.1f} ms of processor  x{median / empty:5.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options.devices} devices")
        in_another_process(lambda: prepare(options.devices))
        time_pages(begin(), options.rounds)


if __name__ == "__main__":
    main()
