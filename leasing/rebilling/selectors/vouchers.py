"""What a voucher was before it was corrected, read from its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, QuerySet

from albertslund_it.web.database.rows import among
from albertslund_it.web.people import author_of
from leasing.models import BillingRun, SupplierInvoice, Voucher

DIGITS_OF_OPUS = 10


@dataclass(frozen=True)
class VoucherCorrection:
    """A correction of a voucher: what it said before, who changed it, when and why."""

    number: str
    day: date
    by: str
    at: datetime
    because: str


def corrections_of(voucher: Voucher) -> list[VoucherCorrection]:
    """Return every correction of a voucher, the first one first."""
    entries = _updates(Voucher).filter(object_id=voucher.pk).select_related("actor")
    rows = []
    number, posted_on, because = voucher.number, voucher.posted_on.isoformat(), ""
    reason = voucher.corrected_because
    for entry in entries.order_by("-timestamp", "-id"):
        number = entry.changes.get("number", [number])[0]
        posted_on = entry.changes.get("posted_on", [posted_on])[0]
        because, reason = reason, entry.changes.get("corrected_because", [reason])[0]
        rows.append(
            VoucherCorrection(
                number, date.fromisoformat(posted_on), author_of(entry), entry.timestamp, because
            )
        )
    return rows[::-1]


def once_numbered(text: str) -> QuerySet[Voucher]:
    """Return the vouchers that had a number before they were corrected."""
    ids = _updates(Voucher).filter(changes__number__0__iexact=text)
    return Voucher.objects.filter(pk__in=among(ids.values_list("object_id", flat=True), int))


def once_noted(text: str) -> QuerySet[SupplierInvoice]:
    """Return the lessor's invoices that had a voucher number before it was corrected."""
    ids = _updates(SupplierInvoice).filter(changes__voucher_number__0__iexact=text)
    numbers = ids.values_list("object_id", flat=True)
    return SupplierInvoice.objects.filter(pk__in=among(numbers, int))


def _updates(model: type[Model]) -> QuerySet[LogEntry]:
    """Return the changes of those rows that are there, which are few: found by the row."""
    kind = ContentType.objects.get_for_model(model)
    there = model._default_manager.order_by().values("pk")
    entries: QuerySet[LogEntry] = LogEntry.objects.filter(content_type=kind, object_id__in=there)
    return entries.filter(action=LogEntry.Action.UPDATE)


def doubts_about(voucher_number: str, run_codes: Iterable[str]) -> list[str]:
    """Say what is odd about a number that is about to be entered, though it may be right."""
    doubts = []
    if len(voucher_number) < DIGITS_OF_OPUS:
        doubts.append(
            f"Nummeret har {len(voucher_number)} cifre. Opus giver som regel ti, så se efter."
        )
    if codes := list(run_codes):
        doubts.append(f"Det samme bilagsnummer står allerede på {', '.join(codes)}.")
    return doubts


def unposted_runs() -> QuerySet[BillingRun]:
    """Return the closed runs whose voucher number nobody has entered."""
    posted = Voucher.objects.filter(run=OuterRef("pk"))
    return BillingRun.objects.with_spans().filter(~Exists(posted)).order_by("id")
