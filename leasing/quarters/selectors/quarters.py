"""The quarters of the fiscal years and where each of them stands; a run with what changed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Q, Sum
from django.utils.timezone import localtime

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter, quarters_between
from inventory.models import Unit
from leasing.billing.selectors.outstanding import Outstanding, Standing
from leasing.billing.selectors.period_costs import (
    PeriodCosts,
    costs_of_preview,
    costs_of_run,
    names_of_payers,
)
from leasing.billing.selectors.preview import RunPreview
from leasing.billing.selectors.window import (
    billing_start,
    last_closed_quarter,
    next_supplement,
    supplement_ends_on,
)
from leasing.cost_share.selectors.lines import KIND_NAMES, READ_FIELDS, Line, as_lines
from leasing.models import (
    BillingRun,
    InvoiceLine,
    InvoiceSummary,
    Kind,
    QuarterlyInvoice,
    Voucher,
)
from leasing.quarters.selectors.readiness import Readiness
from leasing.rebilling.selectors.run import Rebilling
from leasing.supplier.selectors.reconciliation import reconciliation_of
from leasing.supplier.selectors.waiting import has_invoice

LINES_SHOWN = 1_000
LOCKED, COVERED, OPEN, COMING = "locked", "covered", "open", "coming"


@dataclass(frozen=True)
class QuarterState:
    """Where a quarter stands; a covered one was billed by the run of a later quarter, `run`.

    `standing` is what is billed and pending of it, where that is worked out.
    """

    quarter: Quarter
    state: str
    has_ended: bool
    run: BillingRun | None = None
    standing: Standing | None = None


@dataclass
class Year:
    """A fiscal year: its quarters, its supplementary runs, and the next one that can be made."""

    year: int
    quarters: list[QuarterState]
    supplements: list[BillingRun]
    next_supplement: str
    supplement_ends_on: date

    @property
    def total_ore(self) -> int:
        """Add up what this year's runs billed."""
        runs = {q.run for q in self.quarters if q.state == LOCKED} | set(self.supplements)
        return sum(run.total_ore for run in runs)


def fiscal_years(today: date, standings: Outstanding | None = None) -> list[Year]:
    """Return every fiscal year since the billing start, this one first."""
    standing_of = {q.quarter: q.total for q in standings.quarters} if standings else {}
    first, closed = Quarter.of(billing_start()), last_closed_quarter()
    runs = list(BillingRun.objects.with_spans().select_related("voucher").order_by("id"))
    years = []
    for year in range(max(today.year, first.year), first.year - 1, -1):
        quarters = quarters_between(max(first, Quarter(year, 1)), Quarter(year, 4))
        years.append(
            Year(
                year,
                [
                    replace(_state(q, runs, closed, today), standing=standing_of.get(q))
                    for q in quarters
                ],
                [r for r in runs if r.is_supplementary and r.code.startswith(str(year))],
                next_supplement(year, today) if _has_pending(year, standings) else "",
                supplement_ends_on(year),
            )
        )
    return years


def _has_pending(year: int, standings: Outstanding | None) -> bool:
    """Tell whether a year has anything that no run holds; perhaps, where that is not known."""
    return standings is None or standings.of_year(year).total.pending_lines > 0


def covering_run(quarter: Quarter) -> BillingRun | None:
    """Return the run of a later quarter that billed one that was passed over."""
    if quarter < Quarter.of(billing_start()):
        return None
    later = BillingRun.objects.filter(is_supplementary=False, quarter__gte=str(quarter))
    return later.order_by("id").first()


def _state(quarter: Quarter, runs: Iterable[BillingRun], closed, today: date) -> QuarterState:
    has_ended = quarter.ends_before <= today
    ordinary = [run for run in runs if not run.is_supplementary]
    own = next((run for run in ordinary if run.code == str(quarter)), None)
    if own:
        return QuarterState(quarter, LOCKED, has_ended, own)
    if closed and quarter < closed:
        by = next(run for run in ordinary if run.last_quarter > quarter)
        return QuarterState(quarter, COVERED, has_ended, by)
    return QuarterState(quarter, OPEN if quarter.starts_on <= today else COMING, has_ended)


@dataclass
class UnitRow:
    """What a unit pays in a run, and what the run's quarter and the one before it cost it.

    `amounts` are those of the table's kinds, in its order.
    """

    key: int | None
    number: str
    name: str
    by_kind: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lines: int = 0
    items: int = 0
    before_ore: int = 0
    cost_ore: int = 0
    amounts: list[tuple[str, int]] = field(default_factory=list)

    @property
    def total_ore(self) -> int:
        return sum(self.by_kind.values())

    @property
    def change_ore(self) -> int:
        return self.cost_ore - self.before_ore

    def add(self, other: "UnitRow") -> None:
        """Take in another row."""
        for kind, amount in other.by_kind.items():
            self.by_kind[kind] += amount
        self.lines += other.lines
        self.items += other.items
        self.before_ore += other.before_ore
        self.cost_ore += other.cost_ore


@dataclass
class InvoiceRow:
    """A department's invoice in a run, the cost holder's (key None) last."""

    key: int | None
    number: str
    name: str
    units: list[UnitRow]
    total: UnitRow


@dataclass
class RunTable:
    """A run by department, unit and kind: its bill, and beside it cost against cost.

    `kinds` are those that any unit has an amount of, with their names. `before` and `quarter` are
    the quarters compared; None for a supplementary run, and for the first quarter that is billed.
    """

    before: Quarter | None
    quarter: Quarter | None
    invoices: list[InvoiceRow]
    total: UnitRow
    kinds: list[tuple[str, str]]

    @property
    def counts_items(self) -> bool:
        """Tell whether anything is counted: a supplementary run has no quarter to hold it in."""
        return self.total.items > 0


def table_of_preview(preview: RunPreview) -> RunTable:
    """Lay out what a run would bill, and what its quarter costs beside the one before."""
    names: dict[int | None, tuple[str, str]] = {}
    rows: dict[tuple[int | None, int], UnitRow] = {}
    for invoice in preview.invoices:
        department = invoice.department.id if invoice.department else None
        names[department] = (invoice.number, invoice.name)
        for unit in invoice.units:
            rows[department, unit.unit.id] = UnitRow(
                unit.unit.id,
                unit.unit.number,
                unit.unit.name,
                defaultdict(int, unit.by_kind),
                unit.lines,
                unit.items,
            )
    return _table(names, rows, costs_of_preview(preview))


def table_of_run(run: BillingRun) -> RunTable:
    """Lay out what a closed run billed, and what its quarter costs beside the one before."""
    names = {i.department_id: (i.number, i.department_name) for i in run.invoices.all()}
    rows: dict[tuple[int | None, int], UnitRow] = {}
    unit_names = _unit_names(run)
    for department, unit, kind, lines, items, amount in _sums(run):
        row = rows.setdefault((department, unit), UnitRow(unit, *unit_names[unit]))
        row.by_kind[kind] += amount
        row.lines += lines
        row.items += items
    return _table(names, rows, costs_of_run(run))


def _sums(run: BillingRun):
    """Return (department, unit, kind, lines, items, øre) of a closed run."""
    return (
        InvoiceSummary.objects.filter(invoice__run=run)
        .values_list("invoice__department", "unit", "kind")
        .annotate(Sum("line_count"), Sum("held_at_end"), Sum("amount_ore"))
    )


def _unit_names(run: BillingRun) -> dict[int, tuple[str, str]]:
    """Return units' numbers and names as they were when the run was closed."""
    lines = InvoiceLine.objects.filter(invoice__run=run).order_by()
    rows = lines.values_list("unit", "unit_number", "unit_name").distinct()
    return {unit: (number, name) for unit, number, name in rows}


def _table(names: dict, rows: dict, compared: PeriodCosts | None) -> RunTable:
    """Add what the two quarters cost; what costs nothing now is there with what it did cost."""
    if compared:
        for payer, name in names_of_payers(compared.costs.keys() - rows.keys()).items():
            names.setdefault(payer[0], ("", name[0]))
            rows[payer] = UnitRow(payer[1], *name[1:])
        for payer, costs in compared.costs.items():
            rows[payer].before_ore, rows[payer].cost_ore = costs
    by_department = defaultdict(list)
    for (department, _), row in rows.items():
        by_department[department].append(row)
    invoices = [
        InvoiceRow(
            department,
            *names[department],
            sorted(members, key=lambda row: danish_key(row.name)),
            _total(members),
        )
        for department, members in by_department.items()
    ]
    invoices.sort(key=lambda invoice: (invoice.key is None, danish_key(invoice.name)))
    kinds = [k for k in Kind.values if any(row.by_kind.get(k) for row in rows.values())]
    total = _total(invoice.total for invoice in invoices)
    for row in [total, *(i.total for i in invoices), *rows.values()]:
        row.amounts = [(kind, row.by_kind.get(kind, 0)) for kind in kinds]
    named = [(kind, KIND_NAMES[kind]) for kind in kinds]
    return RunTable(
        compared and compared.before, compared and compared.quarter, invoices, total, named
    )


def _total(rows: Iterable[UnitRow]) -> UnitRow:
    total = UnitRow(None, "", "I alt")
    for row in rows:
        total.add(row)
    return total


@dataclass(frozen=True)
class Step:
    """One of a quarter's five steps; `state` is done, now, later or self (beside the others).

    `reconciles` is the quarter that the step is the reconciliation of.
    """

    title: str
    state: str
    note: str
    reconciles: str = ""


def supplier_step(quarter: Quarter, *, whole: bool) -> Step:
    """Tell how far the reconciliation of a quarter is; only what is quick unless `whole`."""
    state, note = "self", "Indlæs leasinggivers faktura"
    if has_invoice(quarter):
        note = "Indlæst"
        if whole:
            found = reconciliation_of(quarter)
            if found.undecided:
                note = f"{found.undecided} afvigelse{'r' if found.undecided > 1 else ''} venter"
            elif found.claimed:
                note = f"{found.claimed} krav venter på kreditnota"
            else:
                state, note = "done", "Afstemt"
    return Step("Leverandørfaktura", state, note, str(quarter))


def _data_step(readiness: Readiness | None) -> Step:
    if readiness is None:
        return Step("Data", "now", "Se på det, der er fundet")
    blocking, count = len(readiness.blocking), len(readiness.findings)
    if not count:
        return Step("Data", "done", "Intet at rette")
    if not blocking:
        return Step("Data", "self", f"{count} {'punkt' if count == 1 else 'punkter'} at se på")
    return Step("Data", "now", f"{blocking} {'ting' if blocking > 1 else 'punkt'} spærrer")


def steps_of(
    run: BillingRun | None, *, readiness: Readiness | None = None, supplier: Step | None = None
) -> list[Step]:
    """Tell how far a quarter is; without a run it is not closed, but perhaps ready to be.

    Before its readiness is worked out, nothing is said of it.
    """
    by_hand = supplier or Step(
        "Leverandørfaktura", "self", "Kontrollér mod leasinggiverens faktura"
    )
    if run is None:
        return [
            _data_step(readiness),
            by_hand,
            Step(
                "Godkend og lås",
                "now" if readiness and not readiness.blocking else "later",
                "Derefter ligger alt fast",
            ),
            Step("Hent til Opus", "later", "Regneark og bilagsfil"),
            Step("Bogført", "later", "Skriv bilagsnummeret"),
        ]
    file = run.exports.filter(file_kind__startswith="csv").first()
    voucher = Voucher.objects.filter(run=run).first()
    exported = f"Hentet {localtime(file.exported_at):%d-%m-%Y}" if file else "Bilagsfilen mangler"
    posted = f"Bilag {voucher.number}" if voucher else "Bilagsnummeret mangler"
    return [
        Step("Data", "done", "Gennemgået"),
        by_hand,
        Step("Godkend og lås", "done", f"Låst {localtime(run.closed_at):%d-%m-%Y}"),
        Step("Hent til Opus", "done" if file else "now", exported),
        Step("Bogført", "done" if voucher else "now" if file else "later", posted),
    ]


def uncoded_units(rebilling: Rebilling) -> list[tuple[Unit, list[str]]]:
    """Return the units that a run's amounts cannot be posted to as they are, and what is wrong."""
    method, holder = rebilling.method, rebilling.cost_holder
    faults = {u.unit_number: method.faults_of(u.coding) for u in rebilling.units if u.amount_ore}
    if not method.splits and (fault := holder.coding.cost_object_fault):
        faults[holder.unit_number] = [fault]
    faults = {number: found for number, found in faults.items() if found}
    units = Unit.objects.select_related("department").filter(number__in=faults)
    return [(unit, faults[unit.number]) for unit in units]


@dataclass
class InvoicePage:
    """A quarterly invoice with its units, and what two quarters cost them: see `RunTable`.

    `lines` is empty where there are too many for a page.
    """

    invoice: QuarterlyInvoice
    row: InvoiceRow
    before: Quarter | None
    quarter: Quarter | None
    kinds: list[tuple[str, str]]
    lines: list[Line]


def invoice_page(invoice: QuarterlyInvoice) -> InvoicePage:
    """Gather what a department's quarterly invoice says."""
    table = table_of_run(invoice.run)
    row = next(row for row in table.invoices if row.key == invoice.department_id)
    kinds = [kind for kind in table.kinds if any(u.by_kind.get(kind[0]) for u in row.units)]
    for each in [row.total, *row.units]:
        each.amounts = [(kind, each.by_kind.get(kind, 0)) for kind, _ in kinds]
    lines = []
    if invoice.line_count <= LINES_SHOWN:
        own = Q(invoice__department=invoice.department_id)
        rows = as_lines(invoice.lines.order_by("number").values_list(*READ_FIELDS), own)
        lines = sorted(rows, key=lambda line: (danish_key(line.unit), line.unit_number))
    return InvoicePage(invoice, row, table.before, table.quarter, kinds, lines)
