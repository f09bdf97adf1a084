"""What was decided about differences, found by what they are about.

A device keeps its decisions when its serial number is changed: the number is looked up again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
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


# Of a quarter: what credit notes give back of a subject, in the piles that it was claimed in.
Credited = dict[Subject, list[tuple[Pile, int]]]


@dataclass
class Settlements:
    """The credit lines that settle claims: what they credit, by the quarter of the claim.

    `moved` are lines that count where their claim is, not in the quarter of their days; `into` says
    which of them count in a quarter.
    """

    credited: dict[str, Credited]
    moved: frozenset[int]
    into: Mapping[str, Sequence[int]]


@dataclass
class Decisions:
    """The decisions of a quarter, and the credit lines that settle its claims or others'."""

    by_difference: dict[tuple[str, Subject], DifferenceOutcome] = field(default_factory=dict)
    credited: Credited = field(default_factory=dict)
    moved: frozenset[int] = frozenset()
    into: Sequence[int] = ()

    @property
    def credited_ore(self) -> int:
        return sum(amount for found in self.credited.values() for _, amount in found)


def decisions_of(quarter: Quarter) -> Decisions:
    """Read what is decided about a quarter, and which credit lines are for its claims."""
    return decisions_by_quarter([quarter], settlements())[quarter]


def decisions_by_quarter(
    quarters: Collection[Quarter],
    settled: Settlements,
    serial_numbers: Collection[str] | None = None,
) -> dict[Quarter, Decisions]:
    """Read what is decided about quarters, of all or about some serial numbers."""
    found = {
        quarter: Decisions(
            {},
            settled.credited.get(str(quarter), {}),
            settled.moved,
            settled.into.get(str(quarter), ()),
        )
        for quarter in quarters
    }
    by_code = {str(quarter): decisions for quarter, decisions in found.items()}
    outcomes = DifferenceOutcome.objects.filter(quarter__in=list(by_code))
    if serial_numbers is not None:
        outcomes = outcomes.filter(serial_number__in=among(serial_numbers))
    made = list(outcomes.select_related("credit_note"))
    subjects = Subjects(one.serial_number for one in made)
    for one in made:
        by_code[one.quarter].by_difference[one.pile, subjects.of(one)] = one
    return found


def settlements() -> Settlements:
    """Read which lines of credit notes settle which claims."""
    settled = list(DifferenceOutcome.objects.exclude(credit_note=None))
    if not settled:
        return Settlements({}, frozenset(), {})
    lines = list(
        SupplierInvoiceLine.objects.filter(
            invoice_id__in={outcome.credit_note_id for outcome in settled}
        ).order_by("invoice_id", "number")
    )
    numbers = [one.serial_number for one in settled]
    subjects = Subjects([*numbers, *(line.serial_number for line in lines)])
    credited: dict[str, Credited] = {}
    into = defaultdict(list)
    for outcome, line in _settling(settled, lines, subjects):
        into[outcome.quarter].append(line.id)
        of_quarter = credited.setdefault(outcome.quarter, {})
        of_subject = of_quarter.setdefault(subjects.of(outcome), [])
        of_subject.append((Pile(outcome.pile), line.amount_ore))
    return Settlements(credited, frozenset(chain.from_iterable(into.values())), into)


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
