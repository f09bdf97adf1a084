"""What has ended and is not closed: what finance is told of on every page, and the year's end."""

from dataclasses import dataclass
from datetime import date

from albertslund_it.common.quarters import Quarter, quarters_between, span_label
from leasing.billing.selectors.outstanding import Outstanding, outstanding
from leasing.billing.selectors.window import (
    last_closed_quarter,
    next_supplement,
    supplement_ends_on,
)
from leasing.cost_table.facts import billing_start
from leasing.models import BillingRun


@dataclass(frozen=True)
class Arrears:
    """The quarters that have ended without being closed."""

    quarters: list[Quarter]

    @property
    def label(self) -> str:
        return span_label(self.quarters)

    @property
    def first(self) -> Quarter:
        return self.quarters[0]


def arrears(today: date) -> Arrears | None:
    """Return the quarters that have ended and that no run has closed; None when there are none."""
    closed = last_closed_quarter()
    first = closed.next() if closed else Quarter.of(billing_start())
    ended = list(quarters_between(first, Quarter.of(today).next(-1)))
    return Arrears(ended) if ended else None


@dataclass(frozen=True)
class YearEnd:
    """A fiscal year at its end: what it lacks, how long it may be billed as its own, its runs."""

    year: int
    deadline: date
    days_left: int
    shown: Outstanding
    runs: list[BillingRun]
    next_code: str
    has_ended: bool

    @property
    def is_open(self) -> bool:
        """Return whether supplementary runs may be made today."""
        return self.has_ended and self.days_left >= 0


def year_end(year: int, today: date) -> YearEnd:
    """Gather what is left of a fiscal year and by when it must be billed."""
    deadline = supplement_ends_on(year)
    return YearEnd(
        year,
        deadline,
        (deadline - today).days,
        outstanding(today).of_year(year),
        list(
            BillingRun.objects.filter(code__startswith=f"{year}S")
            .select_related("voucher")
            .order_by("id")
        ),
        next_supplement(year, today),
        today.year > year,
    )
