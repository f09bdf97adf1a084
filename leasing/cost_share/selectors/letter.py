"""The quarter's letter to those who pay: what, why, what ends, and what is to be decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.approvals.selectors.approvals import awaiting_answer
from leasing.confirmation.selectors.first import unanswered_of
from leasing.cost_share.selectors.bridge import bridge_between
from leasing.cost_share.selectors.bridge_steps import Bridge, BridgeStep
from leasing.cost_share.selectors.next_bill import NextBill
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_share.selectors.share import Bill, share_of
from leasing.cost_table.moment import one_moment
from leasing.lease_end.selectors.endings import Ending, ending_page
from leasing.models import Approval

STEPS_TOLD, ENDINGS_TOLD = 4, 8


@dataclass(frozen=True)
class Letter:
    """One page about a quarter; `rest_ore` and `more_endings` are what it has no room for.

    `bill` is that of the run which billed the quarter, `billed_cost_ore` the cost of all the
    quarters which that run was the first to bill.
    """

    payer: Payer
    quarter: Quarter
    state: str
    cost_ore: int
    pcs: int
    bill: Bill | None
    billed_cost_ore: int
    next_bill: NextBill
    before: Quarter | None
    why: Bridge | None
    steps: Sequence[BridgeStep]
    rest_ore: int
    endings: Sequence[Ending]
    more_endings: int
    missing_wishes: int
    approvals: int
    unanswered: int
    answer_by: date | None

    @property
    def beyond_bill_ore(self) -> int:
        """Return how far the bill is from what its quarters cost; nothing without a bill."""
        return abs(self.bill.amount_ore - self.billed_cost_ore) if self.bill else 0

    @property
    def change_ore(self) -> int:
        return self.why.change_ore if self.why else 0


def letter_of(payer: Payer, quarter: Quarter, today: date) -> Letter:
    """Return a payer's letter."""
    with one_moment():
        return _letter_of(payer, quarter, today)


def _letter_of(payer: Payer, quarter: Quarter, today: date) -> Letter:
    share = share_of(payer, quarter, today)
    why = bridge_between(payer, share.before, quarter) if share.before else None
    units = Unit.objects.filter(pk__in=payer.unit_ids)
    ending = ending_page(units, today, 1, ENDINGS_TOLD)
    asked = awaiting_answer(Approval.objects.filter(employee__unit__in=units))
    unanswered = unanswered_of(units, today)
    steps = sorted(why.steps, key=lambda step: -abs(step.amount_ore)) if why else []
    bill = next((bill for bill in share.bills if quarter in bill.run.quarters), None)
    billed = bill.run.quarters if bill else ()
    return Letter(
        payer=payer,
        quarter=quarter,
        state=share.state,
        cost_ore=share.total.amount_ore,
        pcs=share.held.pcs,
        bill=bill,
        billed_cost_ore=sum(one.cost_ore for one in share.quarters if one.quarter in billed),
        next_bill=share.next_bill,
        before=share.before,
        why=why,
        steps=steps[:STEPS_TOLD],
        rest_ore=sum(step.amount_ore for step in steps[STEPS_TOLD:]),
        endings=ending.rows,
        more_endings=ending.count - len(ending.rows),
        missing_wishes=ending.missing,
        approvals=asked.count(),
        unanswered=unanswered.silence.count if unanswered else 0,
        answer_by=unanswered.due_on if unanswered else None,
    )
