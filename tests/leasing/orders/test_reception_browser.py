"""A delivery scanned in with the keyboard alone, and what axe-core says of the pages."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from leasing.models import Lease, OrderLine
from tests import builders as make
from tests.browser import (
    assert_accessible,
    assert_no_sideways_scroll,
    every_look,
    log_in,
    wait_for_focus,
)
from tests.leasing.closed import close
from tests.leasing.orders.ground import TODAY, bought, line, screen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ground(settings, cast):
    settings.TODAY = TODAY
    make.cost_holder()
    make.lease("PF90", unit=cast.unit)
    make.price()
    close()


def check(page):
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)


def test_scanning_with_the_keyboard_alone(page, live_server, cast):
    one = bought(quantity=3)
    bought(one.order, model=screen(), quantity=2)
    log_in(page, live_server, cast.helpdesk)
    keys = page.keyboard

    page.goto(live_server.url + "/bestillinger/levering/")
    wait_for_focus(page)
    keys.type(one.order.number)
    keys.press("Enter")
    page.wait_for_url("**/levering/?nummer=*")
    wait_for_focus(page, "[data-scan]")
    for serial_number in ("pf01", "pf02"):
        keys.type(serial_number)
        keys.press("Enter")  # as the scanner does
    expect(page.get_by_text("2 af 3 scannet")).to_be_visible()
    keys.press("Tab")
    keys.type("2")
    keys.press("Enter")
    page.get_by_role("heading", name="Se, hvad der oprettes").wait_for()
    expect(page.get_by_text("INV-000002")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Gem leveringen").focus()  # axe has moved it
    keys.press("Enter")
    page.get_by_text("4 stk. er registreret og sat på leasing. 1 mangler endnu.").wait_for()
    wait_for_focus(page, "[data-scan]")
    keys.type("pf03")
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    page.get_by_role("heading", name="Se, hvad der oprettes").wait_for()
    keys.press("Enter")
    page.get_by_text("1 stk. er registreret og sat på leasing. Alt er kommet.").wait_for()
    assert Lease.objects.count() == 1 + 5
    assert {one.status for one in OrderLine.objects.all()} == {"delivered"}
    check(page)


def test_a_purchase_with_the_keyboard_and_a_double_click(page, live_server, cast):
    line(employee=make.employee())
    line(quantity=4, used_for="Klassesæt 7.B", model=make.priced("T99"))
    bought(number="AT-1")
    log_in(page, live_server, cast.helpdesk)

    page.goto(live_server.url + "/bestillinger/indkoeb/")
    check(page)
    page.locator("[name=linje]").first.focus()
    page.keyboard.press("Space")  # one of the two waits
    page.locator("[name=number]").focus()
    page.keyboard.type("AT-2")
    page.get_by_role("button", name="Markér som bestilt").dblclick()
    page.get_by_text("med nummer AT-2").first.wait_for()
    assert OrderLine.objects.filter(supplier_order_number="AT-2").count() == 1
    page.goto(live_server.url + reverse("purchase-detail") + "?nummer=AT-2")
    check(page)


def test_the_other_pages(page, live_server, cast):
    bought(quantity=1)
    log_in(page, live_server, cast.helpdesk)

    page.goto(live_server.url + "/bestillinger/levering/")
    check(page)
    page.goto(live_server.url + "/bestillinger/levering/?nummer=4711")
    page.locator("textarea").fill("PF01\nPF02")
    page.get_by_role("button", name="Kontrollér leveringen").click()
    page.get_by_role("button", name="Tag resten på lager").wait_for()
    check(page)
    page.goto(live_server.url + reverse("lease-correct", args=[Lease.objects.first().device_id]))
    page.fill("[name=price_ore]", "6.000,00")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Gem rettelsen").wait_for()
    check(page)
    assert all("422" in problem for problem in page.problems)
    page.problems.clear()
