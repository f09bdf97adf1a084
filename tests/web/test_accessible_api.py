"""axe-core finds nothing on the pages of clients of the API, nor on what tells how it is asked."""

from datetime import date

import pytest

from leasing.models import Settings
from tests import builders as make
from tests.browser import (
    assert_accessible,
    assert_accessible_in_every_look,
    assert_no_sideways_scroll,
    be_logged_in,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_the_pages_of_clients_and_the_page_of_the_document(page, live_server, cast, settings):
    settings.TODAY = date(2026, 5, 1)
    Settings.objects.update(uses_api=True)
    client = make.api_token(make.api_client(scopes=["devices", "orders:write"])).client
    be_logged_in(page, live_server, cast.administrator)
    page.goto(f"{live_server.url}/api-klienter/{client.pk}/")
    page.click("button:has-text('Lav en nøgle')")
    page.wait_for_selector("text=Kopiér den nu")
    assert_accessible_in_every_look(page)
    for path in ("/api-klienter/", "/api-klienter/ny/", "/api/v1/docs/"):
        page.goto(f"{live_server.url}{path}")
        page.set_viewport_size({"width": 390, "height": 844})
        for one in page.locator("main details").all():
            one.evaluate("one => one.open = true")
        assert_accessible(page, path)
        assert_no_sideways_scroll(page)
