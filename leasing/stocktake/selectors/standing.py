"""Where devices stand on a day, as a stocktake looks for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from albertslund_it.web.mail_addresses import is_mail
from inventory.models import Departure, Device, Placement
from inventory.placements.selectors import placements_in_force
from leasing.cost_table.facts import NOBODY, cost_holder_id
from leasing.models import LossReport


@dataclass(frozen=True, slots=True)
class StandsAt:
    """The unit that has a device at hand, and the person if it is one's own.

    What is lent is at hand where the borrower is employed, and what nobody has is with the cost
    holder, whose stock it is. `address` is the person's, as it is written; '' of who has left.
    """

    unit_id: int
    employee_id: int | None = None
    address: str = ""

    @property
    def mail(self) -> str:
        """Return where the person can be asked; '' where nobody can."""
        return self.address if self.address and is_mail(self.address) else ""


def not_to_be_asked_of(on: date) -> Q:
    """Return the condition that the register answers for a device: it has left, or is lost."""
    gone = Departure.objects.filter(left_on__lte=on).order_by()
    lost = LossReport.objects.open().order_by()
    return Q(device__in=gone.values("device")) | Q(device__in=lost.values("device"))


_FIELDS = (
    "device",
    "unit",
    "unit__is_cost_holder",
    "employee",
    "employee__unit",
    "employee__mail",
    "employee__left_on",
)


def standings_of(device_ids: Collection[int], on: date) -> dict[int, StandsAt]:
    """Return where some devices stand, by their ids; a fixed number of queries."""
    found = _read(_placed(on, devices=device_ids), on)
    stock = StandsAt(cost_holder_id() or NOBODY)
    return {pk: found.get(pk, stock) for pk in device_ids}


@put_together_once
def _placed(on: date, *, devices: Collection[int]) -> QuerySet[Placement, tuple[Any, ...]]:
    placed = placements_in_force(on).filter(device__in=among(devices, int))
    return placed.order_by().values_list(*_FIELDS)


def standings_at(unit_ids: Collection[int], on: date) -> dict[int, StandsAt]:
    """Return what is at hand at some units; the stock is with the cost holder."""
    holder = cost_holder_id() or NOBODY
    units = among(unit_ids, int)
    own = Q(unit__in=units) & (Q(unit__is_cost_holder=False) | Q(employee=None))
    lent = Q(unit__is_cost_holder=True, employee__unit__in=units)
    there = Device.objects.in_register(on)
    placed = placements_in_force(on).filter(own | lent, device__in=there.values("pk"))
    found = _read(placed.order_by().values_list(*_FIELDS), on)
    if holder in unit_ids:
        taken = placements_in_force(on).filter(unit__isnull=False).values("device")
        shelf = there.exclude(pk__in=taken).order_by().values_list("pk", flat=True)
        found |= dict.fromkeys(shelf, StandsAt(holder))
    return found


def _read(placed: Iterable[tuple[Any, ...]], on: date) -> dict[int, StandsAt]:
    holder = cost_holder_id() or NOBODY
    found: dict[int, StandsAt] = {}
    for device, unit, is_holder, employee, home, mail, left_on in placed:
        at = home if is_holder and employee else unit
        has_left = left_on is not None and left_on <= on
        found[device] = StandsAt(at or holder, employee, mail if employee and not has_left else "")
    return found
