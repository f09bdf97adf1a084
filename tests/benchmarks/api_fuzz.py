"""Ask the API, as each role, what schemathesis makes up of its document: 10,000 requests.

Prints the answers by status. Exits with 1 on a 5xx, an answer that is otherwise than the document
says, one that is no problem though it is an error, or a foreign row in one.
"""

import argparse
import os
import time
from datetime import date

from tests.benchmarks.ground import own_database

TODAY = date(2026, 5, 1)
OWN, FOREIGN = "Egenskolen", "Fjernskolen"
FOREIGN_WORDS = (FOREIGN, "Quirinus", "PF000101")


def town():
    """Make an own unit and a foreign one, with people, devices, orders and a closed quarter."""
    from tests import builders as make
    from tests.cast import Cast
    from tests.leasing.closed import close

    cast = Cast()
    make.cost_holder()
    foreign = make.unit("2001", FOREIGN, department=make.department("Miljø"))
    for number, unit in enumerate((cast.unit, foreign)):
        person = make.employee(("anbe", "qual")[number], ("Anna", "Quirinus")[number], unit=unit)
        for device in range(3):
            make.lease(f"PF000{number}0{device}", unit=unit, employee=person)
        make.order_line(unit, person)
        make.charge(unit, 12345)
    make.device("PFSTOCK1")
    close()
    return cast


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ["TODAY"] = TODAY.isoformat()
    os.environ.setdefault("ALLOWED_HOSTS", "testserver")
    os.environ.setdefault("SECURE_SSL_REDIRECT", "0")
    with own_database():
        import logging

        from albertslund_it import roles
        from tests.leasing.api.asking import Program
        from tests.leasing.api.fuzzing import OPERATIONS, ask

        logging.disable(logging.CRITICAL)
        cast, begun, faults, count = town(), time.perf_counter(), [], 0
        leaders = {roles.HEAD, roles.UNIT_LEADER}
        for number, (role, user) in enumerate(cast.by_role().items()):
            each = max(2, options.requests // (7 * OPERATIONS))
            foreign = FOREIGN_WORDS if role in leaders or not role else ()
            secret = Program(user).secret
            told = ask(secret, each, foreign=foreign, number=options.seed + number)
            print(
                f"{role or 'no role'}: {told.count} requests, {dict(sorted(told.statuses.items()))}"
            )
            faults += told.faults
            count += told.count
        print(f"{count} requests in {time.perf_counter() - begun:.0f} s, {len(faults)} faults")
        for fault in faults:
            print(fault)
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
