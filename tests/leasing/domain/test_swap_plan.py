"""Which weeks a lot is swapped in: never more than there is room for, each device once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leasing.domain.swap_plan import (
    IsoWeek,
    Swap,
    departments_in_order,
    enough_a_week,
    quarters_to_bridge,
    swap_plan,
    whole_weeks,
)

END = date(2030, 1, 1)


def swaps_of(**departments):
    """Make swaps: of each department (a letter) so many that end on `END`."""
    found, device = [], 0
    for name, count in departments.items():
        for _ in range(count):
            device += 1
            found.append(Swap(device, ord(name), END, 1600, 16))
    return found


def planned(swaps, a_week, weeks):
    plan = swap_plan(departments_in_order(swaps), weeks, a_week)
    told = [
        (week.week, {chr(d): sum(s.department_id == d for s in rows) for d in found})
        for week, rows in plan.weeks
        for found in [dict.fromkeys(s.department_id for s in rows)]
    ]
    return told, len(plan.left)


WEEKS = whole_weeks(date(2029, 10, 1), date(2029, 10, 26))


@pytest.mark.parametrize(
    ("first", "last", "left_out", "weeks"),
    [
        (date(2029, 12, 17), date(2029, 12, 28), (), [(2029, 51), (2029, 52)]),
        (date(2029, 12, 17), date(2029, 12, 28), (52,), [(2029, 51)]),
        # A Tuesday begins no whole week, and a Thursday ends none.
        (date(2029, 12, 18), date(2029, 12, 28), (), [(2029, 52)]),
        (date(2029, 12, 17), date(2029, 12, 27), (), [(2029, 51)]),
        (date(2026, 12, 28), date(2027, 1, 8), (), [(2026, 53), (2027, 1)]),
        (date(2029, 12, 18), date(2029, 12, 21), (), []),
    ],
)
def test_weeks_are_whole(first, last, left_out, weeks):
    assert whole_weeks(first, last, left_out) == [IsoWeek(*one) for one in weeks]


def test_a_department_that_fits_is_visited_once():
    assert planned(swaps_of(a=6, b=5, c=4), 10, WEEKS) == (
        [(40, {"a": 6, "c": 4}), (41, {"b": 5}), (42, {}), (43, {})],
        0,
    )


def test_a_large_one_is_split_and_what_has_no_room_is_left():
    assert planned(swaps_of(a=23, b=4), 10, WEEKS[:2]) == (
        [(40, {"a": 10}), (41, {"a": 10})],
        7,
    )


def test_whoever_ends_first_comes_first_then_the_largest():
    early = Swap(99, ord("z"), date(2029, 12, 1), 1600, 16)

    assert [of[0].department_id for of in departments_in_order([*swaps_of(a=1, b=3), early])] == [
        ord("z"),
        ord("b"),
        ord("a"),
    ]


@pytest.mark.parametrize(
    ("ends_before", "swapped_on", "quarters"),
    [
        (date(2030, 1, 1), date(2029, 12, 28), 0),
        (date(2030, 1, 1), date(2029, 12, 31), 0),
        (date(2030, 1, 1), date(2030, 1, 1), 1),
        (date(2030, 1, 1), date(2030, 3, 29), 1),
        (date(2030, 1, 1), date(2030, 4, 1), 2),
        (date(2029, 11, 30), date(2030, 2, 28), 2),
        (date(2029, 11, 30), date(2030, 2, 27), 1),
    ],
)
def test_quarters_to_bridge(ends_before, swapped_on, quarters):
    assert quarters_to_bridge(ends_before, swapped_on) == quarters


def test_what_is_bridged_costs_what_it_does_now():
    weeks = [IsoWeek(2029, 52), IsoWeek(2030, 2), IsoWeek(2030, 15)]
    plan = swap_plan(departments_in_order(swaps_of(a=3)), weeks, 1)

    assert plan.bridging().by_quarters == {1: 1, 2: 1}
    assert plan.bridging().cost_ore == 100 + 200


SWAPS = st.lists(
    st.builds(
        Swap,
        device_id=st.integers(1, 10**6),
        department_id=st.integers(1, 6),
        ends_before=st.dates(date(2029, 9, 1), date(2030, 2, 1)),
        price_ore=st.integers(1, 10**6),
        quarters=st.integers(1, 16),
    ),
    max_size=60,
    unique_by=lambda swap: swap.device_id,
)


@given(
    SWAPS,
    st.integers(1, 12),
    st.dates(date(2029, 7, 1), date(2029, 12, 1)),
    st.integers(0, 100),
    st.sets(st.integers(1, 53), max_size=10),
)
def test_each_device_once_and_never_more_than_there_is_room_for(
    swaps, a_week, first, days, left_out
):
    last = date.fromordinal(first.toordinal() + days)
    plan = swap_plan(departments_in_order(swaps), whole_weeks(first, last, left_out), a_week)

    found = [one for _, of_week in plan.weeks for one in of_week]
    assert sorted([*found, *plan.left]) == sorted(swaps)
    assert all(len(of_week) <= a_week for _, of_week in plan.weeks)
    assert all(first <= week.monday and week.friday <= last for week, _ in plan.weeks)
    assert not any(week.week in left_out for week, _ in plan.weeks)
    if plan.left:
        assert all(len(of_week) == a_week for _, of_week in plan.weeks)
    assert sum(count for weeks in plan.visits.values() for _, count in weeks) == len(found)


@given(SWAPS, st.integers(1, 12))
def test_enough_is_enough(swaps, few):
    weeks = whole_weeks(date(2029, 8, 1), date(2029, 12, 31))
    groups = departments_in_order(swaps)
    enough = enough_a_week(groups, weeks, len(swaps))

    if enough is not None:
        plan = swap_plan(groups, weeks, enough)
        assert not plan.left
        assert not plan.bridging().count
    elif swaps:  # not even all in the first week
        assert swap_plan(groups, weeks, len(swaps)).bridging().count
