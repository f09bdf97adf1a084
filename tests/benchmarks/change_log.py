"""A history behind the devices and the orders of a measurement, as years of use leave one."""

import random
from datetime import UTC, date, datetime, time, timedelta

BEGAN = date(2026, 1, 1)
LONG, ENTRIES_OF_LONG = 1, 500  # the device whose page tells of much
GONE = 10**9  # no row has a number like it


def fill_history(entries: int) -> None:
    """Let each device, and each line of an order, have so many entries behind it.

    The last of every fourth is of a placement or a line that is there no more: an import that is
    taken back leaves tens of thousands of those.
    """
    from auditlog.models import LogEntry
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection

    from albertslund_it.web.database.history import COLUMNS
    from albertslund_it.web.database.rows import write_rows

    written = connection.ops.adapt_datetimefield_value
    days = [BEGAN + timedelta(days=n) for n in range(365)]
    moments = [written(datetime.combine(day, time(9), UTC)) for day in days]
    rng = random.Random(11)
    # As a list, for what is read of the database must be read before a COPY begins.
    changes = [*_of_devices(entries), *_of_lines(entries)]
    kinds = ContentType.objects.get_for_models(*{model for model, *_ in changes})
    write_rows(
        LogEntry._meta.db_table,
        (*COLUMNS, "timestamp"),
        (
            (kinds[model].pk, str(pk), pk, name, action, told, "", rng.choice(moments))
            for model, pk, name, action, told in changes
        ),
    )


def _of_devices(entries):
    """Yield changes of devices: of their own, of the lease, and of placements there are or were."""
    from auditlog.models import LogEntry

    from inventory.models import Device, Placement, Unit
    from leasing.models import Lease

    update, delete = LogEntry.Action.UPDATE, LogEntry.Action.DELETE
    old, new = Unit.objects.values_list("pk", flat=True)[:2]
    moved, taken_back = f'{{"unit": ["{old}", "{new}"]}}', f'{{"unit": ["{old}", "None"]}}'
    placed = dict(Placement.objects.order_by("pk").values_list("device", "pk"))
    leases = dict(Lease.objects.values_list("device", "pk"))
    for pk, serial_number in Device.objects.values_list("pk", "serial_number"):
        begins = f"{pk} fra 01-03-2026"
        kinds = (
            (Device, pk, serial_number, update, '{"ram_gb": ["8", "16"]}'),
            (Placement, placed.get(pk, GONE + pk), begins, update, moved),
            (Lease, leases[pk], str(leases[pk]), update, '{"order_number": ["A1", "A2"]}'),
        )
        gone = Placement, GONE + pk, begins, delete, taken_back
        for n in range(ENTRIES_OF_LONG if pk == LONG else entries):
            yield gone if _is_last_of_every_fourth(pk, n, entries) else kinds[n % len(kinds)]


def _of_lines(entries):
    from auditlog.models import LogEntry

    from leasing.models import OrderLine

    update, delete = LogEntry.Action.UPDATE, LogEntry.Action.DELETE
    told = '{"status": ["ordered", "delivered"]}'
    for pk, order, position in OrderLine.objects.values_list("pk", "order", "position"):
        there = OrderLine, pk, f"B{order}/{position}", update, told
        gone = OrderLine, GONE + pk, f"B{order}/{position + 1}", delete, told
        for n in range(entries):
            yield gone if _is_last_of_every_fourth(pk, n, entries) else there


def _is_last_of_every_fourth(pk, n, entries):
    return pk % 4 == 1 and n == entries - 1
