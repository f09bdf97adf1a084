"""A person written as a field writes them, name and initials, is found wherever one types."""

from datetime import date

import pytest

from leasing.orders.selectors.people import people_matching
from leasing.search.selectors.searching import search
from tests import builders as make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "typed", ["Anna Berg (anbe)", "anna berg (ANBE)", "(anbe)", "Berg (an", "anbe", "berg anna"]
)
def test_initials_in_brackets_are_found_too(cast, typed):
    anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
    make.employee("anbo", "Anna Boje", unit=cast.unit)

    assert people_matching(typed, TODAY)[0] == anna
    found = [one.thing for kind in search(cast.helpdesk, typed, TODAY) for one in kind.first]
    assert anna in found


def test_somebody_without_initials_is_found_as_they_are_written(cast):
    coming = make.employee("", "Ellinor Skov", unit=cast.unit)

    assert str(coming) == "Ellinor Skov (kommende)"
    assert people_matching(str(coming), TODAY) == [coming]
