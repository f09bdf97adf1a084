"""The pages of buyouts in a browser: wide and narrow, light and dark."""

import pytest

from tests.browser import (
    assert_accessible,
    assert_accessible_in_every_look,
    assert_no_sideways_scroll,
    be_logged_in,
    every_look,
)
from tests.leasing.buyout.town import TODAY, Office, answer, ask, decide, link_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def office(db, settings):
    settings.TODAY = TODAY
    return Office()


def check(page, live_server, path):
    page.goto(live_server.url + path)
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)


def test_the_pages_of_buyouts(page, live_server, office, cast):
    first, second = ask(*office.leases)
    answer(first)
    decide(office.leases[0])
    ids = "&".join(f"leasing={pk}" for pk in office.ids)
    be_logged_in(page, live_server, cast.helpdesk)
    for path in (
        "/frikoeb/",
        "/frikoeb/?svar=no",
        "/frikoeb/ja/",
        "/frikoeb/tilbud/",
        "/frikoeb/tilbud/nyt/",
        f"/frikoeb/tilbud/{office.offer.pk}/",
        "/frikoeb/spoerg/",
        *(
            f"/frikoeb/{step}/?{ids}"
            for step in ("spoerg", "traek-tilbage", "beslut", "overdraget")
        ),
        link_of(second),
    ):
        check(page, live_server, path)
    page.goto(f"{live_server.url}/frikoeb/overdraget/?{ids}")
    page.get_by_role("button", name="Gem overdragelsen").click()
    page.get_by_label("Ja, det er rigtigt").wait_for()
    assert_accessible_in_every_look(page)
    page.goto(live_server.url + link_of(first))
    page.get_by_role("heading", name="Linket kan ikke bruges").wait_for()
    assert_accessible_in_every_look(page)
    page.problems.clear()  # the browser notes that the last was 404
