"""A line as a list shows it, and how the lines of closed runs are read."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from leasing.models import InvoiceLine, Kind


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


class BareLine(NamedTuple):
    """What a line is of, and what it costs; of no lease, no device."""

    serial_number: str
    model_name: str
    unit_id: int
    amount_ore: int
    device_id: int | None


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
