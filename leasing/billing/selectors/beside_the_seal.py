"""What the record of a run leaves out, held against its lines and against the history.

The record has no database ids, and neither charges, vouchers, files nor settings. Those are
compared with the lines, with each other, and with the history, which is written in another table as
things happen. Who can change it all can make it all agree: that is what a digest kept elsewhere is
for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime

from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Exists, F, Model, OuterRef, Q
from django.utils.timezone import localtime

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.rows import among
from inventory.models import Department, Device, FormerSerialNumber, Unit
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

CHUNK = 5_000


def findings_beside() -> Iterator[str]:
    """Say in Danish what does not hold, with its run and invoice."""
    yield from gone_runs()
    yield from _of_numbers_given()
    yield from _of_lost_rows()
    yield from _of_departments()
    yield from _of_cost_holder()
    yield from _of_units()
    yield from _of_leases()
    yield from _of_charges()
    yield from _of_billing_start()
    yield from _of_files()


# --- the runs themselves


def gone_runs() -> list[str]:
    """Say in Danish which runs are not there, or not as they were sealed; from what remains."""
    runs = {run.id: run for run in BillingRun.objects.order_by("id")}
    found, codes = [], {run.code for run in runs.values()}
    sealed = {pk: (code, told) for pk, code, told in _told(BillingRun, "digest") if told}
    for pk, (code, digest) in sealed.items():
        if pk not in runs:
            found.append(f"Kørsel {code}: er væk. Historikken siger, at den er låst ({digest}).")
        elif runs[pk].digest != digest:
            found.append(f"Kørsel {code}: blev låst med kontrolsummen {digest}, siger historikken.")
    found += [
        f"Kørsel {run.code}: historikken kender ikke låsningen."
        for run in runs.values()
        if run.digest and run.id not in sealed
    ]
    mails = Mail.objects.filter(Q(key__startswith="letter-") | Q(key__startswith="digest-"))
    about = {key.split("-")[1] for key in mails.values_list("key", flat=True)} - codes
    found += [f"Kørsel {code}: er væk, men mails om den findes." for code in sorted(about)]
    if not runs and (count := BilledFacts.objects.count()):
        found.append(f"{count} leasinger er opkrævet, men der er ingen låste kørsler.")
    return found


def _of_numbers_given() -> Iterator[str]:
    """Look at the highest id that SQLite has given; what is rolled back is given again."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = %s", (BillingRun._meta.db_table,)
        )
        given = (cursor.fetchone() or (0,))[0]
    if given > (BillingRun.objects.order_by("-id").values_list("id", flat=True).first() or 0):
        yield "Den sidste kørsel er væk: databasen har givet et højere nummer end dens."


# What points to what; the database checks it too, until somebody tells it not to.
POINTERS = (
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


def _of_lost_rows() -> Iterator[str]:
    for model, name, target in POINTERS:
        column = model._meta.get_field(name).attname
        lost = model.objects.filter(
            ~Exists(target.objects.filter(pk=OuterRef(column))), **{f"{column}__isnull": False}
        )
        if count := lost.count():
            what, which = model._meta.verbose_name_plural, target._meta.verbose_name_plural
            yield f"{count} i tabellen »{what}« peger på noget i »{which}«, der er væk."


# --- whose the invoices and lines are


def _of_departments() -> Iterator[str]:
    """Hold the department of an invoice against the names that it has had."""
    names, heads = _values_ever(Department, "name"), _values_ever(Department, "head_name")
    for invoice in QuarterlyInvoice.objects.select_related("run").order_by("id"):
        department = invoice.department_id
        known = names[department] if department else {COST_HOLDER_NAME}
        known_heads = heads[department] if department else {""}
        where = f"Kørsel {invoice.run.code}, opgørelse {invoice.number}"
        if invoice.department_name not in known:
            belongs = " eller ".join(sorted(known)) or "en afdeling, der er væk"
            yield f"{where}: er {invoice.department_name}, men hører til {belongs}."
        if invoice.run.seal_version == 1 and invoice.head_name not in known_heads:
            yield f"{where}: {invoice.head_name} har ikke været leder af afdelingen."


def _of_cost_holder() -> Iterator[str]:
    own = Q(invoice__department=None)
    mixed = InvoiceLine.objects.filter(
        (own & Q(unit__is_cost_holder=False)) | (~own & Q(unit__is_cost_holder=True))
    )
    for number in _invoices_of(mixed):
        yield f"Opgørelse {number}: omkostningsbæreren er en anden nu end ved låsningen."


def _of_units() -> Iterator[str]:
    """Hold a line's unit against the numbers that the unit has had."""
    others = InvoiceLine.objects.exclude(unit_number=F("unit__number"))
    pairs = list(others.order_by().values_list("unit", "unit_number").distinct())
    known = _values_ever(Unit, "number", {unit for unit, _ in pairs})
    for unit, number in pairs:
        if number not in known[unit]:
            for invoice in _invoices_of(others.filter(unit=unit, unit_number=number)):
                yield f"Opgørelse {invoice}: linjer for enhed {number} hører til en anden enhed."


def _of_leases() -> Iterator[str]:
    """Hold a line's lease against the serial numbers that its device has had."""
    others = InvoiceLine.objects.exclude(lease=None).exclude(
        serial_number=F("lease__device__serial_number")
    )
    rows = list(others.values_list("invoice__number", "number", "serial_number", "lease__device"))
    known = _serials_ever({row[-1] for row in rows})
    for invoice, number, serial, device in rows:
        if serial not in known[device]:
            yield f"Opgørelse {invoice}, linje {number}: peger på en anden leasing end {serial}."


def _invoices_of(lines) -> list[str]:
    return sorted(lines.order_by().values_list("invoice__number", flat=True).distinct())


# --- what else was billed, and from when


def _of_charges() -> Iterator[str]:
    """Compare each charge with the line it was billed on."""
    rows = list(
        InvoiceLine.objects.filter(Q(kind=Kind.CHARGE) | Q(charge__isnull=False))
        .exclude(charge__id=None)
        .select_related("invoice", "charge__device")
        .order_by("id")
    )
    devices = {line.charge.device_id for line in rows if line.charge.device_id}
    serials = _serials_ever(devices)
    for line in rows:
        charge, day = line.charge, line.charge.charged_on
        known = serials[charge.device_id] if charge.device_id else {""}
        holds = {
            "dato": (line.first_day, line.last_day, line.period)
            == (day, day, str(Quarter.of(day))),
            "enhed": line.unit_id == charge.unit_id,
            "beløb": line.amount_ore == charge.amount_ore,
            "tekst": line.text == charge.text,
            "udstyr": line.serial_number in known,
        }
        if changed := [name for name, is_same in holds.items() if not is_same]:
            yield (
                f"Opgørelse {line.invoice.number}, linje {line.number}: engangsbeløbet er et andet "
                f"end det opkrævede ({', '.join(changed)})."
            )


def _of_billing_start() -> Iterator[str]:
    start = Settings.objects.values_list("billing_starts_on", flat=True).filter(id=1).first()
    if start is None:
        yield "Indstillingerne er væk."
        return
    if (
        number := InvoiceLine.objects.filter(first_day__lt=start)
        .values_list("invoice__number", flat=True)
        .first()
    ):
        yield f"Opgørelse {number}: har linjer fra før opkrævningens første dag {start:%d-%m-%Y}."
    told = [day for _, _, day in _told(Settings, "billing_starts_on")]
    if told and told[-1] != str(start) and BillingRun.objects.exists():
        yield f"Opkrævningens første dag er {start}, men historikken siger {told[-1]}."


# --- the files and vouchers


def _of_files() -> Iterator[str]:
    """Hold each recorded file and voucher against the history of its making and correction."""
    for model in (RebillingExport, Voucher):
        told: dict[int, dict[str, str]] = {}
        for entry in _history(model).exclude(action=LogEntry.Action.DELETE):
            values = {name: values[1] for name, values in entry.changes.items()}
            told.setdefault(entry.object_id, {"called": entry.object_repr}).update(values)
        there = {row.id: row for row in model.objects.select_related("run")}
        for pk, row in there.items():
            name = f"Kørsel {row.run.code}: {_called(row)}"
            if pk not in told:
                yield f"{name} kendes ikke af historikken."
            elif changed := _changed(row, told[pk]):
                yield f"{name} er ændret siden ({', '.join(changed)})."
        for pk in sorted(told.keys() - there.keys()):
            run = BillingRun.objects.filter(pk=told[pk].get("run")).first()
            yield f"Kørsel {run.code if run else '(væk)'}: {_called_once(model, told[pk])} er væk."


def _called(row: Model) -> str:
    if isinstance(row, Voucher):
        return f"bilag {row.number}"
    return f"filen {row.file_kind} hentet {localtime(row.exported_at):%d-%m-%Y %H.%M}"


def _called_once(model: type[Model], told: dict[str, str]) -> str:
    """Name what is gone as `_called` did, from what history tells of it."""
    if model is Voucher:
        return f"bilag {told.get('number') or told['called']}"
    moment = told.get("exported_at", "")
    with suppress(ValueError):  # history has it as text, in UTC
        at = datetime.fromisoformat(moment)
        moment = f"{localtime(at if at.tzinfo else at.replace(tzinfo=UTC)):%d-%m-%Y %H.%M}"
    return f"filen {told.get('file_kind') or told['called']} hentet {moment}"


def _changed(row: Model, told: dict[str, str]) -> list[str]:
    """Name the fields whose values are not those that history tells."""
    now = {name: values[1] for name, values in model_instance_diff(None, row).items()}
    return [
        str(field.verbose_name)
        for field in row._meta.concrete_fields
        if (now.get(field.name) or "") != (told.get(field.name) or "")
    ]


# --- the history


def _history(model: type[Model], field: str = ""):
    """Return a model's entries in order; those that tell of a field, where one is named."""
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
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
    rows, entries = model.objects.all(), _history(model, field)
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
