"""Which quarters a run looks at and which of them it bills: the closing rules of the calendar."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import QuerySet

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.database.put_together import put_together_once
from leasing.cost_table.facts import billing_start, last_covered_quarter
from leasing.cost_table.once import once_a_moment
from leasing.domain.allocation import Period
from leasing.models import BillingRun, FiscalYear

_SUPPLEMENT = re.compile(r"(20[0-9]{2})S([0-9]{0,3})")


@dataclass(frozen=True)
class Window:
    """The quarters of a run.

    `billing_start` is the first day that costs anybody anything, `covered` the last quarter that a
    run has billed, `last` the last one looked at; `taken` are the quarters whose differences this
    run bills, the others stay pending. `current` is its own quarter, None for a supplementary run.
    """

    code: str
    billing_start: date
    covered: Quarter | None
    last: Quarter
    taken: frozenset[str]
    current: Quarter | None

    @property
    def is_supplementary(self) -> bool:
        return self.current is None

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """Return every quarter since the billing start."""
        return tuple(
            Period(str(q), max(q.starts_on, self.billing_start), q.ends_before)
            for q in quarters_between(Quarter.of(self.billing_start), self.last)
        )

    @cached_property
    def new_periods(self) -> tuple[Period, ...]:
        """Return the quarters that no run has looked at yet."""
        covered = str(self.covered) if self.covered else ""
        return tuple(period for period in self.periods if period.code > covered)


def supplement_ends_on(year: int) -> date:
    """Return the last day of a fiscal year's supplementary period; 31 January unless set."""
    row = FiscalYear.objects.filter(year=year).first()
    return row.supplement_ends_on if row else date(year + 1, 1, 31)


@once_a_moment
def last_closed_quarter() -> Quarter | None:
    """Return the last quarter closed by an ordinary run."""
    return next(map(Quarter.parse, _last_closed()), None)


@put_together_once
def _last_closed() -> QuerySet[BillingRun, str]:
    ordinary = BillingRun.objects.filter(is_supplementary=False).order_by("-quarter")
    return ordinary.values_list("quarter", flat=True)[:1]


def quarters_held_against(run: BillingRun) -> list[Quarter]:
    """Return the quarters a run is held against: its span; of a supplementary one, its year."""
    if not run.is_supplementary:
        return run.quarters
    last = run.last_quarter
    return list(quarters_between(max(Quarter.of(billing_start()), Quarter(last.year, 1)), last))


def window_for(code: str, today: date) -> Window:
    """Return the window of a run that is to be closed today.

    Raises:
        Refused: when it cannot be.
    """
    match = _SUPPLEMENT.fullmatch(code.strip().upper())
    if match:
        return _supplementary_window(int(match[1]), match[2], today)
    try:
        quarter = Quarter.parse(code)
    except ValueError as error:
        raise Refused(full_stop(str(error))) from error
    start, closed = billing_start(), last_closed_quarter()
    _refuse_impossible_quarter(quarter, start, closed, today)
    # A year before this one still takes its own differences, by supplementary runs.
    open_years = {
        year for year in range(start.year, quarter.year) if today <= supplement_ends_on(year)
    }
    taken = {
        str(q) for q in quarters_between(Quarter.of(start), quarter) if q.year not in open_years
    }
    covered = last_covered_quarter()
    last = max(quarter, covered) if covered else quarter
    return Window(str(quarter), start, covered, last, frozenset(taken), quarter)


@once_a_moment
def next_window(today: date) -> Window:
    """Return the window of the next quarter to be closed: where it has not begun, as it begins."""
    closed = last_closed_quarter()
    quarter = closed.next() if closed else Quarter.of(billing_start())
    return window_for(str(quarter), max(today, quarter.starts_on))


def window_ahead(code: str, today: date) -> Window:
    """Return the window of a run that can be closed today, or of the next quarter to be closed.

    Raises:
        Refused: when it is neither.
    """
    ahead = next_window(today)
    return ahead if ahead.code == code else window_for(code, today)


def run_taking(quarter: Quarter, today: date) -> str:
    """Return the code of the run that will bill what comes up in a quarter today."""
    closed = last_closed_quarter()
    if closed is None or quarter > closed:
        return str(quarter)
    following = closed.next()
    if quarter.year < following.year and today <= supplement_ends_on(quarter.year):
        # Also before the year is over: the first run of the next one leaves it too.
        return f"{quarter.year}S{_next_supplement(quarter.year)}"
    return str(following)


def pending_window() -> Window | None:
    """Return the window of all that runs have covered; None before the first closing."""
    start, covered = billing_start(), last_covered_quarter()
    if covered is None:
        return None
    taken = frozenset(str(q) for q in quarters_between(Quarter.of(start), covered))
    return Window("", start, covered, covered, taken, None)


def _refuse_impossible_quarter(
    quarter: Quarter, start: date, closed: Quarter | None, today: date
) -> None:
    if quarter < Quarter.of(start):
        raise Refused(
            f"{quarter.label} ligger før den {start:%d-%m-%Y}, hvor opkrævningen begynder."
        )
    if BillingRun.objects.filter(code=str(quarter)).exists():
        raise Refused(f"{quarter.label} er allerede godkendt og låst.")
    if closed and quarter < closed:
        raise Refused(
            f"{closed.label} er låst, så {quarter.label} kan ikke låses bagefter. "
            "Det, der mangler, kommer med i den næste kørsel."
        )
    if today < quarter.starts_on:
        raise Refused(
            f"{quarter.label} er ikke begyndt. Det kan låses fra den {quarter.starts_on:%d-%m-%Y}."
        )


def _next_supplement(year: int) -> int:
    return 1 + BillingRun.objects.filter(code__startswith=f"{year}S").count()


def _supplementary_window(year: int, number: str, today: date) -> Window:
    start, covered = billing_start(), last_covered_quarter()
    if year < start.year:
        raise Refused(f"{year} ligger før den {start:%d-%m-%Y}, hvor opkrævningen begynder.")
    deadline = supplement_ends_on(year)
    if today.year <= year:
        raise Refused(
            f"Regnskabsåret {year} er ikke slut. Til og med den 31-12-{year} kommer forskelle "
            "med i de almindelige kvartalskørsler."
        )
    if today > deadline:
        raise Refused(
            f"Supplementsperioden for {year} sluttede den {deadline:%d-%m-%Y}. "
            "Forskellene kommer med i den næste kvartalskørsel."
        )
    following = _next_supplement(year)
    if number and int(number) != following:
        raise Refused(f"Den næste supplementskørsel for {year} er {year}S{following}.")
    last = Quarter(year, 4)
    taken = {str(q) for q in quarters_between(max(Quarter.of(start), Quarter(year, 1)), last)}
    looked_at = max(last, covered) if covered else last
    return Window(f"{year}S{following}", start, covered, looked_at, frozenset(taken), None)


def next_supplement(year: int, today: date) -> str:
    """Return the code of the supplementary run to make for a year today; '' when there is none.

    The last quarter comes first: a supplementary run before it would bill it, uncounted.
    """
    closed = last_closed_quarter()
    if closed is None or closed < Quarter(year, 4):
        return ""
    try:
        return window_for(f"{year}S", today).code
    except Refused:
        return ""


def runs_to_close(today: date) -> list[str]:
    """Return the code of every run that could be closed today."""
    start, closed = billing_start(), last_closed_quarter()
    first = closed.next() if closed else Quarter.of(start)
    found = [str(q) for q in quarters_between(first, Quarter.of(today))]
    for year in range(start.year, today.year):
        if code := next_supplement(year, today):
            found.append(code)
    return found
