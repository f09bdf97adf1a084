"""Whatever is done in whatever order: one holder a day, one pc a person, and the bill as foretold."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.errors import Refused
from inventory.models import Placement
from leasing.approvals.selectors.one_pc import counted_placements
from leasing.billing.selectors.consequences import Plan, consequence_of
from leasing.cost_table.facts import lease_facts
from leasing.domain.accrual import accrued
from leasing.models import InvoiceLine
from leasing.movements.selectors.states import DROP_LATER, KEEP_LATER, states_of
from tests import builders as make
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import rolled_back
from tests.leasing.movements.town import School, hand_out, lend, take_back, transfer
from tests.leasing.town import close

DAYS = st.dates(date(2025, 12, 1), date(2026, 9, 30))
CLOSED_ON = date(2026, 10, 2)


@dataclass(frozen=True)
class Act:
    what: str
    device: int
    person: int | None
    day: date
    later: str


ACTS = st.builds(
    Act,
    st.sampled_from(["out", "move", "back", "lend"]),
    st.integers(0, 2),
    st.sampled_from([None, 0, 1]),
    DAYS,
    st.sampled_from(["", KEEP_LATER, DROP_LATER]),
)


def do(school, act):
    """Do it, or be refused."""
    device = school.stock[act.device]
    person = None if act.person is None else (school.anna, school.bo)[act.person]
    unit = person.unit if person else school.birke
    common = {"starts_on": act.day, "later": act.later}
    if act.what == "out":
        return hand_out(device, unit=unit, employee=person, **common)
    if act.what == "move":
        return transfer(device, unit=unit, employee=person, **common)
    if act.what == "back":
        return take_back(device, **common)
    if person is None:
        raise Refused("nobody to lend to")
    return lend(device, employee=person, due_on=act.day + timedelta(days=14), **common)


class SequencesTest(TestCase):
    @histories(60)
    @given(st.lists(ACTS, min_size=1, max_size=12))
    def test_whatever_is_done_the_rule_and_the_bill_hold(self, acts):
        school = School()
        for act in acts:
            before = list(Placement.objects.order_by("pk").values())
            try:
                do(school, act)
            except Refused:
                assert list(Placement.objects.order_by("pk").values()) == before
            self.assert_one_pc_each()
        self.assert_every_ore_has_one_unit()

    def assert_one_pc_each(self):
        for day in sorted({p.starts_on for p in Placement.objects.all()}):
            holders = [p.employee_id for p in counted_placements(day)]
            assert len(holders) == len(set(holders)), day

    def assert_every_ore_has_one_unit(self):
        with rolled_back():
            run = close("2026Q3", CLOSED_ON)
            for facts in lease_facts():
                lines = InvoiceLine.objects.filter(invoice__run=run, lease_id=facts.lease_id)
                whole = accrued(facts.terms, facts.stops_on, date(2026, 10, 1))
                assert sum(lines.values_list("amount_ore", flat=True)) == whole

    @histories(40)
    @given(st.lists(ACTS, max_size=6), ACTS)
    def test_what_the_form_foretells_is_what_the_next_run_bills(self, acts, last):
        school = School()
        for act in acts:
            with suppress(Refused):
                do(school, act)
        close("2026Q1", date(2026, 4, 8))
        close("2026Q2", date(2026, 7, 8))
        device = school.stock[last.device]
        state = states_of([device.pk])[device.pk]
        try:
            with rolled_back():
                do(school, last)
                placed = Placement.objects.get(device=device, starts_on=last.day)
                unit = placed.unit_id
        except (Refused, Placement.DoesNotExist):
            return
        dropped = [p.starts_on for p in state.after(last.day)] if last.later == DROP_LATER else []
        told = consequence_of({device.pk: Plan([(last.day, unit)], dropped)}, date(2026, 8, 1))
        do(school, last)
        run = close("2026Q3", CLOSED_ON)
        lines = InvoiceLine.objects.filter(invoice__run=run, lease=device.lease)
        written = {
            (period, unit): amount
            for period, unit, amount in lines.values_list("period", "unit", "amount_ore")
            if period != "2026Q3"
        }
        foretold = {
            (str(change.quarter), one.unit.pk): change.amount_ore
            for one in told.units
            for change in one.closed
        }
        assert foretold == written
        this_quarter = {
            unit: amount
            for period, unit, amount in lines.values_list("period", "unit", "amount_ore")
            if period == "2026Q3"
        }
        for one in told.units:
            if one.current_after_ore != one.current_before_ore:
                assert this_quarter.get(one.unit.pk, 0) == one.current_after_ore


def test_a_pc_comes_back_on_the_day_it_went_out(db):
    school = School()
    pc = make.lease("PX000001").device
    hand_out(pc, unit=school.birke, employee=school.anna)
    take_back(pc)

    assert Placement.objects.get(device=pc).unit is None
