"""Departments and units as their pages show them, within what a user may see."""

from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet

from inventory.models import Department, Employee, Placement, Unit
from inventory.organisation.selectors.scope import departments_seen_by, units_seen_by
from inventory.placements.selectors import placements_in_force


@dataclass(slots=True)
class UnitRow:
    """A unit with what is there: `pcs` of its `devices`, and what Opus lacks."""

    id: int
    number: str
    name: str
    leader: str
    ean: str
    account: str
    cost_object: str
    devices: int
    pcs: int
    missing: list[str]
    closed_on: date | None
    department_id: int | None
    department: str = ""
    cost_centre: str = ""
    psp_element: str = ""


@dataclass(slots=True)
class DepartmentRow:
    """A department, or the cost holder's one unit, with the units that the user sees."""

    name: str
    head: str
    id: int | None = None
    unit_id: int | None = None
    units: list[UnitRow] = field(default_factory=list)

    @property
    def unit_count(self) -> int:
        return len(self.units)

    @property
    def devices(self) -> int:
        return sum(unit.devices for unit in self.units)

    @property
    def pcs(self) -> int:
        return sum(unit.pcs for unit in self.units)

    @property
    def missing_count(self) -> int:
        """Count the units that cannot be posted to."""
        return sum(bool(unit.missing) for unit in self.units)


def departments_open_to(user: User, on: date) -> QuerySet[Department]:
    """Return the departments that a user sees all or some units of."""
    return Department.objects.filter(
        Q(pk__in=departments_seen_by(user, on))
        | Q(pk__in=units_seen_by(user, on).values("department"))
    )


def department_rows(user: User, on: date) -> list[DepartmentRow]:
    """Return the departments in Danish order, the cost holder last."""
    rows = {
        department.id: DepartmentRow(department.name, department.head_name, id=department.id)
        for department in departments_open_to(user, on)
    }
    stock = []
    for unit in unit_rows(units_seen_by(user, on).filter(closed_on=None), on):
        if unit.department_id in rows:
            rows[unit.department_id].units.append(unit)
        else:
            stock.append(DepartmentRow(unit.name, unit.leader, unit_id=unit.id, units=[unit]))
    return [*rows.values(), *stock]


def unit_rows(units: QuerySet[Unit], on: date) -> list[UnitRow]:
    """Return units in Danish order with the number of devices placed there on a day."""
    counted = (
        placements_in_force(on)
        .filter(unit__in=units)
        .values_list("unit")
        .annotate(
            devices=Count("pk"), pcs=Count("pk", filter=Q(device__model__category__is_pc=True))
        )
    )
    held = {unit: (devices, pcs) for unit, devices, pcs in counted}
    named = units.select_related("department")
    return [_unit_row(unit, *held.get(unit.id, (0, 0))) for unit in named]


def _unit_row(unit: Unit, devices: int, pcs: int) -> UnitRow:
    return UnitRow(
        id=unit.id,
        number=unit.number,
        name=unit.name,
        leader=unit.leader_name,
        ean=unit.ean,
        account=unit.account,
        cost_object=unit.cost_centre or unit.psp_element,
        devices=devices,
        pcs=pcs,
        missing=[] if unit.closed_on else unit.missing_coding,
        closed_on=unit.closed_on,
        department_id=unit.department_id,
        department=unit.department.name if unit.department else "",
        cost_centre=unit.cost_centre,
        psp_element=unit.psp_element,
    )


def placements_at(unit: Unit, on: date) -> QuerySet[Placement]:
    """Return what a unit has on a day: placements with their devices and people."""
    return (
        placements_in_force(on)
        .filter(unit=unit)
        .select_related("device__model__category", "employee", "unit")
        .order_by("device__serial_number")
    )


def people_without_pc(unit: Unit, on: date) -> QuerySet[Employee]:
    """Return the unit's employees who hold no pc on a day, here or elsewhere."""
    holders = placements_in_force(on).filter(
        employee__isnull=False, device__model__category__is_pc=True
    )
    return unit.employees.filter(Q(left_on=None) | Q(left_on__gt=on)).exclude(
        pk__in=holders.values("employee")
    )
