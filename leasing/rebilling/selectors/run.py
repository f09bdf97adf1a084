"""What the files of a closed run are made of.

Names and amounts come from the sealed rows. Only the account coding is of the moment, until a
voucher freezes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple, NotRequired, TypedDict

from django.db.models import F, Min, OuterRef, QuerySet, Subquery, Sum

from albertslund_it.common.errors import Refused
from albertslund_it.common.names import danish_key
from albertslund_it.web.database.put_together import given, put_together_once
from inventory.models import Unit
from leasing.cost_table.once import once_a_moment
from leasing.domain import digest
from leasing.models import (
    COST_HOLDER_NAME,
    BillingRun,
    InvoiceLine,
    InvoiceSummary,
    Kind,
    RebillingExport,
    Settings,
)
from leasing.rebilling.selectors.booking import BookingMethod, Coding

CHUNK = 5_000


class SpecifiedLine(NamedTuple):
    """A line of a run as the workbook specifies it."""

    period: str
    kind: str
    department_name: str
    unit_number: str
    unit_name: str
    serial_number: str
    model_name: str
    sub_agreement: str
    first_day: date
    last_day: date
    days: int
    amount_ore: int
    text: str


class RecordedCoding(TypedDict):
    """What an export records: everything in its file that the run does not hold.

    Frozen rows have it as it is, so no key is ever renamed. `way` is the booking method; a file
    made before there was a choice has none.
    """

    posting_text: str
    way: NotRequired[dict[str, Any]]
    units: dict[str, dict[str, str]]


@dataclass(slots=True)
class InvoiceTotals:
    """One invoice of a run: a row of the overview."""

    number: str
    department_name: str
    head_name: str = ""
    total_ore: int = 0
    items: int = 0
    by_kind: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Kind.values, 0))


@dataclass(slots=True)
class UnitTotal:
    """What a unit pays in a run, and how many leased items it held on the quarter's last day."""

    invoice_number: str
    department_name: str
    unit_number: str
    unit_name: str
    coding: Coding = field(default_factory=Coding)
    amount_ore: int = 0
    items: int = 0

    @property
    def name(self) -> str:
        return f"{self.unit_number} {self.unit_name}"


@dataclass(frozen=True)
class Rebilling:
    """A closed run, ready to be written to a file.

    `invoices` has one for the cost holder, last, even where it carries nothing; `units` leaves it
    out.
    """

    run: BillingRun
    invoices: list[InvoiceTotals]
    units: list[UnitTotal]
    cost_holder: UnitTotal
    coding: RecordedCoding

    @property
    def posting_text(self) -> str:
        return self.coding["posting_text"]

    @property
    def method(self) -> BookingMethod:
        """Return how it is booked; a file made before there was a choice moves the cost."""
        return BookingMethod(**self.coding.get("way", {}))

    @property
    def billed_units(self) -> list[UnitTotal]:
        return [unit for unit in self.units if unit.amount_ore]

    @property
    def by_kind(self) -> dict[str, int]:
        return {kind: sum(i.by_kind[kind] for i in self.invoices) for kind in Kind.values}

    @property
    def settings_faults(self) -> list[str]:
        """Return which settings are missing to post to the units."""
        codings = [unit.coding for unit in self.billed_units]
        return self.method.faults_of_settings(self.cost_holder.coding, codings) if codings else []

    @property
    def unit_faults(self) -> list[tuple[UnitTotal, list[str]]]:
        """Return each unit with an amount that cannot be posted to, and why not."""
        units = self.billed_units
        found = [(unit, self.method.faults_of(unit.coding)) for unit in units]
        # The balancing rows go to the cost holder.
        fault = self.cost_holder.coding.cost_object_fault
        if units and fault and not self.method.splits:
            found.append((self.cost_holder, [fault]))
        return [(unit, faults) for unit, faults in found if faults]

    @property
    def uncoded(self) -> list[str]:
        """Say all that stands in the way of posting to the units."""
        units = [f"{unit.name}: {', '.join(faults)}" for unit, faults in self.unit_faults]
        return [*self.settings_faults, *units]


def find_run(code: str) -> BillingRun:
    """Return the closed run '2026Q1' or '2026S1'.

    Raises:
        Refused: when there is none, with those that are there.
    """
    if run := BillingRun.objects.exclude(digest="").filter(code=code.strip().upper()).first():
        return run
    codes = BillingRun.objects.exclude(digest="").order_by("id").values_list("code", flat=True)
    reason = f"Låst er: {', '.join(codes)}." if codes else "Ingen kvartaler er låst endnu."
    raise Refused(f"Der er ingen godkendt og låst kørsel »{code}«. {reason}")


def uncoded_in(export: RebillingExport) -> list[str]:
    """Name the units that could not be posted to with the coding of a file."""
    return rebilling_of(export.run, export.coding).uncoded


def rebilling_of(run: BillingRun, coding: RecordedCoding | None = None) -> Rebilling:
    """Gather what a run's files say, with the coding given or the one that holds now."""
    holder = Unit.objects.get(is_cost_holder=True)
    invoices = {
        invoice.id: InvoiceTotals(
            invoice.number, invoice.department_name, invoice.head_name, invoice.total_ore
        )
        for invoice in run.invoices.order_by("number")
    }
    units = _totals_of_units(run, invoices)
    listed = list(invoices.values())
    if holder.id not in units:  # every item was in use, so it has no invoice
        units[holder.id] = UnitTotal(run.code, COST_HOLDER_NAME, holder.number, holder.name)
        listed.append(InvoiceTotals(run.code, COST_HOLDER_NAME))
    coding = coding or _coding_of(run, set(units))
    for pk, unit in units.items():
        unit.coding = Coding(**coding["units"].get(str(pk), {}))
    cost_holder = units.pop(holder.id)
    return Rebilling(run, listed, sorted(units.values(), key=_unit_order), cost_holder, coding)


def _unit_order(unit: UnitTotal) -> tuple[object, ...]:
    return (unit.invoice_number, danish_key(unit.unit_name), unit.unit_number)


def _totals_of_units(run: BillingRun, invoices: dict[int, InvoiceTotals]) -> dict[int, UnitTotal]:
    """Add up each unit, by its id, and each invoice by kind."""
    names = unit_names_in(run)
    totals: dict[int, UnitTotal] = {}
    for invoice_id, unit, kind, amount, items in _sums_of_units(run=run.pk):
        invoice = invoices[invoice_id]
        invoice.by_kind[kind] += amount
        invoice.items += items
        if unit not in totals:
            totals[unit] = UnitTotal(invoice.number, invoice.department_name, *names[unit])
        totals[unit].amount_ore += amount
        totals[unit].items += items
    return totals


@put_together_once
def _sums_of_units(*, run: int) -> QuerySet[InvoiceSummary, tuple[int, int, str, int, int]]:
    return (
        InvoiceSummary.objects.filter(invoice__run=given(run))
        .values_list("invoice_id", "unit_id", "kind")
        .annotate(Sum("amount_ore"), Sum("held_at_end"))
        .order_by("invoice_id", "unit_id", "kind")
    )


@once_a_moment
def unit_names_in(run: BillingRun) -> Mapping[int, tuple[str, str]]:
    """Return each unit's number and name as they were when the run was closed.

    All lines of a unit in a run have the same: one of each is read, and found by an index.
    """
    return {unit: (number, name) for unit, number, name in _unit_names(run=run.pk)}


@put_together_once
def _unit_names(*, run: int) -> QuerySet[InvoiceSummary, tuple[int, str, str]]:
    summaries = InvoiceSummary.objects.filter(invoice__run=given(run)).order_by()
    firsts = summaries.values("unit").annotate(first=Min("id")).values("first")
    line = InvoiceLine.objects.filter(
        unit=OuterRef("unit"), period=OuterRef("period"), invoice=OuterRef("invoice")
    ).order_by()
    return InvoiceSummary.objects.filter(pk__in=firsts).values_list(
        "unit_id",
        Subquery(line.values("unit_number")[:1]),
        Subquery(line.values("unit_name")[:1]),
    )


def _coding_of(run: BillingRun, unit_ids: set[int]) -> RecordedCoding:
    """Return the coding that a voucher froze, else the units' of the moment."""
    if export := RebillingExport.objects.filter(vouchers__run=run).first():
        frozen: RecordedCoding = export.coding
        return frozen
    units = Unit.objects.filter(id__in=unit_ids).order_by("number")
    settings = Settings.objects.get(id=1)
    return {
        "posting_text": settings.posting_text,
        "way": asdict(BookingMethod.of(settings)),
        "units": {str(unit.id): asdict(Coding.of(unit)) for unit in units},
    }


def specified_lines(run: BillingRun) -> Iterator[SpecifiedLine]:
    """Return the run's lines by invoice, unit and item, charges last."""
    charges_last = F("charge_id").asc(nulls_first=True)
    lines = InvoiceLine.objects.filter(invoice__run=run).order_by(
        "invoice_id", "unit_number", charges_last, "serial_number", "period", "number"
    )
    rows = lines.values_list(*SpecifiedLine._fields).iterator(chunk_size=CHUNK)
    return map(SpecifiedLine._make, rows)


def sealed_invoices(run: BillingRun) -> Iterator[tuple[object, ...]]:
    """Return the invoices of a run as its digest takes them, in order."""
    return run.invoices.order_by("id").values_list(*digest.INVOICE_FIELDS).iterator()


def sealed_lines(run: BillingRun) -> Iterator[tuple[object, ...]]:
    """Return the lines of a run as its digest takes them, in order."""
    lines = InvoiceLine.objects.filter(invoice__run=run).order_by("number")
    return lines.values_list(*digest.LINE_FIELDS).iterator(chunk_size=CHUNK)


def opus_has_bom() -> bool:
    """Return whether the file for Opus is to begin with a byte order mark."""
    return Settings.objects.values_list("opus_bom", flat=True).get(id=1)
