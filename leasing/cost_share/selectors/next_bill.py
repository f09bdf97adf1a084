"""Næste regning: what closing the next quarter that can be closed would bill a payer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.quarters import Quarter, span_label
from leasing.billing.selectors.window import Window
from leasing.cost_share.selectors.cells import PeriodSum


@dataclass(frozen=True)
class NextBill:
    """A payer's part of the run to come; `first` and `last` are the quarters it bills first.

    `earlier_ore` is what of it belongs to quarters that a run has billed already.
    """

    code: str
    first: Quarter
    last: Quarter
    covered: Quarter | None
    is_open: bool
    amount_ore: int
    earlier_ore: int
    lines: int

    @property
    def label(self) -> str:
        """Return the name that the run will have, as far as this payer has lines."""
        return span_label([self.first, self.last])

    @property
    def own_ore(self) -> int:
        return self.amount_ore - self.earlier_ore

    @property
    def opens_on(self) -> date:
        return self.last.starts_on


def next_bill_of(pending: Mapping[str, PeriodSum], window: Window, today: date) -> NextBill:
    """Add up what the run of the next quarter would take of what waits of a payer, by quarter."""
    taken = {period: one for period, one in pending.items() if period in window.taken}
    # The run of a quarter has its code; a supplementary run never comes next.
    covered, own = str(window.covered or ""), Quarter.parse(window.code)
    new = [Quarter.parse(period) for period in taken if period > covered]
    return NextBill(
        code=window.code,
        first=min([*new, own]),
        last=own,
        covered=window.covered,
        is_open=own.starts_on <= today,
        amount_ore=sum(one.amount_ore for one in taken.values()),
        earlier_ore=sum(one.amount_ore for period, one in taken.items() if period <= covered),
        lines=sum(one.lines for one in taken.values()),
    )
