"""Close a quarter: one transaction under one lock, all of it or none of it."""

import gc
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import OperationalError, connection, transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.domain.digest import Seal, header_record, line_record
from leasing.models import BilledFacts, BillingRun, InvoiceSummary, QuarterlyInvoice
from leasing.selectors.facts import cost_holder_id
from leasing.selectors.preview import COST_HOLDER_NAME, invoice_order
from leasing.selectors.run_lines import RunTotals, run_lines
from leasing.selectors.window import Window, window_for
from leasing.services.bulk import write_rows
from leasing.services.spool import Spool

LINE_COLUMNS = (
    "invoice_id",
    "number",
    "kind",
    "period",
    "lease_id",
    "unit_id",
    "charge_id",
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
)
TRIES = 3


def close_quarter(
    *,
    code: str,
    closed_by: str,
    today: date,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> BillingRun:
    """Close '2026Q1', or make the next supplementary run of a year ('2026S').

    Raises:
        Refused: when the quarter cannot be closed today; nothing is written.
    """
    for last_try in (False,) * (TRIES - 1) + (True,):
        try:
            with _alone(), _collector_at_rest():
                return _close(window_for(code, today), closed_by, now, progress)
        except OperationalError as error:
            # Somebody changed a unit or a lease while the run was being written: read it again.
            if last_try or getattr(error.__cause__, "sqlstate", None) != "40001":
                raise
    raise AssertionError("unreachable")


@contextmanager
def _alone():
    """Let one closing run at a time, on facts as they are at one moment.

    On PostgreSQL the lock comes before the first query, which is what fixes the moment. SQLite's
    immediate transactions let one writer in at a time.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                if outermost:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("LOCK TABLE leasing_billingrun IN SHARE ROW EXCLUSIVE MODE")
                # Foreign keys checked chunk by chunk, not half a million times at the commit.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield


@contextmanager
def _collector_at_rest():
    """Keep Python's cycle collector from looking through millions of tuples that hold no cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _close(window: Window, closed_by: str, now: datetime, progress) -> BillingRun:
    if cost_holder_id() is None:
        raise Refused(
            "Der er ingen omkostningsbærer. Indlæs enhederne, hvor én har »ja« i "
            "Omkostningsbærer, før et kvartal låses."
        )
    with Spool() as lines, Spool() as facts:
        totals = _work_out(window, lines, facts, progress)
        if window.is_supplementary and not lines.count:
            raise Refused(f"Der er ingen forskelle for {window.code[:4]} at opkræve.")
        run = _create_run(window, closed_by, now, lines.count, totals)
        invoices = _create_invoices(run, totals)
        run.digest = _write_lines(run, invoices, lines)
        _write_facts(facts)
        run.save(update_fields=["digest"])
    return run


def _work_out(window: Window, lines: Spool, facts: Spool, progress) -> RunTotals:
    """Put every line of the run in `lines`, and (lease, text or None, is one stored) in `facts`."""
    totals = RunTotals.of(window)
    seen = 0

    def remember(lease, left_behind):
        nonlocal seen
        seen += 1
        if progress and seen % 1000 == 0:
            progress(seen)
        # The stored text promises that all closed quarters are billed by it.
        text = None if left_behind else lease.text
        if text != lease.billed_text:
            facts.add((lease.lease_id, text, lease.billed_text is not None))

    for line in run_lines(window, remember):
        lines.add(tuple(line))
        totals.add(line)
    return totals


def _create_run(window, closed_by, now, line_count, totals) -> BillingRun:
    before = BillingRun.objects.order_by("-id").values_list("digest", flat=True).first()
    return BillingRun.objects.create(
        code=window.code,
        quarter=str(window.current or Quarter(int(window.code[:4]), 4)),
        is_supplementary=window.is_supplementary,
        closed_at=now.astimezone(UTC).replace(microsecond=0),
        closed_by=closed_by,
        line_count=line_count,
        total_ore=totals.amount_ore,
        previous_digest=before or "",
    )


@dataclass(frozen=True, slots=True)
class _Payer:
    """A unit with lines: the invoice they are on and the names they copy."""

    invoice_id: int
    invoice_number: str
    names: tuple[str, str, str]  # department, unit number, unit


def _create_invoices(run: BillingRun, totals: RunTotals) -> dict[int, _Payer]:
    """Create an invoice for each department with lines, in Danish order, the cost holder last."""
    by_unit = totals.by_unit()
    by_department = defaultdict(list)
    for unit in Unit.objects.select_related("department").filter(id__in=by_unit):
        by_department[unit.department].append(unit)
    payers = {}
    for position, department in enumerate(sorted(by_department, key=invoice_order), start=1):
        members = by_department[department]
        invoice = QuarterlyInvoice.objects.create(
            run=run,
            number=f"{run.code}-{position:02d}",
            department=department,
            department_name=department.name if department else COST_HOLDER_NAME,
            head_name=department.head_name if department else "",
            line_count=sum(by_unit[unit.id].lines for unit in members),
            total_ore=sum(by_unit[unit.id].amount_ore for unit in members),
        )
        for unit in members:
            names = (invoice.department_name, unit.number, unit.name)
            payers[unit.id] = _Payer(invoice.id, invoice.number, names)
    InvoiceSummary.objects.bulk_create(
        [
            InvoiceSummary(
                invoice_id=payers[unit].invoice_id,
                unit_id=unit,
                period=period,
                kind=kind,
                model_name=model_name,
                line_count=part.lines,
                held_at_end=part.held_at_end,
                amount_ore=part.amount_ore,
            )
            for (unit, period, kind, model_name), part in totals.sums.items()
        ],
        batch_size=1000,
    )
    return payers


def _write_lines(run: BillingRun, payers: dict[int, _Payer], lines: Spool) -> str:
    """Write and number the lines in chunks; give the digest of the run."""
    seal = Seal(
        header_record(
            run=run.code,
            previous_digest=run.previous_digest,
            closed_at=run.closed_at,
            closed_by=run.closed_by,
            line_count=run.line_count,
            total_ore=run.total_ore,
        )
    )
    number = 0
    for chunk in lines.chunks():
        rows, records = [], []
        for line in chunk:
            number += 1
            # The columns that say which lease, unit and charge it is are not part of the record.
            what, ids, copied = line[:2], line[2:5], line[5:]
            payer = payers[ids[1]]
            rows.append((payer.invoice_id, number, *what, *ids, *payer.names, *copied))
            records.append(
                line_record((number, payer.invoice_number, *what, *payer.names, *copied))
            )
        write_rows("leasing_invoiceline", LINE_COLUMNS, rows)
        seal.add(records)
    return seal.digest()


def _write_facts(facts: Spool) -> None:
    for chunk in facts.chunks():
        gone = [lease for lease, _, is_stored in chunk if is_stored]
        if gone:
            BilledFacts.objects.filter(lease_id__in=gone).delete()
        new = [(lease, text) for lease, text, _ in chunk if text is not None]
        write_rows("leasing_billedfacts", ("lease_id", "text"), new)
