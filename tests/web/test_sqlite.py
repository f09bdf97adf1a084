"""What SQLite is taught: the order of Danish dictionaries, and a search that any case is found by."""

import pytest
from django.db import connection

from albertslund_it.common.names import danish_key
from inventory.models import Employee
from inventory.models.organisation import in_danish_order
from tests import builders as make

pytestmark = pytest.mark.django_db
NAMES = (
    *("Anna", "anna", "Åse", "Aase", "åse", "Øster", "Ærø", "Zoo", "Elev 9", "Elev 10", "Elev 09"),
    *("Elev", "Elev-ø", "7.b", "10.a", "Weiß", "É", "Ä", "a b", "a_b", "a%b", "a\\b", "", "-"),
)


@pytest.fixture(autouse=True)
def people():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL knows it by ICU")
    unit = make.unit()
    for number, name in enumerate(NAMES):
        make.employee(f"I{number}", name, unit=unit)


def test_names_stand_in_the_order_of_their_keys():
    ordered = Employee.objects.order_by(in_danish_order("name"), "pk")

    assert list(ordered.values_list("name", flat=True)) == sorted(NAMES, key=danish_key)


@pytest.mark.parametrize(
    "text", ["AN", "åS", "æ", "Ø", "weiSS", "é", "_", "%", "\\", "a B", "", "9"]
)
def test_a_part_of_a_name_is_found_in_any_case(text):
    folded = text.casefold()
    for lookup, fits in (
        ("icontains", lambda name: folded in name.casefold()),
        ("istartswith", lambda name: name.casefold().startswith(folded)),
        ("iexact", lambda name: name.casefold() == folded),
    ):
        found = Employee.objects.filter(**{f"name__{lookup}": text}).order_by("pk")
        left = Employee.objects.exclude(**{f"name__{lookup}": text}).order_by("pk")

        assert list(found.values_list("name", flat=True)) == [n for n in NAMES if fits(n)]
        assert list(left.values_list("name", flat=True)) == [n for n in NAMES if not fits(n)]
