"""What the files of a closed run are made of.

Names and amounts come from the sealed rows. Only the account coding is of the moment, until a
voucher freezes it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace

from django.db.models import F, QuerySet, Sum

from albertslund_it.common.account_codes import check_account, check_cost_centre, check_psp_element
from albertslund_it.common.errors import Refused
from albertslund_it.common.names import danish_key
from inventory.models import Unit
from leasing.domain import digest
from leasing.models import (
    COST_HOLDER_NAME,
    BillingRun,
    Booking,
    InvoiceLine,
    InvoiceSummary,
    Kind,
    QuarterlyInvoice,
    RebillingExport,
    Settings,
)

CHUNK = 5_000
LINE_FIELDS = (
    "period",
    "kind",
    "department_name",
    "unit_number",
    "unit_name",
    "serial_number",
    "model_name",
    "sub_agreement",
    "first_day",
    "last_day",
    "days",
    "amount_ore",
    "text",
)


@dataclass(frozen=True, slots=True)
class Coding:
    """Where a unit's amount is posted."""

    ean: str = ""
    account: str = ""
    cost_centre: str = ""
    psp_element: str = ""

    @property
    def account_fault(self) -> str:
        """Say in Danish why the artskonto cannot be posted to; nothing when all is well."""
        return _fault_of(check_account, self.account) if self.account else "artskonto mangler"

    @property
    def cost_object_fault(self) -> str:
        """The same of the cost object: exactly one of omkostningssted and PSP-element."""
        if self.cost_centre and self.psp_element:
            return "både omkostningssted og PSP-element er udfyldt, kun ét må være det"
        if self.psp_element:
            return _fault_of(check_psp_element, self.psp_element)
        if self.cost_centre:
            return _fault_of(check_cost_centre, self.cost_centre)
        return "omkostningssted eller PSP-element mangler"


@dataclass(frozen=True, slots=True)
class BookingMethod:
    """How the rebilling is booked: the settings of the moment, recorded with each file."""

    booking: str = Booking.MOVE
    sale_account: str = ""
    sale_income_account: str = ""
    splits: bool = False
    holder_cost_centre: str = ""
    holder_psp_element: str = ""

    @classmethod
    def now(cls) -> "BookingMethod":
        """Read the settings."""
        return cls.of(Settings.objects.get(id=1))

    @classmethod
    def of(cls, settings: Settings) -> "BookingMethod":
        """Take it from the settings."""
        return cls(
            settings.booking,
            settings.sale_account,
            settings.sale_income_account,
            settings.splits_cost_objects,
            settings.holder_cost_centre,
            settings.holder_psp_element,
        )

    @property
    def is_sale(self) -> bool:
        return self.booking == Booking.SALE

    def of_unit(self, unit: Coding) -> Coding:
        """Return where a unit is debited: an internal purchase has its own artskonto."""
        return replace(unit, account=self.sale_account) if self.is_sale else unit

    def of_holder(self, holder: Coding, unit: Coding) -> Coding:
        """Return where the cost holder is credited for a unit.

        Its own cost object; where the two kinds may not be mixed, the one of the unit's kind.
        """
        account = self.sale_income_account if self.is_sale else unit.account
        if not self.splits:
            return replace(holder, account=account)
        if unit.psp_element:
            psp = holder.psp_element or self.holder_psp_element
            return replace(holder, account=account, cost_centre="", psp_element=psp)
        centre = holder.cost_centre or self.holder_cost_centre
        return replace(holder, account=account, cost_centre=centre, psp_element="")

    def faults_of(self, unit: Coding) -> list[str]:
        """Say what a unit lacks to be posted to."""
        faults = (unit.account_fault if not self.is_sale else "", unit.cost_object_fault)
        return [fault for fault in faults if fault]

    def faults_of_settings(self, holder: Coding, units: list[Coding]) -> list[str]:
        """Say which settings are missing to post to these units."""
        faults = []
        if self.is_sale:
            for name, account in (
                ("artskonto for internt køb (9.4)", self.sale_account),
                ("artskonto for internt salg (9.7)", self.sale_income_account),
            ):
                if fault := Coding(account=account).account_fault:
                    faults.append(f"Indstillinger, {name}: {fault}")
        if self.splits:
            sides = {
                "omkostningssted": any(unit.cost_centre for unit in units),
                "PSP-element": any(unit.psp_element for unit in units),
            }
            for kind, is_used in sides.items():
                like = Coding(psp_element="x" if kind == "PSP-element" else "")
                fault = self.of_holder(holder, like).cost_object_fault
                if is_used and fault:
                    faults.append(f"Indstillinger, Fælles IT's {kind} (til to Opus-filer): {fault}")
        return faults


def _fault_of(check, value: str) -> str:
    try:
        check(value)
    except ValueError as error:
        return str(error)
    return ""


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
    coding: Coding
    amount_ore: int = 0
    items: int = 0

    @property
    def name(self) -> str:
        return f"{self.unit_number} {self.unit_name}"


@dataclass(frozen=True)
class Rebilling:
    """A closed run, ready to be written to a file.

    `invoices` has one for the cost holder, last, also where it carries nothing; `units` leaves it
    out. `coding` is what an export records: everything in the file that the run does not hold.
    """

    run: BillingRun
    invoices: list[InvoiceTotals]
    units: list[UnitTotal]
    cost_holder: UnitTotal
    coding: dict

    @property
    def posting_text(self) -> str:
        return self.coding["posting_text"]

    @property
    def method(self) -> BookingMethod:
        """Return how it is booked; a file made before there was a choice moves the cost."""
        return BookingMethod(**self.coding.get("way", {}))

    @property
    def by_kind(self) -> dict[str, int]:
        return {kind: sum(i.by_kind[kind] for i in self.invoices) for kind in Kind.values}

    @property
    def uncoded(self) -> list[str]:
        """Name each unit with an amount that cannot be posted to, and why not."""
        method, holder = self.method, self.cost_holder.coding
        units = [unit for unit in self.units if unit.amount_ore]
        faults = [(unit, method.faults_of(unit.coding)) for unit in units]
        # The balancing rows go to the cost holder.
        if units and not method.splits and (fault := holder.cost_object_fault):
            faults.append((self.cost_holder, [fault]))
        settings = (
            method.faults_of_settings(holder, [unit.coding for unit in units]) if units else []
        )
        return [
            *settings,
            *(f"{unit.name}: {', '.join(reasons)}" for unit, reasons in faults if reasons),
        ]


def find_run(code: str) -> BillingRun:
    """Return the closed run '2026Q1' or '2026S1'.

    Raises:
        Refused: when there is none, with those that are there.
    """
    if run := BillingRun.objects.exclude(digest="").filter(code=code.strip().upper()).first():
        return run
    codes = BillingRun.objects.exclude(digest="").order_by("id").values_list("code", flat=True)
    closed = f"Låst er: {', '.join(codes)}." if codes else "Ingen kvartaler er låst endnu."
    raise Refused(f"Der er ingen godkendt og låst kørsel »{code}«. {closed}")


def uncoded_in(export: RebillingExport) -> list[str]:
    """Name the units that could not be posted to with the coding of a file."""
    return rebilling_of(export.run, export.coding).uncoded


def rebilling_of(run: BillingRun, coding: dict | None = None) -> Rebilling:
    """Gather what a run's files say, with the coding given or the one that holds now."""
    holder = Unit.objects.get(is_cost_holder=True)
    invoices = {
        invoice.id: InvoiceTotals(
            invoice.number, invoice.department_name, invoice.head_name, invoice.total_ore
        )
        for invoice in run.invoices.order_by("number")
    }
    totals = _totals_of_units(run, invoices)
    coding = coding or _coding_of(run, {*totals, holder.id})
    names = _names(run)
    units = {
        unit: UnitTotal(
            invoice_number=invoice.number,
            department_name=invoice.department_name,
            unit_number=names[unit][0],
            unit_name=names[unit][1],
            coding=Coding(**coding["units"].get(str(unit), {})),
            amount_ore=amount,
            items=items,
        )
        for unit, (invoice, amount, items) in totals.items()
    }
    cost_holder = units.pop(holder.id, None)
    listed = list(invoices.values())
    if cost_holder is None:  # every item was in use, so it has no invoice
        cost_holder = UnitTotal(
            run.code,
            COST_HOLDER_NAME,
            holder.number,
            holder.name,
            Coding(**coding["units"].get(str(holder.id), {})),
        )
        listed.append(InvoiceTotals(run.code, COST_HOLDER_NAME))
    return Rebilling(run, listed, sorted(units.values(), key=_unit_order), cost_holder, coding)


def _unit_order(unit: UnitTotal) -> tuple:
    return (unit.invoice_number, danish_key(unit.unit_name), unit.unit_number)


def _totals_of_units(run: BillingRun, invoices: dict[int, InvoiceTotals]) -> dict[int, tuple]:
    """Add up each unit as (invoice, øre, items), and each invoice by kind."""
    sums = (
        InvoiceSummary.objects.filter(invoice__run=run)
        .values_list("invoice_id", "unit_id", "kind")
        .annotate(Sum("amount_ore"), Sum("held_at_end"))
        .order_by("invoice_id", "unit_id", "kind")
    )
    totals: dict[int, tuple] = {}
    for invoice_id, unit, kind, amount, items in sums:
        invoice = invoices[invoice_id]
        invoice.by_kind[kind] += amount
        invoice.items += items
        _, amount_before, items_before = totals.get(unit, (invoice, 0, 0))
        totals[unit] = (invoice, amount_before + amount, items_before + items)
    return totals


def _names(run: BillingRun) -> dict[int, tuple[str, str]]:
    """Return each unit's number and name as they were when the run was closed."""
    rows = (
        InvoiceLine.objects.filter(invoice__run=run)
        .order_by("unit_id")
        .values_list("unit_id", "unit_number", "unit_name")
        .distinct()
    )
    return {unit: (number, name) for unit, number, name in rows}


def _coding_of(run: BillingRun, unit_ids: set[int]) -> dict:
    """Return the coding that a voucher froze, else the units' of the moment."""
    frozen = RebillingExport.objects.filter(vouchers__run=run).first()
    if frozen:
        return frozen.coding
    units = Unit.objects.filter(id__in=unit_ids).order_by("number")
    settings = Settings.objects.get(id=1)
    return {
        "posting_text": settings.posting_text,
        "way": asdict(BookingMethod.of(settings)),
        "units": {
            str(unit.id): asdict(Coding(unit.ean, unit.account, unit.cost_centre, unit.psp_element))
            for unit in units
        },
    }


def lines_of(run: BillingRun) -> Iterator[tuple]:
    """Return the run's lines by invoice, unit and item, charges last, as tuples of LINE_FIELDS."""
    charges_last = F("charge_id").asc(nulls_first=True)
    return (
        InvoiceLine.objects.filter(invoice__run=run)
        .order_by("invoice_id", "unit_number", charges_last, "serial_number", "period", "number")
        .values_list(*LINE_FIELDS)
        .iterator(chunk_size=CHUNK)
    )


def sealed_invoices(run: BillingRun) -> QuerySet[QuarterlyInvoice]:
    """Return the invoices of a run as its digest takes them, in order."""
    return run.invoices.order_by("id").values_list(*digest.INVOICE_FIELDS)


def sealed_lines(run: BillingRun) -> Iterator[tuple]:
    """Return the lines of a run as its digest takes them, in order."""
    lines = InvoiceLine.objects.filter(invoice__run=run).order_by("number")
    return lines.values_list(*digest.LINE_FIELDS).iterator(chunk_size=CHUNK)


def opus_has_bom() -> bool:
    """Tell whether the file for Opus is to begin with a byte order mark."""
    return Settings.objects.values_list("opus_bom", flat=True).get(id=1)
