"""The pages of helpdesk, heads and finance with many rows of everything, each as its own user,
in-process through all middleware, against the time of an empty page.
"""

import argparse
import statistics
import time
from datetime import UTC, date, datetime

from tests.benchmarks.change_log import LONG, fill_history
from tests.benchmarks.ground import fill, in_another_process, own_database, tidy
from tests.benchmarks.orders import people_and_orders
from tests.benchmarks.reconciling import bill

MOMENT = datetime(2026, 10, 1, 8, tzinfo=UTC)


def everything(options):
    """Fill the tables that are more than devices, people and orders."""
    fill(options.devices)
    people_and_orders(options.people, options.orders)
    users()
    exceptions(options.people)
    _returns_and_losses(options.devices)
    _rollout(options.devices)
    _money()
    _ready_and_told(options.devices)
    bill(options.devices)
    fill_history(options.history)
    tidy()


def users():
    from django.contrib.auth.models import Group, User

    from inventory.models import Access, Department

    for name, role in (("helpdesk", "It-helpdesk"), ("head", "Leder"), ("finance", "Økonomi")):
        user = User.objects.create_user(name)
        user.groups.add(Group.objects.get(name=role))
    head = User.objects.get(username="head")
    department = Department.objects.order_by("pk").first()
    Access.objects.create(user=head, department=department, starts_on=date(2026, 1, 1))


def exceptions(people):
    from django.contrib.auth.models import User

    from leasing.models import Approval

    head = User.objects.get(username="head")
    count = min(5_000, people // 10)
    decided = {"decision": "granted", "decided_at": MOMENT, "decided_by": head}
    Approval.objects.bulk_create(
        (
            Approval(
                employee_id=n * people // count,
                reason="Arbejder to steder",
                ends_before=date(2026, 12, 1) if n % 9 == 0 else date(2027, 9, 1),
                asked_at=MOMENT,
                **(decided if n % 20 else {}),
            )
            for n in range(1, count + 1)
        ),
        batch_size=500,
    )


def _returns_and_losses(devices):
    from django.db import connection

    from inventory.models import ExpectedReturn, Unit
    from leasing.models import LossReport

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_employee SET left_on = '2026-02-01' WHERE id %% 50 = 0", []
        )
        cursor.execute(
            "UPDATE inventory_device SET last_seen = %s WHERE id %% 40 = 0", ["2026-01-01"]
        )
    unit = Unit.objects.first()
    ExpectedReturn.objects.bulk_create(
        ExpectedReturn(
            device_id=n,
            employee_id=n,
            unit=unit,
            why="asked",
            due_on=date(2026, 9, 1) if n % 4 else date(2027, 9, 1),
            created_at=MOMENT,
        )
        for n in range(2, devices, max(devices // 1_000, 1))
    )
    LossReport.objects.bulk_create(
        LossReport(
            device_id=n,
            kind="lost",
            discovered_at=MOMENT,
            encrypted="yes",
            reported_at=MOMENT,
        )
        for n in range(3, devices, max(devices // 200, 1))
    )


def _rollout(devices):
    from inventory.models import Replacement, Roll, Unit

    roll = Roll.objects.create(number=2, name="Pc'er med 8 GB RAM")
    units = list(Unit.objects.filter(is_cost_holder=False).values_list("pk", flat=True))
    Replacement.objects.bulk_create(
        Replacement(
            roll=roll,
            old_device_id=n,
            unit_id=units[n % len(units)],
            new_device_id=n + 1 if n % 8 else None,
            replaced_on=date(2026, 2, 1) if n % 8 else None,
        )
        for n in range(2, devices, 10)
    )


def _money():
    from inventory.models import Unit
    from leasing.models import Charge

    units = list(Unit.objects.filter(is_cost_holder=False).values_list("pk", flat=True))
    Charge.objects.bulk_create(
        Charge(
            unit_id=units[n % len(units)],
            amount_ore=150000,
            charged_on=date(2026, 1 + n % 10, 10),
            text=f"Skærmskade {n}",
        )
        for n in range(20_000)
    )


def _ready_and_told(devices):
    """Put devices from the shelf to the ordered lines that are ready; write 20,000 mails."""
    from inventory.placements.selectors import placements_in_force
    from leasing.models import Mail, OrderedDevice, OrderLine

    held = placements_in_force(date(2026, 10, 1)).values("device")
    from inventory.models import Device

    shelf = list(Device.objects.exclude(pk__in=held).values_list("pk", flat=True)[:600])
    ready = OrderLine.objects.filter(status="delivered").values_list("pk", flat=True)
    OrderedDevice.objects.bulk_create(
        OrderedDevice(line_id=line, device_id=device, delivered_on=date(2026, 9, 1))
        for line, device in zip(ready, shelf, strict=False)
    )
    Mail.objects.bulk_create(
        (
            Mail(
                recipients="x@example.dk",
                subject="Klar til udlevering",
                text="Hej",
                html="<p>Hej</p>",
                written_at=MOMENT,
                sent_at=None if n % 500 == 0 else MOMENT,
            )
            for n in range(20_000)
        ),
        batch_size=500,
    )


def pages(options):
    """Yield (user, name, path, form if it is posted); '+' marks what comes after the page."""
    from inventory.models import Device
    from inventory.placements.selectors import placements_in_force
    from leasing.models import Approval, Charge, SupplierInvoice

    free = Device.objects.exclude(pk__in=placements_in_force(date(2026, 10, 1)).values("device"))
    shelf = list(free.filter(ordered_for=None).values_list("serial_number", flat=True)[:30])
    many = ",".join(shelf)
    handed = {"serial_numbers": "\n".join(shelf), "unit": "0001", "used_for": "Klassesæt"}
    handed |= {"starts_on": "23-11-2026", "trin": "vis"}
    approval, invoice = Approval.objects.filter(decision="").first(), SupplierInvoice.objects.get()
    for user in ("helpdesk", "head", "finance"):
        yield user, "front", "/", None
        yield user, "devices", "/udstyr/", None
        yield user, "a device", "/udstyr/8/", None
        yield user, "a device's long history", f"/udstyr/{LONG}/", None
        yield user, "orders", "/bestillinger/", None
        yield user, "search", "/soeg/?q=person", None
        yield user, "search, nothing", "/soeg/?q=%C3%A6bleskiver", None
        yield user, "data quality", "/datakvalitet/", None
        yield user, "exceptions", "/dispensationer/", None
        yield user, "share", "/egenbetaling/", None
        yield user, "decisions", "/egenbetaling/beslutninger/", None
    for user in ("helpdesk", "head"):
        for sort in ("", "?sorter=name", "?sorter=-unit", "?pc=nej", "?q=lund"):
            yield user, f"people {sort}", f"/medarbejdere/{sort}", None
        yield user, "rollout", "/udrulning/", None
        yield user, "rollout, machines", "/udrulning/maskiner/", None
    yield "head", "share by person", "/egenbetaling/medarbejdere/", None
    yield "head", "confirm", "/bekraeft/", None
    yield "head", "an exception", f"/dispensationer/{approval.pk}/", None
    yield "helpdesk", "exceptions, waiting", "/dispensationer/?status=afventer", None
    yield "helpdesk", "a person", "/medarbejdere/8/", None
    yield "helpdesk", "purchases", "/bestillinger/indkoeb/", None
    yield "helpdesk", "a purchase", "/bestillinger/indkoeb/nummer/?nummer=ATEA-7", None
    yield "helpdesk", "delivery", "/bestillinger/levering/?nummer=ATEA-7", None
    yield "helpdesk", "order form", "/bestillinger/ny/", None
    yield "helpdesk", "an order", f"/bestillinger/{options.orders // 2}/", None
    yield "helpdesk", "hand out 30", f"/udstyr/udlever/?serienumre={many}", None
    yield "helpdesk", "hand out 30, preview", "/udstyr/udlever/", handed
    yield "helpdesk", "transfer 30", f"/udstyr/flyt/?serienumre={many}", None
    yield "helpdesk", "take back 30", f"/udstyr/tag-tilbage/?serienumre={many}", None
    yield "helpdesk", "mails", "/mails/", None
    yield "helpdesk", "objections", "/indsigelser/", None
    for waits in ("overdue", "leavers", "moved", "stock", "unused", "nobody", "unpriced", "ending"):
        yield "helpdesk", f"devices, {waits}", f"/udstyr/?waits={waits}", None
    for waits in ("several", "coming", "exceptions"):
        yield "helpdesk", f"people, {waits}", f"/medarbejdere/?waits={waits}", None
    yield "finance", "supplier invoices", "/leverandoerfakturaer/", None
    yield "finance", "a supplier invoice", f"/leverandoerfakturaer/{invoice.pk}/", None
    yield "finance", "its page 500", f"/leverandoerfakturaer/{invoice.pk}/?side=500", None
    yield "finance", "claims", "/leverandoerfakturaer/krav/", None
    yield "finance", "reconciliation", "/kvartaler/2026Q1/afstemning/", None
    yield "finance", "differences", "/kvartaler/2026Q1/afstemning/linjer/", None
    yield "finance", "charges", "/engangsbeloeb/", None
    yield "finance", "charges, page 400", "/engangsbeloeb/?side=400", None
    yield "finance", "a charge", f"/engangsbeloeb/{Charge.objects.last().pk}/", None
    yield "finance", "quarters", "/kvartaler/", None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--history", type=int, default=8, help="entries of a device or a line")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options}")
        in_another_process(lambda: everything(options))
        from django.contrib.auth.models import User
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext, setup_test_environment

        setup_test_environment()
        clients = {}
        for user in User.objects.filter(username__in=["helpdesk", "head", "finance"]):
            clients[user.username] = Client()
            clients[user.username].force_login(user)
        measured = [("helpdesk", "empty page", "/findes-ikke/", None), *pages(options)]

        def fetch(user, path, form):
            client = clients[user]
            return client.post(path, form, secure=True) if form else client.get(path, secure=True)

        seconds = [[] for _ in measured]
        for _ in range(options.rounds + 1):
            for times, (user, _, path, form) in zip(seconds, measured, strict=True):
                began = time.perf_counter()
                answer = fetch(user, path, form)
                times.append(time.perf_counter() - began)
        empty = statistics.median(seconds[0][1:])
        for times, (user, name, path, form) in zip(seconds, measured, strict=True):
            with CaptureQueriesContext(connection) as queries:
                answer = fetch(user, path, form)
            median = statistics.median(times[1:])
            figures = f"{median * 1000:8.1f} ms  x{median / empty:6.1f}  {len(queries):3} queries"
            status = answer.status_code
            print(f"  {user:<9} {name:<28} {figures}", "" if status == 200 else status)


if __name__ == "__main__":
    main()
