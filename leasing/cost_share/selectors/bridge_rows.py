"""The devices of a step as a page shows them, with names that the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from inventory.models import Unit
from inventory.organisation.selectors.scope import devices_seen_by, units_seen_by
from leasing.cost_share.selectors.bridge_steps import BridgeItem
from leasing.cost_share.selectors.payers import Payer
from leasing.models import COST_HOLDER_NAME, InvoiceSummary

ELSEWHERE = "En anden afdeling"


@dataclass(frozen=True)
class ItemRow:
    """A device of a step: where it is or was here, and the department at the other end.

    `is_seen` tells whether the reader may open it today.
    """

    item: BridgeItem
    unit: str
    other: str
    is_seen: bool


def rows_of(items: Sequence[BridgeItem], user: User, today: date) -> list[ItemRow]:
    """Name what a page of items is about; another department only to who sees it."""
    ids = {item.unit_id for item in items} | {item.other_id for item in items}
    units = Unit.objects.select_related("department").in_bulk(ids - {None})
    devices = {item.device_id for item in items} - {None}
    seen = set(devices_seen_by(user, today).filter(pk__in=devices).values_list("pk", flat=True))

    departments = set(units_seen_by(user, today).order_by().values_list("department", flat=True))

    def department(item: BridgeItem) -> str:
        unit = units.get(item.other_id)
        if unit is None:
            return ""
        if unit.department is None:
            return COST_HOLDER_NAME
        if unit.department_id not in departments:
            return ELSEWHERE
        return unit.department.name

    return [
        ItemRow(
            item,
            units[item.unit_id].name if item.unit_id in units else "",
            department(item),
            item.device_id in seen,
        )
        for item in items
    ]


def units_of(payer: Payer) -> list[Unit]:
    """Return the units that a payer has today or was billed for, in Danish order."""
    billed = set(
        InvoiceSummary.objects.filter(payer.billed).order_by().values_list("unit", flat=True)
    )
    if payer.unit_ids is None:
        return list(Unit.objects.all())
    return list(Unit.objects.filter(pk__in=billed | payer.unit_ids))
