"""The bridge adds up whatever happened, and calls each difference by its cause."""

from datetime import date
from operator import add, itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.billing.selectors.outstanding import window_up_to
from leasing.cost_share.presenters.bridge import sentence_of
from leasing.cost_share.selectors.bridge import bridge_between
from leasing.cost_share.selectors.bridge_costs import CostsOfTwo
from leasing.cost_share.selectors.cells import billed_cells, pending_cells
from leasing.cost_share.selectors.payers import EVERYBODY, OWN_UNITS, STOCK, Payer
from leasing.cost_share.selectors.share import share_of
from leasing.cost_table.moment import one_moment
from leasing.models import LeaseTerm
from tests import builders as make
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import CLOSINGS, FACTS, World, rolled_back

DAY = date(2026, 11, 23)
ALL = [Quarter(2026, 1).next(n) for n in range(5)]
Q1, Q2, Q3, Q4 = ALL[:4]
# Each history asks for three of those who pay: all of them are asked for by some.
SOME_PAYERS = st.permutations(range(7)).map(lambda order: itemgetter(*order[:3]))


def payers_of(world) -> list[Payer]:
    """Return everybody, both departments, IT's stock, a leader's own units, and single units."""
    first, second, third = (world.units[number] for number in ("1001", "1002", "2001"))
    school, other = first.department, third.department
    stock = Unit.objects.get(is_cost_holder=True)
    everybody = Payer(EVERYBODY, "Hele kommunen", None)
    mine = Payer(str(school.pk), school.name, frozenset({first.pk, second.pk}), school)
    return [
        everybody,
        mine,
        Payer(str(other.pk), other.name, frozenset({third.pk}), other),
        Payer(STOCK, "it-lager", frozenset({stock.pk})),
        Payer(OWN_UNITS, "Mine", frozenset({first.pk, third.pk})),
        mine.of_unit(first.pk),
        everybody.of_unit(third.pk),
    ]


def added_up(payer, quarters) -> dict[Quarter, int]:
    """Return what quarters cost by the cells that a share's rows and totals are made of."""
    codes = {str(quarter): quarter for quarter in quarters}
    costs = dict.fromkeys(quarters, 0)
    window = window_up_to(quarters[-1])
    for cell in billed_cells(payer, codes) + pending_cells(payer, window, codes):
        costs[codes[cell.period]] += cell.amount_ore
    return costs


def summed(differing):
    """Add up by kind, or by lease where the kind is its own to say, with its days."""
    sums = {}
    for one in differing:
        key = (one.kind, one.lease_id, *(one[6:] if one.lease_id else ()))
        before = sums.get(key, (0, 0, 0))
        sums[key] = tuple(map(add, before, (one.leases, one.early_ore, one.late_ore)))
    return sums


class Always(TestCase):
    @histories(60)
    @given(
        st.lists(FACTS, min_size=4, max_size=16),
        CLOSINGS,
        st.lists(FACTS, max_size=6),
        st.booleans(),
        SOME_PAYERS,
    )
    def test_the_steps_are_the_difference(self, facts, closings, later, moves, chosen):
        with rolled_back():
            world = World()
            for fact in facts:
                world.enter(fact)
            for quarter in closings:
                world.close(quarter)
            for fact in later:
                world.enter(fact)
            if moves:
                unit = world.units["1002"]
                unit.department = world.units["2001"].department
                unit.save()
            payers = chosen(payers_of(world))
            with one_moment():
                # One quarter's share has what all the others cost; which is asked for differs.
                for number, payer in enumerate(payers, start=len(facts)):
                    share = share_of(payer, asked := ALL[number % 4], DAY)
                    costs = {one.quarter: one.cost_ore for one in share.quarters}
                    assert share.total.amount_ore == costs[asked]
                    assert costs == added_up(payer, ALL[:4])
                    for before in (Q1, Q2, Q3):
                        two = CostsOfTwo(before, before.next(), payer.unit_ids, but=())
                        assert summed(two.kept([])) == summed(two.looked_at([]))
                    for before, after in ((Q1, Q2), (Q2, Q4), (Q3, Q1), (Q4, Q3), (Q4, Q4)):
                        found = bridge_between(payer, before, after)
                        assert found.before_ore == costs[before]
                        assert found.after_ore == costs[after]
                        assert sum(step.amount_ore for step in found.steps) == found.change_ore
                        for step in found.steps:
                            items = list(step.items)
                            assert len(items) == len(step.items)
                            assert sum(item.change_ore for item in items) == step.amount_ore
                            assert all(item.change_ore for item in items)


@pytest.fixture
def town(db):
    make.cost_holder()
    own, near = make.unit("1001", "Skolen"), make.unit("1002", "Klubben")
    away = make.unit("2001", department=make.department("Teknik"))
    return own, near, away


def steps(unit, before=Q1, after=Q2):
    payer = Payer(str(unit.department_id), "Min", frozenset({unit.pk}), unit.department)
    found = bridge_between(payer, before, after)
    amounts = {step.key: (step.count, step.amount_ore) for step in found.steps}
    return amounts, sentence_of(found, payer)


def test_what_begins_and_what_ends(town):
    own, *_ = town
    make.lease("PF000001", unit=own, starts_on=date(2026, 4, 1))
    make.lease("PF000002", unit=own, stops_on=date(2026, 4, 1))
    make.lease("PF000003", unit=own, starts_on=date(2026, 4, 1))
    found, sentence = steps(own)
    # F of a whole quarter: 559066/16 = 34941,6: 34941 from the start, 34941 until the stop
    assert found == {"new": (2, 69882), "ended": (1, -34941)}
    assert sentence.replace("\xa0", " ") == (
        "Jeres udgift stiger 349,41 kr., mest fordi 2 pc'er er nye."
    )


def test_what_moves_in_and_out_and_to_the_stock(town):
    own, near, away = town
    for number in range(1, 8):
        device = make.lease(f"PF00000{number}", unit=away).device
        make.placement(device, date(2026, 4, 1), own)
    gone = make.lease("PF000008", unit=own).device
    make.placement(gone, date(2026, 4, 1), near)
    shelved = make.lease("PF000009", unit=own).device
    make.placement(shelved, date(2026, 4, 1), None)
    found, sentence = steps(own)
    # The second quarter of a lease from 1 January: ⌊559066·2/16⌋ − ⌊559066/16⌋ = 69883 − 34941
    assert found == {"in": (7, 7 * 34942), "out": (1, -34941), "stock": (1, -34941)}
    assert sentence.endswith("mest fordi 7 pc'er er kommet til.")


def test_a_part_of_a_quarter_a_price_and_odd_oere(town):
    own, *_ = town
    make.lease("PF000001", unit=own, starts_on=date(2026, 2, 15))
    make.lease("PF000002", unit=own)
    short = make.lease("PF000003", unit=own, quarters=1, price_ore=30000)
    LeaseTerm.objects.create(lease=short, position=2, price_ore=10000, quarters=1)
    found, _ = steps(own)
    assert set(found) == {"part", "odd", "price"}
    assert found["odd"] == (1, 1)
    assert found["price"] == (1, -20000)


def test_the_same_quarter_is_no_difference(town):
    own, *_ = town
    make.lease("PF000001", unit=own)
    found, sentence = steps(own, Q2, Q2)
    assert found == {}
    assert sentence == "Jeres udgift er den samme som i 2. kvartal 2026."
