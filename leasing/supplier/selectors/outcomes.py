"""What was decided about differences, found by what they are about.

A device keeps its decisions when its serial number is changed: the number is looked up again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from inventory.imports.selectors import devices_by_serial_number
from leasing.domain.reconciliation import Pile
from leasing.models import DifferenceOutcome, Outcome, SupplierInvoiceLine

# What a difference is about: a device by its id, an unknown serial number, or a sub-agreement.
Subject = tuple[int, str, str]


def subject_of(device_id: int | None, serial_number: str, sub_agreement: str) -> Subject:
    """Name what a difference is about, however its numbers are written."""
    if device_id:
        return device_id, "", ""
    return (0, serial_number, "") if serial_number else (0, "", sub_agreement)


class Subjects:
    """What decisions and invoice lines are about, their devices looked up at once."""

    def __init__(self, serial_numbers: Iterable[str]):
        self._devices = devices_by_serial_number({one for one in serial_numbers if one})

    def of(self, row: DifferenceOutcome | SupplierInvoiceLine) -> Subject:
        device = self._devices.get(row.serial_number)
        return subject_of(device.id if device else None, row.serial_number, row.sub_agreement)


@dataclass
class Decisions:
    """The decisions of a quarter, and the credit lines that settle its claims or others'.

    `moved` are lines that count where their claim is, not in the quarter of their days.
    """

    by_difference: dict[tuple[str, Subject], DifferenceOutcome] = field(default_factory=dict)
    credited: dict[Subject, list[tuple[Pile, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    moved: frozenset[int] = frozenset()

    @property
    def credited_ore(self) -> int:
        return sum(amount for found in self.credited.values() for _, amount in found)


def decisions_of(quarter: Quarter) -> Decisions:
    """Read what is decided about a quarter, and which credit lines are for its claims."""
    code = str(quarter)
    outcomes = list(DifferenceOutcome.objects.filter(quarter=code).select_related("credit_note"))
    settled = list(DifferenceOutcome.objects.exclude(credit_note=None))
    lines = list(
        SupplierInvoiceLine.objects.filter(
            invoice_id__in={outcome.credit_note_id for outcome in settled}
        ).order_by("invoice_id", "number")
    )
    subjects = Subjects(
        [
            *(one.serial_number for one in (*outcomes, *settled)),
            *(line.serial_number for line in lines),
        ]
    )
    found = Decisions({(o.pile, subjects.of(o)): o for o in outcomes})
    moved = set()
    for outcome, line in _settling(settled, lines, subjects):
        moved.add(line.id)
        if outcome.quarter == code:
            found.credited[subjects.of(outcome)].append((Pile(outcome.pile), line.amount_ore))
    found.moved = frozenset(moved)
    return found


def _settling(
    settled: Iterable[DifferenceOutcome],
    lines: Iterable[SupplierInvoiceLine],
    subjects: Subjects,
) -> Iterator[tuple[DifferenceOutcome, SupplierInvoiceLine]]:
    """Pair each settled claim with the line of its credit note."""
    waiting: defaultdict[tuple[int | None, Subject, int], list[SupplierInvoiceLine]]
    waiting = defaultdict(list)
    for line in lines:
        waiting[line.invoice_id, subjects.of(line), line.amount_ore].append(line)
    for outcome in settled:
        about = outcome.credit_note_id, subjects.of(outcome), -outcome.amount_ore
        if found := waiting[about]:
            yield outcome, found.pop(0)


def open_claims() -> QuerySet[DifferenceOutcome]:
    """Return the claims that no credit note has settled, the oldest quarter first."""
    return DifferenceOutcome.objects.filter(outcome=Outcome.CLAIMED, credit_note=None).order_by(
        "quarter", "serial_number", "sub_agreement"
    )
