"""The quarters of the fiscal years, and where each of them stands."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from albertslund_it.common.quarters import Quarter, quarters_between
from leasing.billing.selectors.outstanding import Outstanding, Standing
from leasing.billing.selectors.window import (
    last_closed_quarter,
    next_supplement,
    supplement_ends_on,
)
from leasing.cost_table.facts import billing_start
from leasing.models import BillingRun

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
class QuartersOfYear:
    """A fiscal year: its quarters, its supplementary runs, and the next one that can be made."""

    year: int
    quarters: list[QuarterState]
    supplements: list[BillingRun]
    next_supplement: str
    supplement_ends_on: date

    @property
    def total_ore(self) -> int:
        """Add up what this year's runs billed."""
        runs = {q.run for q in self.quarters if q.run and q.state == LOCKED}
        return sum(run.total_ore for run in runs.union(self.supplements))


def fiscal_years(today: date, standings: Outstanding) -> list[QuartersOfYear]:
    """Return every fiscal year since the billing start, this one first."""
    standing_of = {q.quarter: q.total for q in standings.quarters}
    first, closed = Quarter.of(billing_start()), last_closed_quarter()
    runs = list(BillingRun.objects.with_spans().select_related("voucher").order_by("id"))
    years = []
    for year in range(max(today.year, first.year), first.year - 1, -1):
        quarters = quarters_between(max(first, Quarter(year, 1)), Quarter(year, 4))
        years.append(
            QuartersOfYear(
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


def _has_pending(year: int, standings: Outstanding) -> bool:
    """Return whether a year has anything that no run holds."""
    return standings.of_year(year).total.pending_lines > 0


def covering_run(quarter: Quarter) -> BillingRun | None:
    """Return the run of a later quarter that billed one that was passed over."""
    if quarter < Quarter.of(billing_start()):
        return None
    later = BillingRun.objects.filter(is_supplementary=False, quarter__gte=str(quarter))
    return later.order_by("id").first()


def _state(
    quarter: Quarter, runs: Iterable[BillingRun], closed: Quarter | None, today: date
) -> QuarterState:
    has_ended = quarter.ends_before <= today
    ordinary = [run for run in runs if not run.is_supplementary]
    own = next((run for run in ordinary if run.code == str(quarter)), None)
    if own:
        return QuarterState(quarter, LOCKED, has_ended, own)
    if closed and quarter < closed:
        by = next(run for run in ordinary if run.last_quarter > quarter)
        return QuarterState(quarter, COVERED, has_ended, by)
    return QuarterState(quarter, OPEN if quarter.starts_on <= today else COMING, has_ended)
