"""The lines under every figure: what closed runs hold, and what they do not hold yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import TypeVar, overload

from django.db.models import Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from albertslund_it.common.names import danish_key
from inventory.models import Unit
from leasing.billing.selectors.preview import invoice_order
from leasing.cost_share.selectors.billed_lines import BilledLines, with_serial_number
from leasing.cost_share.selectors.cost_lines import BareLine, CostLine, as_lines
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_share.selectors.pending_lines import (
    BILLED,
    UP_TO,
    Choice,
    PendingLines,
    Sorting,
    pending_lines,
)
from leasing.cost_table.moment import one_moment
from leasing.models import BillingRun, InvoiceLine, InvoiceSummary, Kind

Billed = TypeVar("Billed", InvoiceLine, InvoiceSummary)
CHUNK = 5_000


@dataclass
class Lines(Sequence[CostLine]):
    """Pending lines first, in Danish order of units, then the billed ones, page by page.

    To be read in the moment in which they were asked for.
    """

    pending: PendingLines
    billed: BilledLines
    may_name: Q = field(default_factory=Q)

    @classmethod
    def empty(cls) -> "Lines":
        """Return no lines."""
        return cls(PendingLines(), BilledLines(InvoiceLine.objects.none()))

    def sorted_by(self, orders: Sequence[Sorting], billed_by: Sequence[Combinable]) -> "Lines":
        """Sort pending lines, and after them the billed ones, which the database does."""
        return replace(
            self,
            pending=self.pending.sorted_by(orders),
            billed=self.billed.sorted_by(orders, billed_by),
        )

    @property
    def billed_ore(self) -> int:
        return self.billed.total_ore

    @property
    def pending_ore(self) -> int:
        return self.pending.total_ore

    @property
    def total_ore(self) -> int:
        return self.billed_ore + self.pending.total_ore

    def __len__(self) -> int:
        return len(self.pending) + self.billed.count

    @overload
    def __getitem__(self, index: int) -> CostLine: ...

    @overload
    def __getitem__(self, index: slice) -> list[CostLine]: ...

    def __getitem__(self, index: int | slice) -> CostLine | list[CostLine]:
        if not isinstance(index, slice):
            return self[index : index + 1][0]
        start, stop, _ = index.indices(len(self))
        known = len(self.pending)
        rows = self.pending[start:stop] if start < known else []
        if stop > known:
            billed = self.billed.between(max(0, start - known), stop - known)
            rows += as_lines(billed, self.may_name)
        return rows

    def of_devices(self) -> Iterator[BareLine]:
        """Read what each line is of, in no order, and nothing else of it."""
        yield from self.pending.of_devices()
        yield from self.billed.of_devices()

    def __iter__(self) -> Iterator[CostLine]:
        yield from self.pending
        rows = iter(self.billed)
        while chunk := list(islice(rows, CHUNK)):
            yield from as_lines(chunk, self.may_name)


def units_by_department(payer: Payer) -> list[Unit]:
    """Return the units that a payer has, or has paid for, by department in Danish order."""
    units = Unit.objects.select_related("department")
    if payer.unit_ids is not None:
        paid = InvoiceSummary.objects.filter(payer.billed).values("unit")
        units = units.filter(Q(id__in=payer.unit_ids) | Q(id__in=paid))
    return sorted(units, key=lambda u: (invoice_order(u.department), danish_key(u.name)))


def lines_of(payer: Payer, choice: Choice, today: date) -> Lines:
    """Return a payer's lines; their sum is the figure that was asked about.

    Raises:
        Refused: when `choice.run` is neither closed, nor can be closed today, nor the next.
    """
    with one_moment():
        billed = _billed(payer, choice)
        is_closed = _is_closed(choice.run)
        pending = PendingLines() if is_closed else pending_lines(payer, choice, today)
    return Lines(pending, billed, payer.billed)


def _is_closed(run: str) -> bool:
    return run == BILLED or BillingRun.objects.filter(code=run.removeprefix(UP_TO)).exists()


def _billed(payer: Payer, choice: Choice) -> BilledLines:
    """Choose the lines of closed runs, the latest run first."""
    lines = _chosen(InvoiceLine.objects.filter(payer.billed), choice)
    if choice.held_at_end:
        lines = lines.filter(last_day__in=choice.last_days)
    if choice.search:
        lines = with_serial_number(lines, choice.search)
    if choice.search or choice.held_at_end:
        return BilledLines.of(lines, None)
    return BilledLines.of(lines, _chosen(InvoiceSummary.objects.filter(payer.billed), choice))


def _chosen(rows: QuerySet[Billed], choice: Choice) -> QuerySet[Billed]:
    """Choose among lines, or among summaries of lines."""
    rows = rows.filter(period__gte=str(choice.first), period__lte=str(choice.last))
    if choice.unit_id is not None:
        rows = rows.filter(unit=choice.unit_id)
    if choice.model_name is not None:
        rows = rows.filter(model_name=choice.model_name)
    if choice.kind:
        rows = rows.filter(kind=choice.kind)
    if choice.leaves_out_charges:
        rows = rows.exclude(kind=Kind.CHARGE)
    if choice.run.startswith(UP_TO):
        code = choice.run.removeprefix(UP_TO)
        runs = BillingRun.objects.filter(code=code).values("id")
        rows = rows.filter(invoice__run__lte=Subquery(runs))
    elif choice.run not in {"", BILLED}:
        rows = rows.filter(invoice__run__code=choice.run)
    return rows
