"""What stands in the way of undoing an act, beside what has changed since: bills, and people."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import OuterRef, Subquery

from albertslund_it.web.database.recorded import RowsOfModel, columns_of
from albertslund_it.web.database.rows import among
from inventory.acts.selectors.hindrances import (
    HinderedBy,
    Hindrance,
    hindrances,
    newer_than,
    subjects_of,
    written_since,
)
from inventory.models import Act, Placement
from leasing.models import (
    AcceptedFinding,
    BillingRun,
    BuyoutOffer,
    Charge,
    Confirmation,
    DifferenceOutcome,
    InvoiceLine,
    KeptFile,
    Lease,
    LeaseTerm,
    Note,
    OrderLine,
    Settings,
    SupplierInvoice,
)
from leasing.models.order import OPEN
from leasing.supplier.selectors.invoices import decisions_on

# Each row of these means what the others of the same device or lease leave it to mean.
TIMELINES = {Placement: "device", LeaseTerm: "lease"}
# What is written of a device whoever has it.
BESIDE = (AcceptedFinding, BuyoutOffer, Charge, Note)
TOLD = 20


def oldest_kept(now: datetime) -> datetime:
    """Return since when an act may be undone."""
    return now - timedelta(days=Settings.objects.values_list("undo_days", flat=True).get(id=1))


def all_hindrances(act: Act, written: Sequence[RowsOfModel]) -> list[Hindrance]:
    """Return everything that stands in the way of undoing an act, as it is now."""
    return [*hindrances(act, written, TIMELINES, BESIDE), *further_hindrances(act, written)]


def further_hindrances(act: Act, written: Sequence[RowsOfModel]) -> Iterator[Hindrance]:
    """Yield what is billed by now, and who has got something else instead."""
    yield from _billed(act, written)
    yield from _closed_since(act)
    yield from _confirmed(act, written)
    yield from _decided(act, written)
    yield from _has_another(act, written)


def devices_of(written: Sequence[RowsOfModel]) -> set[int]:
    """Return the ids of the devices whose holder or lease an act changed."""
    found: set[int] = set()
    for rows in written:
        if rows.model in (Placement, Lease):
            found |= subjects_of(rows, "device")
        elif rows.model is LeaseTerm:
            leases = among(subjects_of(rows, "lease"), int)
            found |= set(Lease.objects.filter(pk__in=leases).values_list("device_id", flat=True))
    return found


def _billed(act: Act, written: Sequence[RowsOfModel]) -> Iterator[Hindrance]:
    leases = Lease.objects.filter(device__in=among(devices_of(written), int)).order_by()
    lines = InvoiceLine.objects.filter(
        lease__in=leases.values("pk"), invoice__run__closed_at__gt=act.at
    )
    found = lines.order_by("serial_number", "invoice__run").values_list(
        "serial_number", "invoice__run"
    )
    billed = list(found.distinct()[:TOLD])
    runs = BillingRun.objects.with_spans().in_bulk({run for _, run in billed})
    for serial_number, run in billed:
        yield Hindrance(HinderedBy.BILLED, runs[run].label, serial_number)


def _closed_since(act: Act) -> Iterator[Hindrance]:
    """Yield what was closed since the units are as they are: departments were billed by it."""
    if act.kind == Act.Kind.REORGANISATION:
        for run in BillingRun.objects.with_spans().filter(closed_at__gt=act.at)[:TOLD]:
            yield Hindrance(HinderedBy.BILLED, run.label, str(BillingRun._meta.verbose_name))


def _confirmed(act: Act, written: Sequence[RowsOfModel]) -> Iterator[Hindrance]:
    """Yield what a leader has said yes to meanwhile; of that there is no history."""
    found = Confirmation.objects.filter(
        device__in=among(devices_of(written), int), confirmed_at__gt=act.at
    )
    word = str(Confirmation._meta.verbose_name)
    names = found.order_by("device__serial_number").values_list("device__serial_number", flat=True)
    for serial_number in names.distinct()[:TOLD]:
        yield Hindrance(HinderedBy.HAS_GOT, word, serial_number)


def _decided(act: Act, written: Sequence[RowsOfModel]) -> Iterator[Hindrance]:
    """Yield what was decided about an invoice since: before it, nothing rested on it."""
    made = next((rows.created for rows in written if rows.model is SupplierInvoice), {})
    if not made or not written_since(act, DifferenceOutcome.objects.all()).exists():
        return
    word = str(DifferenceOutcome._meta.verbose_name)
    for invoice in SupplierInvoice.objects.filter(pk__in=among(made, int)).order_by("number"):
        ids = [one.pk for one in decisions_on(invoice)]
        if written_since(act, DifferenceOutcome.objects.filter(pk__in=among(ids, int))).exists():
            yield Hindrance(HinderedBy.HAS_GOT, word, str(invoice))


def files_of(written: Sequence[RowsOfModel]) -> set[int]:
    """Return the ids of the kept files that an act's rows have, which go unless others do too."""
    found: set[int] = set()
    for rows in written:
        for column in columns_of(rows.model):
            if column.related_model is KeptFile and rows.created:
                made = rows.model._base_manager.filter(pk__in=among(rows.created, int))
                found |= set(made.order_by().values_list(column.attname, flat=True))
    return found - {None}


def people_of(written: Sequence[RowsOfModel]) -> set[int]:
    """Return the ids of those who would get a device back."""
    rows = next((one for one in written if one.model is Placement), None)
    if rows is None:
        return set()
    held = chain(
        (fields["employee"][0] for fields in rows.changed.values() if "employee" in fields),
        (values["employee"] for values in rows.deleted.values()),
        _before(rows),
    )
    return {pk for pk in held if isinstance(pk, int)}


def _before(rows: RowsOfModel) -> set[int | None]:
    """Return who had each device until the act gave it to somebody else."""
    made = among(rows.created, int)
    until = Placement.objects.filter(
        device=OuterRef("device"), starts_on__lt=OuterRef("starts_on")
    ).exclude(pk__in=made)
    found = Placement.objects.filter(pk__in=made).annotate(
        had_by=Subquery(until.order_by("-starts_on").values("employee")[:1])
    )
    return set(found.order_by().values_list("had_by", flat=True))


def _has_another(act: Act, written: Sequence[RowsOfModel]) -> Iterator[Hindrance]:
    """Return who has got a device since, or has one on order, who would have one too many."""
    ids = people_of(written)
    if not ids:
        return
    people = among(ids, int)
    own = among(devices_of(written), int)
    placed = Placement.objects.filter(employee__in=people).exclude(device__in=own)
    got = newer_than(act, placed).select_related("employee", "device").order_by("pk")
    for one in got[:TOLD]:
        yield Hindrance(HinderedBy.HAS_ANOTHER, str(one.device), str(one.employee))
    lines = OrderLine.objects.filter(employee__in=people, status__in=OPEN)
    for line in newer_than(act, lines).select_related("employee").order_by("pk")[:TOLD]:
        yield Hindrance(HinderedBy.HAS_ORDERED, str(line), str(line.employee))
