"""Orders with many devices, people and orders: list, typeahead, form fragment, mail and detail,
in-process through all middleware, against the time of an empty page.
"""

import argparse
import random
import statistics
import time
from datetime import date

from tests.benchmarks.ground import fill, in_another_process, own_database, tidy

FIRST = ("Åse", "Bjørn", "Anna", "Lærke", "Ole", "Mette", "Søren", "Ida")
LAST = ("Østergård", "Berg", "Lund", "Holm", "Ærø", "Skov", "Krog", "Dam")
STATUSES = ("handed_out",) * 14 + (
    "approved",
    "ordered",
    "delivered",
    "awaiting",
    "draft",
    "partly",
)


def people_and_orders(people, orders):
    """Hand every second device to a person, and make orders of one line, most of them closed."""
    from django.db import connection
    from django.utils import timezone

    from albertslund_it.web.database.rows import write_rows
    from inventory.models import DeviceModel, Unit
    from leasing.models import LeasePrice, Order, OrderLine

    rng = random.Random(5)
    units = list(Unit.objects.filter(is_cost_holder=False).values_list("id", flat=True))
    models = list(DeviceModel.objects.values_list("id", flat=True))
    for model in models:
        LeasePrice.objects.create(model_id=model, starts_on=date(2026, 1, 1), price_ore=559066)
    write_rows(
        "inventory_employee",
        ("id", "initials", "name", "mail", "unit_id"),
        (
            (n, f"AB{n}", f"{rng.choice(FIRST)} {rng.choice(LAST)} {n}", "", rng.choice(units))
            for n in range(1, people + 1)
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_placement SET employee_id = device_id "
            "WHERE unit_id IS NOT NULL AND device_id %% 2 = 0 AND device_id <= %s",
            [people],
        )
    now = timezone.now()
    Order.objects.bulk_create(
        (Order(id=n, created_at=now, requester_mail="x@example.dk") for n in range(1, orders + 1)),
        batch_size=500,
    )
    OrderLine.objects.bulk_create(
        (
            OrderLine(
                order_id=n,
                position=1,
                model_id=rng.choice(models),
                unit_id=rng.choice(units),
                employee_id=rng.randrange(1, people + 1) if n % 5 else None,
                used_for="" if n % 5 else "Klassesæt",
                reason="new",
                status=rng.choice(STATUSES),
                supplier_order_number=f"ATEA-{n // 20}" if n % 3 else "",
            )
            for n in range(1, orders + 1)
        ),
        batch_size=500,
    )


def prepare(options):
    fill(options.devices)
    people_and_orders(options.people, options.orders)
    tidy()


def pages(options, model, unit):
    """Return the addresses that are measured."""
    last = (options.orders - 1) // 50 + 1
    lists = ["", "side=2", f"side={last}", "status=Afventer", "status=delivered", f"unit={unit}"]
    lists += [f"model={model}", "q=B1234", "q=ATEA-77", "q=%C3%B8sterg%C3%A5rd", "q=findesikke"]
    for column in ("person", "unit", "model", "status", "wanted_on", "supplier_order_number"):
        lists += [f"sorter={column}", f"sorter=-{column}&side={last // 2}"]
    found = {f"list ?{query}": f"/bestillinger/?{query}" for query in lists}
    for typed in ("a", "AB4711", "%C3%B8ster", "findesikke", "lund+499"):
        found[f"typeahead {typed}"] = f"/soeg/medarbejdere/?q={typed}"
    found["form"] = "/bestillinger/ny/"
    found["detail"] = f"/bestillinger/{options.orders // 2}/"
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options}")
        in_another_process(lambda: prepare(options))
        from django.contrib.auth.models import User
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext, setup_test_environment

        from inventory.models import DeviceModel, Unit

        setup_test_environment()
        client = Client()
        client.force_login(User.objects.create_superuser("maaling"))
        model, unit = DeviceModel.objects.first().pk, Unit.objects.first().pk
        measured = {"empty page": "/findes-ikke/"} | pages(options, model, unit)
        seconds = {name: [] for name in measured}
        for _ in range(options.rounds + 1):
            for name, path in measured.items():
                began = time.perf_counter()
                response = client.get(path, secure=True)
                seconds[name].append(time.perf_counter() - began)
                assert response.status_code == (404 if name == "empty page" else 200), path
        empty = statistics.median(seconds["empty page"][1:])
        for name, path in measured.items():
            with CaptureQueriesContext(connection) as queries:
                client.get(path, secure=True)
            median = statistics.median(seconds[name][1:])
            print(f"  {name:<44} {median * 1000:7.1f} ms  x{median / empty:5.1f}  {len(queries)} q")


if __name__ == "__main__":
    main()
