"""Rows written with their history in bulk, against the same rows saved one by one with auditlog's
own entries, and against the rows alone without any history.
"""

import argparse
from datetime import date

from tests.benchmarks.closing import undone
from tests.benchmarks.ground import compare, fill, own_database


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with own_database() as connection:
        from auditlog.context import disable_auditlog

        from albertslund_it.web.database.bulk import Changes
        from inventory.models import Device, DeviceModel

        fill(0)
        model = DeviceModel.objects.first()

        def devices():
            return [
                Device(serial_number=f"NEW{n:06}", model=model, warranty_until=date(2029, 12, 31))
                for n in range(options.rows)
            ]

        def in_bulk():
            changes = Changes((Device,))
            for device in devices():
                changes.create(device)
            changes.save(None)

        def one_by_one():
            for device in devices():
                device.save()

        def without_history():
            with disable_auditlog():
                Device.objects.bulk_create(devices())

        print(f"{connection.vendor}, {options.rows} new devices")
        medians = compare(
            options.rounds,
            in_bulk=undone(in_bulk),
            one_by_one=undone(one_by_one),
            without_history=undone(without_history),
        )
        print(f"  one by one / in bulk = {medians['one_by_one'] / medians['in_bulk']:.1f}")
        print(f"  in bulk / no history = {medians['in_bulk'] / medians['without_history']:.1f}")


if __name__ == "__main__":
    main()
