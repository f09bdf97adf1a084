"""The device list with many devices: first and deepest page, by a stored column, unit and person,
in-process through all middleware, against the time of an empty page.
"""

import argparse
import statistics
import time

from tests.benchmarks.ground import fill, in_another_process, own_database, tidy

SORTS = ("serial_number", "unit", "person", "since")


def give_people(share=5):
    """Put a person on most placements: one employee for every `share` devices."""
    from django.db import connection

    from albertslund_it.web.database.rows import write_rows
    from inventory.models import Device, Unit

    people = Device.objects.count() // share
    unit = Unit.objects.filter(is_cost_holder=False).first()
    write_rows(
        "inventory_employee",
        ("id", "initials", "name", "mail", "unit_id"),
        ((n, f"AB{n}", f"Person {n * 7919 % people}", "", unit.id) for n in range(1, people + 1)),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_placement SET employee_id = device_id %% %s + 1 "
            "WHERE unit_id IS NOT NULL AND device_id %% 7 <> 0",
            [people],
        )


def prepare(devices):
    fill(devices)
    give_people()
    tidy()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options.devices} devices")
        in_another_process(lambda: prepare(options.devices))
        from django.contrib.auth.models import User
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext, setup_test_environment

        setup_test_environment()
        client = Client()
        client.force_login(User.objects.create_superuser("maaling"))
        last = (options.devices - 1) // 50 + 1
        pages = {"empty page": "/findes-ikke/", "as it opens": "/udstyr/"} | {
            f"{sort}, page {page}": f"/udstyr/?visning=alt&sorter={sort}&side={page}"
            for sort in SORTS
            for page in (1, last)
        }
        seconds = {name: [] for name in pages}
        for _ in range(options.rounds + 1):
            for name, path in pages.items():
                began = time.perf_counter()
                response = client.get(path, secure=True)
                seconds[name].append(time.perf_counter() - began)
                assert response.status_code == (404 if name == "empty page" else 200), path
        empty = statistics.median(seconds["empty page"][1:])
        for name, path in pages.items():
            with CaptureQueriesContext(connection) as queries:
                client.get(path, secure=True)
            median = statistics.median(seconds[name][1:])
            print(
                f"  {name:<28} {median * 1000:7.1f} ms  x{median / empty:5.1f}  {len(queries)} queries"
            )


if __name__ == "__main__":
    main()
