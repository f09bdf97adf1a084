"""axe-core finds nothing on the pages of the lessor's questions and of the calendars."""

from datetime import date

import pytest

from albertslund_it.common.quarters import add_months
from leasing.models import Settings
from tests import builders as make
from tests.browser import (
    NARROW,
    WIDE,
    assert_accessible_in_every_look,
    assert_no_sideways_scroll,
    be_logged_in,
)
from tests.files import workbook
from tests.leasing.lessor_questions.asking import ask, listed
from tests.web.test_accessible import check

PAPER = {"width": 718, "height": 1000}  # an A4 sheet within its margins
# What axe-core reads is HTML and CSS: the same on both databases.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = date(2029, 7, 10)


@pytest.fixture
def question(cast):
    make.cost_holder()
    make.decided(make.lease("PF000001", unit=cast.unit), "return")
    make.lease("PF000002", unit=cast.unit)
    question = ask(note="Brev fra leasinggiver")
    listed(question, "PF000001", "PF000099")
    return question


def test_the_lessors_questions(page, live_server, question, cast, tmp_path):
    be_logged_in(page, live_server, cast.helpdesk)
    own = f"/henvendelser/{question.pk}/"
    for path in ("/henvendelser/", "/henvendelser/ny/", own, f"{own}ret/", f"{own}liste/"):
        check(page, live_server, path)
    file = tmp_path / "liste.xlsx"
    file.write_bytes(workbook(["Serienummer"], ["PF000001"], ["PF000098"]))
    page.set_input_files("input[type=file]", file)
    page.click("text=Kontrollér listen")
    page.wait_for_selector("text=Listen ved siden af registeret")
    assert_accessible_in_every_look(page)


def test_the_calendar_of_ends(page, live_server, question, cast):
    for n in range(14):
        make.lease(f"PF0001{n:02}", unit=cast.unit, starts_on=add_months(date(2026, 1, 1), 3 * n))
    be_logged_in(page, live_server, cast.helpdesk)
    check(page, live_server, "/udloeb/kalender/")
    for width in (WIDE["width"], NARROW["width"], PAPER["width"]):
        page.set_viewport_size({"width": width, "height": PAPER["height"]})
        page.emulate_media(media="print" if width == PAPER["width"] else "screen")
        for drawing in page.locator("figure").all():
            box = drawing.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["height"] <= PAPER["height"]  # whole on a sheet


def test_the_page_of_the_own_calendar(page, live_server, question, cast):
    Settings.objects.update(uses_calendar_feed=True)
    be_logged_in(page, live_server, cast.helpdesk)
    check(page, live_server, "/kalender/")
    page.click("text=Lav en adresse")
    page.wait_for_selector("text=Kopiér den nu")
    assert_accessible_in_every_look(page)
    assert_no_sideways_scroll(page)
