"""axe-core finds nothing on the pages of devices, organisation, login, errors and the admin."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from albertslund_it.web.lists.pages import ListPage
from inventory.models import Act, FormerSerialNumber
from leasing.models import Settings, SubAgreement
from leasing.movements.services.acts import moved_as
from leasing.notes.services import write_note
from tests import builders as make
from tests.browser import (
    assert_accessible,
    assert_accessible_in_every_look,
    assert_no_sideways_scroll,
    be_logged_in,
    every_look,
)
from tests.leasing.closed import close

# What axe-core reads is HTML and CSS: the same on both databases.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = date(2026, 5, 1)


@pytest.fixture
def town(cast, monkeypatch):
    """Give pages something of everything: pages of devices, gaps in the coding, history, a charge.

    A page of a list has ten rows: axe-core takes its time for each, and finds in fifty what it
    finds in ten.
    """
    monkeypatch.setattr(ListPage, "per_page", 10)
    Settings.objects.update(shows_demo_data=True)
    make.cost_holder()
    neighbour = make.unit("1002", "Nabo", department=cast.department, account="")
    anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
    make.employee("bo", "Bo Uden Pc", unit=cast.unit)
    first = make.lease("PF-000", unit=neighbour)
    make.placement(first.device, date(2026, 2, 1), cast.unit, anna)
    make.placement(first.device, date(2026, 12, 1), None)
    first.terms.create(position=2, price_ore=100000, quarters=2)
    make.charge(cast.unit, 12300, text="Ridset låg", device=first.device)
    FormerSerialNumber.objects.create(device=first.device, serial_number="OLD-1")
    for number in range(1, 12):
        make.lease(f"PF-{number:03}", unit=cast.unit)
    make.lease("PF-100", stops_on=date(2026, 3, 1))
    close()
    return first.device


def check(page, live_server, path):
    page.goto(live_server.url + path)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)


def test_the_pages_of_devices_and_organisation(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.helpdesk)

    for path in (
        "/udstyr/?sorter=-serial_number",
        "/udstyr/?q=findes-ikke",
        "/udstyr/?department=x",
        reverse("device-detail", args=[town.pk]),
        "/afdelinger/",
        reverse("department-detail", args=[cast.department.pk]),
        reverse("unit-detail", args=[cast.unit.pk]),
        reverse("unit-coding", args=[cast.unit.pk]),
    ):
        check(page, live_server, path)
        if path.startswith("/udstyr/?sorter"):
            expect(page.get_by_role("navigation", name="Sider")).to_be_visible()


def test_the_forms_of_what_happens_to_devices(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.helpdesk)
    swap, loss = (reverse(name, args=[town.pk]) for name in ("swap", "loss"))
    now, who = timezone.now(), cast.helpdesk
    write_note(about="device", thing=town, text="?", file=("a.pdf", b"%PDF-"), actor=who, now=now)
    kind, day = Act.Kind.TRANSFER, date(2026, 12, 1)
    with moved_as(kind, devices=[town], starts_on=day, actor=who, now=now) as moved:
        town.placements.filter(starts_on=day).get().delete()
    shelf = make.lease("PF-101").device

    for path in (
        "/udstyr/udlever/",
        f"/udstyr/udlever/?serienumre={shelf}&serienumre=PF-1O1&initialer=anbe",
        f"/udstyr/flyt/?serienumre={town}&enhed={cast.unit.pk}&fra=01-03-2026",
        f"/udstyr/tag-tilbage/?serienumre={town}",
        f"/udstyr/udlaan/?serienumre={shelf}",
        swap,
        loss,
        "/fortryd/",
        reverse("act-detail", args=[moved.act.pk]),
        reverse("device-notes", args=[town.pk]),
    ):
        check(page, live_server, path)
    for path, button in (("/udstyr/udlever/", "Udlever"), (swap, "Ombyt"), (loss, "Meld tab")):
        page.goto(live_server.url + path)
        page.get_by_role("button", name=button, exact=True).click()
        page.locator(".error-summary").wait_for()
        for look in every_look(page):
            assert_accessible(page, look)
    page.problems.clear()  # the browser names every answer of 422


def test_the_same_pages_for_a_leader(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.unit_leader)

    for path in ("/udstyr/", reverse("device-detail", args=[town.pk]), "/afdelinger/"):
        check(page, live_server, path)


def test_the_pages_of_people_data_quality_search_and_labels(page, live_server, town, cast):
    nora = make.employee("noec", "Nora Eck", unit=cast.unit, left_on=date(2026, 4, 1))
    make.lease("PN-1", unit=cast.department.units.exclude(pk=cast.unit.pk).get(), employee=nora)
    coming = make.employee("", "Nora Eck", unit=cast.unit, starts_on=date(2026, 4, 1))
    be_logged_in(page, live_server, cast.helpdesk)

    for path in (
        "/datakvalitet/",
        "/datakvalitet/leavers/",
        "/datakvalitet/leavers/godtag/?serienumre=PN-1",
        "/datakvalitet/leavers/ansvarlig/",
        "/datakvalitet/ikke-i-brug/",
        "/medarbejdere/",
        reverse("employee-detail", args=[nora.pk]),
        reverse("employee-edit", args=[nora.pk]),
        reverse("coming-new"),
        reverse("employee-ask-back", args=[nora.pk, town.pk]),
        reverse("employee-doubles"),
        reverse("employee-merge", args=[nora.pk, coming.pk]),
        reverse("employee-merge-with", args=[coming.pk]),
        reverse("employee-personal-data", args=[nora.pk]),
        reverse("personal-data"),
        "/soeg/?q=PF-0",
        "/soeg/?q=findes-ikke",
        "/udstyr/etiketter/?serienumre=PF-001,PF-002,XX&plads=3",
    ):
        check(page, live_server, path)
    page.goto(live_server.url + reverse("coming-new"))
    page.click("main [type=submit]")
    page.locator(".error-summary").wait_for()
    assert_accessible_in_every_look(page)
    page.problems.clear()  # the browser notes that the answer was 422


def test_the_way_in_and_the_ways_out(page, live_server, cast):
    check(page, live_server, "/log-ind/")
    page.click("main [type=submit]")
    page.locator(".error-summary").wait_for()
    assert_accessible_in_every_look(page)
    be_logged_in(page, live_server, cast.head)
    for path in ("/kvartaler/", "/findes/ikke/"):
        check(page, live_server, path)
    assert any("403" in problem for problem in page.problems)
    page.problems.clear()  # the browser notes that the pages were 403 and 404


def test_the_error_page_that_stands_alone(page, live_server, cast, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("leasing.devices.views.devices.device_rows", broken, raising=False)
    monkeypatch.setattr("leasing.devices.tables.devices.device_rows", broken)
    make.device()
    be_logged_in(page, live_server, cast.helpdesk)
    check(page, live_server, "/udstyr/")
    expect(page.get_by_role("heading", name="Noget gik galt hos os")).to_be_visible()
    page.problems.clear()


def test_the_admin(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.administrator)
    framework = SubAgreement.objects.first().framework  # with what goes along with it

    for path in (
        "/admin/",
        "/admin/inventory/unit/",
        f"/admin/inventory/unit/{cast.unit.pk}/change/",
        f"/admin/leasing/lease/{town.lease.pk}/change/",
        f"/admin/auth/user/{cast.head.pk}/change/",
        "/admin/leasing/invoiceline/",
        f"/admin/leasing/frameworkagreement/{framework.pk}/delete/",
    ):
        check(page, live_server, path)
    # On forms axe-core itself tries an inline style, from a script without an address.
    page.problems[:] = [problem for problem in page.problems if not problem.endswith(" ()")]
