"""axe-core finds nothing on the page of operation, wide or narrow, light or dark."""

import pytest

from albertslund_it.web.clock import machine_now
from leasing.models import SlowQuery
from tests.browser import assert_no_sideways_scroll, be_logged_in
from tests.leasing.town import Town
from tests.web.test_accessible import check

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
ENDLESS = "SELECT " + "x" * 400


def test_the_page_of_operation(page, live_server, cast):
    Town()
    SlowQuery.objects.create(
        route="device-list", statement=ENDLESS, milliseconds=812, seen_at=machine_now()
    )
    be_logged_in(page, live_server, cast.administrator)

    check(page, live_server, "/drift/")
    page.set_viewport_size({"width": 320, "height": 640})
    assert_no_sideways_scroll(page)
