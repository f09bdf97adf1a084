"""The list of employees in the order of any column, a page at a time."""

from datetime import date
from urllib.parse import quote

import pytest

from albertslund_it.common.names import danish_key
from inventory.models import Employee
from tests import builders as make
from tests.leasing.pages import queries_of

pytestmark = pytest.mark.django_db
URL = "/medarbejdere/"
TODAY = date(2026, 11, 23)


@pytest.fixture
def client(cast, client_of, settings):
    settings.TODAY = TODAY
    return client_of(cast.helpdesk)


@pytest.fixture
def people(cast):
    """Make people of units in two departments, two of the units by one name, and one by nobody."""
    other = make.department("Ældre, Sundhed & Social")
    units = [
        make.unit("3001", "Åmosen"),
        make.unit("3002", "Østerled", department=other),
        make.unit("3003", "Åmosen", department=other),
        make.unit("3004", "Bellevue"),
        make.cost_holder(),
    ]
    for number in range(130):
        unit = units[number % len(units)]
        make.employee(f"i{number:03}", f"{'ÅAØBÆ'[number % 7 % 5]}sa {number % 9}", unit=unit)
    return Employee.objects.select_related("unit__department")


def shown(client, query):
    """Return the initials of all pages."""
    found, side, pages = [], 1, 1
    while side <= pages:
        table = client.get(f"{URL}?{query}&side={side}").context["table"]
        found += [row.employee.initials for row in table.records()]
        side, pages = side + 1, table.paginator.num_pages
    return found


def by_sorting(people, keys, descending):
    """Sort everything in Python, by one key after the other; what has nothing comes last."""
    rows = sorted(people, key=lambda one: one.pk)
    for key in reversed(keys):
        there = [one for one in rows if key(one)]
        there.sort(key=lambda one: danish_key(key(one)), reverse=descending)
        rows = there + [one for one in rows if not key(one)]
    return [one.initials for one in rows]


KEYS = {
    "name": (lambda one: one.name, lambda one: one.initials),
    "unit": (lambda one: one.unit.name, lambda one: one.name),
    "department": (
        lambda one: one.unit.department.name if one.unit.department else "",
        lambda one: one.unit.name,
    ),
}


@pytest.mark.parametrize("column", KEYS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_put_together_are_the_sorted_whole(people, client, column, sign):
    assert shown(client, f"sorter={sign}{column}") == by_sorting(people, KEYS[column], bool(sign))


@pytest.mark.parametrize("word", ["åsa", "ÅSA", "asa", "i00", "I007", "Æsa 3", "sa_", "%", "\\"])
def test_a_search_finds_names_and_initials_in_any_case(people, client, word):
    words = word.casefold().split()
    expected = [
        one.initials
        for one in people
        if all(w in one.name.casefold() or one.initials.casefold().startswith(w) for w in words)
    ]

    assert sorted(shown(client, f"q={quote(word)}")) == sorted(expected)


@pytest.mark.parametrize(("answer", "expected"), [("ja", ["med"]), ("nej", ["skærm", "uden"])])
def test_who_has_a_pc_and_who_has_not(cast, client, answer, expected):
    Employee.objects.all().delete()
    holders = {name: make.employee(name, name, unit=cast.unit) for name in ("med", "skærm", "uden")}
    screen = make.model("U2723", "skærm", is_pc=False)
    make.placement(make.device("PF-1"), date(2026, 1, 1), cast.unit, holders["med"])
    make.placement(make.device("SK-1", model=screen), date(2026, 1, 1), cast.unit, holders["skærm"])
    back = make.device("PF-2")
    make.placement(back, date(2026, 1, 1), cast.unit, holders["uden"])
    make.placement(back, date(2026, 2, 1))

    assert shown(client, f"pc={answer}") == expected


@pytest.mark.parametrize(
    "query", ["", "sorter=unit", "sorter=-department", "q=sa", "pc=nej", "pc=nej&sorter=unit"]
)
def test_a_hundred_rows_cost_as_many_queries_as_three(cast, client, query, request):
    unit = make.unit("2001", "Zonen")
    for number in range(3):
        make.employee(f"x{number}", f"Åsa {number}", unit=unit)
    few = queries_of(client, f"{URL}?{query}")
    for number in range(100):
        make.employee(f"y{number}", f"Åsa {number}", unit=unit)

    assert queries_of(client, f"{URL}?{query}") <= few
