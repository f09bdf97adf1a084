"""The helpdesk registers orders by keyboard alone, line after line, and from a mail."""

import re
from datetime import date
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from inventory.models import Unit
from leasing.models import Order, OrderLine
from tests import builders as make
from tests.browser import (
    assert_accessible,
    assert_no_sideways_scroll,
    count_clicks,
    every_look,
    log_in,
    wait_for_focus,
    wait_until_settled,
)

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(cast):
    make.price()
    make.price(make.model("T16"), price_ore=700000)
    make.employee("anbe", "Anna Østergård", unit=cast.unit)
    bo = make.employee("bolu", "Bo Lund", unit=cast.unit)
    make.lease("PF000001", unit=cast.unit, employee=bo)


@pytest.fixture
def form(page, live_server, town, cast):
    log_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}/bestillinger/ny/")
    wait_for_focus(page)
    return page


def test_initials_enter_model_enter_save(form):
    form.keyboard.type("anbe", delay=30)
    form.keyboard.press("Enter")
    form.get_by_text("Har intet udstyr.").wait_for()
    form.keyboard.type("T14", delay=30)
    form.get_by_text("1.397,66").wait_for()
    form.keyboard.press("Enter")
    form.keyboard.press("Enter")
    form.get_by_role("heading", name="T14 til Anna Østergård (anbe)").wait_for()

    line = OrderLine.objects.get()
    assert (line.employee.initials, line.model.name, line.status) == ("anbe", "T14", "approved")


HAS_ROOM = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect(), edge = 3;
    const corners = [[box.left + edge, box.top + edge], [box.right - edge, box.bottom - edge]];
    return corners.every(([x, y]) => one.contains(document.elementFromPoint(x, y)));
}"""


def test_what_tab_comes_to_on_a_phone_is_whole_in_sight(form):
    form.set_viewport_size({"width": 390, "height": 700})  # half of the form is under its bar
    form.emulate_media(reduced_motion="reduce")

    def walk(address, start, keys):
        form.goto(urljoin(form.url, address))
        form.locator(start).focus()
        for key in keys:
            form.keyboard.press(key)
            name = form.evaluate("document.activeElement.outerHTML.slice(0, 120)")
            assert key == "Enter" or form.evaluate(HAS_ROOM), name

    walk("/bestillinger/ny/", "main", ["Tab"] * 20)
    walk("/bestillinger/", "main", ["Tab"] * 15)
    # What is opened over the page is left behind.
    walk("/bestillinger/", "#filters-more summary", ["Enter"] + ["Tab"] * 12)
    walk("/bestillinger/", ".tabs-bottom button", ["Enter", "Shift+Tab"])


def test_enter_may_be_faster_than_the_answer(form):
    form.keyboard.type("anbe")
    form.keyboard.press("Enter")
    form.wait_for_function("() => document.activeElement.id === 'id_linje-0-model'")
    assert (
        form.get_by_role("combobox", name="Til", exact=True).input_value()
        == "Anna Østergård (anbe)"
    )


def test_enter_while_the_answer_is_on_its_way_chooses_nobody_of_the_list_before(form):
    field = form.get_by_role("combobox", name="Til", exact=True)
    field.press_sequentially("anna", delay=20)
    form.get_by_role("option", name="Anna Østergård").wait_for()
    held = []
    form.route(
        "**/soeg/medarbejdere/?q=bolu",
        lambda route: route.continue_() if held else held.append(route),
    )
    field.fill("bolu")
    while not held:
        form.wait_for_timeout(20)
    field.press("Enter")
    expect(field).to_have_value("Bo Lund (bolu)")


def test_the_list_of_people_by_arrows_and_escape(form):
    make.employee("anos", "Anna Østermark", unit=Unit.objects.get())
    field = form.get_by_role("combobox", name="Til", exact=True)
    field.press_sequentially("anna", delay=20)
    form.get_by_role("option", name="Anna Østergård").wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant").startswith("forslag-")
    assert_accessible(form, "with the list of people open")
    field.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    field.press("ArrowDown")
    form.get_by_role("option", name="Anna Østergård").wait_for()
    field.press("Enter")
    assert field.input_value() == "Anna Østergård (anbe)"


def test_who_has_a_pc_gets_a_replacement_and_a_second_line_follows(form):
    form.keyboard.type("bolu", delay=30)
    form.keyboard.press("Enter")
    assert form.get_by_label("Erstatter PF000001").is_checked()
    form.keyboard.type("T14")
    form.get_by_role("button", name="Tilføj en linje").press("Enter")
    form.wait_for_function("() => document.activeElement.id === 'id_linje-1-who'")
    form.keyboard.type("anbe", delay=30)
    form.keyboard.press("Enter")
    form.wait_for_function("() => document.activeElement.id === 'id_linje-1-model'")
    form.keyboard.type("T16")
    form.get_by_text("786,91").wait_for()  # 5590,66 and 7000,00 over 16 quarters
    form.keyboard.press("Enter")
    form.keyboard.press("Enter")
    form.get_by_role("heading", name="T16 til Anna Østergård (anbe)").wait_for()

    found = {line.employee.initials: line for line in OrderLine.objects.all()}
    assert found["bolu"].replaces.serial_number == "PF000001"
    assert found["anbe"].model.name == "T16"


MAIL = "Fra: Lone Holm <lone@example.dk>\n\nEn T14 til anbe, tak, og en T16 til Bo Lund. XZ99Q? Og en mus."


def test_an_order_from_a_mail_is_three_clicks_from_the_front_page(page, live_server, town, cast):
    log_in(page, live_server, cast.helpdesk)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("mail => navigator.clipboard.writeText(mail)", MAIL)
    clicks = count_clicks(page)
    page.reload()
    page.get_by_role("main").get_by_role("link", name="Ny bestilling").click()
    page.get_by_label("Mailens tekst").click()
    page.keyboard.press("Control+V")  # reads it
    expect(page.locator(".mail-read")).to_contain_text("genkendt som Bo Lund")
    page.get_by_role("button", name="Gem bestilling").click()
    page.get_by_role("heading", name="T14 til Anna Østergård (anbe)").wait_for()
    assert len(clicks) == 3
    found = {line.employee.initials: line for line in OrderLine.objects.all()}
    assert found["bolu"].replaces.serial_number == "PF000001"
    order = found["anbe"].order
    assert (order.requester_name, order.requester_mail) == ("Lone Holm", "lone@example.dk")
    assert order.mail_text.splitlines() == MAIL.splitlines()
    assert f"bestilling {order.number}" in order.reply


def test_an_order_for_a_known_person_is_nine_keys_and_a_click_from_the_front_page(
    page, live_server, town, cast
):
    log_in(page, live_server, cast.helpdesk)
    keys, clicks = [], count_clicks(page)
    page.expose_function("pressed", lambda: keys.append(1))
    page.add_init_script("document.addEventListener('keydown', () => pressed(), true)")
    page.reload()
    page.keyboard.press("n")
    page.wait_for_url("**/bestillinger/ny/")
    wait_for_focus(page)
    page.keyboard.type("anbe", delay=30)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'id_linje-0-model'")
    page.keyboard.type("T14", delay=30)
    page.get_by_role("button", name="Gem bestilling").click()
    page.get_by_role("heading", name="T14 til Anna Østergård (anbe)").wait_for()
    assert (len(keys), len(clicks)) == (9, 1)
    assert OrderLine.objects.get().status == "approved"


def test_a_mail_is_read_and_every_state_is_accessible(form):
    form.get_by_label("Mailens tekst").fill(MAIL)
    form.get_by_role("button", name="Læs mailen").click()
    form.locator(".mail-read").wait_for()
    expect(form.get_by_role("button", name="Kopiér svaret")).to_be_visible()
    form.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for look in every_look(form):
        assert_accessible(form, look)
        assert_no_sideways_scroll(form)
    form.get_by_label("Beholder begge").check()
    form.locator("#gem").click()
    form.get_by_role("link", name="Linje 2: Skriv, hvorfor lederen").click()
    form.problems.clear()  # the browser names the answer of 422
    expect(form.get_by_label("Hvorfor skal lederen sige ja?")).to_be_focused()
    for look in every_look(form):
        assert_accessible(form, f"{look} with faults")
        assert_no_sideways_scroll(form)
    form.get_by_label("Erstatter PF000001").check()
    form.keyboard.press("Control+Enter")
    form.get_by_role("heading", name="T14 til Anna Østergård (anbe)").wait_for()
    for look in every_look(form):
        assert_accessible(form, look)
        assert_no_sideways_scroll(form)


def test_the_reply_and_the_price_follow_the_lines_until_somebody_writes_in_the_reply(form):
    form.get_by_label("Mailens tekst").fill(MAIL)
    form.get_by_role("button", name="Læs mailen").click()
    reply, price = form.locator("#id_reply"), form.locator("#pris")
    expect(reply).to_have_value(re.compile("T14 til Anna .* betaler 349,41"))
    wait_until_settled(form)
    form.get_by_label("Model").first.select_option(label="T16")
    expect(reply).to_have_value(re.compile("T16 til Anna .* betaler 437,50"))
    expect(price).to_contain_text("+875,00")
    expect(price).to_contain_text("+525,59\xa0kr., når PF000001 er afleveret.")
    form.get_by_role("button", name="se bort fra det").click()
    expect(form.locator(".mail-unknown")).to_have_count(0)
    expect(reply).not_to_have_value(re.compile("XZ99Q"))
    wait_until_settled(form)
    reply.fill("Hej Lone. Det er bestilt.")
    form.get_by_label("Beholder begge").check()
    expect(price).to_contain_text("Først når lederen har sagt ja.")
    form.get_by_label("Model").first.select_option(label="T14")
    expect(price).to_contain_text("+786,91")
    expect(reply).to_have_value("Hej Lone. Det er bestilt.")
    form.get_by_label("Erstatter PF000001").check()
    form.get_by_role("button", name="Gem bestilling").dblclick()
    form.get_by_role("heading", name="T14 til Anna Østergård (anbe)").wait_for()
    assert Order.objects.get().reply == "Hej Lone. Det er bestilt."


def test_a_late_answer_overwrites_nothing_that_is_typed_meanwhile(form):
    held = []
    # The first is held back, what is asked for after it is not.
    form.route(
        "**/bestillinger/ny/",
        lambda route: route.continue_() if held else held.append(route),
    )
    form.get_by_label("Mailens tekst").fill("Bo Lund skal have en T14")
    form.get_by_label("Mailens tekst").dispatch_event("paste")
    while not held:
        form.wait_for_timeout(20)
    form.get_by_label("Bestillerens mail").press_sequentially("lone@example.d", delay=10)
    held[0].continue_()
    form.locator(".mail-read").wait_for()  # asked for again, with all of it
    wait_until_settled(form)
    form.keyboard.type("k")  # where one was, and had come to
    expect(form.get_by_label("Bestillerens mail")).to_be_focused()
    expect(form.get_by_label("Bestillerens mail")).to_have_value("lone@example.dk")

    held.clear()
    form.get_by_label("Model").select_option(label="T16")
    while not held:
        form.wait_for_timeout(20)
    form.get_by_label("Beholder begge").check()
    reason = form.get_by_label("Hvorfor skal lederen sige ja?")
    reason.press_sequentially("To steder", delay=10)
    form.get_by_label("Til og med", exact=True).fill("30-06-2027")
    held[0].continue_()
    form.get_by_text("1.750,00").wait_for()  # asked for again, with all of it
    assert reason.input_value() == "To steder"
    assert form.get_by_label("Beholder begge").is_checked()
    form.locator("#gem").click()
    form.get_by_role("heading", name="T16 til Bo Lund (bolu)").wait_for()
    line = OrderLine.objects.get()
    assert (line.status, line.reason, line.replaces) == ("awaiting", "exception", None)


def test_a_late_answer_overwrites_no_choice_of_a_move(page, live_server, town, cast):
    make.cost_holder()
    device = make.lease("PF000005", unit=cast.unit).device
    make.placement(device, date(2026, 12, 24), cast.unit, used_for="Jul")
    log_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}/udstyr/flyt/?serienumre=PF000005&initialer=bolu")
    held = []
    page.route("**/udstyr/flyt/", lambda route: held.append(route))
    page.get_by_label("Bruges til").first.evaluate(
        "one => one.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    while not held:
        page.wait_for_timeout(20)
    choice = page.get_by_label("Slet det: ændringen gælder fremover")
    choice.evaluate("one => { one.checked = true; }")
    held[0].continue_()
    page.wait_for_timeout(1000)
    assert choice.is_checked()
