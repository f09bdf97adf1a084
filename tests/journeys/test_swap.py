"""The warranty sends another machine: found, swapped, and still found by its old number."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from inventory.models import Placement
from tests import builders as make
from tests.browser import choose, log_in, wait_for_focus
from tests.leasing.movements.town import School


@pytest.fixture
def school(transactional_db, settings):
    settings.TODAY = date(2026, 11, 23)
    school = School()
    make.placement(school.stock[0], make.FIRST_DAY, school.birke, school.anna)
    return school


def test_a_warranty_swap_by_keyboard(page, live_server, cast, school):
    pc = school.stock[0]
    log_in(page, live_server, cast.helpdesk)
    page.goto(live_server.url + reverse("device-detail", args=[pc.pk]))
    page.get_by_role("link", name="Ombyt").press("Enter")
    page.get_by_role("heading", name="Ombyt T14 PF000001").wait_for()
    wait_for_focus(page, "[name=new_number]")

    # A slip of the hand is told, and what was typed is still there.
    page.keyboard.type("pf000002")
    page.keyboard.press("Enter")
    page.get_by_text("i forvejen registreret som en anden maskine").first.wait_for()
    page.problems.clear()  # the browser names the answer of 422
    field = page.get_by_label("Den nye maskines serienummer")
    assert field.input_value() == "pf000002"

    field.fill("px777777")
    field.press("Enter")
    page.get_by_text("PF000001 er ombyttet til PX777777.").wait_for()
    assert page.url.endswith(f"/udstyr/{pc.pk}/")
    main = page.locator("main").inner_text()
    assert "Birkeskolen · Anna Berg (anbe) · siden 01-01-2026" in main
    assert "Tidligere serienummer" in main
    assert "UA-1" in main, "lease and term go on"
    page.get_by_text("Historik").click()
    expect(page.get_by_text("PF000001 → PX777777")).to_be_visible()

    # Files and people may go on using the old number.
    page.goto(f"{live_server.url}/udstyr/?q=PF000001")
    assert page.locator("tbody th a").all_inner_texts() == ["PX777777"]


def test_the_cost_follows_what_is_typed_and_then_the_pc_is_handed_out(
    page, live_server, cast, school
):
    log_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}/udstyr/udlever/")
    page.get_by_label("Serienumre").press_sequentially("PF000002")
    page.locator("#virkning").get_by_role("link", name="PF000002").wait_for()
    page.get_by_label("Medarbejder").press_sequentially("bola")
    page.get_by_text("Biblioteket betaler 349,42 kr. i et helt kvartal fra 23-11-2026.").wait_for()
    assert page.evaluate("document.activeElement.name") == "employee", "focus stays"

    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")  # who is suggested,
    page.get_by_role("option").first.wait_for(state="hidden")
    page.keyboard.press("Enter")  # and then the form
    page.get_by_text("PF000002 er udleveret fra 23-11-2026.").wait_for()
    placement = Placement.objects.get(device=school.stock[1])
    assert (placement.unit, placement.employee) == (school.library, school.bo)


def test_chosen_in_the_list_moved_in_one_go(page, live_server, cast, school):
    make.placement(school.stock[1], make.FIRST_DAY, school.birke)
    log_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}/udstyr/")
    for number in ("PF000001", "PF000002"):
        page.get_by_label(f"Vælg {number}").press("Space")
    page.get_by_role("button", name="Flyt", exact=True).press("Enter")
    page.get_by_role("heading", name="Flyt udstyr").wait_for()
    choose(page, "Enhed, der betaler", "Biblioteket")
    page.get_by_text("Biblioteket betaler 698,84 kr. i et helt kvartal").wait_for()
    page.get_by_role("button", name="Flyt", exact=True).press("Enter")
    page.get_by_text("2 stk. er flyttet fra 23-11-2026.").wait_for()

    latest = Placement.objects.filter(starts_on=date(2026, 11, 23))
    assert {p.unit for p in latest} == {school.library}
    assert {p.employee for p in latest} == {school.anna, None}


def test_everything_works_without_javascript(chromium, live_server, cast, school):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}/udstyr/")
    page.get_by_label("Vælg PF000001").check()
    page.get_by_role("button", name="Tag tilbage", exact=True).click()
    page.get_by_role("button", name="Se virkningen").click()
    expect(page.get_by_text("Birkeskolen slipper for 349,42 kr. i et helt kvartal")).to_be_visible()
    page.get_by_role("button", name="Tag tilbage", exact=True).click()

    expect(page.get_by_text("PF000001 er på it-lager fra 23-11-2026.")).to_be_visible()
    assert Placement.objects.get(starts_on=date(2026, 11, 23)).unit is None
    context.close()
