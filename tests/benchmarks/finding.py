"""Search, employees and data quality with many devices and orders, in-process through all
middleware, against the time of an empty page; the parts that come after the page beside them.
"""

import argparse
import statistics
import time

from tests.benchmarks.device_list import give_people
from tests.benchmarks.ground import fill, in_another_process, own_database, tidy


def order(count):
    """Place that many orders of one line, one in ten still open, and break a few rules."""
    from django.db import connection

    from albertslund_it.web.database.rows import write_rows
    from inventory.models import DeviceModel, Employee, Unit

    people = list(Employee.objects.values_list("id", flat=True)[:count])
    unit = Unit.objects.filter(is_cost_holder=False).first()
    model = DeviceModel.objects.first()
    told = ("requester_name", "requester_mail", "reference", "note", "mail_text")
    write_rows(
        "leasing_order",
        ("id", "token", *told, "created_at"),
        (
            (n, f"{n:032x}", *("" for _ in told), "2026-02-01 08:00:00+00:00")
            for n in range(1, count + 1)
        ),
    )
    texts = ("used_for", "past_stock_because", "closed_because", "exception_reason")
    whose = ("order_id", "position", "model_id", "quantity", "unit_id", "employee_id")
    rows = (
        {
            **dict(zip(whose, (n, 1, model.id, 1, unit.id, people[n % len(people)]), strict=True)),
            **dict.fromkeys(texts, ""),
            "reason": "new",
            "status": "ordered" if n % 10 == 0 else "handed_out",
            "supplier_order_number": f"ATEA-{n}",
        }
        for n in range(1, count + 1)
    )
    first = next(rows)
    write_rows("leasing_orderline", tuple(first), [tuple(row.values()) for row in (first, *rows)])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_employee SET left_on = '2026-01-01' WHERE id %% 50 = 0", []
        )
        cursor.execute(
            "UPDATE inventory_device SET last_seen = %s WHERE id %% 40 = 0", ["2025-12-01"]
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options.devices} devices, {options.orders} orders")

        def fill_it():
            fill(options.devices)
            give_people(share=1)
            order(options.orders)
            tidy()

        in_another_process(fill_it)
        from django.contrib.auth.models import User
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext, setup_test_environment

        setup_test_environment()
        client = Client()
        client.force_login(User.objects.create_superuser("maaling"))
        pages = {
            "empty page": "/findes-ikke/",
            "search, a serial number": "/soeg/?q=PF0004999",
            "search, a rare number": "/soeg/?q=49991X",
            "search, a common name": "/soeg/?q=person",
            "search, an order": "/soeg/?q=ATEA-19",
            "search, nothing": "/soeg/?q=%C3%A6bleskiver",
            "employees, page 1": "/medarbejdere/",
            "employees, by unit": "/medarbejdere/?sorter=unit",
            "employees, without pc": "/medarbejdere/?pc=nej",
            "an employee": "/medarbejdere/7/",
            "a device, with its history": "/udstyr/7/",
            "data quality": "/datakvalitet/",
            "devices of leavers": "/udstyr/?waits=leavers",
        }
        seconds = {name: [] for name in pages}
        for _ in range(options.rounds + 1):
            for name, path in pages.items():
                began = time.perf_counter()
                response = client.get(path, secure=True)
                seconds[name].append(time.perf_counter() - began)
                assert response.status_code in {200, 302, 404}, path
        empty = statistics.median(seconds["empty page"][1:])
        for name, path in pages.items():
            with CaptureQueriesContext(connection) as queries:
                client.get(path, secure=True)
            median = statistics.median(seconds[name][1:])
            times = f"{median * 1000:7.1f} ms  x{median / empty:5.1f}"
            print(f"  {name:<28} {times}  {len(queries)} queries")


if __name__ == "__main__":
    main()
