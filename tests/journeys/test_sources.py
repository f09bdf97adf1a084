"""An MDM's export with six planted faults: each found, mended from its row, and gone."""

from datetime import date

import pytest

from inventory.models import Device, Placement
from inventory.placements.selectors import placements_in_force
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, log_in

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 7, 10)
HEADINGS = (
    "Device name,Last check-in,OS version,Serial number,Manufacturer,Model,Primary user UPN,OS"
)
RIGHT = ("PF00000A", "PF00000B", "PF00000C")


@pytest.fixture
def town(cast, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    make.model("T16")
    birke, library = make.unit("1001", "Birkeskolen"), make.unit("1002", "Biblioteket")
    anna = make.employee("anbe", "Anna Berg", unit=birke)
    bo = make.employee("bobo", "Bo Bager", unit=library)
    for number in (*RIGHT, "PF000001", "PF000002", "PF000004", "PF000005"):
        make.lease(number, unit=birke, employee=anna)
    shared = make.lease("PF000003").device
    make.placement(shared, make.FIRST_DAY, birke, used_for="Klassesæt 7.B")
    return {"anna": anna, "bo": bo, "shared": shared}


def row(number, *, user="anbe", model="21ML003TMX", seen="2026-07-09"):
    mail = f"{user}@EXAMPLE.dk"
    return f"ALB,{seen} 06:12:33.0000000,10.0.26100.4652,{number},LENOVO,{model},{mail},Windows"


def export(tmp_path):
    """Write the export; PF000001 is not in it."""
    rows = [
        HEADINGS,
        *map(row, RIGHT),
        row("PF000002", user="bobo"),
        row("PF000003", user="bobo"),
        row("PF000004", model="21MN001CMX"),
        row("PF000005", seen="2026-04-01"),
        row("XX000006", user="bobo"),
        "iPad,0001-01-01 00:00:00.0000000,18.5,DMPX1,Apple,iPad,,iOS/iPadOS",
    ]
    # Two more of the T16's name, so that it means something.
    for number in ("PF00000D", "PF00000E", "PF00000F"):
        device = make.device(number, model=make.model("T16"))
        make.placement(device, make.FIRST_DAY, make.unit("1001"), used_for="Lånepc")
        rows.append(row(number, model="21MN001CMX"))
    path = tmp_path / "DevicesWithInventory.csv"
    path.write_text("\ufeff" + "\r\n".join(rows), encoding="utf-8")
    return path


def open_faults(page, live_server):
    """Return the kinds that the MDM's part of the page lists."""
    page.goto(f"{live_server.url}/kilder/")
    return set(page.locator("ul.tasks > li").evaluate_all("all => all.map(one => one.id)"))


def press(page, live_server, key, number, action):
    """Go from a row of a list to what mends it."""
    page.goto(f"{live_server.url}/kilder/{key}/")
    row = page.locator("#liste tbody tr", has=page.get_by_role("rowheader", name=number))
    row.get_by_role("link", name=action).click()


def save(page, button):
    page.locator("main").get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state()


def holder(device):
    return placements_in_force(TODAY).get(device__serial_number=device)


def test_six_faults_are_found_mended_and_gone(page, live_server, cast, town, tmp_path):
    log_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}/indlaes/intune/")
    page.set_input_files("input[type=file]", export(tmp_path))
    page.locator("main form:has(input[type=file]) [type=submit]").click()
    page.get_by_text("iOS/iPadOS er ikke en pc").first.wait_for()
    before = list(Placement.objects.order_by("pk").values_list())
    page.locator("main form:has(input[name=agreed]) [type=submit]").first.click()
    page.get_by_role("heading", name="Enhedsstyring (Intune)").wait_for()
    assert list(Placement.objects.order_by("pk").values_list()) == before, "nothing is moved"
    faults = {
        "aldrig-tilmeldt",
        "anden-bruger",
        "anden-enhed",
        "anden-model",
        "ikke-set",
        "ukendt-udstyr",
    }
    assert open_faults(page, live_server) == faults
    assert_accessible_in_every_look(page)
    assert_no_sideways_scroll(page)
    page.goto(f"{live_server.url}/kilder/anden-bruger/")
    assert_accessible_in_every_look(page)

    press(page, live_server, "anden-bruger", "PF000002", "Flyt til bobo")
    save(page, "Flyt")
    assert holder("PF000002").employee == town["bo"]
    press(page, live_server, "anden-enhed", "PF000003", "Flyt til Biblioteket")
    save(page, "Flyt")
    assert (holder("PF000003").unit.name, holder("PF000003").used_for) == (
        "Biblioteket",
        "Klassesæt 7.B",
    )
    press(page, live_server, "anden-model", "PF000004", "Ret model")
    save(page, "Ret model")
    assert Device.objects.get(serial_number="PF000004").model.name == "T16"
    press(page, live_server, "aldrig-tilmeldt", "PF000001", "Tag tilbage")
    save(page, "Tag tilbage")
    assert holder("PF000001").unit is None
    press(page, live_server, "ikke-set", "PF000005", "Tag tilbage")
    save(page, "Tag tilbage")
    press(page, live_server, "ukendt-udstyr", "XX000006", "Opret")
    assert page.locator("select[name=model] option:checked").inner_text() == "T14"
    assert_accessible_in_every_look(page)
    save(page, "Opret og udlever")
    page.get_by_role("heading", name="Udlever").wait_for()
    assert page.get_by_label("Serienumre").input_value() == "XX000006"
    save(page, "Udlever")
    assert holder("XX000006").employee == town["bo"]

    assert open_faults(page, live_server) == set()
    page.get_by_text("Ingen forskelle").wait_for()
