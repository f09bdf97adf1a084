"""The lines under every figure: what closed runs hold, and what they do not hold yet."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import NamedTuple, TypeVar, overload

from django.db.models import Count, Q, QuerySet, Subquery, Sum

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import Unit
from leasing.billing.selectors.outstanding import devices_of_units, pending_rows, window_up_to
from leasing.billing.selectors.preview import invoice_order
from leasing.billing.selectors.remembered import kept, kept_rows
from leasing.billing.selectors.run_lines import RunLine, run_lines
from leasing.billing.selectors.window import window_ahead
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.moment import one_moment
from leasing.models import COST_HOLDER_NAME, BillingRun, InvoiceLine, InvoiceSummary, Kind

Billed = TypeVar("Billed", InvoiceLine, InvoiceSummary)
CHUNK = 5_000
# So many pending lines are kept apart from the rest: a first page has no use for more.
FIRST = 100
BILLED, NOT_BILLED = "opkraevet", "ikke-opkraevet"
# With a closed run's code after it: what that run and those before it hold.
UP_TO = "til-og-med-"


class CostLine(NamedTuple):
    """A line as a list shows it; without a run it is not billed yet."""

    run: str
    period: str
    kind: str
    department: str
    unit_number: str
    unit: str
    serial_number: str
    model_name: str
    sub_agreement: str
    price_ore: int | None
    first_day: date
    last_day: date
    days: int
    amount_ore: int
    text: str
    corrects: str | None
    # What the amount is worked out from; no lease, no calculation.
    lease_id: int | None
    unit_id: int

    @property
    def period_label(self) -> str:
        return Quarter.parse(self.period).short_label


@dataclass(frozen=True)
class Choice:
    """Which lines are asked for; what is empty lets everything through.

    `run` is the code of a closed run, or of one that could be closed today, or BILLED or
    NOT_BILLED, or UP_TO a closed run.
    """

    first: Quarter
    last: Quarter
    unit_id: int | None = None
    model_name: str | None = None
    kind: str = ""
    run: str = ""
    search: str = ""


READ_FIELDS = (
    "invoice__run__code",
    "period",
    "kind",
    "department_name",
    "unit_number",
    "unit_name",
    "serial_number",
    "model_name",
    "sub_agreement",
    "price_ore",
    "first_day",
    "last_day",
    "days",
    "amount_ore",
    "text",
    "lease",
    "unit",
    "invoice__run",
)


class ReadLine(NamedTuple):
    """What is read of a billed line: READ_FIELDS."""

    run: str
    period: str
    kind: str
    department: str
    unit_number: str
    unit: str
    serial_number: str
    model_name: str
    sub_agreement: str
    price_ore: int | None
    first_day: date
    last_day: date
    days: int
    amount_ore: int
    text: str
    lease_id: int | None
    unit_id: int
    run_id: int

    @property
    def is_correction(self) -> bool:
        return self.kind == Kind.CORRECTION


def as_lines(rows: Iterable[tuple[object, ...]], billed: Q) -> list[CostLine]:
    """Turn rows of READ_FIELDS into lines; a correction names the line that it corrects.

    `billed` chooses the lines that may be named: another department's bill is not for the reader.
    """
    read = [ReadLine._make(row) for row in rows]
    corrected = {line.lease_id for line in read if line.lease_id and line.is_correction}
    earlier = earlier_lines(corrected, billed)
    return [
        CostLine(
            *line[:15],
            earlier.name(line.lease_id, line.period, line.unit_id, line.run_id)
            if line.is_correction
            else None,
            line.lease_id,
            line.unit_id,
        )
        for line in read
    ]


class EarlierLine(NamedTuple):
    """A line that a correction may correct."""

    run_id: int
    unit_id: int
    name: str


class EarlierLines:
    """The lines of some leases by (lease, quarter): run, unit and name, by runs."""

    def __init__(self) -> None:
        self.by_item: dict[tuple[int, str], list[EarlierLine]] = defaultdict(list)

    def name(
        self, lease: int | None, period: str, unit: int, before_run: int | None = None
    ) -> str | None:
        """Name the line that a correction corrects.

        That is the unit's own last line, or where it has none, the one it takes over from.
        """
        found = [
            line
            for line in (self.by_item.get((lease, period), ()) if lease else ())
            if before_run is None or line.run_id < before_run
        ]
        found = [line for line in found if line.unit_id == unit] or found
        return found[-1].name if found else None


def earlier_lines(lease_ids: Collection[int], billed: Q) -> EarlierLines:
    """Read the lines of some leases that `billed` chooses; nothing is read for none."""
    earlier = EarlierLines()
    if not lease_ids:
        return earlier
    rows = (
        InvoiceLine.objects.filter(billed, lease__in=among(lease_ids, int))
        .order_by("invoice__run", "id")
        .values_list("lease", "period", "invoice__run", "unit", "invoice__number", "number")
    )
    for lease, period, run, unit, invoice, number in rows:
        line = EarlierLine(run, unit, f"{invoice}, linje {number}")
        earlier.by_item[lease, period].append(line)
    return earlier


@dataclass(frozen=True)
class Pending:
    """Lines that are not billed: how many, their sum, and the first of them."""

    count: int
    total_ore: int
    first: list[CostLine]


NOTHING_PENDING = Pending(0, 0, [])


@dataclass
class Lines(Sequence[CostLine]):
    """Pending lines first, in Danish order of units, then the billed ones, page by page."""

    pending: Pending
    billed: QuerySet[InvoiceLine, tuple[object, ...]]
    billed_count: int
    billed_ore: int
    all_pending: Callable[[], list[CostLine]] = list
    may_name: Q = field(default_factory=Q)

    @classmethod
    def empty(cls) -> "Lines":
        """Return no lines."""
        return cls(NOTHING_PENDING, InvoiceLine.objects.none().values_list(*READ_FIELDS), 0, 0)

    @property
    def pending_ore(self) -> int:
        return self.pending.total_ore

    @property
    def total_ore(self) -> int:
        return self.billed_ore + self.pending.total_ore

    def __len__(self) -> int:
        return self.pending.count + self.billed_count

    @overload
    def __getitem__(self, index: int) -> CostLine: ...

    @overload
    def __getitem__(self, index: slice) -> list[CostLine]: ...

    def __getitem__(self, index: int | slice) -> CostLine | list[CostLine]:
        if not isinstance(index, slice):
            return self[index : index + 1][0]
        start, stop, _ = index.indices(len(self))
        known = self.pending.count
        if start >= known:
            rows: list[CostLine] = []
        elif min(stop, known) <= len(self.pending.first):
            rows = self.pending.first[start:stop]
        else:
            rows = self.all_pending()[start:stop]
        if stop > known:
            rows += as_lines(self.billed[max(0, start - known) : stop - known], self.may_name)
        return rows

    def __iter__(self) -> Iterator[CostLine]:
        yield from self.all_pending()
        rows = self.billed.iterator(chunk_size=CHUNK)
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

    What is not billed is worked out once for as long as no fact changes.

    Raises:
        Refused: when `choice.run` is neither closed, nor can be closed today, nor the next.
    """
    with one_moment():
        billed = _billed(payer, choice)
        count, total = _size(payer, choice, billed)
        pending = NOTHING_PENDING if _is_closed(choice.run) else _pending_of(payer, choice, today)
    return Lines(
        pending,
        billed.values_list(*READ_FIELDS),
        count,
        total,
        lambda: _pending_lines(payer, choice, today) if pending.count else [],
        payer.billed,
    )


def is_at_hand(payer: Payer, choice: Choice, today: date) -> bool:
    """Tell whether `lines_of` has nothing left to work out."""
    return _is_closed(choice.run) or _pending_of.is_at_hand(payer, choice, today)


@kept("lines")
def _pending_of(payer: Payer, choice: Choice, today: date) -> Pending:
    found = _pending_lines(payer, choice, today)
    return Pending(len(found), sum(line.amount_ore for line in found), found[:FIRST])


def _is_closed(run: str) -> bool:
    return run == BILLED or BillingRun.objects.filter(code=run.removeprefix(UP_TO)).exists()


def _billed(payer: Payer, choice: Choice) -> QuerySet[InvoiceLine]:
    """Choose the lines of closed runs, the latest run first."""
    lines = _chosen(InvoiceLine.objects.filter(payer.billed), choice)
    if choice.search:
        lines = lines.filter(serial_number__icontains=choice.search)
    return lines.order_by("-invoice__run", "invoice__number", "number")


def _chosen(rows: QuerySet[Billed], choice: Choice) -> QuerySet[Billed]:
    """Choose among lines, or among summaries of lines."""
    rows = rows.filter(period__gte=str(choice.first), period__lte=str(choice.last))
    if choice.unit_id is not None:
        rows = rows.filter(unit=choice.unit_id)
    if choice.model_name is not None:
        rows = rows.filter(model_name=choice.model_name)
    if choice.kind:
        rows = rows.filter(kind=choice.kind)
    if choice.run.startswith(UP_TO):
        code = choice.run.removeprefix(UP_TO)
        runs = BillingRun.objects.filter(code=code).values("id")
        rows = rows.filter(invoice__run__lte=Subquery(runs))
    elif choice.run not in {"", BILLED}:
        rows = rows.filter(invoice__run__code=choice.run)
    return rows


def _size(payer: Payer, choice: Choice, billed: QuerySet[InvoiceLine]) -> tuple[int, int]:
    """Count and add up the billed lines, from their summaries where those know the answer."""
    if choice.search:
        sums = billed.aggregate(lines=Count("id"), total=Sum("amount_ore"))
    else:
        sums = _chosen(InvoiceSummary.objects.filter(payer.billed), choice).aggregate(
            lines=Sum("line_count"), total=Sum("amount_ore")
        )
    return sums["lines"] or 0, sums["total"] or 0


@kept_rows("line-rows", CostLine)
def _pending_lines(payer: Payer, choice: Choice, today: date) -> list[CostLine]:
    """Work out the lines that are not billed, or those of a run that is not closed."""
    units = Unit.objects.select_related("department")
    if payer.unit_ids is not None:
        units = units.filter(id__in=payer.unit_ids)
    if choice.unit_id is not None:
        units = units.filter(id=choice.unit_id)
    by_id = units.in_bulk()
    if choice.run in {"", NOT_BILLED}:
        is_all = payer.unit_ids is None and choice.unit_id is None
        found = pending_rows(window_up_to(choice.last), None if is_all else by_id.keys())
    else:
        ids = None if payer.unit_ids is None and choice.unit_id is None else by_id.keys()
        found = run_lines(
            window_ahead(choice.run, today), devices=None if ids is None else devices_of_units(ids)
        )
    chosen = [row for row in found if row.unit_id in by_id and _is_chosen(row, choice)]
    order = {unit: danish_key(by_id[unit].name) for unit in {row.unit_id for row in chosen}}
    chosen.sort(key=lambda row: (order[row.unit_id], row.serial_number, row.period))
    corrected = {row.lease_id for row in chosen if row.lease_id and row.kind == Kind.CORRECTION}
    earlier = earlier_lines(corrected, payer.billed)
    return [_line(row, by_id[row.unit_id], earlier) for row in chosen]


def _is_chosen(row: RunLine, choice: Choice) -> bool:
    return (
        str(choice.first) <= row.period <= str(choice.last)
        and (choice.model_name is None or row.model_name == choice.model_name)
        and (not choice.kind or row.kind == choice.kind)
        and choice.search.upper() in row.serial_number
    )


def _line(row: RunLine, unit: Unit, earlier: EarlierLines) -> CostLine:
    is_correction = row.kind == Kind.CORRECTION
    return CostLine(
        "",
        row.period,
        row.kind,
        unit.department.name if unit.department else COST_HOLDER_NAME,
        unit.number,
        unit.name,
        row.serial_number,
        row.model_name,
        row.sub_agreement,
        row.price_ore,
        date.fromisoformat(row.first_day),
        date.fromisoformat(row.last_day),
        row.days,
        row.amount_ore,
        row.text,
        earlier.name(row.lease_id, row.period, row.unit_id) if is_correction else None,
        row.lease_id,
        row.unit_id,
    )
