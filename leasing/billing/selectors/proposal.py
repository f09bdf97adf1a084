"""What a run would bill, as people agree to it: its digest, and what has changed since."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet

from albertslund_it.common.agreement import digest_of
from albertslund_it.common.names import danish_key
from inventory.models import Unit
from leasing.billing.selectors.run_lines import RunTotals
from leasing.models import COST_HOLDER_NAME, SeenProposal

# What sorts invoices: whether it is the cost holder's, and the department's name in Danish order.
InvoiceOrder = tuple[bool, str]


class ProposalRow(NamedTuple):
    """What a unit would be billed of one kind for one quarter, and on which invoice."""

    invoice: str
    department: str
    unit_number: str
    unit: str
    period: str
    kind: str
    amount_ore: int


@dataclass(frozen=True)
class InvoiceToMake:
    """An invoice of a run to be: its number, whose it is, and its units (id, number, name)."""

    number: str
    department_id: int | None
    department_name: str
    head_name: str
    units: list[tuple[int, str, str]]


@dataclass(frozen=True)
class Proposal:
    """All that closing a run would bill."""

    code: str
    rows: list[ProposalRow]

    @property
    def digest(self) -> str:
        """Return what a person agrees to: it differs when anything of the proposal does."""
        return digest_of([(self.code,), *self.rows])


def invoices_to_make(code: str, totals: RunTotals) -> list[InvoiceToMake]:
    """Return an invoice for each department with lines, in Danish order, the cost holder last."""
    billed = totals.by_unit()
    by_department = defaultdict(list)
    for department, department_name, head_name, unit, number, name in unit_names():
        if unit in billed:
            key = department, department_name, head_name
            by_department[key].append((unit, number, name))
    order = sorted(by_department, key=lambda key: invoice_order_of_name(key[1]))
    return [
        InvoiceToMake(
            f"{code}-{position:02d}",
            department,
            department_name or COST_HOLDER_NAME,
            head_name or "",
            by_department[department, department_name, head_name],
        )
        for position, (department, department_name, head_name) in enumerate(order, start=1)
    ]


def unit_names() -> QuerySet[Unit, tuple[int | None, str | None, str | None, int, str, str]]:
    """Return what lines copy of units: department (id, name, head) and unit (id, number, name)."""
    return Unit.objects.values_list(
        "department", "department__name", "department__head_name", "id", "number", "name"
    )


def invoice_order_of_name(department_name: str | None) -> InvoiceOrder:
    """Return the key that sorts departments in Danish order, the cost holder (None) last."""
    return (department_name is None, danish_key(department_name or ""))


def proposal_of(code: str, totals: RunTotals, invoices: Iterable[InvoiceToMake]) -> Proposal:
    """Return the proposal that a run's totals are."""
    sums: dict[int, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for (unit, period, kind, _), part in totals.sums.items():
        sums[unit][period, kind] += part.amount_ore
    rows = [
        ProposalRow(invoice.number, invoice.department_name, number, name, *key, amount)
        for invoice in invoices
        for unit, number, name in invoice.units
        for key, amount in sums[unit].items()
    ]
    return Proposal(code, sorted(rows))


# --- what has changed since


@dataclass(frozen=True)
class UnitChange:
    """A unit whose part of a proposal is another one now."""

    name: str
    before_ore: int
    after_ore: int
    note: str

    @property
    def change_ore(self) -> int:
        return self.after_ore - self.before_ore


@dataclass
class DepartmentChange:
    """A department whose invoice would be another one now, with the units that differ.

    The sums are of the whole department, also of its units that are as they were.
    """

    name: str
    before_ore: int = 0
    after_ore: int = 0
    units: list[UnitChange] = field(default_factory=list)

    @property
    def change_ore(self) -> int:
        return self.after_ore - self.before_ore


def changes_between(
    before: Iterable[ProposalRow], after: Iterable[ProposalRow]
) -> list[DepartmentChange]:
    """Return what differs between two proposals, by department and unit in Danish order."""
    old, new = _by_unit(before), _by_unit(after)
    departments: dict[str, DepartmentChange] = {}
    for key in sorted(old.keys() | new.keys(), key=lambda key: (danish_key(key[0]), key[1])):
        was, now = old.get(key, []), new.get(key, [])
        department = departments.setdefault(key[0], DepartmentChange(key[0]))
        before_ore, after_ore = (sum(row.amount_ore for row in rows) for rows in (was, now))
        department.before_ore += before_ore
        department.after_ore += after_ore
        if was != now:
            last = (now or was)[0]
            name = f"{last.unit_number} {last.unit}"
            department.units.append(UnitChange(name, before_ore, after_ore, _note(was, now)))
    return [department for department in departments.values() if department.units]


def _by_unit(rows: Iterable[ProposalRow]) -> dict[tuple[str, str], list[ProposalRow]]:
    found = defaultdict(list)
    for row in sorted(rows):
        found[row.department, row.unit_number].append(row)
    return found


def _note(was: list[ProposalRow], now: list[ProposalRow]) -> str:
    """Return a key for what the two sums of a unit do not tell; the presenters have its words."""
    if not was:
        return "new"
    if not now:
        return "gone"
    if [row[-3:] for row in was] == [row[-3:] for row in now]:
        return "renamed"
    if sum(row.amount_ore for row in was) == sum(row.amount_ore for row in now):
        return "spread"
    return ""


def changes_since(digest: str, proposal: Proposal) -> list[DepartmentChange]:
    """Return what differs from the proposal with that digest; nothing where it is not known."""
    if seen := SeenProposal.objects.filter(digest=digest).first():
        return changes_between([ProposalRow(*row) for row in seen.rows], proposal.rows)
    return []
