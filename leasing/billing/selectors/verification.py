"""Does everything still hold? Every closed run computed again from its own lines, and the chain."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import attrgetter

from django.db.models import F, Sum

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from leasing.billing.selectors.beside_the_seal import findings_beside, gone_runs
from leasing.billing.selectors.billed_text import is_billed_by_its_text
from leasing.billing.selectors.facts import cost_holder_id, leases_with_differences, one_moment
from leasing.billing.selectors.window import pending_window
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


def findings() -> Iterator[str]:
    """Say in Danish what does not hold, with its run, invoice and lease; nothing when all does."""
    yield from _of_guards()
    for stranger in foreign_to_guards():
        yield f"Databasen har {stranger}. Det har systemet ikke lavet."
    with one_moment():
        yield from chain.from_iterable(_of_run(run, before) for run, before in _runs())
        yield from findings_beside()
        yield from _of_leases()
        # What has no right name cannot be counted with; that it has none is told already.
        if all(_is_named(run) for run, _ in _runs()):
            yield from _of_pending()


def findings_of(run: BillingRun) -> list[str]:
    """Say in Danish what does not hold in one run."""
    return list(_of_run(run, BillingRun.objects.filter(id__lt=run.id).order_by("-id").first()))


def broken_chain() -> list[str]:
    """Say in Danish why no run may be sealed onto the last one; nothing when it may."""
    last = BillingRun.objects.order_by("-id").first()
    return [*gone_runs(), *(findings_of(last) if last else ())]


def findings_at_a_glance() -> list[str]:
    """Say in Danish what does not hold of all that can be told without reading a line.

    For pages, whose cost must not grow with every line there is: the guards, runs that are gone,
    and each run's sums as they are stored. Closing reads the last run's lines, `verify` all.
    """
    found = [*_of_guards(), *gone_runs()]
    invoices = _stored_sums(QuarterlyInvoice, "run", "total_ore")
    summaries = _stored_sums(InvoiceSummary, "invoice__run", "amount_ore")
    for run in BillingRun.objects.order_by("id"):
        sealed = (run.line_count, run.total_ore)
        nothing = (0, 0)
        if not (
            sealed == invoices.get(run.id, nothing) == summaries.get(run.id, nothing) and run.digest
        ):
            found.append(f"Kørsel {run.code}: summerne er ikke dem, den blev låst med.")
    return found


def _of_guards() -> Iterator[str]:
    for guard in missing_guards():
        yield f"Spærringen {guard} mangler i databasen eller er ændret."


def _stored_sums(model, run: str, amount: str) -> dict[int, tuple[int, int]]:
    """Return (lines, øre) of each run, by its id."""
    rows = model.objects.order_by().values_list(run).annotate(Sum("line_count"), Sum(amount))
    return {run_id: (lines, ore) for run_id, lines, ore in rows}


def unexpected(expected: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Say in Danish which runs (code, digest) are not there, or are sealed otherwise."""
    digests = dict(BillingRun.objects.values_list("code", "digest"))
    for code, digest in expected:
        found = digests.get(code)
        if found is None:
            yield f"Kørsel {code}: mangler. Den skulle være låst med kontrolsummen {digest}."
        elif found != digest:
            stands = f"er låst med kontrolsummen {found}" if found else "har ingen kontrolsum"
            yield f"Kørsel {code}: {stands}, men skulle have {digest}."


def _runs():
    """Return each run with the one before."""
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
        names = {invoice.id: invoice.department_name for invoice in self.invoices}
        seal = opened_seal(run, self.invoices)
        self.count = 0
        self.misplaced: set[int] = set()
        self.holes: list[int] = []
        self.by_invoice: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        self.summaries: dict[tuple, list[int]] = defaultdict(lambda: [0, 0, 0])
        last = None if "S" in run.code else _last_quarter_of(run.code)
        last_day = last and last.last_day
        lines = (
            InvoiceLine.objects.filter(invoice__run=run)
            .order_by("number")
            .values_list(*LINE_FIELDS, "invoice_id", "unit_id")
        )
        for *fields, invoice, unit in lines.iterator(chunk_size=CHUNK):
            self.count += 1
            line = dict(zip(LINE_FIELDS, fields, strict=True))
            if line["number"] != self.count:
                self.holes.append(line["number"])
            seal.add([record(fields)])
            if line["department_name"] != names.get(invoice):
                self.misplaced.add(invoice)
            amount = line["amount_ore"]
            of_invoice = self.by_invoice[invoice]
            of_invoice[0] += 1
            of_invoice[1] += amount
            summary = self.summaries[
                invoice, unit, line["period"], line["kind"], line["model_name"]
            ]
            summary[0] += 1
            summary[1] += line["kind"] == Kind.CURRENT and line["last_day"] == last_day
            summary[2] += amount
        self.digest = seal.digest()

    @property
    def total_ore(self) -> int:
        return sum(amount for _, amount in self.by_invoice.values())


def _of_run(run: BillingRun, before: BillingRun | None) -> Iterator[str]:
    yield from _of_name(run)
    read = _Reread(run)
    name = f"Kørsel {run.code}"
    if not run.digest:
        yield f"{name}: kontrolsummen mangler, så kørslen er ikke låst."
    elif read.digest != run.digest:
        yield f"{name}: kontrolsummen passer ikke med linjerne. Noget er ændret efter låsningen."
    if run.previous_digest != (before.digest if before else ""):
        yield f"{name}: kæden er brudt. Den forrige kørsels kontrolsum er en anden."
    if read.count != run.line_count:
        yield f"{name}: har {read.count} linjer, men blev låst med {run.line_count}."
    if read.holes:
        yield f"{name}: linjenumrene har huller (ved {read.holes[0]})."
    if read.total_ore != run.total_ore:
        yield (
            f"{name}: linjerne giver {format_kroner(read.total_ore)}, "
            f"men kørslen blev låst med {format_kroner(run.total_ore)}"
        )
    yield from _of_invoices(run, read)


def _of_name(run: BillingRun) -> Iterator[str]:
    """Hold a run's quarter, which the record leaves out, against its code."""
    if not _is_named(run):
        yield f"Kørsel {run.code}: er gemt som en kørsel til og med {run.quarter}."


def _is_named(run: BillingRun) -> bool:
    last = _last_quarter_of(run.code)
    return last is not None and (run.quarter, run.is_supplementary) == (str(last), "S" in run.code)


def _last_quarter_of(code: str) -> Quarter | None:
    """Return the quarter that a run's code says; None where it says none."""
    try:
        return Quarter.parse(f"{code[:4]}Q4" if "S" in code else code)
    except ValueError:
        return None


def _of_invoices(run: BillingRun, read: _Reread) -> Iterator[str]:
    for position, invoice in enumerate(read.invoices, start=1):
        count, amount = read.by_invoice.pop(invoice.id, (0, 0))
        name = f"Kørsel {run.code}, opgørelse {invoice.number}"
        if invoice.number != f"{run.code}-{position:02d}":
            yield f"{name}: numrene har huller, her skulle stå {run.code}-{position:02d}."
        if invoice.id in read.misplaced:
            yield f"{name}: linjerne er en anden afdelings end {invoice.department_name}."
        if count != invoice.line_count or amount != invoice.total_ore:
            yield (
                f"{name}: linjerne giver {format_kroner(amount)} ({count} linjer), "
                f"men der står {format_kroner(invoice.total_ore)} ({invoice.line_count} linjer)."
            )
    if sum(invoice.total_ore for invoice in read.invoices) != run.total_ore:
        yield f"Kørsel {run.code}: opgørelserne giver ikke kørslens sum."
    stored = InvoiceSummary.objects.filter(invoice__run=run).values_list(
        "invoice_id", "unit_id", "period", "kind", "model_name",
        "line_count", "held_at_end", "amount_ore",
    )  # fmt: skip
    if {row[:5]: list(row[5:]) for row in stored} != dict(read.summaries):
        yield f"Kørsel {run.code}: sammentællingerne passer ikke med linjerne."


def _of_leases() -> Iterator[str]:
    """Look for facts that no closing could have understood."""
    for serial in Lease.objects.filter(terms=None).values_list("device__serial_number", flat=True):
        yield f"Leasing af {serial}: har ingen løbetid og dermed ingen pris."
    last = {}
    terms = LeaseTerm.objects.order_by("lease_id", "position").values_list(
        "lease_id", "position", "lease__device__serial_number"
    )
    for lease, position, serial in terms.iterator(chunk_size=CHUNK):
        if position != last.get(lease, 0) + 1:
            yield f"Leasing af {serial}: løbetidernes numre har huller (ved {position})."
        last = {lease: position}
    early = Lease.objects.filter(starts_on__lt=F("sub_agreement__framework__starts_on"))
    for serial in early.values_list("device__serial_number", flat=True):
        yield f"Leasing af {serial}: begynder før rammeaftalen."


def _of_pending() -> Iterator[str]:
    """Compare the quick look back with a full recomputation, lease by lease."""
    window = pending_window()
    if window is None:
        return
    quick = leases_with_differences(window)
    full = leases_with_differences(window, everything=True)
    holder = cost_holder_id()
    for (facts, seen), (looked_back, computed) in zip(quick, full, strict=True):
        if not is_billed_by_its_text(looked_back, window, holder):
            yield (
                f"Leasing af {facts.serial_number}: de fakta, den siges opkrævet efter, giver "
                "andre linjer end dem, der er låst."
            )
        if seen != computed:
            pending = sum(d.amount_ore for d in computed) - sum(d.amount_ore for d in seen)
            quarters = ", ".join(sorted({d.period for d in {*seen} ^ {*computed}}))
            yield (
                f"Leasing af {facts.serial_number}: en fuld genberegning giver andre udestående "
                f"forskelle ({quarters}, {format_kroner(pending)}) end den hurtige."
            )
