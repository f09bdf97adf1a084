"""All rules of data quality over many devices, with what other sources say of them, against the
time of reading the register once: milliseconds of the process's CPU.
"""

import argparse
import gc
import statistics
import time
from datetime import date

from tests.benchmarks.ground import in_another_process, own_database, tidy
from tests.benchmarks.pages import everything

TODAY = date(2026, 10, 1)
MOST_SECONDS = 2.0


def sources(devices):
    """Take a snapshot of the MDM and of the lessor's list, each with some numbers amiss."""
    from django.utils import timezone

    from inventory.models import Device, SeenDevice, Snapshot, SourceKind
    from leasing.models import LessorAsset

    numbers = list(Device.objects.order_by("pk").values_list("serial_number", flat=True))
    for source, model in ((SourceKind.INTUNE, SeenDevice), (SourceKind.LESSOR, LessorAsset)):
        snapshot = Snapshot.objects.create(
            source=source,
            taken_on=TODAY,
            made_at=timezone.now(),
            digest=str(source),
            kept=devices,
            left_out=0,
            is_latest=True,
            last_device=10**9,
            last_employee=10**9,
        )
        model.objects.bulk_create(
            (
                model(snapshot=snapshot, device_id=amiss(number) if n % 100 == 0 else number)
                for n, number in enumerate(numbers)
            ),
            batch_size=2_000,
        )


def amiss(number):
    """Write a number with one sign else."""
    return number[:-1] + ("X" if number[-1] != "X" else "Y")


def everything_and_sources(options):
    everything(options)
    sources(options.devices)
    tidy()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--history", type=int, default=8, help="entries of a device or a line")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options}")
        in_another_process(lambda: everything_and_sources(options))
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        from inventory.models import Device, Employee
        from inventory.placements.selectors import placements_in_force
        from leasing.cost_table.moment import bring_up_to_date, one_moment
        from leasing.cost_table.refresh import AT_LEISURE
        from leasing.data_quality.selectors.facts import Facts
        from leasing.data_quality.selectors.findings import all_findings
        from leasing.data_quality.selectors.idle import idle_cost
        from leasing.data_quality.selectors.rules import RULES

        settings.TODAY = TODAY
        settings.ALLOWED_HOSTS = ["testserver"]
        helpdesk, head = (User.objects.get(username=name) for name in ("helpdesk", "head"))
        client = Client()
        client.force_login(helpdesk)

        def read_once():
            for rows in (Device.objects, Employee.objects, placements_in_force(TODAY)):
                list(rows.order_by().values_list())

        def milliseconds(call):
            gc.collect()
            began = time.process_time()
            call()
            return (time.process_time() - began) * 1000

        def median(call):
            call()  # what is compiled and prepared once
            return statistics.median(milliseconds(call) for _ in range(options.rounds))

        bring_up_to_date(effort=AT_LEISURE)
        base = median(read_once)
        print(f"  the register read once {base:.1f} ms; median of {options.rounds}")
        measured = {
            "all rules": lambda: all_findings(TODAY),
            "not in use, of a head": lambda: idle_cost(head, TODAY),
            "not in use, of all": lambda: idle_cost(helpdesk, TODAY),
            "the page": lambda: client.get("/datakvalitet/", secure=True),
            "a rule's page": lambda: client.get("/datakvalitet/nobody/", secure=True),
            "not in use, the page": lambda: client.get("/datakvalitet/ikke-i-brug/", secure=True),
        }
        whole = median(measured["all rules"])
        for name, call in measured.items():
            known = median(call)
            with CaptureQueriesContext(connection) as queries:
                call()
            count = len(queries)
            print(f"  {name:<24} {known:8.1f} ms  x{known / base:5.1f}  {count:3} queries")
        with one_moment():
            facts = Facts(TODAY)
            for rule in RULES:
                took = milliseconds(lambda rule=rule, facts=facts: rule.found(facts))
                print(f"    {rule.key:<16} {took:8.1f} ms  {len(rule.found(facts)):6} found")
        assert whole < MOST_SECONDS * 1000, "all rules take too long"


if __name__ == "__main__":
    main()
