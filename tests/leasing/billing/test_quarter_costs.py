"""What is kept of a quarter's costs says the same as the facts of each lease."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inventory.models import Device
from leasing.billing.selectors.quarter_costs import (
    LeasedCost,
    _by_facts,
    cost_of,
    cost_of_pcs,
    quarter_costs,
    running,
)
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import DAYS, FACTS, World, rolled_back


class Always(TestCase):
    @histories(50)
    @given(st.lists(FACTS, min_size=4, max_size=20), st.lists(DAYS, min_size=3, max_size=3))
    def test_what_is_kept_of_a_day_is_what_the_facts_say(self, facts, days):
        with rolled_back():
            world = World()
            for fact in facts:
                world.enter(fact)
            ids = list(Device.objects.values_list("pk", flat=True))[::2]
            some = Device.objects.filter(pk__in=ids)
            for day in days:
                all_costs, costs = _by_facts(None, day), _by_facts(some, day)
                whole = LeasedCost(len(all_costs), sum(all_costs.values()))
                assert quarter_costs(None, day) == all_costs
                assert quarter_costs(some, day) == quarter_costs(ids, day) == costs
                assert running(some, day) == list(costs)
                assert cost_of(None, day) == cost_of_pcs(day) == whole  # all are pcs
                assert cost_of(some, day) == LeasedCost(len(costs), sum(costs.values()))
