"""The pages of a department's share with 16 closed quarters behind them, each as its own user,
in-process through all middleware, against the time of an empty page: the first time after a fact
changed, and from then on.
"""

import argparse
import statistics
import time
from datetime import date

from albertslund_it.common.quarters import Quarter
from tests.benchmarks.closing import close
from tests.benchmarks.ground import fill, in_another_process, own_database, tidy
from tests.benchmarks.orders import people_and_orders
from tests.benchmarks.pages import exceptions, users

TODAY = date(2030, 1, 20)
SHARE, LATER = "/egenbetaling/", "vis=beregning"


def everything(options):
    """Lease devices, hand some to people, close 16 quarters."""
    fill(options.devices)
    people_and_orders(options.people, options.orders)
    users()
    exceptions(options.people)
    for n in range(options.quarters):
        close(str(Quarter(2026, 1).next(n)))
    tidy()


def pages(options):
    """Yield (user, name, path); '+' marks what comes after the page."""
    for user in ("head", "finance"):
        for name, path, comes_after in (
            ("share", "", True),
            ("share, a closed quarter", "?kvartal=2027Q1", True),
            ("lines", "linjer/", False),
            ("lines of a quarter", "linjer/?kvartal=2029Q4", False),
            ("lines by model", "linjer/?kvartal=2029Q4&model=T14", False),
            ("bridge", "forskel/", True),
            ("bridge, far", "forskel/?fra=2026Q1&til=2029Q4", True),
            ("forecast", "prognose/", True),
            ("what if", "hvad-nu-hvis/?pris=15&pris_fra=01-01-2031", True),
            ("letter", "brev/", True),
            ("day", "dengang/", True),
            ("two days", "dengang/?mod=01-02-2027", True),
            ("decisions", "beslutninger/", False),
            ("by person", "medarbejdere/", False),
        ):
            yield user, name, SHARE + path
            if comes_after:
                yield user, f"+ {name}", f"{SHARE}{path}{'&' if '?' in path else '?'}{LATER}"
        yield user, "budgets", "/budgetter/"
        yield user, "+ budgets", f"/budgetter/?{LATER}"
        yield user, "budget sheet", "/budgetter/ark/"
        yield user, "+ budget sheet", f"/budgetter/ark/?{LATER}"
    for name, path in (("departments", "kommunen/"), ("moves", "flytninger/?fra=01-01-2026")):
        yield "finance", name, SHARE + path
        yield "finance", f"+ {name}", f"{SHARE}{path}{'&' if '?' in path else '?'}{LATER}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--quarters", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options}")
        in_another_process(lambda: everything(options))
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.core.cache import cache
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext, setup_test_environment

        settings.TODAY = TODAY
        setup_test_environment()
        clients = {}
        for user in User.objects.filter(username__in=["head", "finance"]):
            clients[user.username] = Client()
            clients[user.username].force_login(user)

        def milliseconds(user, path):
            began = time.perf_counter()
            clients[user].get(path, secure=True)
            return (time.perf_counter() - began) * 1000

        empty = statistics.median(milliseconds("finance", "/findes-ikke/") for _ in range(9))
        print(f"  empty page {empty:.1f} ms; first after a change, then known")
        for user, name, path in pages(options):
            milliseconds(user, path)
            first = []
            for _ in range(options.rounds):
                cache.clear()
                first.append(milliseconds(user, path))
            known = statistics.median(milliseconds(user, path) for _ in range(options.rounds))
            with CaptureQueriesContext(connection) as queries:
                status = clients[user].get(path, secure=True).status_code
            print(
                f"  {user:<8} {name:<24} {statistics.median(first):8.1f} ms {known:8.1f} ms "
                f"x{known / empty:6.1f} {len(queries):3} queries",
                "" if status == 200 else status,
                flush=True,
            )


if __name__ == "__main__":
    main()
