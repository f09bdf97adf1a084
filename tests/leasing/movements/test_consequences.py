"""What a change is said to cost is what the next closing bills for it, to the øre."""

from collections import defaultdict
from datetime import date

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.files.cells import KEEP
from inventory.models import Placement
from leasing.billing.selectors.consequences import Plan, consequence_of
from leasing.models import InvoiceLine, Lease, LeaseTerm
from tests import builders as make
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import (
    DAYS,
    PRICES,
    QUARTERS,
    UNITS,
    World,
    rolled_back,
)
from tests.leasing.town import close

TODAY = date(2026, 11, 23)


def lines_of(run):
    """Return øre by (period, unit) of the lease lines of a run."""
    totals = defaultdict(int)
    lines = InvoiceLine.objects.filter(invoice__run=run, charge=None)
    for period, unit, amount in lines.values_list("period", "unit", "amount_ore"):
        totals[period, unit] += amount
    return totals


class ConsequenceTest(TestCase):
    @histories(80)
    @given(
        st.lists(st.tuples(st.integers(0, 3), DAYS, UNITS), max_size=10),
        st.lists(
            st.tuples(st.integers(0, 3), st.dates(date(2026, 1, 1), date(2026, 12, 31)), PRICES),
            max_size=4,
            unique_by=lambda lease: lease[0],
        ),
        st.integers(0, 4),
        st.dictionaries(st.integers(0, 3), st.tuples(DAYS, UNITS), min_size=1),
        st.tuples(st.none() | PRICES, st.none() | DAYS),
    )
    def test_what_is_shown_is_what_the_next_closings_write(
        self, moves, leases, closed, wanted, lease_change
    ):
        world = World()
        for device, starts_on, price in leases:
            make.lease_of(world.devices[device], starts_on=starts_on, price_ore=price)
        for device, day, unit in moves:
            enter_move(world.devices[device].id, day, world.units[unit])
        for quarter in QUARTERS[:closed]:
            world.close(quarter)
        plans = {
            world.devices[number].id: plan_for(
                world.devices[number], day, world.units[unit], *lease_change
            )
            for number, (day, unit) in wanted.items()
        }
        told = consequence_of(plans, TODAY)
        following = [QUARTERS[closed], QUARTERS[closed].next(2)]
        with rolled_back():
            without = [lines_of(world.close(quarter)) for quarter in following]
        for device_id, plan in plans.items():
            enter(device_id, plan)
        having = [lines_of(world.close(quarter)) for quarter in following]

        corrections = {key: ore for key, ore in added(having[:1], without[:1]).items() if ore}
        closed_codes = {str(quarter) for quarter in QUARTERS[:closed]}
        assert shown(told, is_closed=True) == {
            key: ore for key, ore in corrections.items() if key[0] in closed_codes
        }
        # What is open comes with the runs of those quarters.
        all_of_it = added(having, without)
        for key, amount in shown(told, is_closed=False).items():
            if key[0] <= str(following[-1]):
                assert all_of_it[key] == amount


def plan_for(device, day, unit, price, stop):
    options = {}
    if lease := getattr(device, "lease", None):
        options |= {"prices": [(price, 16)]} if price else {}
        options |= {"stops_on": max(stop, lease.starts_on)} if stop else {}
    return Plan([(day, unit and unit.id)], **options)


def enter(device_id, plan):
    """Make what was planned a fact."""
    for day, unit in plan.moves:
        enter_move(device_id, day, unit)
    if plan.prices is not KEEP:
        LeaseTerm.objects.filter(lease__device=device_id).update(price_ore=plan.prices[0][0])
    if plan.stops_on is not KEEP:
        Lease.objects.filter(device=device_id).update(stops_on=plan.stops_on)


def enter_move(device_id, day, unit):
    unit_id = getattr(unit, "id", unit)
    Placement.objects.update_or_create(
        device_id=device_id, starts_on=day, defaults={"unit_id": unit_id}
    )


def added(having, without):
    """Return by how much each (period, unit) is more in some runs than in others."""
    total = defaultdict(int)
    for runs, sign in ((having, 1), (without, -1)):
        for run in runs:
            for key, amount in run.items():
                total[key] += sign * amount
    return total


def shown(told, is_closed):
    return {
        (str(change.quarter), one.unit.id): change.amount_ore
        for one in told.units
        for change in one.changes
        if change.is_closed is is_closed
    }


@pytest.fixture
def school(db):
    make.cost_holder()
    return make.unit("1001", "Birkeskolen")


def test_a_late_move_tells_the_corrections_in_plain_danish(school):
    """A T14 costs 349,42 kr. in the first quarter: F(1 April) = 559066 · 1/16 = 34941 (cut off).

    Back to the stock from 1 March: of 90 days 31 are left: F(1 March) = 559066 · 59/1440 = 22906.
    """
    lease = make.lease("PF000001", unit=school)
    close("2026Q1", date(2026, 4, 8))
    told = consequence_of({lease.device_id: Plan([(date(2026, 3, 1), None)])}, date(2026, 4, 10))
    text = " ".join(
        render_to_string("leasing/movements/consequence.html", {"consequence": told}).split()
    )

    holder, birke = told.units
    assert holder.unit.is_cost_holder
    assert birke.unit == school
    assert birke.correction_ore == -(34941 - 22906)
    assert holder.correction_ore == 34941 - 22906
    # F(1 July) − F(1 April) = 69883 − 34941
    assert (
        "<strong>Birkeskolen</strong> slipper for 349,42 kr. i et helt kvartal fra 01-03-2026"
        in text
    )
    assert "1. kvartal 2026 er låst: der kommer en rettelse på −120,35" in text


def test_a_change_ahead_names_the_whole_quarter_and_the_part_of_one(school):
    lease = make.lease("PF000001")
    told = consequence_of({lease.device_id: Plan([(date(2026, 12, 1), school.id)])}, TODAY)

    birke = told.units[0]
    assert birke.unit == school
    assert str(told.full) == "2027Q1"
    assert (birke.full_before_ore, birke.full_after_ore) == (0, 34942)
    # December of the fourth quarter: 31 of 92 days
    assert [(str(c.quarter), c.is_closed) for c in birke.changes] == [("2026Q4", False)]
    assert birke.from_day == date(2026, 12, 1)


def test_what_is_not_leased_costs_nobody_anything(school):
    device = make.device("PF000001")
    told = consequence_of({device.id: Plan([(TODAY, school.id)])}, TODAY)

    assert not told.units
    text = render_to_string("leasing/movements/consequence.html", {"consequence": told})
    assert "ikke leaset" in text


def test_hundreds_of_devices_take_as_many_queries_as_three(school):
    def queries(count, first):
        plans = {
            make.lease(f"PF{first + n:06}").device_id: Plan([(TODAY, school.id)])
            for n in range(count)
        }
        with CaptureQueriesContext(connection) as context:
            consequence_of(plans, TODAY)
        return len(context)

    assert queries(3, 0) == queries(300, 1000)
