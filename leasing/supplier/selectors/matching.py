"""Every lease beside the lessor's lines for it, in one pass; memory stays flat at any size."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from albertslund_it.common.quarters import Quarter
from inventory.models import Device
from leasing.domain.accrual import terms_in_order
from leasing.domain.allocation import fast
from leasing.domain.reconciliation import (
    Billed,
    BilledGroup,
    Carried,
    Pile,
    PiledItem,
    Span,
    Total,
    compare_lease,
    grouped,
    unknown_item,
)
from leasing.models import DifferenceOutcome, Settings, SubAgreement
from leasing.supplier.selectors.outcomes import Decisions, decisions_of, subject_of
from leasing.supplier.selectors.sides import (
    LeaseFacts,
    SupplierLine,
    by_device,
    lease_side,
    line_side,
    span_of_quarter,
)

NOTHING = Carried(0, 0, 0)
NO_LINES: tuple[None, list[SupplierLine]] = None, []


class MatchedRow(NamedTuple):
    """What one lease, unknown serial number or total comes to in one pile, with its decision."""

    pile: Pile
    device_id: int | None
    serial_number: str
    model_name: str
    sub_agreement: str
    item: PiledItem
    decision: DifferenceOutcome | None = None

    @property
    def difference_ore(self) -> int:
        return self.item.difference_ore


class Matched(NamedTuple):
    """One step of the pass: what a lease is expected to cost, and its rows; its device, if any."""

    carried: Carried
    rows: list[MatchedRow]
    device_id: int | None = None


@dataclass
class Terms:
    """What is the same for every quarter."""

    tolerance: int = field(
        default_factory=lambda: Settings.objects.values_list("tolerance_ore", flat=True).get(id=1)
    )
    numbers: dict[int, str] = field(
        default_factory=lambda: dict(SubAgreement.objects.values_list("id", "number"))
    )


LeaseRows = Iterable[tuple[LeaseFacts, list[tuple[int, int]]]]


def matched(quarter: Quarter, decisions: Decisions | None = None) -> Iterator[Matched]:
    """Compare the whole quarter, lease by lease, then the totals."""
    made = decisions or decisions_of(quarter)
    span = span_of_quarter(quarter)
    return Pass(span, made, Terms()).run(lease_side(), line_side(span))


class Pass:
    """Leases and lines, both in the order of the devices, beside each other."""

    def __init__(self, span: Span, decisions: Decisions, terms: Terms):
        self.span, self.decisions = span, decisions
        self.tolerance, self.numbers = terms.tolerance, terms.numbers
        self.totals: dict[int, list[BilledGroup]] = {}
        self.shares: dict[int, Total] = {}
        self.known: set[int] = set()

    def run(self, leases: LeaseRows, supplier_lines: Iterable[SupplierLine]) -> Iterator[Matched]:
        """Compare them, and yield one step a lease, unknown number or total."""
        lines = by_device(self._counted(supplier_lines))
        device, its_lines = next(lines, NO_LINES)
        strange_totals: dict[str, list[Billed]] = {}
        if device == 0:
            yield from self._without_device(its_lines, strange_totals)
            device, its_lines = next(lines, NO_LINES)
        credited, decided = self.decisions.credited, self.decisions.by_difference
        span, tolerance, totals, shares = self.span, self.tolerance, self.totals, self.shares
        for (owner, began, stops_on, serial, model, sub), prices in leases:
            while device is not None and device < owner:
                yield from self._unleased(device, its_lines)
                device, its_lines = next(lines, NO_LINES)
            mine: list[Billed] = []
            if device == owner:
                mine = [line.billed() for line in its_lines]
                device, its_lines = next(lines, NO_LINES)
            carried, items, parts = compare_lease(
                terms_in_order(began, prices),
                stops_on,
                mine,
                totals.get(sub, ()),
                span,
                tolerance,
                credited.get((owner, "", ""), ()) if credited else (),
            )
            if totals and sub in totals:
                self.known.add(sub)
                for part in parts:
                    shares[sub].add(part)
            number = self.numbers[sub]
            rows = [
                fast(
                    MatchedRow,
                    (
                        item.pile,
                        owner,
                        serial,
                        model,
                        number,
                        item,
                        decided.get((item.pile, (owner, "", ""))) if decided else None,
                    ),
                )
                for item in items
            ]
            yield fast(Matched, (carried, rows, owner))
        while device is not None:
            yield from self._unleased(device, its_lines)
            device, its_lines = next(lines, NO_LINES)
        yield from self._of_totals(strange_totals)

    def _counted(self, lines: Iterable[SupplierLine]) -> Iterable[SupplierLine]:
        moved = self.decisions.moved
        return (line for line in lines if line.id not in moved) if moved else lines

    def _without_device(
        self, lines: Iterable[SupplierLine], strange_totals: dict[str, list[Billed]]
    ) -> Iterator[Matched]:
        """Take the totals aside, and yield what is billed for serial numbers nobody knows."""
        ids = {number: key for key, number in self.numbers.items()}
        by_agreement: dict[str, list[Billed]] = defaultdict(list)
        for serial, group in groupby(lines, key=attrgetter("serial_number")):
            if serial:
                yield from self._strange(serial, "", [line.billed() for line in group])
                continue
            for line in group:
                by_agreement[line.sub_agreement].append(line.billed(ids.get(line.sub_agreement, 0)))
        for number, billed in by_agreement.items():
            if number in ids:
                self.totals[ids[number]] = grouped(billed)
                self.shares[ids[number]] = Total(self.totals[ids[number]], self.span)
            else:
                strange_totals[number] = billed

    def _unleased(self, device: int, lines: Iterable[SupplierLine]) -> Iterator[Matched]:
        """Yield what is billed for a device that is ours but not leased."""
        serial, model = self._devices_without_lease[device]
        billed = [line.billed() for line in lines]
        yield from self._strange(serial, model, billed, device)

    @cached_property
    def _devices_without_lease(self) -> dict[int, tuple[str, str]]:
        rows = Device.objects.filter(lease=None).values_list("id", "serial_number", "model__name")
        return {device: (serial, model) for device, serial, model in rows}

    def _strange(
        self, serial: str, model: str, billed: Sequence[Billed], device: int | None = None
    ) -> Iterator[Matched]:
        about = subject_of(device, serial, "")
        credited = sum(amount for _, amount in self.decisions.credited.get(about, ()))
        if item := unknown_item(billed, self.span, credited):
            yield Matched(NOTHING, [self._row(item, device, serial, model, "")], device)

    def _of_totals(self, strange_totals: dict[str, list[Billed]]) -> Iterator[Matched]:
        for sub, total in self.shares.items():
            number = self.numbers[sub]
            settled = self.decisions.credited.get((0, "", number), ())
            items = total.items(sub in self.known, self.tolerance, settled)
            yield Matched(NOTHING, [self._row(item, None, "", "", number) for item in items])
        for number, billed in strange_totals.items():
            about = (0, "", number)
            credited = sum(amount for _, amount in self.decisions.credited.get(about, ()))
            if item := unknown_item(billed, self.span, credited):
                yield Matched(NOTHING, [self._row(item, None, "", "", number)])

    def _row(
        self, item: PiledItem, device: int | None, serial: str, model: str, number: str
    ) -> MatchedRow:
        about = subject_of(device, serial, number)
        decision = self.decisions.by_difference.get((item.pile, about))
        return MatchedRow(item.pile, device, serial, model, number, item, decision)
