"""Figures that are kept for as long as nothing has changed."""

from inventory.models import Unit
from leasing.selectors.world import is_remembered, remembered
from tests import builders as make
from tests.leasing.test_closing_properties import rolled_back


def names():
    return sorted(Unit.objects.values_list("name", flat=True))


def test_what_was_rolled_back_is_not_taken_for_what_came_after(db):
    make.cost_holder()
    with rolled_back():
        make.unit("1001", name="Ærtebjerg Skole")
        kept = remembered("names", names)
        assert is_remembered("names")
    assert not is_remembered("names")
    make.unit("1001", name="Biblioteket")  # with the history number that the other one had
    found = remembered("names", names)
    assert "Ærtebjerg Skole" in kept
    assert found == names()
    assert "Biblioteket" in found
