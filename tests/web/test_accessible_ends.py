"""axe-core finds nothing on the board of ends, the form that decides, and the lessor's list."""

from datetime import date

import pytest

from leasing.models import Settings
from tests import builders as make
from tests.browser import assert_accessible, assert_no_sideways_scroll, be_logged_in, every_look

# What axe-core reads is HTML and CSS: the same on both databases.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def leases(cast, settings):
    """Return some ends of each kind that the board marks."""
    settings.TODAY = date(2029, 10, 15)
    make.cost_holder()
    anna = make.employee(unit=cast.unit)
    made = [make.lease(f"PF-{n:03}", unit=cast.unit, employee=anna) for n in range(5)]
    make.lease("PF-100", unit=cast.unit, starts_on=date(2025, 7, 1))
    for lease, choice in zip(made, ("return", "buyout", "extension"), strict=False):
        make.decided(lease, choice)
    return made


def check(page, live_server, path):
    page.goto(live_server.url + path)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)


def test_the_pages_of_ends(page, live_server, leases, cast):
    be_logged_in(page, live_server, cast.helpdesk)
    term = leases[3].terms.get().pk

    for path in (
        "/udloeb/?kvartal=alle&sorter=-last_day",
        f"/udloeb/{term}/",
        f"/udloeb/beslut/?slut={term}",
        "/udloeb/liste/?kvartal=2029Q4",
    ):
        check(page, live_server, path)
    page.goto(f"{live_server.url}/udloeb/beslut/?alle=1")
    page.get_by_label("Valg", exact=True).select_option("return")
    page.get_by_role("button", name="Vis, hvad det gør").click()
    page.locator("#virkning").wait_for()
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)


def test_the_row_opens_in_place_and_a_leader_wishes(page, live_server, leases, cast):
    Settings.objects.update(heads_decide_ends=True)
    be_logged_in(page, live_server, cast.head)
    page.goto(f"{live_server.url}/udloeb/?valg=open")
    page.locator("tbody").get_by_role("link", name="Intet besluttet").first.click()
    page.locator(".why table").wait_for()
    for look in every_look(page):
        assert_accessible(page, look)
    page.get_by_label("Vælg PF-003").check()
    page.get_by_role("button", name="Ønsk").click()
    page.wait_for_url("**/udloeb/oensk/**")
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)
