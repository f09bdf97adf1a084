"""Who had the devices that differences are about: who is charged, where no unit is chosen."""

from collections.abc import Sequence
from datetime import date

from albertslund_it.web.database.rows import among
from inventory.models import Placement, Unit
from leasing.cost_table.facts import successors
from leasing.domain.reconciliation import Pile
from leasing.supplier.selectors.matching import MatchedRow


def holders_of(rows: Sequence[MatchedRow], today: date) -> dict[int, Unit]:
    """Return the unit that held each device on the last day of its difference; none for stock.

    Of one that is closed since it is the successor. Interim rent is for days before the pc was
    handed out: then the first unit that got it.
    """
    wanted = {row.device_id: min(row.item.ends_before, today) for row in rows}
    waits = {row.device_id for row in rows if row.pile == Pile.INTERIM}
    moves = (
        Placement.objects.filter(device_id__in=among(wanted, int), starts_on__lte=today)
        .order_by("device_id", "starts_on")
        .values_list("device_id", "starts_on", "unit_id")
    )
    held: dict[int, int | None] = {}
    for device, starts_on, unit in moves.iterator(chunk_size=1_000):
        if starts_on < wanted[device] or (device in waits and held.get(device) is None):
            held[device] = unit
    heirs = successors()
    paying = {device: heirs.get(unit, unit) for device, unit in held.items() if unit}
    units = Unit.objects.in_bulk({*paying.values()})
    return {device: units[unit] for device, unit in paying.items()}
