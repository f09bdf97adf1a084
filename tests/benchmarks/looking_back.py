"""Closing the 16th quarter with some leases changed in closed ones, against closing the first:
looking back costs by what changed, not by the history there is.
"""

import argparse
from datetime import date

from albertslund_it.common.quarters import Quarter
from tests.benchmarks.closing import close, undone
from tests.benchmarks.ground import compare, fill, own_database, tidy

LENT_ON, BACK_ON = date(2026, 5, 5), date(2026, 5, 20)  # in the second of sixteen quarters


def change(leases: int) -> None:
    """Enter late, evenly spread, that so many devices were lent to another unit for a fortnight."""
    from inventory.models import Placement, Unit

    borrower = Unit.objects.filter(is_cost_holder=False).first()
    placements = list(Placement.objects.filter(starts_on__lt=LENT_ON).order_by("device_id"))
    for placement in placements[:: max(1, len(placements) // leases)][:leases]:
        Placement.objects.bulk_create(
            [
                Placement(device_id=placement.device_id, starts_on=LENT_ON, unit=borrower),
                Placement(
                    device_id=placement.device_id, starts_on=BACK_ON, unit_id=placement.unit_id
                ),
            ]
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--changed", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options.devices} devices, {options.changed} changed")
        fill(options.devices, moved=0)
        first = compare(options.rounds, closing_the_1st=undone(close))["closing_the_1st"]
        for n in range(15):
            close(str(Quarter(2026, 1).next(n)))
        tidy()
        change(options.changed)
        sixteenth = str(Quarter(2026, 1).next(15))
        last = compare(options.rounds, closing_the_16th=undone(lambda: close(sixteenth)))
        print(f"  16th / 1st = {last['closing_the_16th'] / first:.2f}")


if __name__ == "__main__":
    main()
