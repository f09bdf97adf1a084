"""Everything about one employee, as far as the reader may see it."""

from dataclasses import dataclass
from datetime import date, timedelta

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils import timezone

from inventory.history.selectors import SHOWN, History, Rows, history_of
from inventory.models import Device, Employee, EmployeeAlias, ExpectedReturn, Placement, Unit
from inventory.organisation.selectors.scope import employees_seen_by
from inventory.placements.selectors import end_of, intervals
from leasing.approvals.selectors.approvals import awaiting_answer
from leasing.approvals.selectors.one_pc import Holdings, holdings_of
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.data_quality.selectors.sets import at_another_unit, open_returns
from leasing.devices.selectors.device_page import ReaderScope
from leasing.lease_end.selectors.term_ends import TermEnd, last_ends
from leasing.leases.selectors.leases import leases_of
from leasing.models import Approval, LossReport, OrderLine
from leasing.models.order import OPEN
from leasing.people.selectors.merging import SuspectedDouble, doubles_of

ONE_DAY = timedelta(days=1)
HAD_SHOWN = 50


@dataclass(frozen=True, slots=True)
class DeviceOfEmployee:
    """A device that the person has, will have or had; the last days are included.

    `quarter_ore` is None where the lease does not run.
    """

    device: Device
    placement: Placement
    last_day: date | None
    end: TermEnd | None
    quarter_ore: int | None
    due: tuple[ExpectedReturn, ...]
    has_changed_unit: bool
    loss: LossReport | None = None  # while it is not found

    @property
    def is_loan(self) -> bool:
        unit = self.placement.unit
        return unit is not None and unit.is_cost_holder


@dataclass(frozen=True)
class EmployeePage:
    """What the page of an employee shows."""

    has: list[DeviceOfEmployee]
    had: list[DeviceOfEmployee]
    lines: list[OrderLine]
    approvals: list[Approval]
    holdings: Holdings
    is_asked: bool  # a head is asked for an exception and has not answered
    changed_on: date | None
    doubles: list[SuspectedDouble]  # as far as the reader sees them
    also_at: list[Unit]  # as far as the reader sees them
    has_left: bool
    former: list[EmployeeAlias]

    @property
    def quarter_ore(self) -> int:
        return sum(one.quarter_ore or 0 for one in self.has)

    @property
    def in_hand(self) -> list[DeviceOfEmployee]:
        """Return what the person has without what is lost or stolen, which nobody can hand in."""
        return [one for one in self.has if one.loss is None]

    @property
    def is_over_the_rule(self) -> bool:
        return self.holdings.is_breach

    @property
    def has_changed_unit(self) -> bool:
        return any(one.has_changed_unit for one in self.has)


def employee_page(employee: Employee, reader: ReaderScope, on: date) -> EmployeePage:
    """Gather an employee's page; its unit must be at hand.

    What other departments pay is left out for a reader who does not see them.
    """
    has, had = _devices(employee, reader, on)
    lines = (
        OrderLine.objects.filter(employee=employee, status__in=OPEN)
        .select_related("order", "model", "unit", "replaces")
        .order_by("order", "position")
    )
    approvals = employee.approvals.select_related("line", "decided_by")
    return EmployeePage(
        has=has,
        had=had,
        lines=[line for line in lines if reader.sees(line.unit)],
        approvals=list(approvals),
        holdings=holdings_of(employee, on),
        is_asked=awaiting_answer(employee.approvals.all()).exists(),
        changed_on=changed_unit_on(employee) if any(h.has_changed_unit for h in has) else None,
        doubles=doubles_of(employee, on, employees_seen_by(reader.user, on)),
        also_at=[unit for unit in employee.also_employed_at.all() if reader.sees(unit)],
        has_left=employee.left_on is not None and employee.left_on <= on,
        former=list(employee.aliases.exclude(kind=EmployeeAlias.Kind.ROW)),
    )


def _devices(
    employee: Employee, reader: ReaderScope, on: date
) -> tuple[list[DeviceOfEmployee], list[DeviceOfEmployee]]:
    """Return what the person has or will have, and what the person had, the latest first."""
    placements = [
        placement
        for placement in intervals()
        .filter(employee=employee)
        .select_related("device__model__category", "unit__department")
        .order_by("-starts_on", "device")
        if reader.sees(placement.unit)
    ]
    ids = [placement.device_id for placement in placements]
    leases, costs = leases_of(ids), quarter_costs(ids, on)
    ends = last_ends([lease.pk for lease in leases.values()])
    moved = set(at_another_unit(on).filter(employee=employee).values_list("device", flat=True))
    lost = {
        loss.device_id: loss
        for loss in LossReport.objects.open().filter(device__placements__employee=employee)
    }
    due: dict[int, list[ExpectedReturn]] = {}
    for one in open_returns(on).filter(employee=employee):
        due.setdefault(one.device_id, []).append(one)
    has: list[DeviceOfEmployee] = []
    had: list[DeviceOfEmployee] = []
    for placement in placements:
        ends_before = end_of(placement)
        is_past = ends_before is not None and ends_before <= on
        lease = leases.get(placement.device_id)
        held = DeviceOfEmployee(
            device=placement.device,
            placement=placement,
            last_day=ends_before and ends_before - ONE_DAY,
            end=ends.get(lease.pk) if lease else None,
            quarter_ore=None if is_past else costs.get(placement.device_id),
            due=() if is_past else tuple(due.get(placement.device_id, ())),
            has_changed_unit=not is_past and placement.device_id in moved,
            loss=None if is_past else lost.get(placement.device_id),
        )
        (had if is_past else has).append(held)
    return has, had[:HAD_SHOWN]


def changed_unit_on(employee: Employee) -> date | None:
    """Return the day on which the employee's unit was last changed here, if it ever was."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Employee),
        object_id=employee.pk,
        action=LogEntry.Action.UPDATE,
    ).order_by("-timestamp", "-id")
    for entry in entries[:SHOWN]:
        if "unit" in (entry.changes or {}):
            return timezone.localtime(entry.timestamp).date()
    return None


def history_of_employee(
    employee: Employee, *, with_people: bool, shown: int | None = SHOWN
) -> History:
    """Return the latest changes of an employee, its exceptions and what was asked back.

    Of rows that were merged with this one, theirs too.
    """
    former = {one.former_id for one in employee.aliases.all() if one.former_id}
    return history_of(
        Rows(Employee, [employee.pk, *former], is_named=bool(former)),
        Rows(EmployeeAlias, [alias.pk for alias in employee.aliases.all()]),
        Rows(Approval, employee.approvals.values_list("pk", flat=True)),
        Rows(ExpectedReturn, employee.expected_returns.values_list("pk", flat=True)),
        with_people=with_people,
        shown=shown,
    )


def merged_into(former_id: int, seen: QuerySet[Employee]) -> int | None:
    """Return the id of whom a former row was merged with, if that one is seen."""
    known = EmployeeAlias.objects.filter(former_id=former_id, employee__in=seen)
    return known.values_list("employee", flat=True).first()
