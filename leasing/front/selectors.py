"""What waits for whom: the rows of the front page."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from albertslund_it.common.quarters import Quarter, quarters_between, span_label
from inventory.models import Device
from leasing.billing.selectors.outstanding import Outstanding
from leasing.billing.selectors.quarter_costs import cost_of
from leasing.billing.selectors.window import billing_start, last_closed_quarter
from leasing.confirmation.selectors.items import quarters_asked, silent_departments
from leasing.data_quality.selectors.sets import held_by_leavers, without_coding
from leasing.domain.tasks import Task
from leasing.models import Objection, RebillingExport
from leasing.quarters.selectors.fiscal_years import fiscal_years
from leasing.rebilling.selectors.vouchers import unposted_runs
from leasing.supplier.selectors.waiting import missing_invoices, waiting_quarters


def quarter_tasks(today: date, standing: Outstanding | None = None) -> Iterator[Task]:
    """Yield what waits of the quarters and the runs; amounts where the standing is worked out."""
    start, closed = Quarter.of(billing_start()), last_closed_quarter()
    first = closed.next() if closed else start
    waiting = list(quarters_between(first, Quarter.of(today)))
    if waiting:
        quarter = waiting[0]
        ended = quarter.ends_before <= today
        totals = {q.quarter: q.total.pending_ore for q in standing.quarters} if standing else {}
        yield Task(
            "close",
            f"{quarter.label} {'er slut og kan låses' if ended else 'kan låses'}",
            "Gennemgå det, der er fundet, og godkend."
            if ended
            else f"Det slutter den {quarter.last_day:%d-%m-%Y}. Leasingen betales forud.",
            about=str(quarter),
            amount_ore=totals.get(quarter),
            note="ikke opkrævet" if standing else "",
        )
    opus = RebillingExport.objects.filter(run=OuterRef("pk"), file_kind__startswith="csv")
    for run in unposted_runs().annotate(has_file=Exists(opus)):
        yield Task(
            "post" if run.has_file else "fetch",
            f"{run.label} er {'ikke bogført' if run.has_file else 'ikke hentet til Opus'}",
            "Skriv bilagsnummeret, når bilaget er bogført."
            if run.has_file
            else "Hent filen, og opret omposteringsbilaget.",
            about=run.code,
            amount_ore=run.total_ore,
            note="regning",
        )
    units = list(without_coding(today))
    if units:
        yield Task(
            "coding",
            f"{len(units)} enhed{'er' if len(units) > 1 else ''} med udstyr mangler kontering",
            ", ".join(unit.name for unit in units[:3]) + (" …" if len(units) > 3 else ""),
        )


def money_tasks(standing: Outstanding, today: date) -> Iterator[Task]:
    """Yield what waits of the money, from the full computation."""
    overdue = standing.overdue
    if len(overdue) > 1:  # a single one is the quarter that can be closed
        yield Task(
            "overdue",
            f"{span_label([q.quarter for q in overdue])} er ikke opkrævet",
            "Kvartalerne er slut. De kan opkræves på én gang eller ét for ét.",
            about=f"{overdue[0].quarter}-{overdue[-1].quarter}",
            amount_ore=standing.overdue_ore,
            note="ikke opkrævet",
        )
    for year in fiscal_years(today, standing):
        if year.next_supplement:
            pending = standing.of_year(year.year).total.pending_ore
            yield Task(
                "supplement",
                f"Supplementskørsel for {year.year} kan laves",
                f"Senest den {year.supplement_ends_on:%d-%m-%Y}. Derefter kommer beløbet med i "
                "den næste kvartalskørsel.",
                about=year.next_supplement,
                amount_ore=pending,
                note="ikke opkrævet",
            )
    late = standing.late
    if late.lines:
        yield Task(
            "corrections",
            f"Ændringer i låste kvartaler ({late.lines})",
            f"Kommet til, siden kvartalerne blev låst: {late.words}.",
            amount_ore=late.amount_ore,
            note="samlet udslag",
        )


def leaver_tasks(today: date, seen: QuerySet[Device]) -> Iterator[Task]:
    """Yield what people who have left still hold, of the devices that a leader sees."""
    devices = held_by_leavers(today).filter(id__in=seen.values("id"))
    cost = cost_of(devices, today)
    if cost.count:
        yield Task(
            "leavers",
            f"{cost.count} stk. hos medarbejdere, der er fratrådt",
            "Bed om at få dem taget tilbage, eller flyt dem. Enheden betaler imens.",
            amount_ore=cost.quarter_ore,
            note=f"i {Quarter.of(today).label}",
        )


def leader_tasks(today: date) -> Iterator[Task]:
    """Return what waits of the leaders, for finance: their answers, and what they say no to."""
    if silent := silent_departments(today):
        names = ", ".join(one.name for one in silent[:3]) + (" …" if len(silent) > 3 else "")
        count = f"{len(silent)} leder{'e' if len(silent) > 1 else ''}"
        yield Task(
            "silent",
            f"{count} har ikke svaret: »Stemmer listen?«",
            names,
            amount_ore=sum(one.amount_ore for one in silent),
            note=f"for {span_label(quarters_asked(today)).lower()}",
        )
    if count := Objection.objects.filter(outcome="").count():
        disputed = Device.objects.filter(objections__outcome="")
        yield Task(
            "objections",
            f"{count} åben{'' if count == 1 else 'e'} indsigelse{'' if count == 1 else 'r'}: "
            "»Ikke vores«",
            "It-helpdesk flytter udstyret eller afviser. Det bør ske, før kvartalet låses.",
            amount_ore=cost_of(disputed, today).quarter_ore,
            note=f"i {Quarter.of(today).label}",
        )


def lessor_tasks(today: date) -> Iterator[Task]:
    """Return what waits of the lessor: missing invoices, and differences that nobody decided."""
    for one in missing_invoices(today):
        yield Task(
            "no_invoice",
            f"Leasinggivers faktura for {one.quarter.label} mangler",
            "Kvartalet er slut. Beløbet er det, leasingerne koster efter vores egne tal.",
            about=str(one.quarter),
            amount_ore=one.expected_ore,
            note="forventet",
        )
    for one in waiting_quarters():
        parts = []
        if one.undecided:
            parts.append(f"{one.undecided} uden afgørelse")
        if one.claimed:
            parts.append(f"{one.claimed} krav uden kreditnota")
        yield Task(
            "lessor",
            f"Afvigelser fra leasinggiver i {one.quarter.label}",
            f"{' og '.join(parts)}.",
            about=str(one.quarter),
            amount_ore=one.undecided_ore if one.undecided else None,
            note="uden afgørelse" if one.undecided else "",
        )
