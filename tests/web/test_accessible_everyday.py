"""axe-core finds nothing on the board, on the pages of who comes and goes, of help and of one's own."""

from datetime import UTC, date, datetime, timedelta

import pytest

from albertslund_it.help.topics import TOPICS
from inventory.models import ExpectedReturn, ListPreset
from leasing.models import LossReport, Objection, Status, Subscription
from tests import builders as make
from tests.browser import (
    WIDE,
    assert_accessible,
    assert_accessible_in_every_look,
    assert_no_sideways_scroll,
    be_logged_in,
)
from tests.leasing.town import TODAY, Town
from tests.web.test_accessible import check

# What axe-core reads is HTML and CSS: the same on both databases.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SMALLEST = {"width": 320, "height": 640}


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(db):
    """Put on the board something urgent of every kind, and a card or more in each of its columns."""
    town = Town()
    stolen, kept, disputed = (lease.device for lease in town.leases[:3])
    LossReport.objects.create(
        device=stolen, kind="stolen", discovered_at=NOW, encrypted="yes", reported_at=NOW
    )
    gone = make.employee("anbe", "Anna Berg", unit=town.first, left_on=date(2026, 11, 1))
    make.placement(kept, date(2026, 5, 1), town.first, gone)
    ExpectedReturn.objects.create(
        device=kept,
        employee=gone,
        unit=town.first,
        why="asked",
        due_on=date(2026, 11, 2),
        created_at=NOW,
    )
    Objection.objects.create(
        device=disputed, unit=town.first, note="Hos naboen", raised_at=NOW - timedelta(days=6)
    )
    make.employee("", "Kim Ny", unit=town.first, starts_on=TODAY + timedelta(days=3))
    for status in Status:
        make.order_line(status=status, unit=town.first, supplier_order_number="ATEA-1")
    return town


def check_smallest(page, live_server, path):
    """Check a page in every look, and that it fits the smallest window."""
    check(page, live_server, path)
    page.set_viewport_size(SMALLEST)
    assert_no_sideways_scroll(page)


def test_the_board_and_the_scan_field(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.helpdesk)
    for path in (
        "/",
        "/?kolonne=bestil",
        "/scan/",
        f"/scan/?q={town.leases[0].device}",
        f"/scan/?q={town.leases[0].device}+{town.leases[3].device}",
        "/scan/?q=XX999999",
    ):
        check_smallest(page, live_server, path)


def test_who_comes_and_who_leaves(page, live_server, town, cast):
    bo = make.employee("bo", "Bo Dam", unit=town.first)
    make.placement(town.leases[3].device, date(2026, 5, 1), town.first, bo)
    leaves = f"/medarbejdere/{bo.pk}/fratraeder/"
    be_logged_in(page, live_server, cast.helpdesk)
    for path in ("/medarbejdere/kommende/", "/medarbejdere/kommende/ny/", leaves):
        check_smallest(page, live_server, path)
    page.goto(live_server.url + leaves)
    page.fill("#id_last_day", "i morgen tidlig")
    page.locator("main form[method=post] [type=submit]").last.click()
    page.locator(".error-summary").wait_for()
    assert_accessible_in_every_look(page)
    page.problems.clear()  # the browser notes that the answer was 422


def test_help_and_what_one_keeps(page, live_server, town, cast):
    mine = {"owner": cast.helpdesk, "list_name": "device-list", "query": "stock=yes"}
    ListPreset.objects.create(name="På lager", in_menu=True, **mine)
    ListPreset.objects.create(name="Delt", role=cast.helpdesk.groups.get(), **mine)
    be_logged_in(page, live_server, cast.helpdesk)
    for path in (
        "/hjaelp/",
        "/hjaelp/?q=udlever",
        "/hjaelp/?q=findes-ikke",
        "/hjaelp/ordliste/",
        "/hjaelp/genveje/",
        "/hjaelp/nyt/",
        "/visninger/",
    ):
        check_smallest(page, live_server, path)


def test_every_topic_of_help(page, live_server, cast):
    be_logged_in(page, live_server, cast.administrator)
    for topic in TOPICS:
        page.goto(f"{live_server.url}/hjaelp/{topic.slug}/")
        assert_accessible(page, f"{WIDE['width']} px light")
        page.set_viewport_size(SMALLEST)
        assert_no_sideways_scroll(page)
        page.set_viewport_size(WIDE)


def test_a_leaders_own_pages(page, live_server, town, cast):
    head = cast.with_access("hanne", "Leder", department=town.school)
    be_logged_in(page, live_server, head)
    share = f"/egenbetaling/?afdeling={town.school.pk}"
    Subscription.objects.create(owner=head, name="Skolerne", address=share, created_on=TODAY)
    for path in ("/", share, "/abonnementer/", f"/abonnementer/ny/?adresse={share}"):
        check_smallest(page, live_server, path)


def test_the_order_form_and_the_lists_in_the_smallest_window(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.helpdesk)
    page.set_viewport_size(SMALLEST)
    for path in (
        "/bestillinger/ny/",
        "/bestillinger/",
        "/bestillinger/indkoeb/",
        "/bestillinger/mails/",
        "/udstyr/",
        f"/udstyr/{town.leases[0].device_id}/",
        "/udstyr/udlever/",
        "/medarbejdere/",
        "/afdelinger/",
        "/datakvalitet/",
        "/datakvalitet/leavers/",
        "/udloeb/",
    ):
        page.goto(live_server.url + path)
        assert_no_sideways_scroll(page)
