"""The helpdesk finds a device in the list: type, filter, sort, turn the page, and go back."""

import re

import pytest
from playwright.sync_api import expect

from tests import builders as make
from tests.browser import NARROW, be_logged_in, log_in, wait_for_focus

ALL = "/udstyr/?visning=alt"  # a bare address shows what is leased, and here nothing is


@pytest.fixture
def devices(transactional_db):
    school, library = make.unit("1001", "Ærtebjerg Skole"), make.unit("1002", "Biblioteket")
    anna = make.employee("anbe", "Åse Østergård", unit=school)
    for number in range(60):
        device = make.device(f"PF-{number:03}", model=make.model("T14" if number % 2 else "T16"))
        if number == 7:
            make.placement(device, make.FIRST_DAY, school, anna)
        elif number % 3:
            make.placement(device, make.FIRST_DAY, library)


def count(page):
    return page.locator("[data-announce]").inner_text()


def first_serial(page):
    return page.locator("tbody th").first.inner_text().strip()


def wait_for_list(page, what):
    page.wait_for_function(
        "what => document.querySelector('[data-announce]').innerText === what", arg=what
    )


@pytest.fixture
def reloads(page):
    """Count how often the browser loads a whole page."""
    page.loads = 0

    def note(request):
        page.loads += request.is_navigation_request()

    page.on("request", note)


def test_sorting_filtering_and_paging_without_a_reload_and_back_again(
    page, live_server, devices, cast, reloads
):
    log_in(page, live_server, cast.helpdesk)
    page.goto(live_server.url + ALL)
    loads, model = page.loads, page.locator("#filter").get_by_label("Model")
    assert count(page) == "Viser 1–50 af 60"

    said = page.locator("tbody tr:first-child td:empty").evaluate_all(
        "cells => cells.map(cell => getComputedStyle(cell, '::before').content)"
    )
    assert said == ['"–"'] * 3, "nobody has it, and it is not leased"

    page.get_by_role("link", name="Serienr.").click()
    page.wait_for_url("**/udstyr/?visning=alt&sorter=serial_number")
    page.get_by_role("link", name="Serienr.").click()
    page.wait_for_url("**/udstyr/?visning=alt&sorter=-serial_number")
    assert first_serial(page) == "PF-059"
    assert page.evaluate("document.activeElement.id") == "sort-serial_number", "focus is lost"

    folded = page.locator("#filters-more > summary")
    before = folded.bounding_box()
    folded.click()
    assert folded.bounding_box() == before, "what is pressed moves away"
    model.select_option("T16")
    wait_for_list(page, "Viser alle 30")
    assert re.search(r"\?model=\d+&sorter=-serial_number&visning=alt$", page.url)
    assert first_serial(page) == "PF-058", "the order is kept"

    page.get_by_label("Søg", exact=True).press_sequentially("biblioteket", delay=10)
    wait_for_list(page, "Viser alle 20")
    assert "q=biblioteket" in page.url
    assert page.loads == loads, "the page was loaded anew"

    page.go_back()
    wait_for_list(page, "Viser alle 30")
    assert page.get_by_label("Søg", exact=True).input_value() == ""
    assert model.locator("option:checked").text_content() == "T16"
    page.go_back()
    wait_for_list(page, "Viser 1–50 af 60")
    assert model.locator("option:checked").text_content() == "Alle"
    page.go_forward()
    wait_for_list(page, "Viser alle 30")


def test_columns_are_moved_and_left_out_by_keyboard(page, live_server, devices, cast):
    be_logged_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}{ALL}&kolonne=model&kolonne=unit&kolonne=since")
    page.locator("#columns > summary").press("Enter")
    heads = page.locator("table.data thead th:has(a)")
    for key, on, headings, focused in [
        ("Enter", "down-model", ["Serienr.", "Enhed", "Model", "Siden"], "down-model"),
        ("Enter", "down-model", ["Serienr.", "Enhed", "Siden", "Model"], "column-model"),
        ("Space", "column-since", ["Serienr.", "Enhed", "Model"], "column-since"),
    ]:
        page.locator(f"#{on}").press(key)
        expect(heads).to_contain_text(headings)
        wait_for_focus(page, f"#{focused}")

    page.set_viewport_size(NARROW)
    page.goto(live_server.url + ALL)
    told = page.locator("tbody tr:first-child td[data-card=line]:not(:empty)").evaluate_all(
        "lines => lines.map(one => ['::before', '::after'].map(at => getComputedStyle(one, at).content))"
    )
    assert told == [["none", '" ·"'], ["none", "none"]], "a line begins with a point"


def test_a_list_that_is_narrowed_before_its_views_are_counted_has_them_counted_all_the_same(
    page, live_server, devices, cast
):
    log_in(page, live_server, cast.helpdesk)
    held = []

    def hold_counts(route):
        is_of_counts = route.request.headers.get("hx-target") in {"preset-counts", "presets"}
        held.append(route) if is_of_counts else route.continue_()

    page.route("**/udstyr/**", hold_counts)
    page.goto(live_server.url + ALL)
    page.get_by_role("link", name="Serienr.").click()
    page.wait_for_url("**/udstyr/?visning=alt&sorter=serial_number")
    expect(page.locator("tbody th").first).to_have_text("PF-000")
    for route in held:
        route.continue_()
    expect(page.get_by_role("link", name="Uden leasing")).to_have_text("Uden leasing 60")


def test_turning_the_page_goes_to_its_top_and_tells_screen_readers(
    page, live_server, devices, cast
):
    log_in(page, live_server, cast.helpdesk)
    page.goto(live_server.url + ALL)
    page.get_by_role("link", name="Næste").click()
    wait_for_list(page, "Viser 51–60 af 60")

    assert page.url.endswith(f"{ALL}&side=2")
    assert page.locator("#announcements").inner_text() == "Viser 51–60 af 60"
    expect(page.locator("[data-announce]")).to_be_visible()


def test_what_is_ticked_is_kept_over_pages_until_the_list_shows_something_else(
    page, live_server, devices, cast
):
    log_in(page, live_server, cast.helpdesk)
    page.goto(live_server.url + ALL)
    told = page.locator("[data-picked]")
    page.get_by_label("Vælg PF-001", exact=True).check()
    page.get_by_label("Vælg PF-002", exact=True).check()
    page.get_by_role("link", name="Næste").click()
    wait_for_list(page, "Viser 51–60 af 60")
    page.get_by_label("Vælg PF-058", exact=True).check()
    expect(told).to_contain_text("3 valgt, 2 på andre sider")

    page.keyboard.press("f")  # with what is chosen; the bar is below all rows, and their links
    wait_for_focus(page, "#id_employee")
    numbers = page.get_by_label("Serienumre").input_value().split()
    assert sorted(numbers) == ["PF-001", "PF-002", "PF-058"]
    page.go_back()
    expect(told).to_contain_text("3 valgt, 2 på andre sider")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Forrige").click()
    wait_for_list(page, "Viser 1–50 af 60")
    expect(page.locator("input.pick:checked")).to_have_count(0)

    page.get_by_label("Vælg PF-001", exact=True).check()
    page.get_by_label("Søg", exact=True).fill("PF-002")
    wait_for_list(page, "1 række")
    expect(page.locator("input.pick:checked")).to_have_count(0)


def test_the_search_box_of_every_page_leads_to_a_person_and_to_the_pc(
    page, live_server, devices, cast
):
    log_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}/afdelinger/")
    page.keyboard.press("/")
    page.keyboard.type("østergård")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/(soeg|medarbejdere)/"))
    if "/soeg/" in page.url:
        page.get_by_role("main").get_by_role("link", name="Åse Østergård").click()
    page.get_by_role("link", name="PF-007").first.click()

    expect(page.get_by_role("heading", name="PF-007")).to_be_visible()
    expect(page.get_by_text("Åse Østergård (anbe)").first).to_be_visible()


def test_everything_works_without_javascript(chromium, live_server, devices, cast):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server, cast.helpdesk)
    page.goto(live_server.url + ALL)
    page.get_by_role("link", name="Serienr.").click()
    page.get_by_label("Søg", exact=True).fill("skole")
    page.get_by_role("button", name="Vis", exact=True).click()

    assert count(page) == "1 række"
    assert "sorter=serial_number" in page.url, "the form carries the order along"
    page.get_by_role("button", name=cast.helpdesk.first_name).click()
    page.get_by_role("button", name="Log ud").click()
    assert page.url.endswith("/log-ind/")
    context.close()


def test_the_theme_is_chosen_and_remembered(page, live_server, cast, transactional_db):
    log_in(page, live_server, cast.helpdesk)
    page.emulate_media(color_scheme="light")
    theme = "document.documentElement.dataset.bsTheme"
    assert page.evaluate(theme) == "light"
    page.get_by_role("button", name=cast.helpdesk.first_name).click()
    page.get_by_role("button", name="Mørkt").click()
    page.wait_for_load_state()
    assert page.evaluate(theme) == "dark"

    page.goto(f"{live_server.url}/afdelinger/")
    assert page.evaluate(theme) == "dark"
