"""What to look at before a quarter is closed, and what costs money to nobody's use.

Each finding says how many, what they cost a quarter, and who can mend it. The sets of devices are
querysets of devices, so that a page can list the same ones that are counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter, quarters_between, span_label
from inventory.models import Device, Unit
from leasing.billing.selectors.breaches import Breach
from leasing.billing.selectors.preview import RunPreview
from leasing.billing.selectors.quarter_costs import cost_of
from leasing.billing.selectors.verification import breaches_at_a_glance
from leasing.billing.selectors.window import last_closed_quarter
from leasing.confirmation.selectors.items import (
    quarters_asked,
    silent_departments,
)
from leasing.data_quality.selectors.sets import STOCK_DAYS, held_by_leavers, long_in_stock
from leasing.lease_end.selectors import NOTICE_MONTHS, ending_without_choice
from leasing.leases.selectors.limits import Limits
from leasing.models import Charge, InvoiceLine, Kind, Lease, Objection
from leasing.rebilling.selectors.booking import BookingMethod, Coding
from leasing.rebilling.selectors.vouchers import unposted_runs
from leasing.supplier.selectors.waiting import missing_invoices, waiting_quarters

BLOCKING, WARNING = "blocking", "warning"


@dataclass(frozen=True)
class Finding:
    """Something to look at; `is_per_quarter` says that the amount is what it costs each quarter.

    What blocks stops the closing, unless `blocks` names something else that it stops: what is
    missing of the coding may be filled in after the closing, so it stops the Opus file only.
    `about` is the quarter where it is dealt with, if that is not the run's own.
    """

    key: str
    level: str
    title: str
    help: str
    owner: str
    count: int
    amount_ore: int | None = None
    names: tuple[str, ...] = ()
    broken: tuple[Breach, ...] = ()
    units: tuple[Unit, ...] = ()
    is_per_quarter: bool = False
    blocks: str = ""
    about: str = ""


@dataclass
class Readiness:
    """All that is found before a run is closed, what blocks it first."""

    findings: list[Finding]

    @property
    def blocking(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == BLOCKING]

    @property
    def stops_closing(self) -> bool:
        return any(not finding.blocks for finding in self.blocking)


def readiness_of(preview: RunPreview, today: date) -> Readiness:
    """Look a run over before it is closed."""
    found = [
        *_of_setup(),
        *_of_seals(),
        *_of_coding(preview),
        *_of_earlier(preview),
        *_of_objections(today),
        *_of_lessor(preview),
        *_of_charges(today),
        *_of_missing_invoices(today),
        *_of_vouchers(),
        *_of_leaders(today),
        *_of_devices(today),
    ]
    return Readiness(sorted(found, key=lambda finding: finding.level != BLOCKING))


def _of_setup() -> Iterable[Finding]:
    if not Unit.objects.filter(is_cost_holder=True).exists():
        yield Finding(
            "units",
            BLOCKING,
            "Der er ingen omkostningsbærer",
            "Indlæs enhederne, hvor én har »ja« i kolonnen Omkostningsbærer.",
            "Økonomi",
            1,
        )
    unpriced = Lease.objects.filter(terms=None).values_list("device__serial_number", flat=True)
    if count := unpriced.count():
        yield Finding(
            "unpriced",
            WARNING,
            "Leasinger uden pris" if count > 1 else "Leasing uden pris",
            "De opkræves ikke, før prisen er indlæst.",
            "It-helpdesk",
            count,
            names=tuple(unpriced[:5]),
        )


def _of_seals() -> Iterable[Finding]:
    if broken := breaches_at_a_glance():
        yield Finding(
            "seal",
            BLOCKING,
            "En låst kørsel er ikke, som den blev låst",
            "Spærringerne eller summerne passer ikke. Kør verify, og find ud af, hvad der er "
            "sket, før der låses mere.",
            "Administrator",
            len(broken),
            broken=tuple(broken[:5]),
        )


def _of_objections(today: date) -> Iterable[Finding]:
    disputed = Device.objects.filter(objections__outcome="")
    if count := Objection.objects.filter(outcome="").count():
        yield Finding(
            "objections",
            WARNING,
            "Åbne indsigelser: »Ikke vores«",
            "En leder har sagt, at udstyret ikke er deres. Flyt det, eller afvis indsigelsen.",
            "It-helpdesk",
            count,
            cost_of(disputed, today).quarter_ore,
            is_per_quarter=True,
        )


def _of_lessor(preview: RunPreview) -> Iterable[Finding]:
    """Look for differences with the lessor that nobody has dealt with, of any quarter of the run.

    A quarter that no invoice is there for has none yet.
    """
    waiting = waiting_quarters(preview.window.last)
    if waiting:
        yield Finding(
            "lessor",
            WARNING,
            "Afvigelser fra leasinggivers faktura",
            "De er ikke afgjort, eller kravet venter på en kreditnota: "
            + ", ".join(one.quarter.label for one in waiting)
            + ".",
            "Økonomi",
            sum(one.undecided + one.claimed for one in waiting),
            sum(one.undecided_ore for one in waiting),
            about=str(waiting[0].quarter),
        )


def _of_charges(today: date) -> Iterable[Finding]:
    """Look for one-off amounts out of scale that no run has billed yet, whatever their date."""
    billed = InvoiceLine.objects.exclude(charge=None).values("charge")
    limits = Limits.on(today)
    waiting = Charge.objects.exclude(pk__in=billed).order_by("-amount_ore", "id")
    odd = [one for one in waiting if limits.of_charge(one.amount_ore, one.charged_on)]
    if odd:
        yield Finding(
            "charges",
            WARNING,
            "Engangsbeløb, der er større eller ligger senere, end der plejer at være",
            "Se, om beløb og dato er rigtige, før de opkræves. Ret dem, eller slet dem.",
            "Økonomi",
            len(odd),
            sum(charge.amount_ore for charge in odd),
            names=tuple(f"{one} {format_kroner(one.amount_ore)}" for one in odd[:5]),
        )


def _of_missing_invoices(today: date) -> Iterable[Finding]:
    """Name the ended quarters that the lessor has not invoiced, with what is expected."""
    if missing := missing_invoices(today):
        yield Finding(
            "invoices",
            WARNING,
            "Afsluttede kvartaler uden leasinggivers faktura",
            "Beløbet er det, leasingerne koster efter vores egne tal. Indlæs fakturaen.",
            "Økonomi",
            len(missing),
            sum(one.expected_ore for one in missing),
            names=tuple(
                f"{one.quarter.label}: {format_kroner(one.expected_ore)}" for one in missing
            ),
        )


def _of_vouchers() -> Iterable[Finding]:
    if runs := list(unposted_runs()):
        yield Finding(
            "vouchers",
            WARNING,
            "Låste kørsler uden bilagsnummer",
            "Skriv bilagsnummeret på kørslens side, når bilaget er bogført i Opus.",
            "Økonomi",
            len(runs),
            sum(run.total_ore for run in runs),
            names=tuple(f"{run.label}: {format_kroner(run.total_ore)}" for run in runs),
            about=runs[0].code,
        )


def _of_leaders(today: date) -> Iterable[Finding]:
    if silent := silent_departments(today):
        yield Finding(
            "leaders",
            WARNING,
            "Ledere, der ikke har svaret: »Stemmer listen?«",
            "Tavshed tæller som ja efter fristen. Du kan rykke dem. Beløbet er deres udgift i "
            f"{span_label(quarters_asked(today)).lower()}.",
            "Økonomi",
            len(silent),
            sum(one.amount_ore for one in silent),
            names=tuple(one.name for one in silent),
        )


def _of_coding(preview: RunPreview) -> Iterable[Finding]:
    method = BookingMethod.now()
    billed = [
        unit
        for invoice in preview.invoices
        for unit in invoice.units
        if unit.total_ore and not unit.unit.is_cost_holder
    ]
    lacking = [unit for unit in billed if method.faults_of(_coding(unit.unit))]
    holder = Unit.objects.filter(is_cost_holder=True).first()
    if billed and holder:
        yield from _of_booking(method, holder, [_coding(unit.unit) for unit in billed])
    if lacking:
        yield Finding(
            "coding",
            BLOCKING,
            "Enheder uden fuld kontering",
            "Kvartalet kan låses, men Opus-filen kan først hentes, når konteringen er på plads.",
            "Økonomi",
            len(lacking),
            sum(unit.total_ore for unit in lacking),
            units=tuple(unit.unit for unit in lacking),
            blocks="Opus-filen",
        )


def _of_booking(method: BookingMethod, holder: Unit, units: list[Coding]) -> Iterable[Finding]:
    """Look at what the balancing rows need: the settings, and the cost holder's cost object."""
    faults = method.faults_of_settings(_coding(holder), units)
    if not method.splits and (fault := _coding(holder).cost_object_fault):
        faults.append(f"{holder}: {fault}")
    if faults:
        yield Finding(
            "booking",
            BLOCKING,
            "Bogføringen kan ikke gå i nul",
            "Kvartalet kan låses, men Opus-filen kan først hentes, når det er på plads.",
            "Økonomi",
            len(faults),
            names=tuple(faults),
            blocks="Opus-filen",
        )


def _coding(of: Unit) -> Coding:
    return Coding(of.ean, of.account, of.cost_centre, of.psp_element)


def _of_earlier(preview: RunPreview) -> Iterable[Finding]:
    window = preview.window
    if window.current:
        closed = last_closed_quarter()
        first = closed.next() if closed else Quarter.of(window.billing_start)
        skipped = list(quarters_between(first, window.current.next(-1)))
        if taken := [quarter for quarter in skipped if str(quarter) in window.taken]:
            yield Finding(
                "skipped",
                WARNING,
                f"{span_label(taken)} er ikke låst",
                "Låser du dette kvartal først, kommer beløbene med her som »ikke tidligere "
                "opkrævet«, og de tidligere kvartaler kan ikke låses for sig bagefter.",
                "Økonomi",
                len(taken),
                preview.by_kind[Kind.BACKLOG] - preview.late.parts.get(Kind.BACKLOG, (0, 0))[1],
            )
        yield from _of_left(preview, [q for q in skipped if str(q) not in window.taken])
    if late := preview.late.lines:
        yield Finding(
            "corrections",
            WARNING,
            "Ændringer i låste kvartaler",
            f"Kommet til, siden kvartalerne blev låst: {preview.late.words}.",
            "Økonomi",
            late,
            preview.late.amount_ore,
            about=window.code,
        )


def _of_left(preview: RunPreview, left: list[Quarter]) -> Iterable[Finding]:
    """Say of skipped quarters that the run leaves them to the supplementary run of their year."""
    for year, of_year in groupby(left, attrgetter("year")):
        quarters = list(of_year)
        codes = {str(quarter) for quarter in quarters}
        yield Finding(
            "left",
            WARNING,
            f"{span_label(quarters)} er ikke låst",
            "Låser du dette kvartal først, kan de tidligere kvartaler ikke låses for sig bagefter. "
            f"Beløbene kommer ikke med i denne kørsel, men i supplementskørslen for {year}.",
            "Økonomi",
            len(quarters),
            sum(ore for (_, period), ore in preview.pending.items() if period in codes),
            about=f"{year}S",
        )


def _of_devices(today: date) -> Iterable[Finding]:
    for key, devices, title, help_text in (
        (
            "stock",
            long_in_stock(today),
            f"Leaset udstyr på lager i over {STOCK_DAYS} dage",
            "Fælles IT betaler, indtil udstyret er udleveret.",
        ),
        (
            "leavers",
            held_by_leavers(today),
            "Leaset udstyr hos medarbejdere, der er fratrådt",
            "Enheden betaler, indtil udstyret er afleveret eller flyttet.",
        ),
        (
            "ending",
            ending_without_choice(today),
            f"Leasinger, der udløber inden {NOTICE_MONTHS} måneder uden udløbsvalg",
            "Vælg frikøb, forlængelse eller returnering.",
        ),
    ):
        cost = cost_of(devices, today)
        if cost.count:
            yield Finding(
                key,
                WARNING,
                title,
                help_text,
                "It-helpdesk",
                cost.count,
                cost.quarter_ore,
                is_per_quarter=True,
            )
