"""The lines of closed runs a page at a time, in any order, without sorting all that is billed.

What summaries of lines know makes groups, few enough to count: a page reads the lines of the groups
that it lies in. What they do not know is found in the order of an index.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import Count, F, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from albertslund_it.common.names import danish_key
from albertslund_it.web.database.rows import among
from inventory.devices.selectors import has_number
from inventory.models import Device
from leasing.cost_share.selectors.cost_lines import READ_FIELDS, BareLine
from leasing.cost_share.selectors.pending_lines import Sorting
from leasing.models import InvoiceLine, InvoiceSummary, PrintedNumber, QuarterlyInvoice

CHUNK = 5_000
Row = tuple[Any, ...]

# What summaries tell apart as lines do, by what they are sorted by. All lines of an invoice have
# its department, and those of a unit on it the name that the unit had.
GROUPED = {
    "department": "invoice_id",
    "unit": "unit_id",
    "period": "period",
    "kind": "kind",
    "model_name": "model_name",
}
# What has an index of its own, with the invoice beside it.
INDEXED = ("serial_number", "first_day", "last_day", "days", "amount_ore")


class InvoicePart(NamedTuple):
    """Lines of an invoice that have a value in common, and how many."""

    value: Any
    invoice_id: int
    department: str
    lines: int


@dataclass(frozen=True)
class BilledLines:
    """Chosen lines of closed runs, the latest run first or sorted otherwise.

    `summaries` are chosen as the lines are; None where a search is for what they do not know.
    """

    lines: QuerySet[InvoiceLine]
    summaries: QuerySet[InvoiceSummary] | None = None
    count: int = 0
    total_ore: int = 0
    orders: tuple[Sorting, ...] = ()
    expressions: tuple[Combinable, ...] = ()

    @classmethod
    def of(
        cls, lines: QuerySet[InvoiceLine], summaries: QuerySet[InvoiceSummary] | None
    ) -> "BilledLines":
        """Count and add up lines, from their summaries where those know the answer."""
        if summaries is None:
            sums = lines.aggregate(lines=Count("id"), total=Sum("amount_ore"))
        else:
            sums = summaries.aggregate(lines=Sum("line_count"), total=Sum("amount_ore"))
        return cls(lines, summaries, sums["lines"] or 0, sums["total"] or 0)

    def sorted_by(
        self, orders: Sequence[Sorting], expressions: Sequence[Combinable]
    ) -> "BilledLines":
        """Sort by these; the expressions are the same as the database is told it."""
        return replace(self, orders=tuple(orders), expressions=tuple(expressions))

    def between(self, start: int, stop: int) -> list[Row]:
        """Read READ_FIELDS of lines by their places."""
        if stop <= start:
            return []
        if not self._is_grouped:
            # Their ids first: what is sorted and skipped is then ids, not whole rows.
            rows = self._ordered(self.lines, stop)
            return self._read(list(rows.values_list("id", flat=True)[start:stop]))
        wanted, before, lines = [], 0, 0
        for group in self._groups:
            if lines >= stop:
                break
            if lines + group.lines <= start:
                before = lines + group.lines
            else:
                wanted.append(group)
            lines += group.lines
        here = slice(start - before, stop - before)
        if self.orders:
            return self._read(self._ids_of(wanted)[here])
        invoices = [group.invoice_id for group in wanted]
        rows = self._ordered(self.lines.filter(invoice__in=invoices), stop)
        return list(rows.values_list(*READ_FIELDS)[here])

    def __iter__(self) -> Iterator[Row]:
        """Read all, in their order."""
        if not self.orders or not self._is_grouped:
            rows = self._ordered(self.lines, self.count).values_list(*READ_FIELDS)
            yield from rows.iterator(chunk_size=CHUNK)
            return
        groups: list[InvoicePart] = []
        lines = 0
        for group in self._groups:
            groups.append(group)
            lines += group.lines
            if lines >= CHUNK:
                yield from self._read(self._ids_of(groups))
                groups, lines = [], 0
        yield from self._read(self._ids_of(groups))

    def of_devices(self) -> Iterator[BareLine]:
        """Read what each is of, in no order."""
        rows = self.lines.order_by().values_list(
            "serial_number", "model_name", "unit_id", "amount_ore", "lease__device"
        )
        return map(BareLine._make, rows)

    @property
    def _by(self) -> str:
        """Return what the lines are sorted by; '' for nothing, or for several things."""
        return self.orders[0].fields[0] if len(self.orders) == 1 else ""

    @property
    def _is_grouped(self) -> bool:
        return self.summaries is not None and (not self.orders or self._by in GROUPED)

    def _ordered(self, rows: QuerySet[InvoiceLine], stop: int) -> QuerySet[InvoiceLine]:
        """Let the database sort, to be read up to a place."""
        by = self._by
        if by in INDEXED:
            # Few of all not in the order of an index, that has all.
            here: F | Coalesce = Coalesce(by, by)
            if self._invoices_are_whole:
                rows = InvoiceLine.objects.all()
                if stop * self._all_lines <= self.count**2:
                    # Fewer of the index's lines come before that place than there are to sort. Its
                    # other column tells which of them are wanted.
                    here, rows = F(by), rows.alias(of_invoice=F("invoice") + 0)
                    if self.count < self._all_lines:
                        rows = rows.filter(of_invoice__in=among(self._invoices, int))
                else:
                    rows = rows.filter(invoice__in=among(self._invoices, int))
            order = (here, F("invoice_id"), F("id"))
            is_descending = self.orders[0].is_descending
            rows = rows.order_by(*(one.desc() if is_descending else one.asc() for one in order))
        elif self.orders:
            rows = rows.order_by(*self.expressions, "id")
        else:
            rows = rows.order_by("-invoice__run", "invoice__number", "number")
        return rows

    @cached_property
    def _invoices(self) -> list[int]:
        if self.summaries is None:
            return []
        return list(self.summaries.order_by().values_list("invoice", flat=True).distinct())

    @cached_property
    def _invoices_are_whole(self) -> bool:
        """Return whether all lines are chosen of each invoice of which any is."""
        whole = QuarterlyInvoice.objects.filter(id__in=among(self._invoices, int))
        lines = whole.aggregate(lines=Sum("line_count"))["lines"]
        return self.summaries is not None and lines == self.count

    @cached_property
    def _all_lines(self) -> int:
        return QuarterlyInvoice.objects.aggregate(lines=Sum("line_count"))["lines"] or 0

    @cached_property
    def _groups(self) -> list[InvoicePart]:
        """Return the groups in the order of the lines."""
        if self.summaries is None:
            return []
        found = (
            self.summaries.order_by("-invoice__run", "invoice__number")
            .values_list(
                "invoice__run",
                "invoice__number",
                F(GROUPED[self._by or "department"]),
                "invoice_id",
                "invoice__department_name",
            )
            .annotate(Sum("line_count"))
        )
        groups = [InvoicePart(*group) for _, _, *group in found]
        if self.orders:
            groups.sort(key=self._key_of_group(), reverse=self.orders[0].is_descending)
        return groups

    def _key_of_group(self) -> Callable[[InvoicePart], Any]:
        if self._by == "unit":
            names = self._unit_names()
            keys = {name: danish_key(name) for name in set(names.values())}
            return lambda group: keys[names[group.invoice_id, group.value]]
        if self._by == "department":
            return lambda group: danish_key(group.department)
        return lambda group: danish_key(group.value)

    def _unit_names(self) -> dict[tuple[int, int], str]:
        """Return what units were called when an invoice was made."""
        if self.summaries is None:
            return {}
        one_of_each = self.summaries.order_by().values("invoice", "unit").annotate(one=Min("id"))
        # By the unit and the quarter alone: PostgreSQL would look all lines of the invoice up too.
        line = InvoiceLine.objects.alias(of_invoice=F("invoice") + 0).order_by()
        line = line.filter(
            unit=OuterRef("unit"), period=OuterRef("period"), of_invoice=OuterRef("invoice")
        )
        found = InvoiceSummary.objects.filter(id__in=one_of_each.values("one")).values_list(
            "invoice_id", "unit_id", Subquery(line.values("unit_name")[:1])
        )
        return {(invoice, unit): name for invoice, unit, name in found}

    def _ids_of(self, groups: Sequence[InvoicePart]) -> list[int]:
        """Return the ids of the lines of some groups, in their order."""
        if not groups:
            return []
        place = {(group.value, group.invoice_id): at for at, group in enumerate(groups)}
        field = GROUPED[self._by]
        rows = self.lines.filter(invoice__in={group.invoice_id for group in groups})
        rows = rows.filter(**{f"{field}__in": {group.value for group in groups}})
        found = [
            (place[value, invoice], number, pk)
            for value, invoice, number, pk in rows.order_by().values_list(
                field, "invoice_id", "number", "id"
            )
            if (value, invoice) in place
        ]
        return [pk for _, _, pk in sorted(found)]

    def _read(self, ids: Sequence[int]) -> list[Row]:
        rows = InvoiceLine.objects.filter(id__in=among(ids, int)).order_by()
        found = {row[0]: row[1:] for row in rows.values_list("id", *READ_FIELDS)}
        return [found[pk] for pk in ids]


def with_serial_number(lines: QuerySet[InvoiceLine], text: str) -> QuerySet[InvoiceLine]:
    """Keep the lines whose serial number has a text in it.

    The numbers are found first, among those that devices have or had: lines are many times more.
    """
    numbers = chain.from_iterable(
        numbered.objects.filter(has_number(text)).order_by().values_list("serial_number", flat=True)
        for numbered in (Device, PrintedNumber)
    )
    return lines.filter(serial_number__in=among(numbers))
