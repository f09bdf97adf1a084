"""Does everything still hold? Every closed run computed again from its own lines, and the chain."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import attrgetter
from typing import Any

from django.db.models import F, Model, Sum

from albertslund_it.common.quarters import Quarter
from leasing.billing.selectors.beside_the_seal import breaches_beside, gone_runs
from leasing.billing.selectors.billed_text import is_billed_by_its_text
from leasing.billing.selectors.breaches import Breach
from leasing.billing.selectors.facts import leases_with_differences
from leasing.billing.selectors.window import pending_window
from leasing.cost_table.check import costs_that_differ
from leasing.cost_table.facts import NOBODY, cost_holder_id, heirs_up_to
from leasing.cost_table.moment import snapshot
from leasing.cost_table.refresh import AT_LEISURE, refresh
from leasing.domain.digest import INVOICE_FIELDS, LINE_FIELDS, Seal, header_record, record
from leasing.guards import foreign_to_guards, missing_guards
from leasing.models import (
    BillingRun,
    InvoiceLine,
    InvoiceSummary,
    Kind,
    Lease,
    LeaseTerm,
    QuarterlyInvoice,
)

CHUNK = 5_000


def breaches() -> Iterator[Breach]:
    """Yield all that does not hold."""
    yield from _of_guards()
    for foreign in foreign_to_guards():
        yield Breach("foreign_object", {"what": foreign})
    # A run that is misnamed cannot be counted with; that it is, is told below.
    if can_count := all(_is_named(run) for run, _ in _runs()):
        refresh(effort=AT_LEISURE)
    with snapshot():
        yield from chain.from_iterable(_of_run(run, before) for run, before in _runs())
        yield from breaches_beside()
        yield from _of_leases()
        if can_count:
            yield from _of_pending()
            yield from _of_kept_costs()


def breaches_of(run: BillingRun) -> list[Breach]:
    """Return what does not hold in one run."""
    return list(_of_run(run, BillingRun.objects.filter(id__lt=run.id).order_by("-id").first()))


def broken_chain() -> list[Breach]:
    """Return why no run may be sealed onto the last one; nothing when it may."""
    last = BillingRun.objects.order_by("-id").first()
    return [*gone_runs(), *(breaches_of(last) if last else ())]


def breaches_at_a_glance() -> list[Breach]:
    """Return what does not hold of all that can be told without reading a line.

    For pages, whose cost must not grow with every line there is: the guards, runs that are gone,
    and each run's sums as they are stored. Closing reads the last run's lines, `verify` all.
    """
    found = [*_of_guards(), *gone_runs()]
    invoices = _stored_sums(QuarterlyInvoice, "run", "total_ore")
    summaries = _stored_sums(InvoiceSummary, "invoice__run", "amount_ore")
    runs = BillingRun.objects.order_by("id").values_list(
        "id", "code", "digest", "line_count", "total_ore"
    )
    for pk, code, digest, *sums in runs:
        sealed, nothing = tuple(sums), (0, 0)
        if not (sealed == invoices.get(pk, nothing) == summaries.get(pk, nothing) and digest):
            found.append(Breach("stored_sums", {"run": code}))
    return found


def _of_guards() -> Iterator[Breach]:
    for guard in missing_guards():
        yield Breach("guard_missing", {"guard": guard})


def _stored_sums(model: type[Model], run: str, amount: str) -> dict[int, tuple[int, int]]:
    """Return (lines, øre) of each run, by its id."""
    rows = (
        model._default_manager.order_by().values_list(run).annotate(Sum("line_count"), Sum(amount))
    )
    return {run_id: (lines, ore) for run_id, lines, ore in rows}


def unexpected(expected: Iterable[tuple[str, str]]) -> Iterator[Breach]:
    """Yield which runs (code, digest) are not there, or are sealed otherwise."""
    digests = dict(BillingRun.objects.values_list("code", "digest"))
    for code, digest in expected:
        found = digests.get(code)
        if found is None:
            yield Breach("run_expected", {"run": code, "digest": digest})
        elif not found:
            yield Breach("seal_expected", {"run": code, "digest": digest})
        elif found != digest:
            yield Breach("digest_expected", {"run": code, "found": found, "digest": digest})


def _runs() -> Iterator[tuple[BillingRun, BillingRun | None]]:
    """Yield each run with the one before."""
    before = None
    for run in BillingRun.objects.order_by("id"):
        yield run, before
        before = run


def opened_seal(run: BillingRun, invoices: Iterable[QuarterlyInvoice]) -> Seal:
    """Return a run's seal with all that comes before its lines; `invoices` in their order."""
    seal = Seal(
        header_record(
            version=run.seal_version,
            run=run.code,
            previous_digest=run.previous_digest,
            closed_at=run.closed_at,
            closed_by=run.closed_by,
            line_count=run.line_count,
            total_ore=run.total_ore,
        )
    )
    if run.seal_version > 1:
        seal.add(map(record, map(attrgetter(*INVOICE_FIELDS), invoices)))
    return seal


class _Reread:
    """A run's lines read again, one pass, in their order."""

    def __init__(self, run: BillingRun):
        self.invoices = list(run.invoices.order_by("id"))  # as text, -100 comes before -11
        self.count = 0
        self.misplaced: set[int] = set()
        self.holes: list[int] = []
        self.by_invoice: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        self.summaries: dict[tuple[int, int, str, str, str], list[int]] = defaultdict(
            lambda: [0, 0, 0]
        )
        self._names = {invoice.id: invoice.department_name for invoice in self.invoices}
        last = None if "S" in run.code else _last_quarter_of(run.code)
        self._last_day = last and last.last_day
        seal = opened_seal(run, self.invoices)
        lines = (
            InvoiceLine.objects.filter(invoice__run=run)
            .order_by("number")
            .values_list(*LINE_FIELDS, "invoice_id", "unit_id")
        )
        for *fields, invoice, unit in lines.iterator(chunk_size=CHUNK):
            seal.add([record(fields)])
            self._add(dict(zip(LINE_FIELDS, fields, strict=True)), invoice, unit)
        self.digest = seal.digest()

    def _add(self, line: dict[str, Any], invoice: int, unit: int) -> None:
        self.count += 1
        if line["number"] != self.count:
            self.holes.append(line["number"])
        if line["department_name"] != self._names.get(invoice):
            self.misplaced.add(invoice)
        amount = line["amount_ore"]
        of_invoice = self.by_invoice[invoice]
        of_invoice[0] += 1
        of_invoice[1] += amount
        summary = self.summaries[invoice, unit, line["period"], line["kind"], line["model_name"]]
        summary[0] += 1
        summary[1] += line["kind"] == Kind.CURRENT and line["last_day"] == self._last_day
        summary[2] += amount

    @property
    def total_ore(self) -> int:
        return sum(amount for _, amount in self.by_invoice.values())


def _of_run(run: BillingRun, before: BillingRun | None) -> Iterator[Breach]:
    # Its quarter is left out of the record.
    if not _is_named(run):
        yield Breach("run_misnamed", {"run": run.code, "quarter": run.quarter})
    read = _Reread(run)
    if not run.digest:
        yield Breach("unsealed", {"run": run.code})
    elif read.digest != run.digest:
        yield Breach("digest", {"run": run.code})
    if run.previous_digest != (before.digest if before else ""):
        yield Breach("chain", {"run": run.code})
    if read.count != run.line_count:
        counts = {"found": read.count, "sealed": run.line_count}
        yield Breach("line_count", {"run": run.code, **counts})
    if read.holes:
        yield Breach("line_numbers", {"run": run.code, "line": read.holes[0]})
    if read.total_ore != run.total_ore:
        totals = {"found_ore": read.total_ore, "sealed_ore": run.total_ore}
        yield Breach("run_total", {"run": run.code, **totals})
    yield from _of_invoices(run, read)


def _is_named(run: BillingRun) -> bool:
    last = _last_quarter_of(run.code)
    return last is not None and (run.quarter, run.is_supplementary) == (str(last), "S" in run.code)


def _last_quarter_of(code: str) -> Quarter | None:
    """Return the quarter that a run's code says; None where it says none."""
    try:
        return Quarter.parse(f"{code[:4]}Q4" if "S" in code else code)
    except ValueError:
        return None


def _of_invoices(run: BillingRun, read: _Reread) -> Iterator[Breach]:
    for position, invoice in enumerate(read.invoices, start=1):
        count, amount = read.by_invoice.pop(invoice.id, (0, 0))
        where = {"run": run.code, "invoice": invoice.number}
        expected = f"{run.code}-{position:02d}"
        if invoice.number != expected:
            yield Breach("invoice_numbers", {**where, "expected": expected})
        if invoice.id in read.misplaced:
            yield Breach("lines_of_another", {**where, "department": invoice.department_name})
        if count != invoice.line_count or amount != invoice.total_ore:
            found = {"found": count, "found_ore": amount}
            stored = {"stored": invoice.line_count, "stored_ore": invoice.total_ore}
            yield Breach("invoice_total", {**where, **found, **stored})
    if sum(invoice.total_ore for invoice in read.invoices) != run.total_ore:
        yield Breach("invoices_total", {"run": run.code})
    summaries = InvoiceSummary.objects.filter(invoice__run=run).values_list(
        "invoice_id", "unit_id", "period", "kind", "model_name",
        "line_count", "held_at_end", "amount_ore",
    )  # fmt: skip
    if {row[:5]: list(row[5:]) for row in summaries} != dict(read.summaries):
        yield Breach("summaries", {"run": run.code})


def _of_leases() -> Iterator[Breach]:
    """Look for facts that no closing could have understood."""
    for serial in Lease.objects.filter(terms=None).values_list("device__serial_number", flat=True):
        yield Breach("lease_without_term", {"serial_number": serial})
    last: dict[int, int] = {}
    terms = LeaseTerm.objects.order_by("lease_id", "position").values_list(
        "lease_id", "position", "lease__device__serial_number"
    )
    for lease, position, serial in terms.iterator(chunk_size=CHUNK):
        if position != last.get(lease, 0) + 1:
            yield Breach("term_numbers", {"serial_number": serial, "position": position})
        last = {lease: position}
    early = Lease.objects.filter(starts_on__lt=F("sub_agreement__framework__starts_on"))
    for serial in early.values_list("device__serial_number", flat=True):
        yield Breach("lease_too_early", {"serial_number": serial})


def _of_pending() -> Iterator[Breach]:
    """Compare the quick look back with a full recomputation, lease by lease."""
    window = pending_window()
    if window is None:
        return
    quick = leases_with_differences(window)
    full = leases_with_differences(window, everything=True)
    holder, heirs = cost_holder_id() or NOBODY, heirs_up_to(window.covered)
    for (facts, seen), (looked_back, computed) in zip(quick, full, strict=True):
        of_lease = {"serial_number": facts.serial_number}
        if not is_billed_by_its_text(looked_back, window, holder, heirs):
            yield Breach("billed_text", of_lease)
        if seen != computed:
            pending = sum(d.amount_ore for d in computed) - sum(d.amount_ore for d in seen)
            periods = tuple(sorted({d.period for d in {*seen} ^ {*computed}}))
            yield Breach("pending", {**of_lease, "periods": periods, "pending_ore": pending})


def _of_kept_costs() -> Iterator[Breach]:
    """Compare the kept costs with a full recomputation, lease by lease and sum by sum."""
    serial_numbers = dict(Lease.objects.values_list("id", "device__serial_number"))
    for table, key in costs_that_differ():
        of = " ".join(map(str, key)) if len(key) > 1 else serial_numbers.get(key[0], str(key[0]))
        yield Breach("kept_cost", {"table": table, "of": of})
