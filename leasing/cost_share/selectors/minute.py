"""A leader's minute: what the page of a share shows."""

from dataclasses import dataclass
from datetime import date

from albertslund_it.common.quarters import Quarter
from leasing.billing.selectors.quarter_costs import cost_of_pcs
from leasing.cost_share.selectors.bridge import bridge_between
from leasing.cost_share.selectors.bridge_steps import Bridge
from leasing.cost_share.selectors.budget import budget_of
from leasing.cost_share.selectors.forecast import forecast_of
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_share.selectors.share import Share, share_of

YEARS_AHEAD = 2


@dataclass(frozen=True)
class QuarterShades:
    """What a quarter costs, øre by the shades of the forecast."""

    quarter: Quarter
    amounts: dict[str, int]

    @property
    def total_ore(self) -> int:
        return sum(self.amounts.values())


@dataclass(frozen=True)
class Minute:
    """A share with what is around it; `budget_ore` is None where nobody has entered one.

    `municipality_ore` is what a pc costs in the quarter on average, over all of them; `why` tells
    what the quarter of the next bill costs from what the one before it did.
    """

    share: Share
    quarters: list[QuarterShades]
    budget_ore: int | None
    municipality_ore: int | None
    why: Bridge | None

    @property
    def is_blank(self) -> bool:
        """Return whether nothing was ever leased, and nothing is to be."""
        share = self.share
        return not (
            any(one.total_ore for one in self.quarters)
            or share.bills
            or share.held.items
            or share.next_bill.lines
        )

    @property
    def quarter_ore(self) -> int:
        """Return what the chosen quarter is expected to cost: what its bar in the chart is."""
        return sum(one.total_ore for one in self.quarters if one.quarter == self.share.quarter)

    @property
    def beyond_quarter_ore(self) -> int:
        """Return what of it nobody has agreed on yet; nothing of a quarter that has ended."""
        return self.quarter_ore - self.share.total.amount_ore

    @property
    def year_ore(self) -> int:
        """Return the forecast of the chosen quarter's year."""
        year = self.share.quarter.year
        return sum(one.total_ore for one in self.quarters if one.quarter.year == year)

    @property
    def year_quarters(self) -> list[tuple[QuarterShades, bool]]:
        """Return the quarters of the chosen one's year, each with whether it is closed."""
        year = self.share.quarter.year
        closed = {one.quarter for one in self.share.quarters if one.state == "closed"}
        return [(one, one.quarter in closed) for one in self.quarters if one.quarter.year == year]

    @property
    def left_ore(self) -> int | None:
        return None if self.budget_ore is None else self.budget_ore - self.year_ore

    @property
    def over_ore(self) -> int:
        return max(0, -(self.left_ore or 0))

    @property
    def beyond_ore(self) -> int:
        """Return what of the year's forecast nobody has agreed on yet."""
        return self.year_ore - self.share.year_ore

    @property
    def is_over(self) -> bool:
        return self.left_ore is not None and self.left_ore < 0


def minute_of(payer: Payer, quarter: Quarter, today: date) -> Minute:
    """Return a payer's minute with a quarter chosen, one of `quarters_to_choose`."""
    # To the end of a year, so that what is added up by year is whole.
    last = Quarter(today.year + YEARS_AHEAD, 4)
    share = share_of(payer, quarter, today, last)
    forecast = forecast_of(payer, today, by_unit=False)
    sums = forecast.by_quarter()
    quarters = [QuarterShades(q, sums[str(q)]) for q in forecast.quarters if q <= last]
    budget = budget_of(payer, quarter.year)
    billed = share.next_bill.last
    has_before = bool(share.quarters) and billed > share.quarters[0].quarter
    why = bridge_between(payer, billed.next(-1), billed) if has_before else None
    pcs = cost_of_pcs(share.held.day)
    average = pcs.quarter_ore // pcs.count if pcs.count else None
    return Minute(share, quarters, budget, average, why)
