"""The devices of a stocktake as a list shows them, and what each fault costs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from albertslund_it.web.database.rows import among
from albertslund_it.web.people import Actor
from inventory.models import Unit
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.models import CountedDevice, StocktakeFind
from leasing.stocktake.selectors.faults import could_be_faults, open_faults, open_finds
from leasing.stocktake.selectors.scans import devices_known_to
from leasing.stocktake.selectors.standing import not_to_be_asked_of

_READ = ("stocktake", "device__model", "unit__department", "employee", "answered_by")


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A device of a stocktake: `was_fault` when it was found otherwise, `is_fault` while it is.

    `found_at` is another unit where it was scanned since it was last answered for. What its device
    costs is told to who sees the device (`is_known`): it may be elsewhere by now, or on loan.
    """

    counted: CountedDevice
    is_gone: bool
    was_fault: bool
    is_fault: bool
    is_known: bool
    quarter_ore: int | None
    found_at: Unit | None


def counted_rows(ids: Collection[int], on: date, reader: Actor) -> dict[int, CountedRow]:
    """Return some rows by their ids as somebody reads them, in a fixed number of queries."""
    found = CountedDevice.objects.filter(pk__in=among(ids, int))
    rows = list(found.order_by().select_related(*_READ))
    were = set(could_be_faults(found, on).order_by().values_list("pk", flat=True))
    faults = open_faults(found, on)
    known = devices_known_to(reader, {row.device_id for row in rows}, on)
    costs = quarter_costs(list(known), on)
    gone = set(found.filter(not_to_be_asked_of(on)).order_by().values_list("pk", flat=True))
    strayed = _strayed(rows)
    return {
        row.pk: CountedRow(
            row,
            row.pk in gone,
            row.pk in were,
            row.pk in faults,
            row.device_id in known,
            costs.get(row.device_id),
            strayed.get(row.pk),
        )
        for row in rows
    }


def _strayed(rows: Collection[CountedDevice]) -> dict[int, Unit]:
    """Return where each row's device was scanned last, unless it was answered for since."""
    finds = StocktakeFind.objects.filter(
        stocktake__in={row.stocktake_id for row in rows},
        device__in=among([row.device_id for row in rows], int),
    )
    last = {
        (find.stocktake_id, find.device_id): find
        for find in finds.select_related("unit").order_by("found_at", "pk")
    }
    found = ((row, last.get((row.stocktake_id, row.device_id))) for row in rows)
    return {
        row.pk: find.unit
        for row, find in found
        if find and not (row.answered_at and row.answered_at >= find.found_at)
    }


@dataclass(frozen=True, slots=True)
class FindRow:
    """What was scanned where it is not counted; `is_open` while the register has it elsewhere.

    Of a device that its reader does not see (`is_known`) nothing is told but that.
    """

    find: StocktakeFind
    is_open: bool
    is_known: bool
    quarter_ore: int | None


def find_rows(ids: Collection[int], on: date, reader: Actor) -> dict[int, FindRow]:
    """Return some finds by their ids as somebody reads them, in a fixed number of queries."""
    found = StocktakeFind.objects.filter(pk__in=among(ids, int))
    rows = list(found.order_by().select_related("device__model", "unit", "found_by", "stocktake"))
    still = open_finds(found, on)
    known = devices_known_to(reader, {row.device_id for row in rows if row.device_id}, on)
    costs = quarter_costs(list(known), on)
    return {
        row.pk: FindRow(row, row.pk in still, row.device_id in known, costs.get(row.device_id or 0))
        for row in rows
    }


def cost_of_faults(device_ids: Iterable[int], on: date) -> int:
    """Return what some devices cost in the quarter, in øre."""
    return sum(quarter_costs(list(device_ids), on).values())
