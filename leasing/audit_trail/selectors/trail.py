"""The trail of a posting: to its lines, to who placed the item, to the price, to the lessor."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Model, Q

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from albertslund_it.web.people import author_of
from inventory.models import FormerSerialNumber, Placement
from leasing.models import (
    BillingRun,
    Charge,
    InvoiceLine,
    Lease,
    LeaseTerm,
    QuarterlyInvoice,
    SupplierInvoice,
    SupplierInvoiceLine,
    Voucher,
)
from leasing.rebilling.selectors.vouchers import (
    VoucherCorrection,
    corrections_of,
    once_noted,
    once_numbered,
)

LINES_A_PAGE, FOUND = 100, 20
Leased = Sequence[tuple[InvoiceLine, Lease]]


class Rebilled(NamedTuple):
    """A quarterly invoice with what an invoice of the lessor's is for, on so many lines."""

    invoice: QuarterlyInvoice
    shared: int


@dataclass(frozen=True)
class Vouchers:
    """What a search for a voucher or an invoice leads to."""

    runs: list[BillingRun] = field(default_factory=list)
    corrected: list[tuple[BillingRun, list[VoucherCorrection]]] = field(default_factory=list)
    invoices: list[QuarterlyInvoice] = field(default_factory=list)
    supplier: list[SupplierInvoice] = field(default_factory=list)
    rebilled: list[Rebilled] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.runs or self.corrected or self.invoices or self.supplier)


def find_vouchers(text: str) -> Vouchers:
    """Look for a voucher number, a supplier's invoice number or a quarterly invoice number."""
    text = text.strip()
    if not text:
        return Vouchers()
    posted = Voucher.objects.select_related("run__voucher").order_by("run")
    once = once_numbered(text).exclude(number__iexact=text).select_related("run__voucher")
    supplier = SupplierInvoice.objects.filter(
        Q(number__iexact=text)
        | Q(voucher_number__iexact=text)
        | Q(pk__in=once_noted(text).values("pk"))
    ).prefetch_related("files")[:FOUND]
    return Vouchers(
        runs=[voucher.run for voucher in posted.filter(number__iexact=text)[:FOUND]],
        corrected=[
            (voucher.run, corrections_of(voucher)) for voucher in once.order_by("run")[:FOUND]
        ],
        invoices=list(
            QuarterlyInvoice.objects.filter(Q(number__iexact=text) | Q(run__code__iexact=text))
            .select_related("run")
            .order_by("number")[:FOUND]
        ),
        supplier=list(supplier),
        rebilled=rebilled_by(list(supplier)),
    )


def rebilled_by(supplier: list[SupplierInvoice]) -> list[Rebilled]:
    """Return the quarterly invoices with lines of the items and quarters these invoices are for."""
    lines = SupplierInvoiceLine.objects.filter(invoice__in=supplier).exclude(serial_number="")
    rows = list(lines.values_list("serial_number", "starts_on"))
    if not rows:
        return []
    periods = {str(Quarter.of(starts_on)) for _, starts_on in rows}
    about = InvoiceLine.objects.filter(
        serial_number__in=among({serial for serial, _ in rows}), period__in=periods
    )
    counts = dict(about.values_list("invoice").annotate(Count("id")).order_by("invoice"))
    found = QuarterlyInvoice.objects.filter(id__in=among(counts, int)).select_related("run")
    return [Rebilled(invoice, counts[invoice.id]) for invoice in found]


@dataclass(frozen=True, slots=True)
class EnteredBy:
    """Who entered or changed something last, and when."""

    by: str
    at: datetime


class Placed(NamedTuple):
    """The unit an item was placed in from a day on, '' for the stock, and who entered it."""

    day: date
    unit: str
    entry: EnteredBy | None


class Priced(NamedTuple):
    """Where the price of a line comes from, and who entered it."""

    source: str = ""
    entry: EnteredBy | None = None


@dataclass(frozen=True)
class TracedLine:
    """A line with all that is behind it."""

    line: InvoiceLine
    placements: list[Placed]
    price: Priced
    charge: EnteredBy | None
    supplier: list[SupplierInvoiceLine]


@dataclass(frozen=True)
class Trail:
    """A quarterly invoice from its postings to the lessor's voucher."""

    invoice: QuarterlyInvoice
    voucher: Voucher | None
    lines: list[TracedLine]
    page: int
    pages: int


def trail_of(invoice: QuarterlyInvoice, page: int, unit: str = "") -> Trail:
    """Follow a quarterly invoice's lines, a page at a time; all of them or a unit's."""
    lines = invoice.lines.select_related("charge", "lease__sub_agreement").order_by("number")
    if unit:
        lines = lines.filter(unit_number=unit)
    pages = max(1, -(-lines.count() // LINES_A_PAGE))
    page = min(max(page, 1), pages)
    shown = list(lines[(page - 1) * LINES_A_PAGE : page * LINES_A_PAGE])
    leased = [(line, line.lease) for line in shown if line.lease]
    placements, prices = _placements(leased), _prices(leased)
    charges = latest_entries(Charge, (line.charge_id for line in shown if line.charge_id))
    supplier = _supplier(leased)
    traced = [
        TracedLine(
            line,
            placements.get(line.pk, []),
            prices.get(line.pk, Priced()),
            charges.get(line.charge_id) if line.charge_id else None,
            supplier.get(line.pk, []),
        )
        for line in shown
    ]
    voucher = Voucher.objects.filter(run=invoice.run).first()
    return Trail(invoice, voucher, traced, page, pages)


def _placements(leased: Leased) -> dict[int, list[Placed]]:
    """Return the placements that put the item where each line says, by the line's id."""
    devices = {lease.device_id for _, lease in leased}
    by_device = defaultdict(list)
    moved = Placement.objects.filter(device__in=among(devices, int)).select_related("unit")
    for move in moved.order_by("starts_on"):
        by_device[move.device_id].append(move)
    behind = {}
    for line, lease in leased:
        moves = by_device[lease.device_id]
        until = Quarter.parse(line.period).ends_before
        last = [move for move in moves if move.starts_on <= line.first_day][-1:]
        inside = [move for move in moves if line.first_day < move.starts_on < until]
        behind[line.pk] = last + inside
    entries = latest_entries(Placement, {move.pk for moves in behind.values() for move in moves})
    return {
        line: [
            Placed(move.starts_on, move.unit.name if move.unit else "", entries.get(move.pk))
            for move in moves
        ]
        for line, moves in behind.items()
    }


def _prices(leased: Leased) -> dict[int, Priced]:
    """Return the source of each line's price, by the line's id."""
    terms = defaultdict(list)
    leases = {lease.pk for _, lease in leased}
    for term in LeaseTerm.objects.filter(lease__in=among(leases, int)).order_by("position"):
        terms[term.lease_id].append(term)
    entries = latest_entries(LeaseTerm, {term.pk for each in terms.values() for term in each})
    prices: dict[int, Priced] = {}
    for line, lease in leased:
        for term in terms[lease.pk]:
            found = prices.get(line.pk)
            if term.price_ore == line.price_ore or not (found and found.entry):
                prices[line.pk] = Priced(term.source, entries.get(term.pk))
    return prices


def _supplier(leased: Leased) -> dict[int, list[SupplierInvoiceLine]]:
    """Return the lessor's lines about the item that touch each line's quarter, by its id."""
    serials = defaultdict(set)
    for line, lease in leased:
        serials[lease.device_id].add(line.serial_number)
    former = FormerSerialNumber.objects.filter(device__in=among(list(serials), int))
    for device, serial in former.values_list("device", "serial_number"):
        serials[device].add(serial)
    every = {serial for each in serials.values() for serial in each}
    by_serial = defaultdict(list)
    lines = SupplierInvoiceLine.objects.filter(serial_number__in=among(every))
    with_files = lines.select_related("invoice").prefetch_related("invoice__files")
    for one in with_files.order_by("starts_on", "id"):
        by_serial[one.serial_number].append(one)
    found = {}
    for line, lease in leased:
        quarter = Quarter.parse(line.period)
        found[line.pk] = [
            one
            for serial in sorted(serials[lease.device_id])
            for one in by_serial[serial]
            if one.starts_on < quarter.ends_before and one.ends_before > quarter.starts_on
        ]
    return found


def latest_entries(model: type[Model], ids: Iterable[int]) -> dict[int, EnteredBy]:
    """Return who entered or last changed each row, by its id."""
    ids = set(ids)
    if not ids:
        return {}
    entries = (
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=among(ids, int)
        )
        .select_related("actor")
        .order_by("timestamp", "id")
    )
    return {entry.object_id: EnteredBy(author_of(entry), entry.timestamp) for entry in entries}
