"""What the record of a run leaves out, held against its lines and against the history.

The record has no database ids, and neither charges, vouchers, files nor settings. Those are
compared with the lines, with each other, and with the history, which is written in another table as
things happen. Whoever can change all of it can make it agree: that is what a digest kept elsewhere
is for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among, column_of
from inventory.models import Department, Device, FormerSerialNumber, Unit
from leasing.billing.selectors.breaches import Breach
from leasing.models import (
    COST_HOLDER_NAME,
    BilledFacts,
    BillingRun,
    Charge,
    InvoiceLine,
    InvoiceSummary,
    Kind,
    Lease,
    Mail,
    QuarterlyInvoice,
    RebillingExport,
    Settings,
    Voucher,
)

# A file or a voucher that is recorded of a run.
Recorded = RebillingExport | Voucher


def breaches_beside() -> Iterator[Breach]:
    """Yield what does not hold."""
    yield from gone_runs()
    yield from _of_numbers_given()
    yield from _of_lost_rows()
    yield from _of_departments()
    yield from _of_cost_holder()
    yield from _of_units()
    yield from _of_leases()
    yield from _of_charges()
    yield from _of_billing_start()
    yield from _of_recorded("file", RebillingExport, RebillingExport.objects.select_related("run"))
    yield from _of_recorded("voucher", Voucher, Voucher.objects.select_related("run"))


# --- the runs themselves


def gone_runs() -> list[Breach]:
    """Return the runs that are not there, or not as they were sealed; from what remains."""
    rows = BillingRun.objects.order_by("id").values_list("id", "code", "digest")
    runs = {pk: (code, digest) for pk, code, digest in rows}
    found, codes = [], {code for code, _ in runs.values()}
    sealed = {pk: (code, told) for pk, code, told in _told(BillingRun, "digest") if told}
    for pk, (code, digest) in sealed.items():
        if pk not in runs:
            found.append(Breach("run_gone", {"run": code, "digest": digest}))
        elif runs[pk][1] != digest:
            found.append(Breach("run_sealed_by_another", {"run": code, "digest": digest}))
    found += [
        Breach("run_without_history", {"run": code})
        for pk, (code, digest) in runs.items()
        if digest and pk not in sealed
    ]
    mails = Mail.objects.filter(Q(key__startswith="letter-") | Q(key__startswith="digest-"))
    about = {str(key).split("-")[1] for key in mails.values_list("key", flat=True)} - codes
    found += [Breach("mailed_run_gone", {"run": code}) for code in sorted(about)]
    if not runs and (count := BilledFacts.objects.count()):
        found.append(Breach("all_runs_gone", {"count": count}))
    return found


def _of_numbers_given() -> Iterator[Breach]:
    """Look at the highest id that SQLite has given; what is rolled back is given again."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = %s", (BillingRun._meta.db_table,)
        )
        given = (cursor.fetchone() or (0,))[0]
    if given > (BillingRun.objects.order_by("-id").values_list("id", flat=True).first() or 0):
        yield Breach("last_run_gone", {})


# What points to what; the database checks it too, until somebody tells it not to.
POINTERS: tuple[tuple[type[Model], str, type[Model]], ...] = (
    (QuarterlyInvoice, "run", BillingRun),
    (InvoiceLine, "invoice", QuarterlyInvoice),
    (InvoiceSummary, "invoice", QuarterlyInvoice),
    (RebillingExport, "run", BillingRun),
    (Voucher, "run", BillingRun),
    (Voucher, "export", RebillingExport),
    (InvoiceLine, "unit", Unit),
    (InvoiceLine, "lease", Lease),
    (InvoiceLine, "charge", Charge),
)


def _of_lost_rows() -> Iterator[Breach]:
    for model, name, target in POINTERS:
        column = column_of(model, name).attname
        there = target._default_manager.filter(pk=OuterRef(column))
        lost = model._default_manager.filter(~Exists(there), **{f"{column}__isnull": False})
        if count := lost.count():
            what, which = model._meta.verbose_name_plural, target._meta.verbose_name_plural
            yield Breach("rows_lost", {"count": count, "table": what, "target": which})


# --- whose the invoices and lines are


def _of_departments() -> Iterator[Breach]:
    """Hold the department of an invoice against the names that it has had."""
    names, heads = _values_ever(Department, "name"), _values_ever(Department, "head_name")
    for invoice in QuarterlyInvoice.objects.select_related("run").order_by("id"):
        department, name = invoice.department_id, invoice.department_name
        known = names[department] if department else {COST_HOLDER_NAME}
        known_heads = heads[department] if department else {""}
        where = {"run": invoice.run.code, "invoice": invoice.number}
        if name not in known:
            kind = "department" if known else "department_gone"
            yield Breach(kind, {**where, "name": name, "known": tuple(sorted(known))})
        if invoice.run.seal_version == 1 and invoice.head_name not in known_heads:
            yield Breach("head", {**where, "name": invoice.head_name})


def _of_cost_holder() -> Iterator[Breach]:
    own = Q(invoice__department=None)
    mixed = InvoiceLine.objects.filter(
        (own & Q(unit__is_cost_holder=False)) | (~own & Q(unit__is_cost_holder=True))
    )
    for invoice in _invoices_of(mixed):
        yield Breach("cost_holder", {"invoice": invoice})


def _of_units() -> Iterator[Breach]:
    """Hold a line's unit against the numbers that the unit has had."""
    others = InvoiceLine.objects.exclude(unit_number=F("unit__number"))
    pairs = list(others.order_by().values_list("unit", "unit_number").distinct())
    known = _values_ever(Unit, "number", {unit for unit, _ in pairs})
    for unit, number in pairs:
        if number not in known[unit]:
            for invoice in _invoices_of(others.filter(unit=unit, unit_number=number)):
                yield Breach("unit", {"invoice": invoice, "unit": number})


def _of_leases() -> Iterator[Breach]:
    """Hold a line's lease against the serial numbers that its device has had."""
    others = InvoiceLine.objects.exclude(lease=None).exclude(
        serial_number=F("lease__device__serial_number")
    )
    rows = list(others.values_list("invoice__number", "number", "serial_number", "lease__device"))
    known = _serials_ever({device for *_, device in rows})
    for invoice, line, serial, device in rows:
        if serial not in known[device]:
            where = {"invoice": invoice, "line": line}
            yield Breach("lease_of_line", {**where, "serial_number": serial})


def _invoices_of(lines: QuerySet[InvoiceLine]) -> list[str]:
    return sorted(lines.order_by().values_list("invoice__number", flat=True).distinct())


# --- what else was billed, and from when


def _of_charges() -> Iterator[Breach]:
    """Compare each charge with the line it was billed on."""
    lines = (
        InvoiceLine.objects.filter(Q(kind=Kind.CHARGE) | Q(charge__isnull=False))
        .exclude(charge__id__isnull=True)
        .select_related("invoice", "charge__device")
        .order_by("id")
    )
    rows = [(line, line.charge) for line in lines if line.charge]
    serials = _serials_ever({charge.device_id for _, charge in rows if charge.device_id})
    for line, charge in rows:
        day = charge.charged_on
        known = serials[charge.device_id] if charge.device_id else {""}
        holds = {
            "date": (line.first_day, line.last_day, line.period)
            == (day, day, str(Quarter.of(day))),
            "unit": line.unit_id == charge.unit_id,
            "amount": line.amount_ore == charge.amount_ore,
            "text": line.text == charge.text,
            "device": line.serial_number in known,
        }
        if changed := tuple(name for name, is_same in holds.items() if not is_same):
            where = {"invoice": line.invoice.number, "line": line.number}
            yield Breach("charge", {**where, "charge_fields": changed})


def _of_billing_start() -> Iterator[Breach]:
    start = Settings.objects.values_list("billing_starts_on", flat=True).filter(id=1).first()
    if start is None:
        yield Breach("settings_gone", {})
        return
    before = InvoiceLine.objects.filter(first_day__lt=start)
    if invoice := before.values_list("invoice__number", flat=True).first():
        yield Breach("before_start", {"invoice": invoice, "start": start})
    told = [day for _, _, day in _told(Settings, "billing_starts_on")]
    if told and told[-1] != str(start) and BillingRun.objects.exists():
        yield Breach("billing_start", {"start_iso": str(start), "told": told[-1]})


# --- the files and vouchers


def _of_recorded(
    kind: str, model: type[Recorded], recorded: Iterable[Recorded]
) -> Iterator[Breach]:
    """Hold each file, or each voucher, against the history of its making and correction."""
    told: dict[int, dict[str, str]] = {}
    for entry in _history(model).exclude(action=LogEntry.Action.DELETE):
        values = {name: values[1] for name, values in entry.changes.items()}
        told.setdefault(entry.object_id, {"called": entry.object_repr}).update(values)
    there = {row.pk: row for row in recorded}
    for pk, row in there.items():
        which = {"run": row.run.code, **_which(row)}
        if pk not in told:
            yield Breach(f"{kind}_without_history", which)
        elif changed := _changed(row, told[pk]):
            yield Breach(f"{kind}_changed", {**which, "fields": changed})
    for pk in sorted(told.keys() - there.keys()):
        run = BillingRun.objects.filter(pk=told[pk].get("run", 0)).first()
        which_once = {"run": run.code if run else None, **_which_once(told[pk])}
        yield Breach(f"{kind}_gone", which_once)


def _which(row: Recorded) -> dict[str, object]:
    if isinstance(row, Voucher):
        return {"voucher": row.number}
    return {"file": row.file_kind, "exported_at": row.exported_at}


def _which_once(told: dict[str, str]) -> dict[str, object]:
    """Return what `_which` does of a row that is gone, from what history tells of it."""
    moment: object = told.get("exported_at", "")
    with suppress(ValueError):  # history has it as text, in UTC
        at = datetime.fromisoformat(told.get("exported_at", ""))
        moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    return {
        "voucher": told.get("number") or told["called"],
        "file": told.get("file_kind") or told["called"],
        "exported_at": moment,
    }


def _changed(row: Recorded, told: dict[str, str]) -> tuple[str, ...]:
    """Name the fields whose values are not those that history tells."""
    now = {name: values[1] for name, values in model_instance_diff(None, row).items()}
    return tuple(
        str(field.verbose_name)
        for field in row._meta.concrete_fields
        if (now.get(field.name) or "") != (told.get(field.name) or "")
    )


# --- the history


def _history(model: type[Model], field: str = "") -> QuerySet[LogEntry]:
    """Return a model's entries in order; those that tell of a field, where one is named."""
    entries: QuerySet[LogEntry] = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model)
    )
    if field:
        entries = entries.filter(changes__has_key=field)
    return entries.order_by("id")


def _told(model: type[Model], field: str) -> list[tuple[int, str, str]]:
    """Return (id, name, value) of each entry that tells what a field became."""
    entries = _history(model, field).values_list("object_id", "object_repr", "changes")
    return [(pk, name, changes[field][1]) for pk, name, changes in entries]


def _values_ever(
    model: type[Model], field: str, ids: Collection[int] | None = None
) -> dict[int, set[str]]:
    """Return what a field of each row is, and what the history says that it has been."""
    rows, entries = model._default_manager.all(), _history(model, field)
    if ids is not None:
        rows = rows.filter(pk__in=among(ids, int))
        entries = entries.filter(object_id__in=among(ids, int))
    ever: dict[int, set[str]] = defaultdict(set)
    for pk, value in rows.values_list("pk", field):
        ever[pk].add(value)
    for pk, changes in entries.values_list("object_id", "changes"):
        ever[pk].update(value for value in changes[field] if value != "None")
    return ever


def _serials_ever(devices: Collection[int]) -> dict[int, set[str]]:
    ever = _values_ever(Device, "serial_number", devices)
    former = FormerSerialNumber.objects.filter(device_id__in=among(devices, int))
    for device, serial in former.values_list("device", "serial_number"):
        ever[device].add(serial)
    return ever
