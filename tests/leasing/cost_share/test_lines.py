"""The list of lines: what closing would write, in its order, whatever is asked for and sorted by."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.billing.selectors.outstanding import window_up_to
from leasing.billing.selectors.run_lines import run_lines
from leasing.billing.selectors.window import next_window, window_for
from leasing.cost_share.selectors.lines import lines_of
from leasing.cost_share.selectors.payers import EVERYBODY, Payer
from leasing.cost_share.selectors.pending_lines import NOT_BILLED, Choice
from leasing.cost_share.tables.lines import LineRows, LineTable
from leasing.models import Kind
from tests import builders as make
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import (
    CLOSINGS,
    FACTS,
    QUARTERS,
    Deliver,
    World,
    rolled_back,
)
from tests.leasing.cost_share.test_bridge import payers_of

DAY = date(2027, 1, 15)
ALL = (QUARTERS[0], QUARTERS[-1].next(2))
DELIVERED = [Deliver(n, date(2026, 1 + n, 1), 559066 + n, 16) for n in range(3)]
PRESENT = ("period", "unit", "serial_number", "kind", "model_name", "first_day", "amount_ore")


def told(line):
    """Return what a line of either sort says of an amount."""
    return (
        line.kind,
        line.period,
        line.lease_id,
        line.unit_id,
        line.serial_number,
        line.model_name,
        line.sub_agreement,
        line.price_ore,
        str(line.first_day),
        str(line.last_day),
        line.days,
        line.amount_ore,
        line.text,
    )


def of_the_stream(window, unit_ids):
    """Return a run's lines as closing works them out, in the order of a list."""
    names = dict(Unit.objects.values_list("id", "name"))
    new = {period.code for period in window.new_periods}
    lines = [
        line._replace(kind=Kind.CURRENT)
        if not window.code and line.period in new and line.kind == Kind.BACKLOG
        else line
        for line in run_lines(window)
        if unit_ids is None or line.unit_id in unit_ids
    ]
    return sorted(lines, key=lambda x: (danish_key(names[x.unit_id]), x.serial_number, x.period))


class Always(TestCase):
    @histories(15)
    @given(
        st.lists(FACTS, max_size=14),
        CLOSINGS,
        st.lists(FACTS, min_size=2, max_size=8),
        st.lists(st.sampled_from(PRESENT), min_size=1, max_size=2),
        st.integers(1, 4),
    )
    def test_lines_are_those_of_the_stream_a_page_at_a_time(
        self, facts, closings, later, names, page
    ):
        with rolled_back():
            world = World()
            for fact in [*DELIVERED, *facts]:
                world.enter(fact)
            for quarter in closings[:3]:
                world.close(quarter, DAY)
            for fact in later:
                world.enter(fact)
            ahead = next_window(DAY)
            for payer in payers_of(world)[:5]:
                for run, window in (
                    (NOT_BILLED, window_up_to(ALL[1])),
                    (ahead.code, ahead),
                    ("2026S1", window_for("2026S1", DAY)),
                ):
                    lines = lines_of(payer, Choice(*ALL, run=run), DAY)
                    expected = [*map(told, of_the_stream(window, payer.unit_ids))]
                    assert [*map(told, lines)] == expected
                    assert lines.total_ore == sum(line.amount_ore for line in lines)
                    for chosen in ({"kind": Kind.CORRECTION}, {"search": "pf00002"}):
                        narrowed = lines_of(payer, Choice(*ALL, run=run, **chosen), DAY)
                        name, value = next(iter(chosen.items()))
                        assert list(narrowed) == [
                            line
                            for line in lines
                            if (name == "search" and value.upper() in line.serial_number)
                            or (name == "kind" and value == line.kind)
                        ]
                    self.assert_sorted(lines, names, page)

    def assert_sorted(self, lines, names, page):
        """Hold an order against the table's own, which sorts lists in memory."""
        for direction in ("", "-"):
            order = [direction + name for name in names]
            by_hand, table = LineTable(list(lines)), LineTable(LineRows(lines))
            by_hand.order_by = table.order_by = order
            rows = table.data
            expected = list(by_hand.data.data)
            assert list(rows) == expected
            pages = [rows[at : at + page] for at in range(0, len(rows), page)]
            assert [line for lines in pages for line in lines] == expected


@pytest.mark.django_db
def test_a_charge_without_a_device_comes_last_by_serial_number():
    make.cost_holder()
    unit = make.unit("1001")
    make.lease("PF000001", unit=unit)
    make.charge(unit, 100, date(2026, 1, 5), "Fragt")
    everybody = Payer(EVERYBODY, "Hele kommunen", None)
    lines = lines_of(everybody, Choice(Quarter(2026, 1), Quarter(2026, 1)), DAY)
    assert [line.serial_number for line in lines] == ["", "PF000001"]
    for order in ("serial_number", "-serial_number"):
        table = LineTable(LineRows(lines))
        table.order_by = order
        assert [line.serial_number for line in table.data] == ["PF000001", ""]
