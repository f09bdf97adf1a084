"""The trail of a posting: to its lines, to who placed the item, to the price, to the lessor."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.people import author_of
from albertslund_it.web.rows import among
from inventory.models import FormerSerialNumber, Placement, Unit
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


@dataclass
class Found:
    """What a search for a voucher or an invoice leads to."""

    runs: list[BillingRun] = field(default_factory=list)
    corrected: list[tuple[BillingRun, list[VoucherCorrection]]] = field(default_factory=list)
    invoices: list[QuarterlyInvoice] = field(default_factory=list)
    supplier: list[SupplierInvoice] = field(default_factory=list)
    rebilled: list[QuarterlyInvoice] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.runs or self.corrected or self.invoices or self.supplier)


def find(text: str) -> Found:
    """Look for a voucher number, a supplier's invoice number or a quarterly invoice number."""
    text = text.strip()
    if not text:
        return Found()
    found = Found(
        runs=[
            voucher.run
            for voucher in Voucher.objects.filter(number__iexact=text)
            .select_related("run__voucher")
            .order_by("run")[:FOUND]
        ],
        corrected=[
            (voucher.run, corrections_of(voucher))
            for voucher in once_numbered(text)
            .exclude(number__iexact=text)
            .select_related("run__voucher")
            .order_by("run")[:FOUND]
        ],
        invoices=list(
            QuarterlyInvoice.objects.filter(Q(number__iexact=text) | Q(run__code__iexact=text))
            .select_related("run")
            .order_by("number")[:FOUND]
        ),
        supplier=list(
            SupplierInvoice.objects.filter(
                Q(number__iexact=text)
                | Q(voucher_number__iexact=text)
                | Q(pk__in=once_noted(text).values("pk"))
            ).prefetch_related("files")[:FOUND]
        ),
    )
    found.rebilled = rebilled_by(found.supplier)
    return found


def rebilled_by(supplier: list[SupplierInvoice]) -> list[QuarterlyInvoice]:
    """Return the quarterly invoices with lines of the items and quarters these invoices are for.

    `shared` is how many lines each of them has.
    """
    lines = SupplierInvoiceLine.objects.filter(invoice__in=supplier).exclude(serial_number="")
    rows = list(lines.values_list("serial_number", "starts_on"))
    if not rows:
        return []
    periods = {str(Quarter.of(starts_on)) for _, starts_on in rows}
    about = InvoiceLine.objects.filter(
        serial_number__in=among({serial for serial, _ in rows}), period__in=periods
    )
    counts = dict(about.values_list("invoice").annotate(Count("id")).order_by("invoice"))
    found = list(QuarterlyInvoice.objects.filter(id__in=among(counts, int)).select_related("run"))
    for invoice in found:
        invoice.shared = counts[invoice.id]
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """Who entered something, and when."""

    by: str
    at: datetime


@dataclass
class Step:
    """One line with all that is behind it."""

    line: InvoiceLine
    placements: list[tuple[date, str, Change | None]] = field(default_factory=list)
    lease: Lease | None = None
    source: str = ""
    priced: Change | None = None
    entered: Change | None = None
    supplier: list[SupplierInvoiceLine] = field(default_factory=list)


@dataclass
class Trail:
    """A quarterly invoice from its postings to the lessor's voucher."""

    invoice: QuarterlyInvoice
    voucher: Voucher | None
    steps: list[Step]
    page: int
    pages: int


def trail_of(invoice: QuarterlyInvoice, page: int, unit: str = "") -> Trail:
    """Follow a quarterly invoice's lines, a page at a time; all of them or a unit's."""
    lines = invoice.lines.select_related("charge", "lease__sub_agreement").order_by("number")
    if unit:
        lines = lines.filter(unit_number=unit)
    pages = max(1, -(-lines.count() // LINES_A_PAGE))
    page = min(max(page, 1), pages)
    steps = [Step(line) for line in lines[(page - 1) * LINES_A_PAGE : page * LINES_A_PAGE]]
    _add_placements([step for step in steps if step.line.lease_id])
    _add_prices([step for step in steps if step.line.lease_id])
    _add_charges([step for step in steps if step.line.charge_id])
    _add_supplier([step for step in steps if step.line.lease_id])
    voucher = Voucher.objects.filter(run=invoice.run).first()
    return Trail(invoice, voucher, steps, page, pages)


def _add_placements(steps: list[Step]) -> None:
    """Add the placements that put the item where the line says, and who entered each."""
    devices = {step.line.lease.device_id for step in steps}
    names = dict(Unit.objects.values_list("id", "name"))
    by_device = defaultdict(list)
    rows = Placement.objects.filter(device__in=among(devices, int)).order_by("starts_on")
    for pk, device, day, unit in rows.values_list("id", "device", "starts_on", "unit"):
        by_device[device].append((pk, day, unit))
    shown = {}
    for step in steps:
        moves = by_device[step.line.lease.device_id]
        until = Quarter.parse(step.line.period).ends_before
        last = [move for move in moves if move[1] <= step.line.first_day][-1:]
        inside = [move for move in moves if step.line.first_day < move[1] < until]
        shown[id(step)] = last + inside
    changes = latest_changes(Placement, {move[0] for moves in shown.values() for move in moves})
    for step in steps:
        step.placements = [
            (day, names.get(unit, "It-lager"), changes.get(pk)) for pk, day, unit in shown[id(step)]
        ]


def _add_prices(steps: list[Step]) -> None:
    """Add the source of each lease's price, and who entered it."""
    leases = {step.line.lease_id for step in steps}
    terms = defaultdict(list)
    for term in LeaseTerm.objects.filter(lease__in=among(leases, int)).order_by("position"):
        terms[term.lease_id].append(term)
    changes = latest_changes(LeaseTerm, {term.id for each in terms.values() for term in each})
    for step in steps:
        step.lease = step.line.lease
        for term in terms[step.line.lease_id]:
            if term.price_ore == step.line.price_ore or not step.priced:
                step.source, step.priced = term.source, changes.get(term.id)


def _add_charges(steps: list[Step]) -> None:
    changes = latest_changes(Charge, {step.line.charge_id for step in steps})
    for step in steps:
        step.entered = changes.get(step.line.charge_id)


def _add_supplier(steps: list[Step]) -> None:
    """Add the lessor's lines about the item that touch the line's quarter."""
    devices = {step.line.lease.device_id: step.line.serial_number for step in steps}
    serials = defaultdict(set)
    for device, serial in devices.items():
        serials[device].add(serial)
    former = FormerSerialNumber.objects.filter(device__in=among(devices, int))
    for device, serial in former.values_list("device", "serial_number"):
        serials[device].add(serial)
    every = {serial for each in serials.values() for serial in each}
    by_serial = defaultdict(list)
    lines = SupplierInvoiceLine.objects.filter(serial_number__in=among(every))
    with_files = lines.select_related("invoice").prefetch_related("invoice__files")
    for line in with_files.order_by("starts_on", "id"):
        by_serial[line.serial_number].append(line)
    for step in steps:
        quarter = Quarter.parse(step.line.period)
        step.supplier = [
            line
            for serial in sorted(serials[step.line.lease.device_id])
            for line in by_serial[serial]
            if line.starts_on < quarter.ends_before and line.ends_before > quarter.starts_on
        ]


def latest_changes(model, ids: Iterable[int]) -> dict[int, Change]:
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
    return {entry.object_id: Change(author_of(entry), entry.timestamp) for entry in entries}
