"""axe-core finds nothing on the pages of what goes back; a cage is packed by the keyboard alone."""

import os
from pathlib import Path

import pytest

from leasing.models import EndDecision
from leasing.returns.services.cages import confirm_cage
from tests import builders as make
from tests.browser import NARROW, WIDE, be_logged_in, wait_for_focus
from tests.leasing.returns.world import TODAY, cage, collect, pack, plan, returning, row_of, states
from tests.web.test_accessible import check

# What axe-core reads is HTML and CSS: the same on both databases.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_the_pages_of_what_goes_back(page, live_server, cast, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    person = make.employee(unit=cast.unit)
    make.decided(make.lease("PF000099", unit=cast.unit, employee=person), "return")
    devices = returning(8, unit=cast.unit)
    open_one, gone = cage(room_for=12, note="Port 3"), cage("Biblioteket")
    plan(open_one, *devices[:3])
    pack(open_one, devices[0])
    pack(open_one, devices[1], wiped="no")
    for device in devices[1:3]:  # one is packed, one planned, and both are kept after all
        EndDecision.objects.filter(term__lease__device=device).delete()
    plan(gone, *devices[3:6])
    pack(gone, *devices[3:5])
    collect(gone)
    confirm_cage(
        cage_id=gone.pk,
        confirmed_on=TODAY,
        received=[row_of(devices[3]).pk],
        actor=None,
        today=TODAY,
    )
    be_logged_in(page, live_server, cast.helpdesk)
    own = f"/it-bure/{open_one.pk}/"
    for path in (
        "/it-bure/",
        "/it-bure/nyt/",
        own,
        f"{own}ret/",
        f"{own}foreslaa/",
        f"{own}hentet/",
        f"/it-bure/{gone.pk}/",
        f"/udstyr/{devices[7].pk}/afgang/",
        f"/udstyr/{devices[3].pk}/afgang/",
        f"/udstyr/{devices[3].pk}/",
        "/udstyr/?register=ude",
        "/datakvalitet/",
    ):
        check(page, live_server, path)
        if where := os.environ.get("RETURNS_PICTURES"):
            for size in (WIDE, NARROW):
                page.set_viewport_size(size)
                name = path.strip("/").replace("/", "-").replace("?", "-")
                page.screenshot(path=Path(where) / f"{name}-{size['width']}.png", full_page=True)
            page.set_viewport_size(WIDE)


def test_a_hand_scanner_packs_with_enter(page, live_server, cast, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    returning(3, unit=cast.unit)
    bur = cage()
    be_logged_in(page, live_server, cast.helpdesk)
    page.set_viewport_size(NARROW)
    page.goto(f"{live_server.url}/it-bure/{bur.pk}/")
    page.select_option("select[name=wiped]", "yes")
    page.focus("input[name=numbers]")
    for number in ("PF000001", "PF000002"):
        wait_for_focus(page, "input[name=numbers]")
        page.keyboard.type(number)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    wait_for_focus(page, "input[name=numbers]")
    assert states(bur) == {"PF000001": "packed", "PF000002": "packed"}
    page.keyboard.type("PF000003 XX000009")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    wait_for_focus(page, "input[name=numbers]")
    assert page.input_value("input[name=numbers]") == ""
    assert page.input_value("textarea[name=numbers]") == "XX000009"
    assert "XX000009" in page.inner_text("section:has(#afvist)")
    assert len(states(bur)) == 3
    page.problems[:] = [one for one in page.problems if "422" not in one]
