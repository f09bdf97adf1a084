"""Whose costs a page is about, and which of them a user may see.

What is billed belongs to the department on its invoice: a unit that has moved takes no old bill
along and leaves none behind. What is not billed yet belongs to the unit's department of today. A
unit's own leader sees all that the unit has paid, wherever it belonged.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Q

from albertslund_it.common.names import danish_key
from albertslund_it.web.database.put_together import given
from albertslund_it.web.database.rows import among
from inventory.models import Department, Unit
from inventory.organisation.selectors.scope import (
    department_list_seen_by,
    sees_all,
    unit_list_seen_by,
)
from leasing.models import COST_HOLDER_NAME

EVERYBODY, STOCK, OWN_UNITS = "alle", "it-lager", "enheder"
DEPARTMENT = "department"


@dataclass(frozen=True)
class Payer:
    """A department, a leader's own units, IT's stock or everybody; `key` is its name in addresses.

    `unit_ids` are the units it has today, None for every unit there is.
    """

    key: str
    name: str
    unit_ids: frozenset[int] | None
    department: Department | None = None
    only_unit: int | None = None

    @property
    def is_everybody(self) -> bool:
        return self.key == EVERYBODY

    @property
    def is_stock(self) -> bool:
        return self.key == STOCK

    @property
    def has_leader(self) -> bool:
        """Return whether somebody leads it, gets its letter and sees the names of its people."""
        return not (self.is_everybody or self.is_stock)

    @property
    def billed(self) -> Q:
        """Choose its lines or its summaries of lines."""
        return billed_of(self.kind, **self.asked)

    @property
    def kind(self) -> "PayerKind":
        """Return what decides how its lines are chosen, which is a question of its own."""
        is_department = self.department is not None
        key = self.key if self.key in {EVERYBODY, OWN_UNITS} else DEPARTMENT * is_department
        return PayerKind(key, self.only_unit is not None)

    @property
    def asked(self) -> dict[str, Any]:
        """Return what such a question is asked with."""
        return {
            "units": self.unit_ids or (),
            "department": self.department.pk if self.department else 0,
            "only_unit": self.only_unit or 0,
        }

    def of_unit(self, unit_id: int) -> "Payer":
        """Narrow it to what one unit costs it; of a unit that has left it, to the old bills."""
        has_it = self.unit_ids is None or unit_id in self.unit_ids
        return replace(self, unit_ids=frozenset({unit_id} if has_it else ()), only_unit=unit_id)

    def department_of(self, unit: Unit) -> str:
        """Name the department that pays for a unit here: of one that has left it, itself still."""
        department = self.department or unit.department
        return department.name if department else COST_HOLDER_NAME

    def has_invoice_for(self, department_id: int | None) -> bool:
        """Return whether the invoice of a department (None: the cost holder's) is its own."""
        if self.key in {EVERYBODY, OWN_UNITS}:
            return False
        return department_id == (self.department.id if self.department else None)


class PayerKind(NamedTuple):
    """A kind of payer, the cost holder's without a key; and whether it is of one unit alone."""

    key: str
    is_one_unit: bool


def billed_of(kind: PayerKind, *, units: Any, department: Any, only_unit: Any) -> Q:
    """Choose the lines, or the summaries of lines, of a kind of payer as `Payer.asked` has it."""
    narrowed = Q(unit=given(only_unit)) if kind.is_one_unit else Q()
    if kind.key == EVERYBODY:
        return narrowed
    if kind.key == OWN_UNITS:
        return narrowed & Q(unit__in=among(units, int))
    if kind.key == DEPARTMENT:
        return narrowed & Q(invoice__department=given(department))
    return narrowed & Q(invoice__department=None)


def payers_seen_by(user: User, today: date) -> list[Payer]:
    """Return what a user may choose between, in Danish order; nothing if they see nothing."""
    units = unit_list_seen_by(user, today)
    departments = {d.id: d for d in department_list_seen_by(user, today)}
    by_department: dict[int, set[int]] = {department: set() for department in departments}
    own = []
    for unit in units:
        if unit.department_id in by_department:
            by_department[unit.department_id].add(unit.id)
        elif not unit.is_cost_holder:
            own.append(unit)
    found = [
        Payer(str(key), departments[key].name, frozenset(members), departments[key])
        for key, members in by_department.items()
    ]
    found.sort(key=lambda payer: danish_key(payer.name))
    if own:
        found.append(_own_units(own))
    if sees_all(user):
        stock = frozenset(u.id for u in units if u.is_cost_holder)
        found.append(Payer(STOCK, COST_HOLDER_NAME, stock))
        found.insert(0, Payer(EVERYBODY, "Hele kommunen", None))
    return found


def _own_units(units: list[Unit]) -> Payer:
    name = units[0].name if len(units) == 1 else "Mine enheder"
    return Payer(OWN_UNITS, name, frozenset(unit.id for unit in units))
