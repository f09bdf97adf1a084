"""Search, suggestions and dates in a browser, by keyboard alone."""

import contextlib
from datetime import date

import pytest

from inventory.models import Employee
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, log_in

pytestmark = pytest.mark.django_db(transaction=True)
OPTION = "#palette-list:not([aria-busy]) [role=option]"  # of the answer to all that was typed


@pytest.fixture
def anna(cast, settings):
    settings.TODAY = date(2026, 5, 1)
    make.cost_holder()
    anna = make.employee("anbe", "Anna Ærø", unit=cast.unit)
    make.employee("bofr", "Bo Fremmed", unit=cast.unit)
    make.lease("PF000001", unit=cast.unit, employee=anna)
    make.device("PF000002")
    return anna


def focused(page):
    return page.evaluate("document.activeElement.id")


def test_a_person_is_found_and_something_done_for_them(page, live_server, cast, anna):
    log_in(page, live_server, cast.helpdesk)
    page.goto(live_server.url + "/udstyr/flyt/")
    page.focus("#id_employee")
    page.keyboard.type("a/b")  # a letter or a slash in a field is that and no more
    assert page.input_value("#id_employee") == "a/b"
    page.keyboard.press("Control+K")
    page.wait_for_selector(f"{OPTION} kbd")
    page.keyboard.type("aero")
    page.wait_for_selector(f"{OPTION}[aria-selected=true][data-narrow=anbe]")
    selected = page.get_attribute("#palette-field", "aria-activedescendant")
    assert page.get_attribute(f"#{selected}", "aria-selected") == "true"
    assert_accessible_in_every_look(page)
    page.keyboard.press("Escape")
    assert focused(page) == "id_employee"
    page.keyboard.press("Control+K")
    page.keyboard.type("anbe")
    page.wait_for_selector(f"{OPTION}[aria-selected=true][data-narrow=anbe]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/bestillinger/ny/?medarbejder={anna.pk}")


def test_a_late_answer_never_takes_the_place_of_a_newer_one(page, live_server, cast, anna):
    from playwright.sync_api import Error

    held = []
    page.route("**/soeg/alt/?q=bofr", lambda route: held.append(route))
    log_in(page, live_server, cast.helpdesk)
    page.keyboard.press("Control+K")
    page.wait_for_selector(f"{OPTION} kbd")
    with page.expect_request("**/soeg/alt/?q=bofr"):
        page.fill("#palette-field", "bofr")
    page.fill("#palette-field", "anbe")
    page.wait_for_selector(f"{OPTION}[data-narrow=anbe]")
    for one in held:
        with contextlib.suppress(Error):  # the browser may have let go of the question
            one.fulfill(body='<a role="option" data-narrow="bofr" href="/">Bo</a>')
    page.fill("#palette-field", "anb")
    page.wait_for_selector(f"{OPTION}[data-narrow=anbe]")
    assert page.locator("[data-narrow=bofr]").count() == 0


def test_single_keys_lead_somewhere_until_they_are_turned_off(page, live_server, cast, anna):
    log_in(page, live_server, cast.helpdesk)
    page.keyboard.press("u")
    page.wait_for_url("**/udstyr/udlever/")
    page.goto(live_server.url + "/hjaelp/genveje/")
    page.uncheck("#enkelt-tast")
    page.evaluate("document.activeElement.blur()")
    for key in ("u", "/", "?"):
        page.keyboard.press(key)
    assert page.url.endswith("/hjaelp/genveje/")
    assert not page.is_visible("#palette")
    page.keyboard.press("Control+K")
    assert page.is_visible("#palette")


def test_a_form_offers_what_fits_and_reads_a_day_in_full(page, live_server, cast, anna):
    log_in(page, live_server, cast.helpdesk)
    page.goto(live_server.url + "/udstyr/udlever/")
    page.focus("#id_serial_numbers")
    page.keyboard.type("0000")
    page.wait_for_selector("[role=option][data-value=PF000002] >> visible=true")
    page.keyboard.press("ArrowDown")  # what stands in stock comes first
    page.keyboard.press("Enter")
    assert page.input_value("#id_serial_numbers") == "PF000002"
    page.focus("#id_employee")
    page.keyboard.type("aeroe")
    page.keyboard.press("Enter")  # also where Enter is faster than the answer
    page.wait_for_function(
        "() => document.getElementById('id_employee').value === 'Anna Ærø (anbe)'"
    )
    page.focus("#id_unit-skriv")
    page.keyboard.type(cast.unit.name[:4].lower())
    page.wait_for_selector("[role=option][aria-selected=true] >> visible=true")
    page.keyboard.press("Enter")
    assert page.input_value("#id_unit") == str(cast.unit.pk)
    page.fill("#id_starts_on", "i morgen")
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.getElementById('id_starts_on').value === '02-05-2026'")
    assert_accessible_in_every_look(page)
    assert Employee.objects.count() == 2
