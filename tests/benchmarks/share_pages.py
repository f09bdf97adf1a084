"""The pages of a department's share with 16 closed quarters behind them, each as its own user,
in-process through all middleware: milliseconds of the process's CPU, which a shared machine does not
stretch as it does the time; and after each kind of change. On PostgreSQL what the server does itself
is not in them.
"""

import argparse
import gc
import statistics
import time
from datetime import date

from albertslund_it.common.quarters import Quarter
from tests.benchmarks.closing import close
from tests.benchmarks.ground import fill, in_another_process, own_database, tidy
from tests.benchmarks.orders import people_and_orders
from tests.benchmarks.pages import exceptions, users

TODAY = date(2030, 1, 20)
SHARE = "/egenbetaling/"


def everything(options):
    """Lease devices, hand some to people, close 16 quarters."""
    fill(options.devices)
    people_and_orders(options.people, options.orders)
    users()
    exceptions(options.people)
    for n in range(options.quarters):
        close(str(Quarter(2026, 1).next(n)))
    tidy()


def pages():
    """Yield (user, name, path)."""
    for user in ("head", "finance"):
        for name, path in (
            ("share", ""),
            ("share, a closed quarter", "?kvartal=2027Q1"),
            ("lines", "linjer/"),
            ("lines of a quarter", "linjer/?fra=2029Q4&til=2029Q4"),
            ("lines by model", "linjer/?fra=2029Q4&til=2029Q4&model=T14"),
            ("lines sorted by unit", "linjer/?sorter=-unit&side=200"),
            ("lines sorted by amount", "linjer/?sorter=-amount_ore&side=600"),
            ("lines sorted by number", "linjer/?sorter=serial_number&koersel=opkraevet"),
            ("lines searched", "linjer/?q=PF0000123"),
            ("bridge", "forskel/"),
            ("bridge, far", "forskel/?fra=2026Q1&til=2029Q4"),
            ("forecast", "prognose/"),
            ("terms to come", "prognose/kommende/?fra=2030Q1&til=2034Q4&slags=assumed"),
            ("what if", "hvad-nu-hvis/?pris=15&pris_fra=01-01-2031"),
            ("letter", "brev/"),
            ("day", "dengang/"),
            ("two days", "dengang/?mod=01-02-2027"),
            ("decisions", "beslutninger/"),
            ("by person", "medarbejdere/"),
        ):
            yield user, name, SHARE + path
        yield user, "front", "/"
        yield user, "data quality", "/datakvalitet/"
        yield user, "budgets", "/budgetter/"
        yield user, "budget sheet", "/budgetter/ark/"
    yield "head", "confirm", "/bekraeft/"
    yield "helpdesk", "front", "/"
    yield "helpdesk", "data quality", "/datakvalitet/"
    yield "finance", "quarters", "/kvartaler/"
    yield "finance", "the open quarter", "/kvartaler/2030Q1/"
    yield "finance", "a closed quarter", "/kvartaler/2029Q4/"
    for name, path in (("departments", "kommunen/"), ("moves", "flytninger/?fra=01-01-2026")):
        yield "finance", name, SHARE + path


def changes():
    """Yield (name, what makes the change) of each kind of change that figures follow."""
    from inventory.models import Placement, Unit
    from leasing.models import Charge, EndChoice, EndDecision, Lease

    lease = Lease.objects.filter(stops_on=None).order_by("id").first()
    units = list(Unit.objects.filter(is_cost_holder=False).order_by("id")[:2])
    other = Unit.objects.exclude(department=units[0].department).exclude(department=None).first()

    def moved():
        Placement.objects.update_or_create(
            device_id=lease.device_id, starts_on=TODAY, defaults={"unit": units[0]}
        )

    def stopped():
        Lease.objects.filter(pk=lease.pk).update(stops_on=TODAY)

    def repriced():
        term = lease.terms.first()
        term.price_ore += 1600
        term.save()

    def reorganised():
        units[1].department = other.department
        units[1].save()

    def charged():
        Charge.objects.create(
            unit=units[0], charged_on=TODAY, amount_ore=12300, text="Ridset låg, målt"
        )

    def decided():
        last = Lease.objects.filter(stops_on=None).order_by("-id").first()
        EndDecision.objects.create(term=last.terms.get(), choice=EndChoice.RETURN)

    yield "move", moved
    yield "stop", stopped
    yield "price", repriced
    yield "unit to another department", reorganised
    yield "charge", charged
    yield "decision", decided


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--quarters", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options}")
        in_another_process(lambda: everything(options))
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        from albertslund_it.operation.warming import keep_what_is_there
        from leasing.cost_table.refresh import refresh

        settings.TODAY = TODAY
        # Not the test environment, which copies the context of each template that is rendered.
        settings.ALLOWED_HOSTS = ["testserver"]
        clients = {}
        for user in User.objects.filter(username__in=["head", "finance", "helpdesk"]):
            clients[user.username] = Client()
            clients[user.username].force_login(user)

        def milliseconds(user, path):
            gc.collect()
            began = time.process_time()
            clients[user].get(path, secure=True)
            return (time.process_time() - began) * 1000

        keep_what_is_there()  # as the workers do once they are warm
        empty = statistics.median(milliseconds("finance", "/findes-ikke/") for _ in range(9))
        print(f"  empty page {empty:.1f} ms; median of {options.rounds}")
        for user, name, path in pages():
            milliseconds(user, path)  # what is compiled and prepared once
            known = statistics.median(milliseconds(user, path) for _ in range(options.rounds))
            with CaptureQueriesContext(connection) as queries:
                status = clients[user].get(path, secure=True).status_code
            print(
                f"  {user:<8} {name:<24} {known:8.1f} ms x{known / empty:6.1f} "
                f"{len(queries):3} queries",
                "" if status == 200 else status,
                flush=True,
            )
        print("  after a change: its refresh, then the first page")
        for name, change in changes():
            change()
            began = time.process_time()
            refresh()
            refreshed = (time.process_time() - began) * 1000
            first = {user: milliseconds(user, SHARE) for user in ("head", "finance")}
            told = ", ".join(f"{user} {first[user]:.1f} ms" for user in first)
            print(f"  {name:<28} refresh {refreshed:7.1f} ms; share {told}", flush=True)


if __name__ == "__main__":
    main()
