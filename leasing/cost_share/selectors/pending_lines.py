"""Lines that no run holds, as a list shows them: counted from sums, and read a page at a time.

Whatever stands before the serial number in the order of a list makes groups, few enough to count.
A page reads the rows of the groups that it lies in, and no others.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import groupby, takewhile
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, TypeVar

from django.db.models import Count, Q, QuerySet, Sum

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.database.rows import among
from inventory.devices.selectors import has_number
from inventory.models import Device, DeviceModel, Unit
from leasing.billing.selectors.costs import kind_of_new
from leasing.billing.selectors.facts import charges_to_bill
from leasing.billing.selectors.outstanding import window_up_to
from leasing.billing.selectors.run_lines import charge_line
from leasing.billing.selectors.window import Window, window_ahead
from leasing.cost_share.selectors.cost_lines import BareLine, CostLine, earlier_lines
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.facts import NOBODY
from leasing.domain.accrual import term_on, terms_in_order
from leasing.domain.allocation import CHARGE, CORRECTION, CURRENT
from leasing.models import (
    COST_HOLDER_NAME,
    Cost,
    CostPending,
    CostTotal,
    Lease,
    LeaseTerm,
    SubAgreement,
)

BILLED, NOT_BILLED = "opkraevet", "ikke-opkraevet"
# With a closed run's code after it: what that run and those before it hold.
UP_TO = "til-og-med-"
# How an address asks for lines that are no charges, and for what lasts to the end of its quarter.
OF_LEASES, AT_END = "leasing", "sidste-dag"
# So many rows, or one group more, are read at a time where all are read.
CHUNK = 5_000


@dataclass(frozen=True)
class Choice:
    """Which lines are asked for; what is empty lets everything through.

    `run` is the code of a closed run, or of one that could be closed today, or BILLED or
    NOT_BILLED, or UP_TO a closed run. Lines `of_leases` are no charges; what is `held_at_end` are
    those of leases that last to the last day of their quarter.
    """

    first: Quarter
    last: Quarter
    unit_id: int | None = None
    model_name: str | None = None
    kind: str = ""
    run: str = ""
    search: str = ""
    of_leases: bool = False
    held_at_end: bool = False

    @property
    def leaves_out_charges(self) -> bool:
        """Return whether lines of leases alone are asked for."""
        return self.of_leases or self.held_at_end

    @property
    def last_days(self) -> list[date]:
        """Return the last day of each quarter."""
        return [quarter.last_day for quarter in quarters_between(self.first, self.last)]


# What lines are sorted by: (0, whatever), or NOTHING, which comes last in either direction.
SortKey = tuple[Any, ...]
NOTHING: SortKey = (1,)
Keys = tuple[SortKey, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Sorting:
    """One thing that lines are sorted by; the key is made of the fields alone."""

    fields: tuple[str, ...]
    key: Callable[[CostLine], SortKey]
    is_descending: bool = False


BY_UNIT = Sorting(("unit",), lambda line: (0, danish_key(line.unit)))
BY_SERIAL_NUMBER = Sorting(("serial_number",), lambda line: (0, line.serial_number))
BY_PERIOD = Sorting(("period",), lambda line: (0, line.period))
AS_A_LIST = (BY_UNIT, BY_SERIAL_NUMBER, BY_PERIOD)

SERIAL_NUMBER = "lease__device__serial_number"
# What tells rows of a quarter, unit and model apart, where a list is sorted by it.
APART = ("first_day", "last_day", "days", "amount_ore")
NO_DAY = date.min
NO_LINE = CostLine(
    "", "", "", "", "", "", "", "", "", None, NO_DAY, NO_DAY, 0, 0, "", None, None, 0
)


class Group(NamedTuple):
    """Lines that are alike up to the serial number: how many, and in which cells they are.

    Where the serial number comes first it is that of the lines.
    """

    lines: int
    cells: Sequence[CostLine] = ()
    serial_number: str | None = None


class Counted(NamedTuple):
    """Lines that have some fields in common; the others are empty."""

    line: CostLine
    lines: int
    amount_ore: int


class LineNames:
    """What lines say of units and models."""

    def __init__(self, units: QuerySet[Unit]) -> None:
        names = units.values_list("id", "department__name", "number", "name")
        self.units: dict[int, tuple[str, str, str]] = {
            pk: (department or COST_HOLDER_NAME, number, name)
            for pk, department, number, name in names.order_by()
        }
        self.models: dict[int, str] = dict(DeviceModel.objects.values_list("id", "name"))

    def of_unit(self, unit_id: int) -> dict[str, Any]:
        """Return what a line says of a unit."""
        department, number, name = self.units[unit_id]
        return {"unit_id": unit_id, "department": department, "unit_number": number, "unit": name}


@dataclass
class LeaseRows:
    """Kept rows of leases: those of quarters that no run has billed, or what is late of others.

    `kinds` has the kind of a quarter's rows, and goes before the one that they have themselves.
    """

    rows: QuerySet[Any]
    names: LineNames
    kinds: Mapping[str, str]
    billed: Q
    totals: QuerySet[Any] | None = None

    def counted(self, fields: Collection[str]) -> Iterator[Counted]:
        """Count and add up the lines that have these fields in common, and quarter, unit, model."""
        apart = [name for name in APART if name in fields]
        columns, known = ["period", "unit_id", "model_id"], 3
        if self.totals is not None and not apart:
            found: Iterable[Any] = self.totals.values_list(*columns, "line_count", "amount_ore")
        else:
            rows = self.rows.order_by()
            if rows.model is CostPending:
                columns += ["kind", "lease_id"] if "corrects" in fields else ["kind"]
            known = len(columns)
            columns += apart
            found = rows.values_list(*columns).annotate(Count("days"), Sum("amount_ore"))
        lines = []
        alike: dict[tuple[Any, ...], CostLine] = {}
        for row in found:
            line = alike.get(row[:known])
            if line is None:
                line = self._line(dict(zip(columns, row[:known], strict=False)))
                alike[row[:known]] = line
            if apart:
                line = line._replace(**dict(zip(apart, row[known:], strict=False)))
            lines.append((line, *row[-2:]))
        named = self._corrected([line for line, *_ in lines]) if "corrects" in fields else None
        for index, (line, count, amount) in enumerate(lines):
            yield Counted(named[index] if named else line, count, amount)

    def counts(self, name: str) -> list[tuple[Any, int]]:
        """Return how many lines have each value of one of APART."""
        return list(self.rows.order_by().values_list(name).annotate(Count("days")))

    def having(self, name: str, values: Collection[Any]) -> "LeaseRows":
        """Keep the rows that have some values of one of APART."""
        rows = self.rows.filter(**{f"{name}__in": values})
        return replace(self, rows=rows, totals=None)

    def serial_numbers(self) -> Iterable[str]:
        """Return the serial number of each line."""
        return self.rows.order_by().values_list(SERIAL_NUMBER, flat=True)

    def of_devices(self) -> Iterator[BareLine]:
        """Read what each line is of."""
        for serial, model, unit, amount, device in self.rows.order_by().values_list(
            SERIAL_NUMBER, "model_id", "unit_id", "amount_ore", "lease__device"
        ):
            yield BareLine(serial, self.names.models[model], unit, amount, device)

    def within(self, cells: Collection[CostLine], fields: Collection[str]) -> list[CostLine]:
        """Read the lines of some cells, and others that have each of these fields from one."""
        narrowed = {"period", "unit_id", *APART} & {*fields, "period", "unit_id"}
        wanted = {name: {getattr(cell, name) for cell in cells} for name in narrowed}
        return self._read(Q(**{f"{name}__in": values for name, values in wanted.items()}))

    def of_serial_numbers(self, serial_numbers: Collection[str]) -> list[CostLine]:
        """Read the lines of some devices."""
        leases = Lease.objects.filter(device__serial_number__in=among(serial_numbers))
        return self._read(Q(lease__in=leases.values("id")))

    def _read(self, condition: Q) -> list[CostLine]:
        columns = [
            "lease_id",
            "period",
            "unit_id",
            "model_id",
            *APART,
            SERIAL_NUMBER,
            "lease__sub_agreement_id",
        ]
        if self.rows.model is CostPending:
            columns.append("kind")
        agreements = dict(SubAgreement.objects.values_list("id", "number"))
        units, models, kinds = self.names.units, self.names.models, self.kinds
        lines = []
        for lease, period, unit, model, first, last, days, amount, serial, agreement, *kind in (
            self.rows.filter(condition).order_by().values_list(*columns)
        ):
            lines.append(
                CostLine(
                    "",
                    period,
                    kinds.get(period) or kind[0],
                    *units[unit],
                    serial,
                    models[model],
                    agreements[agreement],
                    None,
                    first,
                    last,
                    days,
                    amount,
                    "",
                    None,
                    lease,
                    unit,
                )
            )
        return self._corrected(lines)

    def _corrected(self, lines: list[CostLine]) -> list[CostLine]:
        """Let corrections name the line that they correct."""
        corrected = {line.lease_id for line in lines if line.lease_id and line.kind == CORRECTION}
        if not corrected:
            return lines
        earlier = earlier_lines(corrected, self.billed)
        return [
            line._replace(corrects=earlier.name(line.lease_id, line.period, line.unit_id))
            if line.kind == CORRECTION
            else line
            for line in lines
        ]

    def _line(self, told: dict[str, Any]) -> CostLine:
        """Return a line with nothing but what is told of it."""
        told["model_name"] = self.names.models[told.pop("model_id")]
        told["kind"] = self.kinds.get(told["period"]) or told["kind"]
        return NO_LINE._replace(**self.names.of_unit(told.pop("unit_id")), **told)


@dataclass
class PendingLines:
    """The lines of a choice that no run holds, in an order.

    They are counted; to be read in the moment in which they were.
    """

    sources: Sequence[LeaseRows] = ()
    charges: Sequence[CostLine] = ()
    counted: Sequence[Counted] = ()
    orders: Sequence[Sorting] = AS_A_LIST

    def sorted_by(self, orders: Sequence[Sorting]) -> "PendingLines":
        """Sort by these; what they leave open is as it was."""
        return replace(self, orders=(*orders, *self.orders))

    def __len__(self) -> int:
        return sum(one.lines for one in self.counted) + len(self.charges)

    @property
    def total_ore(self) -> int:
        charged = sum(line.amount_ore for line in self.charges)
        return sum(one.amount_ore for one in self.counted) + charged

    def __getitem__(self, wanted: slice) -> list[CostLine]:
        start, stop, _ = wanted.indices(len(self))
        first = self.orders[0].fields
        if len(first) == 1 and first[0] in APART:
            return self._having(first[0], start, stop)
        return self._between(start, stop)

    def _having(self, name: str, start: int, stop: int) -> list[CostLine]:
        """Read lines by their places among those alone that have their values of one of APART."""
        counts: Counter[Any] = Counter()
        for source in self.sources:
            counts.update(dict(source.counts(name)))
        counts.update(getattr(line, name) for line in self.charges)
        values, before, lines = [], 0, 0
        for value in sorted(counts, reverse=self.orders[0].is_descending):
            if lines + counts[value] <= start:
                before = lines + counts[value]
            elif lines < stop:
                values.append(value)
            lines += counts[value]
        narrowed = replace(
            self,
            sources=[source.having(name, values) for source in self.sources],
            charges=[line for line in self.charges if getattr(line, name) in values],
        )
        return narrowed._between(start - before, stop - before)

    def _between(self, start: int, stop: int) -> list[CostLine]:
        """Read lines by their places, in the groups that they lie in."""
        groups, before, lines = [], 0, 0
        for group in self._groups:
            if lines >= stop:
                break
            if lines + group.lines <= start:
                before = lines + group.lines
            else:
                groups.append(group)
            lines += group.lines
        return _priced(self._lines_of(groups)[start - before : stop - before])

    def of_devices(self) -> Iterator[BareLine]:
        """Read what each is of, in no order."""
        for one in self.sources:
            yield from one.of_devices()
        for line in self.charges:
            yield BareLine(line.serial_number, line.model_name, line.unit_id, line.amount_ore, None)

    def __iter__(self) -> Iterator[CostLine]:
        groups: list[Group] = []
        lines = 0
        for group in self._groups:
            groups.append(group)
            lines += group.lines
            if lines >= CHUNK:
                yield from _priced(self._lines_of(groups))
                groups, lines = [], 0
        yield from _priced(self._lines_of(groups))

    @cached_property
    def _grouped_by(self) -> list[Sorting]:
        """Return what makes groups: all that goes before the serial number."""
        return list(takewhile(lambda one: "serial_number" not in one.fields, self.orders))

    @property
    def _fields(self) -> set[str]:
        return {name for order in self._grouped_by for name in order.fields}

    @cached_property
    def _groups(self) -> list[Group]:
        """Return the groups in their order."""
        grouped_by, fields = self._grouped_by, self._fields
        if not grouped_by:
            return self._devices()
        counted = [Counted(line, 1, line.amount_ore) for line in self.charges]
        if fields.intersection({*APART, "corrects"}):
            counted += [one for source in self.sources for one in source.counted(fields)]
        else:
            counted += self.counted
        alike: dict[Keys, list[Counted]] = {}
        lines = (one.line for one in counted)
        for key, one in zip(_keys_of(lines, grouped_by), counted, strict=True):
            alike.setdefault(key, []).append(one)
        return [
            Group(sum(one.lines for one in found), [one.line for one in found])
            for found in _in_order(alike.items(), grouped_by)
        ]

    def _devices(self) -> list[Group]:
        """Return a group for each serial number; lines without one come last."""
        numbers = [number for source in self.sources for number in source.serial_numbers()]
        numbers += [line.serial_number for line in self.charges]
        numbers.sort(reverse=self.orders[0].is_descending)
        found = [Group(len(list(of)), (), number) for number, of in groupby(numbers)]
        found.sort(key=lambda group: group.serial_number == "")
        return found

    def _lines_of(self, groups: Sequence[Group]) -> list[CostLine]:
        """Read the lines of some groups, in their order."""
        if not groups:
            return []
        if self._grouped_by:
            lines = self._lines_in([cell for group in groups for cell in group.cells])
        else:
            numbers = {group.serial_number or "" for group in groups}
            lines = [line for one in self.sources for line in one.of_serial_numbers(numbers)]
            lines += [line for line in self.charges if line.serial_number in numbers]
        return _in_order(zip(_keys_of(lines, self.orders), lines, strict=True), self.orders)

    def _lines_in(self, cells: Collection[CostLine]) -> list[CostLine]:
        wanted = set(_keys_of(cells, self._grouped_by))
        found = [line for one in self.sources for line in one.within(cells, self._fields)]
        found += self.charges
        keys = _keys_of(found, self._grouped_by)
        return [line for line, key in zip(found, keys, strict=True) if key in wanted]


def pending_lines(payer: Payer, choice: Choice, today: date) -> PendingLines:
    """Choose what no run holds, or what one that is not closed would.

    Raises:
        Refused: when that run can neither be closed today, nor is the next.
    """
    if choice.run in {"", NOT_BILLED}:
        window = window_up_to(choice.last)
    else:
        window = window_ahead(choice.run, today)
    units = Unit.objects.all()
    if payer.unit_ids is not None:
        units = units.filter(id__in=payer.unit_ids)
    if choice.unit_id is not None:
        units = units.filter(id=choice.unit_id)
    names = LineNames(units)
    is_all = payer.unit_ids is None and choice.unit_id is None
    asked = _Asked(window, choice, names, None if is_all else set(names.units))
    sources = [asked.new(payer.billed), asked.late(payer.billed)]
    counted = [list(source.counted(())) for source in sources]
    return PendingLines(
        [source for source, found in zip(sources, counted, strict=True) if found],
        list(asked.charges()),
        [one for found in counted for one in found],
    )


@dataclass
class _Asked:
    """A choice as conditions on rows; `unit_ids` is None for all units."""

    window: Window
    choice: Choice
    names: LineNames
    unit_ids: set[int] | None

    @cached_property
    def _found(self) -> list[int]:
        """Return the leases that are searched for."""
        found = Lease.objects.filter(
            device__in=Device.objects.filter(has_number(self.choice.search))
        )
        return list(found.order_by().values_list("id", flat=True))

    def new(self, billed: Q) -> LeaseRows:
        """Choose rows of quarters that no run has looked at."""
        kinds = {
            period.code: kind_of_new(self.window, period.code)
            for period in self.window.new_periods
            if self._is_in(period.code)
        }
        if self.choice.kind:
            kinds = {code: kind for code, kind in kinds.items() if kind == self.choice.kind}
        rows = self._chosen(Cost.objects.filter(period__in=kinds).exclude(amount_ore=0))
        totals = None
        if not (self.choice.search or self.choice.held_at_end):
            totals = self._chosen(CostTotal.objects.filter(period__in=kinds, line_count__gt=0))
        return LeaseRows(rows, self.names, kinds, billed, totals)

    def late(self, billed: Q) -> LeaseRows:
        """Choose what is not billed of quarters that a run has covered."""
        codes = [period.code for period in self.window.periods if self._is_in(period.code)]
        rows, kinds = CostPending.objects.filter(period__in=codes), {}
        if self.window.current:
            # A supplementary run may have covered it before.
            kinds = {str(self.window.current): CURRENT}
        if self.choice.kind:
            rows = rows.filter(
                Q(period__in=kinds)
                if self.choice.kind == CURRENT
                else Q(kind=self.choice.kind) & ~Q(period__in=kinds)
            )
        return LeaseRows(self._chosen(rows), self.names, kinds, billed)

    def charges(self) -> Iterator[CostLine]:
        """Yield the charges."""
        choice = self.choice
        if choice.leaves_out_charges or choice.kind not in {"", CHARGE}:
            return
        since = choice.first.starts_on
        for row in map(charge_line, charges_to_bill(self.window, self.unit_ids, since)):
            if (
                self._is_in(row.period)
                and choice.model_name in {None, row.model_name}
                and choice.search.upper() in row.serial_number
            ):
                day = date.fromisoformat(row.first_day)
                yield NO_LINE._replace(
                    **self.names.of_unit(row.unit_id),
                    period=row.period,
                    kind=row.kind,
                    serial_number=row.serial_number,
                    model_name=row.model_name,
                    first_day=day,
                    last_day=day,
                    amount_ore=row.amount_ore,
                    text=row.text,
                )

    def _is_in(self, period: str) -> bool:
        is_asked_for = str(self.choice.first) <= period <= str(self.choice.last)
        return is_asked_for and period in self.window.taken

    def _chosen(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if self.unit_ids is None:
            rows = rows.exclude(unit=NOBODY)
        else:
            rows = rows.filter(unit__in=self.unit_ids)
        if self.choice.model_name is not None:
            name = self.choice.model_name
            rows = rows.filter(model__in=[pk for pk, n in self.names.models.items() if n == name])
        if self.choice.search:
            rows = rows.filter(lease__in=among(self._found, int))
        if self.choice.held_at_end:
            rows = rows.filter(last_day__in=self.choice.last_days)
        return rows


def _keys_of(lines: Iterable[CostLine], orders: Sequence[Sorting]) -> list[Keys]:
    """Return what each line is sorted by; worked out once for fields that are the same."""
    lines = list(lines)
    return list(zip(*(_keys(lines, order) for order in orders), strict=True))


def _keys(lines: Iterable[CostLine], order: Sorting) -> Iterator[SortKey]:
    known: dict[object, SortKey] = {}
    read = attrgetter(*order.fields)
    for line in lines:
        fields = read(line)
        key = known.get(fields)
        if key is None:
            made = order.key(line)  # a name's is a list
            key = tuple(tuple(one) if isinstance(one, list) else one for one in made)
            known[fields] = key
        yield key


def _in_order(keyed: Iterable[tuple[Keys, T]], orders: Sequence[Sorting]) -> list[T]:
    """Sort by keys that were made of these orders; nothing comes last."""
    found = list(keyed)
    if not any(order.is_descending for order in orders):
        found.sort(key=itemgetter(0))
    else:
        for at, order in reversed(list(enumerate(orders))):
            there = [one for one in found if one[0][at] != NOTHING]
            nothing = [one for one in found if one[0][at] == NOTHING]
            keys = [one[0][at] for one in there]
            by_key = sorted(range(len(there)), key=keys.__getitem__, reverse=order.is_descending)
            found = [there[index] for index in by_key] + nothing
    return [one for _, one in found]


def _priced(lines: list[CostLine]) -> list[CostLine]:
    """Return lines of leases the price of the term on their last day."""
    leases = {line.lease_id for line in lines if line.lease_id}
    if not leases:
        return lines
    prices: dict[int, list[tuple[int, int]]] = {}
    starts: dict[int, date] = {}
    terms = LeaseTerm.objects.filter(lease__in=among(leases, int)).order_by("position")
    for lease, starts_on, price, quarters in terms.values_list(
        "lease_id", "lease__starts_on", "price_ore", "quarters"
    ):
        starts[lease] = starts_on
        prices.setdefault(lease, []).append((price, quarters))
    laid = {lease: terms_in_order(starts[lease], found) for lease, found in prices.items()}
    return [
        line._replace(price_ore=term_on(laid[line.lease_id], line.last_day).price_ore)
        if line.lease_id in laid
        else line
        for line in lines
    ]
