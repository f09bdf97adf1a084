"""The lines of the front page: what waits for whom."""

from collections.abc import Iterator, Sequence
from datetime import date

from albertslund_it.common.quarters import Quarter, span_label
from leasing.billing.presenters.runs import late_in_words
from leasing.billing.selectors.outstanding import Outstanding
from leasing.domain.tasks import Task
from leasing.front.selectors.work import LeaderWork, LessorWork, QuarterWork, UnpostedRun
from leasing.quarters.selectors.fiscal_years import QuartersOfYear
from leasing.supplier.selectors.waiting import WaitingQuarter


def quarter_tasks(work: QuarterWork, standing: Outstanding) -> Iterator[Task]:
    """Yield what waits of the quarters and the runs."""
    if work.to_close:
        yield _to_close(work.to_close, work.has_ended, standing)
    yield from map(_unposted, work.unposted)
    if work.uncoded:
        count = len(work.uncoded)
        yield Task(
            "coding",
            f"{count} enhed{'er' if count > 1 else ''} med udstyr mangler kontering",
            _first_three([unit.name for unit in work.uncoded]),
        )


def _to_close(quarter: Quarter, has_ended: bool, standing: Outstanding) -> Task:
    totals = {q.quarter: q.total.pending_ore for q in standing.quarters}
    says = f"Det slutter den {quarter.last_day:%d-%m-%Y}. Leasingen betales forud."
    if has_ended:
        says = "Gennemgå det, der er fundet, og godkend."
    if standing.late.lines:
        says += " Rettelser til tidligere kvartaler kommer oveni."
    return Task(
        "close",
        f"{quarter.label} {'er slut og kan låses' if has_ended else 'kan låses'}",
        says,
        about=str(quarter),
        amount_ore=totals.get(quarter),
        note="udgift, ikke opkrævet",
    )


def _unposted(one: UnpostedRun) -> Task:
    run = one.run
    return Task(
        "post" if one.has_file else "fetch",
        f"{run.label} er {'ikke bogført' if one.has_file else 'ikke hentet til Opus'}",
        "Skriv bilagsnummeret, når bilaget er bogført."
        if one.has_file
        else "Hent filen, og opret omposteringsbilaget.",
        about=run.code,
        amount_ore=run.total_ore,
        note="regning",
    )


def _first_three(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def money_tasks(standing: Outstanding, years: Sequence[QuartersOfYear]) -> Iterator[Task]:
    """Yield what waits of the money: arrears, supplementary runs, changes in closed quarters."""
    overdue = standing.overdue
    if len(overdue) > 1:  # a single one is the quarter that can be closed
        yield Task(
            "overdue",
            f"{span_label([q.quarter for q in overdue])} er ikke opkrævet",
            "Kvartalerne er slut. De kan opkræves på én gang eller ét for ét.",
            about=f"{overdue[0].quarter}-{overdue[-1].quarter}",
            amount_ore=standing.overdue_ore,
            note="ikke opkrævet",
            is_late=True,
        )
    for year in years:
        yield Task(
            "supplement",
            f"Supplementskørsel for {year.year} kan laves",
            f"Senest den {year.supplement_ends_on:%d-%m-%Y}. Derefter kommer beløbet med i "
            "den næste kvartalskørsel.",
            about=year.next_supplement,
            amount_ore=standing.of_year(year.year).total.pending_ore,
            note="ikke opkrævet",
        )
    late = standing.late
    if late.lines:
        yield Task(
            "corrections",
            f"Ændringer i låste kvartaler ({late.lines})",
            f"Kommet til, siden kvartalerne blev låst: {late_in_words(late)}.",
            amount_ore=late.amount_ore,
            note="samlet virkning",
        )


def leader_tasks(work: LeaderWork, today: date) -> Iterator[Task]:
    """Yield what finance waits for the leaders to do."""
    if silent := work.silent:
        yield Task(
            "silent",
            f"{len(silent)} leder{'e' if len(silent) > 1 else ''} har ikke svaret: "
            "»Stemmer listen?«",
            _first_three([one.name for one in silent]),
            amount_ore=sum(one.amount_ore for one in silent),
            note=f"for {span_label(work.quarters_asked).lower()}",
        )
    if count := work.objections:
        yield Task(
            "objections",
            f"{count} åben{'' if count == 1 else 'e'} indsigelse{'' if count == 1 else 'r'}: "
            "»Ikke vores«",
            "It-helpdesk flytter udstyret eller afviser. Det bør ske, før kvartalet låses.",
            amount_ore=work.disputed_ore,
            note=f"i {Quarter.of(today).label}",
        )


def lessor_tasks(work: LessorWork) -> Iterator[Task]:
    """Yield what waits of the lessor."""
    for one in work.missing:
        yield Task(
            "no_invoice",
            f"Leasinggivers faktura for {one.quarter.label} mangler",
            "Kvartalet er slut. Beløbet er det, leasingerne koster efter vores egne tal.",
            about=str(one.quarter),
            amount_ore=one.expected_ore,
            note="forventet",
            is_late=True,
        )
    yield from map(_differences, work.waiting)


def _differences(one: WaitingQuarter) -> Task:
    parts = []
    if one.undecided:
        parts.append(f"{one.undecided} uden afgørelse")
    if one.claimed:
        parts.append(f"{one.claimed} krav uden kreditnota")
    return Task(
        "lessor",
        f"Afvigelser fra leasinggiver i {one.quarter.label}",
        f"{' og '.join(parts)}.",
        about=str(one.quarter),
        amount_ore=one.undecided_ore if one.undecided else None,
        note="uden afgørelse" if one.undecided else "",
    )
