"""Pages in an order that the database does not sort: the same as sorting everything."""

from datetime import date

import pytest

from albertslund_it.web.lists.ranking import JoinedIds, RankedIds, rank_alike, rank_in
from inventory.models import Placement, Unit
from inventory.models.organisation import in_danish_order
from tests import builders as make

pytestmark = pytest.mark.django_db

# In Danish order; the numbers of devices make pages begin and end inside, at and across units.
HELD = {"Bellevue": 3, "Engen": 1, "Zonen": 2, "Ærtebjerg": 0, "Østerled": 4, "Åmosen": 1}


@pytest.fixture
def buckets():
    for number, (name, count) in enumerate(HELD.items()):
        unit = make.unit(str(100 - number), name)
        for index in range(count):
            made = make.device(f"PF-{number}{count - index}")
            make.placement(made, date(2026, 1, 1), unit)

    def build(descending=False, many=False):
        rank = rank_in(Unit.objects.all())
        tie = ("device__serial_number",)
        return RankedIds(Placement.objects.all(), "device", "unit", tie, rank, descending, many)

    return build


def by_sorting(descending):
    """Sort everything in Python, by name and then by serial number."""
    order = list(reversed(HELD) if descending else HELD)
    placements = Placement.objects.select_related("unit", "device")
    rows = sorted(placements, key=lambda p: (order.index(p.unit.name), p.device.serial_number))
    return [placement.device_id for placement in rows]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 11, 50])
def test_pages_put_together_are_the_sorted_whole(buckets, size, many, descending):
    pages = [list(buckets(descending, many)[at : at + size]) for at in range(0, 11, size)]

    assert [row for page in pages for row in page] == by_sorting(descending)


@pytest.mark.parametrize("start", [0, 3, 10, 11, 40])
def test_a_slice_without_an_end_is_the_rest(buckets, start):
    assert buckets()[start:] == by_sorting(False)[start:]


@pytest.mark.parametrize(("start", "stop"), [(0, 3), (0, 20), (9, 13), (11, 12), (13, None)])
def test_what_has_no_key_comes_after(buckets, start, stop):
    for number in (1, 2, 3):
        make.device(f"UDEN-{number}")
    rest = make.Device.objects.filter(placements=None).order_by("serial_number")
    chain = JoinedIds(buckets(), rest.values_list("pk", flat=True))
    whole = by_sorting(False) + list(rest.values_list("pk", flat=True))

    assert chain[start:stop] == whole[start:stop]


def test_a_page_reads_no_more_than_its_units(buckets, django_assert_num_queries):
    with django_assert_num_queries(5):  # ranks, counts, first unit, units between, last unit
        buckets()[1:8]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_the_rows_of_keys_that_are_alike_are_mixed(db, size, descending):
    units = [make.unit("1", "Engen"), make.unit("2", "Engen"), make.unit("3", "Zonen")]
    for number in range(9):
        make.placement(make.device(f"PF-{number}"), date(2026, 1, 1), units[number % 3])
    name = in_danish_order("name")
    rank = rank_alike(Unit.objects.all(), name.desc() if descending else name.asc())
    tie = ("device__serial_number",)

    def ids():
        return RankedIds(Placement.objects.all(), "device__serial_number", "unit", tie, rank)

    mixed, last = [0, 1, 3, 4, 6, 7], [2, 5, 8]
    order = [f"PF-{n}" for n in (last + mixed if descending else mixed + last)]
    assert [row for at in range(0, 9, size) for row in ids()[at : at + size]] == order
    assert ids()[0:] == order
