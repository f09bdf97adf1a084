"""The main jobs with 16 closed quarters behind them, at any size, against one floor: the leases,
terms and placements read once as bare rows. Written as the table that README has.

    python -m tests.benchmarks.scale --devices 500000
    DATABASE_URL=postgresql://… python -m tests.benchmarks.scale --devices 50000

`--keep` leaves the database it has made where it is, under the name it prints, for other measurements.
"""

import argparse
import gc
import io
import logging
import statistics
import time
from datetime import UTC, date, datetime
from functools import partial

from albertslund_it.common.quarters import Quarter
from tests.benchmarks.closing import undone
from tests.benchmarks.ground import fill, in_another_process, own_database, peak_megabytes, tidy
from tests.benchmarks.importing import count_on
from tests.benchmarks.importing_files import workbook_of
from tests.benchmarks.orders import people_and_orders
from tests.benchmarks.pages import exceptions, users
from tests.benchmarks.reconciling import bill

TODAY = date(2030, 1, 20)
MOMENT = datetime(2030, 1, 20, 8, tzinfo=UTC)
PAGES = {
    "front page": ("helpdesk", "/"),
    "device list": ("helpdesk", "/udstyr/"),
    "device list, searched": ("helpdesk", "/udstyr/?q=PF0001234"),
    "search": ("helpdesk", "/soeg/?q=person 123"),
    "data quality": ("helpdesk", "/datakvalitet/"),
    "share": ("head", "/egenbetaling/"),
    "bridge": ("head", "/egenbetaling/forskel/"),
    "forecast": ("head", "/egenbetaling/prognose/"),
    "share, all": ("finance", "/egenbetaling/"),
    "bridge, all": ("finance", "/egenbetaling/forskel/"),
    "forecast, all": ("finance", "/egenbetaling/prognose/"),
    "departments": ("finance", "/egenbetaling/kommunen/"),
    "the open quarter": ("finance", "/kvartaler/2030Q1/"),
    "reconciliation, the page": ("finance", "/kvartaler/2026Q1/afstemning/"),
}


def everything(options):
    """Lease devices, hand some to people, have one quarter invoiced, and close all of them."""
    from tests.benchmarks.closing import close

    fill(options.devices)
    people_and_orders(options.people, options.orders)
    users()
    exceptions(options.people)
    bill(options.devices)
    began = time.perf_counter()
    for n in range(options.quarters):
        close(str(Quarter(2026, 1).next(n)))
    took = (time.perf_counter() - began) / options.quarters
    print(f"  {options.quarters} quarters closed in {took:.1f} s each", flush=True)
    tidy()


def floor():
    """Read the leases, the terms and the placements, and do nothing with them."""
    from inventory.models import Placement
    from leasing.models import Lease, LeaseTerm

    for rows in (Lease.objects, LeaseTerm.objects, Placement.objects):
        for _ in rows.order_by().values_list().iterator(chunk_size=5_000):
            pass


def jobs(options):
    """Return what is measured, by its name, beside the pages."""
    from albertslund_it.common.files.spreadsheets import read_table
    from inventory.models import Device
    from leasing.billing.services.closing import close_quarter
    from leasing.data_quality.selectors.findings import all_findings
    from leasing.imports.importers.files import import_file
    from leasing.models import BillingRun
    from leasing.rebilling.exports.files import export_rebilling
    from leasing.supplier.selectors.reconciliation import reconciliation_of

    rows = min(options.devices, 50_000)
    known = list(Device.objects.order_by("pk").values_list("serial_number", flat=True)[:rows])
    data = workbook_of(rows, known[: rows // 2])
    run = BillingRun.objects.order_by("-id").first()

    def take_in():
        import_file(
            kind="devices",
            stream=io.BytesIO(data),
            filename="udstyr.xlsx",
            actor=None,
            today=TODAY,
            now=MOMENT,
        )

    def export():
        export_rebilling(
            run=run,
            file_kind="xlsx",
            stream=io.BytesIO(),
            actor_name="Måling",
            today=TODAY,
            now=MOMENT,
        )

    later = date(2030, 6, 1)
    close = partial(close_quarter, code="2030Q1", closed_by="Måling", today=later, now=MOMENT)
    return {
        f"{rows} rows of a file read": lambda: read_table(io.BytesIO(data), "udstyr.xlsx", 2**26),
        f"import of {rows} rows": undone(take_in),
        "closing of a quarter": undone(close),
        "reconciliation": lambda: reconciliation_of(Quarter(2026, 1)),
        f"Excel of {run.line_count} lines": undone(export),
        "rules of data quality": lambda: all_findings(TODAY),
    }


def clients():
    from django.contrib.auth.models import User
    from django.test import Client

    found = {}
    for user in User.objects.filter(username__in=["head", "finance", "helpdesk"]):
        found[user.username] = Client()
        found[user.username].force_login(user)
    return found


def api_lists():
    """Return what a program asks for as finance: of each list its first page and one deep in it."""
    from django.contrib.auth.models import User

    from inventory.models import Device
    from leasing.api.selectors.paging import cursor_of
    from leasing.models import InvoiceLine
    from tests.leasing.api.asking import ROOT, Program

    program = Program(User.objects.get(username="finance"), ends_before=date.max)

    def get(name, **query):
        return program.http.get(f"{ROOT}{name}", query, secure=True)

    def middle(rows, *order):
        return cursor_of(rows.order_by(*order).values_list(*order)[rows.count() // 2])

    since = {"from": "2026Q1"}
    last = {**since, "limit": 500}
    while cursor := get("shares", **last).json()["next_cursor"]:
        last["cursor"] = cursor
    for name, deep_in in (
        ("devices", {"cursor": middle(Device.objects, "pk")}),
        ("invoice-lines", {"cursor": middle(InvoiceLine.objects, "invoice_id", "number")}),
        ("shares", since | {"cursor": last.get("cursor", "")}),
    ):
        yield f"API: {name}", partial(get, name)
        yield f"API: {name}, deep in", partial(get, name, **deep_in)


def seconds_of(work, rounds):
    times = []
    for _ in range(rounds):
        gc.collect()
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--quarters", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="do not remove the database")
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options}", flush=True)
        in_another_process(lambda: everything(options))
        count_on(connection)
        from django.conf import settings

        from leasing.cost_table.moment import bring_up_to_date
        from leasing.cost_table.refresh import AT_LEISURE

        settings.TODAY = TODAY
        settings.ALLOWED_HOSTS = ["testserver"]
        logging.getLogger("django_structlog").setLevel(logging.WARNING)
        bring_up_to_date(effort=AT_LEISURE)
        base = seconds_of(floor, options.rounds)
        print("\n| job | seconds | × floor |\n|---|---:|---:|")
        print(f"| *floor: leases, terms and placements read* | {base:.2f} | 1.0 |", flush=True)
        for name, work in jobs(options).items():
            took = seconds_of(work, 1 if options.devices > 100_000 else options.rounds)
            print(f"| {name} | {took:.2f} | {took / base:.1f} |", flush=True)
        browsers = clients()
        pages = [
            (name, partial(browsers[user].get, path, secure=True))
            for name, (user, path) in PAGES.items()
        ]
        for name, page in [*pages, *api_lists()]:
            status = page().status_code  # what is compiled and prepared once
            took = seconds_of(page, options.rounds)
            amiss = "" if status == 200 else f" ({status})"
            print(f"| {name}{amiss} | {took:.3f} | {took / base:.2f} |", flush=True)
        print(f"\n  peak memory {peak_megabytes():.0f} MB")
        if options.keep:
            print(f"  kept: {connection.settings_dict['NAME']}")
            connection.creation.destroy_test_db = lambda *args, **kwargs: None


if __name__ == "__main__":
    main()
