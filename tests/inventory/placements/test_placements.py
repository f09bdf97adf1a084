"""Who has a device on a day, and for how long, read from change points."""

from datetime import date

import pytest

from inventory.placements.selectors import intervals, placements_in_force
from tests import builders as make

pytestmark = pytest.mark.django_db

JANUARY, MARCH, JUNE = date(2026, 1, 1), date(2026, 3, 10), date(2026, 6, 1)


@pytest.fixture
def moved():
    """Return a device that was at a school, then at a library, and then came back to stock."""
    school, library = make.unit("1001", "Skolen"), make.unit("2001", "Biblioteket")
    device = make.device()
    make.placement(device, JANUARY, school)
    make.placement(device, MARCH, library)
    make.placement(device, JUNE, None)
    return device, school, library


@pytest.mark.parametrize(
    ("day", "where"),
    [
        (date(2025, 12, 31), []),
        (JANUARY, ["Skolen"]),
        (date(2026, 3, 9), ["Skolen"]),
        (MARCH, ["Biblioteket"]),
        (date(2026, 5, 31), ["Biblioteket"]),
        (JUNE, [None]),
        (date(2031, 1, 1), [None]),
    ],
)
def test_one_placement_is_in_force_from_its_day_until_the_next(moved, day, where):
    assert list(placements_in_force(day).values_list("unit__name", flat=True)) == where


def test_a_filter_on_a_unit_finds_only_what_is_there_that_day(moved):
    _, school, library = moved

    assert not placements_in_force(MARCH).filter(unit=school).exists()
    assert placements_in_force(MARCH).filter(unit=library).count() == 1


def test_an_interval_ends_where_the_next_begins_also_when_the_next_is_filtered_away(moved):
    """A LEAD window would let the school keep the device for ever: Django filters inside it."""
    _, school, library = moved

    ends = dict(intervals().filter(unit=school).values_list("unit", "ends_before"))
    assert ends == {school.id: MARCH}
    assert intervals().filter(unit=library).get().ends_before == JUNE
    assert intervals().filter(unit=None).get().ends_before is None


def test_another_devices_placements_end_nothing(moved):
    _, school, _ = moved
    other = make.device("PF000002")
    make.placement(other, date(2026, 2, 1), school)

    assert intervals().get(device=other).ends_before is None
    assert placements_in_force(MARCH).filter(unit=school).get().device == other


def test_asked_again_it_reads_again(moved):
    device, school, _ = moved
    assert placements_in_force(JUNE).get(device=device).unit is None
    assert [one.unit for one in placements_in_force(JUNE)] == [None]
    make.placement(make.device("PF-AGAIN"), MARCH, school)
    assert {one.unit for one in placements_in_force(JUNE)} == {None, school}
