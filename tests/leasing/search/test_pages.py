"""Every page is found in the search by whoever may open it, and by nobody else."""

import pytest
from django.urls import resolve

from leasing.search.presenters.pages import ACTIONS, PAGES, fitting, open_to
from tests.web.test_every_url import EVERYBODY, TABLE

# Answered to a script, a file, sent by a form, or opened from a list with what is picked there.
NO_PAGES = {
    *(
        "logged-in-again",
        "job-now",
        "job-list-file",
        "day",
        "search",
        "suggest-people",
        "suggest-devices",
        "search-options",
    ),
    *("order-people", "order-line-facts", "order-line-new"),
    *("lessor-list-file", "budget-sheet", "end-decide"),
    *("buyout-ask", "buyout-withdraw", "buyout-decide", "buyout-hand-over", "buyout-yes"),
}
ROUTES = {
    resolve(f"/{route}").url_name: row["open"]
    for route, row in TABLE.items()
    if "<" not in route and row.get("method", "get") == "get"
}


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_a_role_is_offered_each_page_that_it_may_open(db, cast, role):
    user = cast.by_role()[role]
    offered = {page.name for page in open_to(user.has_perm, (*ACTIONS, *PAGES))}
    may_open = {name for name, open_for in ROUTES.items() if role in open_for} - NO_PAGES
    assert (sorted(offered - may_open), sorted(may_open - offered)) == ([], [])


def test_a_page_is_found_by_its_title_first_and_by_other_words():
    def titles(text):
        return [page.title for page in fitting(lambda code: True, PAGES, text)]

    assert titles("udl")[0] == "Udløb"
    assert titles("UDLOEB") == titles("udløb")
    assert "Hvad gemmes om mennesker" in titles("gdpr")
    assert titles("æblegrød") == []


def test_a_key_leads_to_one_place():
    keys = [page.key for page in (*ACTIONS, *PAGES) if page.key]
    assert len(keys) == len(set(keys))
