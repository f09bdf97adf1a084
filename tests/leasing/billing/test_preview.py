"""The preview reads kept costs, and says what closing works out from the facts."""

from collections import defaultdict
from contextlib import suppress
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from leasing.billing.selectors.facts import charges_left_by
from leasing.billing.selectors.preview import preview_run
from leasing.billing.selectors.proposal import invoices_to_make, proposal_of
from leasing.billing.selectors.run_lines import RunTotals, run_lines
from leasing.billing.selectors.window import runs_to_close
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import (
    CLOSINGS,
    FACTS,
    Deliver,
    World,
    rolled_back,
)

DAY = date(2027, 1, 15)
# Two of them cost nothing in most of their quarters.
DELIVERED = [
    Deliver(0, date(2026, 1, 1), 559066, 16),
    Deliver(1, date(2026, 2, 3), 3, 16),
    Deliver(2, date(2026, 1, 1), 1, 16),
]


def of_the_stream(window):
    """Return the totals of a run's lines, and all that no run holds by unit and quarter."""
    totals, pending = RunTotals.of(window), defaultdict(int)

    def leave(_, left_behind):
        for one in left_behind:
            pending[one.unit_id, one.period] += one.amount_ore

    for line in run_lines(window, leave):
        totals.add(line)
        pending[line.unit_id, line.period] += line.amount_ore
    for charge in charges_left_by(window):
        pending[charge.unit_id, str(Quarter.of(charge.charged_on))] += charge.amount_ore
    return totals, dict(pending)


class Always(TestCase):
    @histories(12)
    @given(
        st.lists(FACTS, max_size=12),
        CLOSINGS,
        st.lists(FACTS, min_size=1, max_size=6),
        st.booleans(),
    )
    def test_the_preview_is_what_closing_works_out(self, facts, closings, later, supplement):
        with rolled_back():
            world = World()
            for fact in [*DELIVERED, *facts]:
                world.enter(fact)
            for quarter in closings[:3]:
                world.close(quarter, DAY)
            if supplement:
                with suppress(Refused):
                    world.close("2026S", DAY)
            for fact in later:
                world.enter(fact)
            for code in {*runs_to_close(DAY), "2026S"}:
                preview = preview_run(code, DAY)
                totals, pending = of_the_stream(preview.window)
                assert preview.pending == pending
                assert preview.line_count == sum(part.lines for part in totals.sums.values())
                held = {unit: part.held_at_end for unit, part in totals.by_unit().items()}
                assert held == {
                    one.unit.id: one.items for of in preview.invoices for one in of.units
                }
                invoices = invoices_to_make(preview.window.code, totals)
                assert preview.proposal == proposal_of(preview.window.code, totals, invoices)
