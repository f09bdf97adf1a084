"""Close a quarter: one transaction under one lock, all of it or none of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import write_rows
from albertslund_it.web.people import Actor
from albertslund_it.web.undisturbed import undisturbed
from leasing.billing.presenters.breaches import sentences_of_breaches
from leasing.billing.selectors.proposal import InvoiceToMake, invoices_to_make, proposal_of
from leasing.billing.selectors.run_lines import RunTotals, run_lines
from leasing.billing.selectors.verification import broken_chain, opened_seal
from leasing.billing.selectors.window import Window, window_for
from leasing.billing.services.anchor import mail_digest
from leasing.billing.services.preparation import refuse_another, refuse_one_pair_of_eyes
from leasing.billing.services.spool import Spool
from leasing.cost_table.facts import cost_holder_id
from leasing.domain.allocation import Difference, LeaseFacts
from leasing.domain.digest import CURRENT_VERSION, LINE_FIELDS, record
from leasing.models import BilledFacts, BillingRun, Preparation, QuarterlyInvoice, SeenProposal
from leasing.webhooks.services.outbox import tell_of_locked

# A line's columns: what and whose it is, then what it copies, which is also what its record says.
LINE_COLUMNS = (
    "invoice_id",
    "number",
    "kind",
    "period",
    "lease_id",
    "unit_id",
    "charge_id",
    *LINE_FIELDS[4:],
)
SUMMARY_COLUMNS = (
    "invoice_id",
    "unit_id",
    "period",
    "kind",
    "model_name",
    "line_count",
    "held_at_end",
    "amount_ore",
)
TRIES = 3

Progress = Callable[[int], None]  # told how many leases are worked out
SEEN_FOR = timedelta(days=90)  # that long it can be said what has changed since somebody saw it


def close_quarter(
    *,
    code: str,
    closed_by: str,
    today: date,
    now: datetime,
    progress: Progress | None = None,
    account: Actor = None,
    seen: str | None = None,
) -> BillingRun:
    """Close '2026Q1', or make the next supplementary run of a year ('2026S').

    `account` is the user who closes, without whom two people cannot be told apart; `seen` is the
    digest of the proposal that the person agreed to, if they saw one.

    Raises:
        Refused: when the quarter cannot be closed today, or its proposal is another one by now;
            nothing is written.
    """
    for last_try in (False,) * (TRIES - 1) + (True,):
        try:
            with _alone(), undisturbed():
                window = window_for(code, today)
                return _close(window, closed_by, now, progress, account, seen)
        except OperationalError as error:
            # Somebody changed a unit or a lease while the run was being written: read it again.
            if last_try or getattr(error.__cause__, "sqlstate", None) != "40001":
                raise
    raise AssertionError("unreachable")


@contextmanager
def _alone() -> Iterator[None]:
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
                # What cannot be changed once it is billed: who is changing it now is waited for.
                cursor.execute(
                    "LOCK TABLE leasing_charge, leasing_settings, inventory_unit IN SHARE MODE"
                )
                # Foreign keys checked chunk by chunk, not half a million times at the commit.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield


def _close(
    window: Window,
    closed_by: str,
    now: datetime,
    progress: Progress | None,
    account: Actor,
    seen: str | None,
) -> BillingRun:
    _refuse_broken_chain()
    if cost_holder_id() is None:
        raise Refused(
            "Der er ingen omkostningsbærer. Indlæs enhederne, hvor én har »ja« i "
            "Omkostningsbærer, før et kvartal låses."
        )
    with Spool() as lines, Spool() as facts:
        totals = _work_out(window, lines, facts, progress)
        if window.is_supplementary and not lines.count:
            raise Refused(f"Der er ingen forskelle for {window.code[:4]} at opkræve.")
        to_make = invoices_to_make(window.code, totals)
        _hold_to_what_was_agreed(window, totals, to_make, account, seen)
        # Others may belong to a run that is never closed: a later supplementary run, or none.
        outlived = Q(code=window.code) | Q(seen_at__lt=now - SEEN_FOR)
        SeenProposal.objects.filter(outlived).delete()
        run = _create_run(window, closed_by, now, lines.count, totals)
        invoices = _create_invoices(run, totals, to_make)
        run.digest = _write_lines(run, invoices, lines)
        _write_facts(facts)
        run.save(update_fields=["digest"])
        mail_digest(run=run, now=now)
        tell_of_locked(run=run, now=now)
    return run


def _hold_to_what_was_agreed(
    window: Window,
    totals: RunTotals,
    to_make: list[InvoiceToMake],
    account: Actor,
    seen: str | None,
) -> None:
    """Refuse what is not the proposal that one or two people saw; forget who prepared others."""
    proposal = proposal_of(window.code, totals, to_make)
    if seen is not None:
        refuse_another(proposal, seen)
    refuse_one_pair_of_eyes(proposal, window, account)
    # Whoever looked through another proposal did not prepare this one.
    Preparation.objects.filter(code=window.code).exclude(digest=proposal.digest).delete()


def _refuse_broken_chain() -> None:
    """Refuse to seal a run onto one that is no longer what was sealed."""
    if broken := broken_chain():
        last = BillingRun.objects.order_by("-id").first()
        raise Refused(
            f"Der kan ikke låses oven på {last.label if last else 'det'}, for kontrollen af den "
            "fejler. Bed en administrator om at køre verify og finde ud af, hvad der er sket:",
            *sentences_of_breaches(broken),
        )


def _work_out(window: Window, lines: Spool, facts: Spool, progress: Progress | None) -> RunTotals:
    """Put every line of the run in `lines`, and (lease, text or None, is one stored) in `facts`."""
    totals = RunTotals.of(window)
    seen = 0

    def remember(lease: LeaseFacts, left_behind: list[Difference]) -> None:
        nonlocal seen
        seen += 1
        if progress and seen % 1000 == 0:
            progress(seen)
        # The stored text promises that all closed quarters are billed by it.
        text = None if left_behind else lease.text
        if text != lease.billed_text:
            facts.add((lease.lease_id, text, lease.billed_text is not None))

    for line in run_lines(window, remember):
        lines.add(line)
        totals.add(line)
    return totals


def _create_run(
    window: Window, closed_by: str, now: datetime, line_count: int, totals: RunTotals
) -> BillingRun:
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
        seal_version=CURRENT_VERSION,
    )


@dataclass(frozen=True, slots=True)
class _Payer:
    """A unit with lines: the invoice they are on and the names they copy."""

    invoice: QuarterlyInvoice
    names: tuple[str, str, str]  # department, unit number, unit


def _create_invoices(
    run: BillingRun, totals: RunTotals, to_make: list[InvoiceToMake]
) -> dict[int, _Payer]:
    """Create the invoices and their summaries; return who pays by unit."""
    by_unit = totals.by_unit()
    payers, invoices = {}, []
    for one in to_make:
        invoice = QuarterlyInvoice(
            run=run,
            number=one.number,
            department_id=one.department_id,
            department_name=one.department_name,
            head_name=one.head_name,
            line_count=sum(by_unit[unit].lines for unit, _, _ in one.units),
            total_ore=sum(by_unit[unit].amount_ore for unit, _, _ in one.units),
        )
        invoices.append(invoice)
        for unit, number, name in one.units:
            payers[unit] = _Payer(invoice, (one.department_name, number, name))
    QuarterlyInvoice.objects.bulk_create(invoices)
    write_rows(
        "leasing_invoicesummary",
        SUMMARY_COLUMNS,
        (
            (payers[key[0]].invoice.id, *key, part.lines, part.held_at_end, part.amount_ore)
            for key, part in totals.sums.items()
        ),
    )
    return payers


def _write_lines(run: BillingRun, payers: dict[int, _Payer], lines: Spool) -> str:
    """Write and number the lines in chunks; return the digest of the run."""
    seal = opened_seal(run, dict.fromkeys(payer.invoice for payer in payers.values()))
    paid_by = {
        unit: (payer.invoice.id, payer.invoice.number, payer.names)
        for unit, payer in payers.items()
    }
    number = 0
    for chunk in lines.chunks():
        rows, records = [], []
        for line in chunk:
            number += 1
            invoice_id, invoice_number, names = paid_by[line[3]]
            rows.append((invoice_id, number, *line[:5], *names, *line[5:]))
            # Which lease, unit and charge it is (2–4) are ids, and no part of the record.
            records.append(record((number, invoice_number, *line[:2], *names, *line[5:])))
        write_rows("leasing_invoiceline", LINE_COLUMNS, rows)
        seal.add(records)
    return seal.digest()


def _write_facts(facts: Spool) -> None:
    for chunk in facts.chunks():
        gone = [lease for lease, _, is_stored in chunk if is_stored]
        if gone:
            BilledFacts.objects.filter(lease_id__in=gone).delete()
        new = [fact[:2] for fact in chunk if fact[1] is not None]
        write_rows("leasing_billedfacts", ("lease_id", "text"), new)
