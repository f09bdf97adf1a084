"""Forty leases end in five months: wished for, decided, told to the lessor, returned, billed on."""

from datetime import date

import openpyxl
import pytest
from playwright.sync_api import expect

from inventory.models import Departure, Device
from leasing.models import Cage, EndDecision, EndWish, InvoiceLine, LessorList, PackedDevice
from tests import builders as make
from tests.browser import NARROW, assert_accessible, assert_no_sideways_scroll, log_in
from tests.leasing.closed import close
from tests.leasing.lease_end.deciding import decision_of

TODAY = date(2026, 8, 3)  # the leases end on 31 December 2026
LATER = date(2027, 4, 8)  # the last quarter of the leases has ended, and the first after it
FIGURES = ("Udløbet, intet besluttet", "Udløber snart, intet besluttet", "Frikøb", "Forlængelse",
           "Returnering")  # fmt: skip


class Ending:
    """Thirty pcs at the head's school and ten at the library, all on leases of four quarters."""

    def __init__(self, cast):
        make.cost_holder()
        self.school = make.unit("1001", "Birkeskolen", department=cast.department)
        self.library = make.unit("2001", "Biblioteket", department=make.department("Kultur"))
        self.leases = {
            f"PF{n:06}": make.lease(
                f"PF{n:06}", unit=self.school if n <= 30 else self.library, quarters=4
            )
            for n in range(1, 41)
        }
        self.closed = [close(code, TODAY) for code in ("2026Q1", "2026Q2")]

    def decided(self):
        """Return how many ends have each choice."""
        chosen = list(EndDecision.objects.values_list("choice", flat=True))
        return {choice: chosen.count(choice) for choice in sorted(chosen)}


@pytest.fixture
def ending(transactional_db, cast, settings):
    settings.TODAY = TODAY
    return Ending(cast)


@pytest.fixture
def phone_of(chromium, live_server):
    """Return a function that makes a page as large as a phone, on which a user is logged in."""
    contexts = []

    def make_phone(user):
        contexts.append(chromium.new_context(viewport=NARROW, has_touch=True, locale="da-DK"))
        made = contexts[-1].new_page()
        made.set_default_timeout(15_000)
        log_in(made, live_server, user)
        return made

    yield make_phone
    for context in contexts:
        context.close()


def figures(page):
    """Return how many pieces each figure above the board says."""
    said = page.locator(".figure-value").all_inner_texts()
    labels = page.locator(".figure dt").all_inner_texts()
    return dict(zip(labels, [int(one.split()[0]) for one in said], strict=True))


def counts(*pieces):
    return dict(zip(FIGURES, pieces, strict=True))


def test_from_the_wish_to_the_bill(page, phone_of, live_server, cast, ending, settings, tmp_path):
    root = live_server.url
    the_head_wishes(phone_of(cast.head), root)
    log_in(page, live_server, cast.helpdesk)
    the_helpdesk_decides(page, root, ending)
    the_helpdesk_extends_one(page, root, ending)
    one_goes_back(phone_of(cast.helpdesk), root, ending)
    the_lessor_is_told(page, root, ending, tmp_path)
    settings.TODAY = LATER
    the_extension_is_billed(page, root, ending)


def the_head_wishes(phone, root):
    """Wish for two on the page of decisions and for one on the board; without a tick, for none."""
    phone.goto(f"{root}/egenbetaling/beslutninger/")
    expect(phone.get_by_text("30 stk. mangler et ønske.")).to_be_visible()
    assert not phone.get_by_text("PF000031").count(), "the library's are not the head's"
    phone.get_by_label("Ønske", exact=True).select_option(label="Frikøb")
    phone.get_by_label("Bemærkning").fill("Anna vil købe den")
    phone.get_by_role("button", name="Gem ønsket").click()
    expect(
        phone.get_by_text("Sæt kryds ved det udstyr, du har et ønske til.").first
    ).to_be_visible()
    assert phone.get_by_label("Bemærkning").input_value() == "Anna vil købe den"
    assert not EndWish.objects.exists()
    assert_accessible(phone)
    assert_no_sideways_scroll(phone)

    phone.get_by_label("Vælg PF000001").check()
    phone.get_by_role("button", name="Gem ønsket").click()
    expect(phone.get_by_text("Ønsket er gemt for 1 stk.")).to_be_visible()
    expect(phone.get_by_text("29 stk. mangler et ønske.")).to_be_visible()

    phone.goto(f"{root}/udloeb/")
    assert_no_sideways_scroll(phone)
    phone.get_by_label("Vælg PF000002").check()
    phone.get_by_role("button", name="Ønsk", exact=True).click()
    phone.get_by_label("Ønske", exact=True).select_option(label="Forlængelse")
    assert_no_sideways_scroll(phone)
    phone.get_by_role("button", name="Gem ønsket").click()
    expect(phone.get_by_text("Ønsket er gemt for 1 stk.")).to_be_visible()
    wishes = EndWish.objects.values_list("lease__device__serial_number", "wish", "note")
    assert set(wishes) == {
        ("PF000001", "buyout", "Anna vil købe den"),
        ("PF000002", "extension", ""),
    }


def the_helpdesk_decides(page, root, ending):
    """Buy out the one that is wished for, and return the 28 that nobody wished for."""
    page.goto(f"{root}/udloeb/")
    assert figures(page) == counts(0, 40, 0, 0, 0)
    # Nothing is ticked, and so there is nothing to press.
    expect(page.get_by_role("button", name="Beslut", exact=True)).to_be_hidden()
    page.locator("#filters-more > summary").click()
    page.locator("#filter").get_by_label("Ønske").select_option(label="Frikøb")
    expect(page.locator(".list-count")).to_contain_text("1 række")
    page.get_by_label("Vælg PF000001").check()
    page.get_by_role("button", name="Beslut", exact=True).click()
    page.get_by_label("Valg", exact=True).select_option(label="Frikøb")
    page.get_by_role("button", name="Vis, hvad det gør").click()
    page.get_by_role("button", name="Gem", exact=True).click()
    expect(page.get_by_text("Frikøb er besluttet for 1 stk.")).to_be_visible()
    page.problems.clear()  # the browser names every answer of 422, which a look before saving is

    page.goto(f"{root}/udloeb/?oenske=none&enhed={ending.school.pk}")
    page.get_by_role("link", name="Beslut om alle 28 på listen").click()
    page.get_by_label("Valg", exact=True).select_option(label="Returnering")
    page.get_by_role("button", name="Vis, hvad det gør").click()
    expect(page.get_by_text("28 stk. ændres. Intet er gemt endnu.")).to_be_visible()
    expect(page.get_by_role("row", name="T14")).to_contain_text(
        "Leveres tilbage ved udløb 31-12-2026"
    )
    assert ending.decided() == {"buyout": 1}
    page.get_by_role("button", name="Gem", exact=True).click()
    expect(page.get_by_text("Returnering er besluttet for 28 stk.")).to_be_visible()
    page.problems.clear()
    assert ending.decided() == {"buyout": 1, "return": 28}
    page.goto(f"{root}/udloeb/")
    assert figures(page) == counts(0, 11, 1, 0, 28)


def the_helpdesk_extends_one(page, root, ending):
    """Extend the other that was wished for by two quarters; five are refused."""
    lease = ending.leases["PF000002"]
    page.get_by_label("Vælg PF000002").check()
    page.get_by_role("button", name="Beslut", exact=True).click()
    page.get_by_label("Valg", exact=True).select_option(label="Forlængelse")
    page.get_by_label("Forlængelsens pris: T14").fill("1.000,01")
    page.get_by_label("Begrundelse").fill("Den nye er bestilt til sommer")
    # The page offers no five: whoever sends them all the same is answered.
    page.get_by_label("Forlænges i").evaluate(
        "field => { field.add(new Option('5 kvartaler', '5')); field.value = '5'; }"
    )
    page.get_by_role("button", name="Vis, hvad det gør").click()
    expect(page.get_by_text("En forlængelse er på 1–4 kvartaler.").first).to_be_visible()
    assert page.get_by_label("Forlængelsens pris: T14").input_value() == "1.000,01"
    assert page.get_by_label("Begrundelse").input_value() == "Den nye er bestilt til sommer"
    assert lease.terms.count() == 1

    page.get_by_label("Forlænges i").select_option(label="2 kvartaler")
    page.get_by_role("button", name="Vis, hvad det gør").click()
    expect(page.get_by_text("Forlængelserne koster 1.000,01 kr. i alt.")).to_be_visible()
    page.get_by_role("button", name="Gem", exact=True).click()
    expect(page.get_by_text("Forlængelse er besluttet for 1 stk.")).to_be_visible()
    page.problems.clear()
    assert list(lease.terms.values_list("price_ore", "quarters")) == [(559066, 4), (100001, 2)]
    page.goto(f"{root}/udloeb/")
    assert figures(page) == counts(0, 10, 1, 1, 28)
    expect(page.get_by_role("row", name="PF000002")).to_contain_text("Forlænges til 30-06-2027")


def one_goes_back(phone, root, ending):
    """Pack one by scanning in the cage, have the cage collected and confirmed."""
    phone.goto(f"{root}/it-bure/")
    phone.get_by_role("link", name="Opret it-bur").click()
    phone.get_by_label("Sted").fill("Rådhuset, kælderen")
    phone.get_by_role("textbox", name="Hentes").fill("05-08-2026")
    phone.get_by_label("Plads til").fill("40")
    phone.get_by_role("button", name="Gem", exact=True).click()

    phone.get_by_label("Det, jeg scanner, er").select_option(label="Slettet")
    phone.get_by_label("Serienummer", exact=True).fill("PF999999")
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("PF999999 kendes ikke.")).to_be_visible()
    assert phone.get_by_label("Ret dem, og prøv igen").input_value() == "PF999999"
    assert not PackedDevice.objects.exists()
    assert_accessible(phone)
    phone.get_by_label("Serienummer", exact=True).fill("pf000003")
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("Pakket: PF000003.")).to_be_visible()
    assert phone.get_by_label("Det, jeg scanner, er").input_value() == "yes", "for the next scan"
    assert_no_sideways_scroll(phone)

    phone.get_by_role("link", name="Buret er hentet").click()
    expect(phone.get_by_text("1 stk., 1.397,66 kr. pr. kvartal")).to_be_visible()
    phone.get_by_role("button", name="Buret er hentet").click()
    expect(phone.get_by_text("Buret er hentet. 1 stk. er ude af registeret.")).to_be_visible()
    phone.get_by_role("button", name="Gem bekræftelsen").click()
    expect(phone.get_by_text("Leasinggiver har bekræftet 1 stk.")).to_be_visible()
    assert_no_sideways_scroll(phone)

    assert Cage.objects.get().confirmed_on == TODAY
    left = Departure.objects.get()
    assert (left.device.serial_number, left.how, left.left_on, left.is_wiped) == (
        "PF000003", "returned", TODAY, True
    )  # fmt: skip
    lease = ending.leases["PF000003"]
    lease.refresh_from_db()
    assert lease.stops_on == TODAY
    assert not Device.objects.in_register(TODAY).filter(serial_number="PF000003").exists()
    phone.goto(f"{root}/udstyr/")
    expect(phone.get_by_role("link", name="PF000002")).to_be_visible()
    expect(phone.get_by_role("link", name="PF000003")).to_have_count(0)


def the_lessor_is_told(page, root, ending, folder):
    """Download the list, mark it as sent, change one decision, and see just that one named."""
    page.goto(f"{root}/udloeb/?kvartal=2026Q4")
    page.get_by_role("link", name="Liste til leasinggiver").click()
    expect(page.get_by_text("Der er ikke sendt en liste endnu.")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Hent som Excel").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == "udloeb-2026Q4.xlsx"
    table = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    heading = next(table)
    told = {
        row["Serienummer"]: row for row in (dict(zip(heading, one, strict=True)) for one in table)
    }
    assert {told[number]["Valg"] for number in ("PF000004", "PF000030")} == {"Returnering"}
    assert told["PF000001"]["Valg"] == "Frikøb"
    assert told["PF000002"]["Valg"] == "Forlængelse"
    assert told["PF000031"]["Valg"] is None
    assert told["PF000031"]["Afhentningssted"] == "Biblioteket"

    page.get_by_role("button", name="Markér som sendt").click()
    expect(page.get_by_text("Listen for 4. kvartal 2026 er gemt som sendt.")).to_be_visible()
    expect(page.get_by_text("Listen siger det samme som den, der er sendt.")).to_be_visible()
    assert LessorList.objects.get().rows["PF000004"] == ["return", "2026-12-31", "Birkeskolen"]

    page.goto(f"{root}/udloeb/?valg=return")
    page.get_by_label("Vælg PF000004").check()
    page.get_by_role("button", name="Beslut", exact=True).click()
    page.get_by_label("Valg", exact=True).select_option(label="Tag beslutningen tilbage")
    page.get_by_role("button", name="Vis, hvad det gør").click()
    page.get_by_role("button", name="Gem", exact=True).click()
    expect(page.get_by_text("Beslutningen er taget tilbage for 1 stk.")).to_be_visible()
    page.problems.clear()
    assert decision_of(ending.leases["PF000004"]) == ""
    page.goto(f"{root}/udloeb/liste/?kvartal=2026Q4")
    changed = page.get_by_role("region", name="Ændret siden").locator("tbody tr")
    assert [row.split("\t") for row in changed.all_inner_texts()] == [
        [
            "PF000004",
            "Returnering, 31-12-2026, Birkeskolen",
            "Intet besluttet, 31-12-2026, Birkeskolen",
        ]
    ]


def the_extension_is_billed(page, root, ending):
    """Close the last quarter of the leases and the first after it, and find the extension's line.

    Its term of two quarters costs 1.000,01 kr. Up to 1 April it is half done:
    floor(100001 · (0·90 + 90) / (2·90)) = floor(50000,5) = 50000 øre. The quarter before is what
    is left of the first term: 559066 - floor(559066 · 3/4) = 559066 - 419299 = 139767 øre.
    """
    for code in ("2026Q3", "2026Q4", "2027Q1"):
        close(code, LATER)
    lines = InvoiceLine.objects.filter(serial_number="PF000002", period__gte="2026Q4")
    assert dict(lines.values_list("period", "amount_ore")) == {"2026Q4": 139767, "2027Q1": 50000}
    page.goto(f"{root}/egenbetaling/linjer/?q=PF000002")
    rows = page.locator("tbody tr").filter(has_text="PF000002")
    assert [row.split("\t")[-2:] for row in rows.all_inner_texts()[:3]] == [
        ["Ikke endnu", "500,01"],
        ["1. kvt. 2027", "500,00"],
        ["4. kvt. 2026", "1.397,67"],
    ]
    page.goto(f"{root}/udstyr/{ending.leases['PF000002'].device_id}/")
    expect(page.get_by_role("row", name="01-01-2027 30-06-2027 2 1.000,01")).to_be_visible()
    expect(page.get_by_role("row", name="1. kvartal 2027 Birkeskolen 500,00")).to_be_visible()
