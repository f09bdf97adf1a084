"""The lessor's lines and the leases, both read in the order of the devices."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.replica import reading_connection
from albertslund_it.web.database.rows import among
from inventory.models import Device, FormerSerialNumber
from leasing.cost_table.facts import billing_start, prices_gathered
from leasing.domain.allocation import fast
from leasing.domain.reconciliation import Billed, Span
from leasing.models import Lease, SupplierInvoiceLine

CHUNK = 1_000
LINE_COLUMNS = "l.id, l.serial_number, l.sub_agreement, l.starts_on, l.ends_before, l.amount_ore"


def span_of_quarter(quarter: Quarter) -> Span:
    """Return the days of a quarter that are billed to anyone."""
    start = billing_start()
    first = max(quarter.starts_on, start)
    return Span(first, max(first, quarter.ends_before), quarter == Quarter.of(start))


# Device, first day, first day without instalment, serial number, model, sub-agreement.
LeaseFacts = tuple[int, date, date | None, str, str, int]


class SupplierLine(NamedTuple):
    """A line of the lessor's; its device is 0 where its serial number is none that we know."""

    device_id: int
    id: int
    serial_number: str
    sub_agreement: str
    starts_on: date
    ends_before: date
    amount_ore: int

    def billed(self, total: int | None = None) -> Billed:
        """Return what the arithmetic needs of it; `total` is whose total it is."""
        return fast(Billed, (self.starts_on, self.ends_before, self.amount_ore, total))


def lease_side(
    leases: QuerySet[Lease] | None = None,
) -> Iterator[tuple[LeaseFacts, list[tuple[int, int]]]]:
    """Return ((device, first day, stop, serial number, model, agreement), prices) of each lease.

    Of some leases, or of all. In the order of the devices; `prices` are (øre, quarters) of the
    terms.
    """
    every = Lease.objects.all() if leases is None else leases
    rows = (
        every.order_by("device_id", "terms__position")
        .values_list(
            "device_id",
            "starts_on",
            "stops_on",
            "device__serial_number",
            "device__model__name",
            "sub_agreement_id",
            "terms__price_ore",
            "terms__quarters",
        )
        .iterator(chunk_size=CHUNK)
    )
    return prices_gathered(rows, 6)


def line_side(span: Span) -> Iterator[SupplierLine]:
    """Yield the lines that belong to a quarter or reach into it, in the order of the devices.

    Those whose device is not known come first, totals first of all.
    """
    reaches = "" if span.is_first else " AND l.ends_before > %s"
    days = [span.ends_before] if span.is_first else [span.ends_before, span.starts_on]
    yield from _lines(f"l.starts_on < %s{reaches}", [day.isoformat() for day in days])


def lines_about(serial_numbers: Collection[str]) -> Iterator[SupplierLine]:
    """Yield the lines with one of some serial numbers, of any quarter, as `line_side` does."""
    wanted = among(serial_numbers)
    yield from _lines(f"l.serial_number IN ({wanted.sql})", wanted.params)


def _lines(condition: str, parameters: Sequence[Any]) -> Iterator[SupplierLine]:
    names = {
        "line": SupplierInvoiceLine._meta.db_table,
        "device": Device._meta.db_table,
        "former": FormerSerialNumber._meta.db_table,
    }
    statement = (
        "SELECT COALESCE(d.id, f.device_id, 0) AS device, {columns} FROM {line} l"
        " LEFT JOIN {device} d ON d.serial_number = l.serial_number"
        " LEFT JOIN {former} f ON f.serial_number = l.serial_number AND d.id IS NULL"
        " WHERE {condition} ORDER BY device, l.serial_number"
    ).format(columns=LINE_COLUMNS, condition=condition, **names)
    with reading_connection().chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(CHUNK):
            if isinstance(rows[0][4], str):  # SQLite may give dates as text
                for *about, starts_on, ends_before, amount in rows:
                    yield fast(SupplierLine, (*about, _day(starts_on), _day(ends_before), amount))
            else:
                yield from (fast(SupplierLine, row) for row in rows)


@lru_cache(maxsize=1 << 12)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def by_device(lines: Iterable[SupplierLine]) -> Iterator[tuple[int, list[SupplierLine]]]:
    """Yield (device, its lines) in order."""
    for device, group in groupby(lines, key=attrgetter("device_id")):
        yield device, list(group)
