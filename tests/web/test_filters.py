"""What a list is asked for and does not know is refused: at its field, at the list, without rows."""

import pytest
from django.db.models import Value
from django.urls import resolve
from lxml import html

from albertslund_it import roles
from albertslund_it.web.database.folding import begins_words
from albertslund_it.web.lists.pages import ListPage
from tests.web.test_every_url import OURS, TABLE, address, town  # noqa: F401

# What is unknown is refused before a database is asked; what is asked on both: test_hostile.py.
pytestmark = [pytest.mark.django_db, pytest.mark.once]
HTMX = {"HX-Request": "true", "HX-Target": "liste"}
UNKNOWN = "findes-ikke"


def rows_of(tree):
    return tree.xpath("//*[@id='liste']//tbody/tr")


def lists(client, town, role):  # noqa: F811
    """Return (address, page) of every list that a role opens; finance those of no other."""
    for route in OURS:
        entry = TABLE[route]
        if role not in entry["open"] or entry.get("method") == "post":
            continue
        if role == roles.FINANCE and roles.HELPDESK in entry["open"]:
            continue
        where = address(route, town)
        view = getattr(resolve(where).func, "view_class", None)
        if not view or not issubclass(view, ListPage):
            continue
        response = client.get(where, {"vis": "beregning"})
        is_page = response.status_code == 200 and not response.streaming
        if is_page and b'id="liste"' in response.content:
            yield where, html.fromstring(response.content)


def refused(client, where, name, value):
    """Ask for what is not there; give the page, having checked that the list says so."""
    page = client.get(where, {name: value})
    assert page.status_code == 200, (where, name)
    tree = html.fromstring(page.content)
    assert tree.xpath("//*[@id='liste']//*[@role='alert']"), (where, name)
    assert not rows_of(tree), (where, name)
    if name in ("sorter", "q"):  # the part of the page and the file are drawn of the same list
        fragment = client.get(where, {name: value}, headers=HTMX).content.decode()
        assert "Listen kan ikke vises sådan" in fragment, (where, name)
    if name == "sorter":
        file = client.get(where, {name: value, "hent": "xlsx"})
        assert file["Content-Type"].startswith("text/html"), (where, name)
    return tree


@pytest.mark.parametrize("role", [roles.HELPDESK, roles.FINANCE, roles.UNIT_LEADER])
def test_a_filter_value_that_is_unknown_or_not_yours_is_refused_at_its_field(
    town,  # noqa: F811
    cast,
    client_of,
    role,
):
    client = client_of(cast.by_role()[role])
    tried = 0
    for where, tree in lists(client, town, role):
        for name in tree.xpath("//form[@id='filter']//select/@name"):
            if name == "afdeling" and where.startswith("/egenbetaling"):
                continue  # whose page it is: 404
            page = refused(client, where, name, UNKNOWN)
            [field] = page.xpath(f"//form[@id='filter']//select[@name='{name}']")
            assert field.get("aria-invalid") == "true", (where, name)
            tried += 1
        # Each word is one more thing to compare every row by: 1,500 of them took half a minute.
        if tree.xpath("//form[@id='filter']//input[@name='q']"):
            refused(client, where, "q", "ab " * 34)
    assert tried > 2
    foreign = town["foreign"][0]
    if role == roles.UNIT_LEADER:
        for name, value in (("unit", foreign.pk), ("department", foreign.department_id)):
            refused(client, "/udstyr/", name, value)
        refused(client, "/udstyr/", "underaftale", "1")
        refused(client, "/egenbetaling/linjer/", "enhed", foreign.pk)


@pytest.mark.parametrize("role", [roles.HELPDESK, roles.FINANCE])
def test_an_order_that_a_list_does_not_know_is_refused(town, cast, client_of, role):  # noqa: F811
    client = client_of(cast.by_role()[role])
    for where, tree in lists(client, town, role):
        for sorter in (f"-{UNKNOWN}", "pk"):
            refused(client, where, "sorter", sorter)
        for link in tree.xpath("//*[starts-with(@id, 'sort-')]/@href"):
            again = html.fromstring(client.get(where + link, headers=HTMX).content)
            assert not again.xpath("//*[@id='liste']//*[@role='alert']"), link
            assert again.xpath("//th[@aria-sort]"), link


@pytest.mark.parametrize(
    "query",
    [
        "/kvartaler/?aar=2031",
        "/kvartaler/?tal=x",
        "/kvartaler/udgift/?aar=2031",
        "/kvartaler/udgift/?raekker=x",
        "/kvartaler/udgift/?kolonner=x",
        "/budgetter/?kun=x",
        "/budgetter/?aar=2031",
        "/budgetter/ark/?beloeb=x",
        "/egenbetaling/dengang/?hvad=x",
    ],
)
def test_a_choice_that_a_page_does_not_have_is_not_there(town, cast, client_of, query):  # noqa: F811
    client = client_of(cast.finance)
    page, _, _ = query.partition("?")
    assert client.get(page).status_code == 200
    refused = client.get(query)
    assert refused.status_code == 404
    assert "Siden findes ikke" in refused.content.decode()


def test_people_are_looked_for_by_some_words_and_no_more():
    text = Value(" anne berg")
    found = begins_words(text, "a " * 1000)
    assert 5 < len(found.children) < 20
    assert begins_words(text, "anne berg").children == begins_words(text, "anne berg ()").children
