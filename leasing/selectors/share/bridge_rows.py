"""The devices of a step as a page shows them, with names that the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from inventory.models import Unit
from inventory.selectors.scope import devices_seen_by
from leasing.models import InvoiceSummary
from leasing.selectors.preview import COST_HOLDER_NAME
from leasing.selectors.share.bearers import Bearer
from leasing.selectors.share.bridge_steps import Item


@dataclass(frozen=True)
class ItemRow:
    """A device of a step: where it is or was here, and the department it came from or went to.

    `is_seen` tells whether the reader may open it today.
    """

    item: Item
    unit: str
    other: str
    is_seen: bool


def rows_of(items: Sequence[Item], user, today: date) -> list[ItemRow]:
    """Name what a page of items is about; of other departments no more than the name."""
    ids = {item.unit_id for item in items} | {item.other_id for item in items}
    units = Unit.objects.select_related("department").in_bulk(ids - {None})
    devices = {item.device_id for item in items} - {None}
    seen = set(devices_seen_by(user, today).filter(pk__in=devices).values_list("pk", flat=True))

    def department(unit_id) -> str:
        unit = units.get(unit_id)
        if unit is None:
            return ""
        return unit.department.name if unit.department else COST_HOLDER_NAME

    return [
        ItemRow(
            item,
            units[item.unit_id].name if item.unit_id in units else "",
            department(item.other_id),
            item.device_id in seen,
        )
        for item in items
    ]


def units_of(bearer: Bearer) -> list[Unit]:
    """Give the units that a bearer has today or was billed for, in Danish order."""
    billed = set(
        InvoiceSummary.objects.filter(bearer.billed).order_by().values_list("unit", flat=True)
    )
    if bearer.unit_ids is None:
        return list(Unit.objects.all())
    return list(Unit.objects.filter(pk__in=billed | bearer.unit_ids))
