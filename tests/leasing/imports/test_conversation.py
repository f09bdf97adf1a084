"""A file of another's, page by page: columns, names, good rows; then what was taken in."""

import io
from datetime import date

import openpyxl
import pytest

from albertslund_it import roles
from inventory.models import Employee, ModelAlias, UnitAlias
from leasing.models import ColumnMap, ImportBatch, Lease, WaitingRow
from tests import builders
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, log_in
from tests.files import take_file, workbook
from tests.leasing.agreeing import agreed_in
from tests.leasing.imports.test_import_page import upload

DEALER = (
    "Ordrenr;Varenr;Varebeskrivelse;Antal;Serienr.;Leveringsdato;Pris\r\n"
    "3003;21QX004ZMX;LENOVO ThinkPad T14;1;{serial};12-01-2026;349,42\r\n"
)
PAGE = "/indlaes/deliveries/"
# Places of the headings above.
ANSWER = {
    "answer": "columns",
    "col-1": "model",
    "col-4": "serial_number",
    "col-5": "starts_on",
    "value-sub_agreement": "UA-2026-07",
    "value-price_ore": "5.590,66",
}


@pytest.fixture
def t14(db):
    return builders.model("T14")


@pytest.fixture
def helpdesk(client_of, cast):
    return client_of(cast.helpdesk)


def step(response, **answer):
    """Return what a page of a file sends on: what it carries, and an answer."""
    here = response.context["step"]
    sent = {"token": here.token, "name": here.name, "sheet": here.sheet, **answer}
    return sent | ({"good_rows": "1"} if here.good_rows else {})


def text_of(page):
    return " ".join(page.content.decode().split())


def dealer(helpdesk, serial="PF0QQ001", **options):
    return upload(helpdesk, DEALER.format(serial=serial), "deliveries", "leverance.csv", **options)


def test_a_dealers_list_is_asked_about_once(t14, helpdesk, client_of, cast):
    page = dealer(helpdesk)

    assert page.status_code == 200
    found = {one.text: (one.field, one.proposed, one.samples) for one in page.context["headings"]}
    assert found["Serienr."] == ("serial_number", "", ("PF0QQ001",))
    assert found["Leveringsdato"] == ("", "starts_on", ("12-01-2026",))
    assert found["Varenr"] == ("", "model", ("21QX004ZMX",))
    assert found["Pris"] == ("", "", ("349,42",))  # a quarter's: never guessed to be the lease's

    page = helpdesk.post(PAGE, step(page, **ANSWER))

    assert page.status_code == 422
    [(unknown, choices)] = page.context["unknown"]
    assert (unknown["text"], unknown["count"]) == ("21QX004ZMX", 1)
    assert (t14.pk, "T14") in choices
    assert "så indlæs den først under Priser, som økonomi kan." in text_of(page)
    finance = client_of(cast.finance)
    asked = finance.post(PAGE, step(dealer(finance), **ANSWER))
    assert '<a href="/indlaes/prices/" target="_blank"' in asked.content.decode()

    names = {"answer": "names", "kind-0": "model", "text-0": "21QX004ZMX", "is-0": t14.pk}
    page = helpdesk.post(PAGE, step(page, **names))

    assert "Gem ændringerne" in page.content.decode()
    assert not Lease.objects.exists()
    helpdesk.post(PAGE, step(page, agreed=agreed_in(page)))
    assert Lease.objects.get().starts_on == date(2026, 1, 12)

    page = dealer(helpdesk, "PF0QQ002")  # the second time: no question, and the value is said

    assert "Underaftale er »UA-2026-07« i hele filen, som sidst" in page.content.decode()
    helpdesk.post(PAGE, step(page, agreed=agreed_in(page)))
    assert Lease.objects.count() == 2
    assert ModelAlias.objects.get().model == t14


def test_each_rows_own_number_is_not_said_of_the_whole_file(t14, helpdesk):
    """A serial number the same in all rows would be one device: only the others are offered so."""
    asked = upload(helpdesk, "Nr.;Vare\r\nPF0QQ009;T14\r\n", "deliveries", "liste.csv")

    text = " ".join(asked.content.decode().split())
    assert "Vi mangler: Serienummer, " in text
    assert "ens i alle rækker, så skriv det nederst" in text
    assert "Serienummer" not in asked.context["of_all_rows"]


def test_what_was_chosen_is_kept_where_it_cannot_be(t14, helpdesk):
    page = dealer(helpdesk)

    page = helpdesk.post(PAGE, step(page, **ANSWER | {"col-2": "model", "value-quarters": "mange"}))

    assert page.status_code == 422
    assert "kan ikke begge læses som det samme" in page.content.decode()
    assert {one.text: one.field for one in page.context["headings"]}["Varebeskrivelse"] == "model"
    assert 'value="mange"' in page.content.decode()
    assert not ColumnMap.objects.exists()


def test_columns_can_be_mended_from_the_preview(t14, helpdesk):
    builders.price(t14)
    take_file("prices", "Model;Kategori;Gælder fra;Leasingpris\nT14;pc;01-01-2026;10")
    text = "Serienummer;Model;Underaftale;Leasingstart;Note\nPF0QQ001;T14;UA-1;12-01-2026;B7\n"
    page = upload(helpdesk, text, "deliveries")

    page = helpdesk.post(PAGE, step(page, answer="ask-columns"))

    assert [one.field for one in page.context["headings"]][:2] == ["serial_number", "model"]


@pytest.mark.parametrize("is_", ["", "999999", "x"])
def test_a_name_is_learnt_only_as_something_that_is_there(t14, helpdesk, is_):
    page = helpdesk.post(PAGE, step(dealer(helpdesk), **ANSWER))

    names = {"answer": "names", "kind-0": "model", "text-0": "21QX004ZMX", "is-0": is_}
    assert helpdesk.post(PAGE, step(page, **names)).status_code == 422
    assert not ModelAlias.objects.exists()


def test_a_part_number_of_the_same_machine_type_is_a_guess(t14, helpdesk):
    ModelAlias.objects.create(name="21QX001AMX", model=t14)

    page = helpdesk.post(PAGE, step(dealer(helpdesk), **ANSWER))

    [(unknown, _)] = page.context["unknown"]
    assert unknown["proposed"] == t14.pk


def test_a_units_name_is_asked_about_and_learnt(db, helpdesk):
    unit = builders.unit("1001", "Birkeskolen")
    text = "Initialer;Navn;Enhedsnr\nANBE;Anna Bæk;Den gamle skole\nBODA;Bo Dahl;7777\n"
    page = upload(helpdesk, text)

    assert [one["text"] for one, _ in page.context["unknown"]] == ["Den gamle skole"]
    names = {"answer": "names", "kind-0": "unit", "text-0": "Den gamle skole", "is-0": unit.pk}
    page = helpdesk.post("/indlaes/employees/", step(page, **names))

    assert UnitAlias.objects.get().unit == unit
    assert [one["told"] for one in page.context["row_errors"]] == [
        "række 3: Enhedsnr 7777 findes ikke. Ret nummeret, eller indlæs enheden først"
    ]


PEOPLE = "Initialer;Navn;Enhedsnr\nANBE;Anna Bæk;1001\nCADA;;1001\nEVFI;Eva Fisk;7777\n"


def cells_of(response):
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    return [[cell.value or "" for cell in row] for row in sheet.iter_rows()]


def test_rows_with_faults_are_downloaded_mended_and_given_again(db, helpdesk):
    builders.unit("1001")
    page = upload(helpdesk, PEOPLE)

    rows = cells_of(helpdesk.post("/indlaes/employees/", step(page, answer="faults")))

    assert rows[0] == ["Fejl", "Venter som", "Initialer", "Navn", "Enhedsnr"]
    assert rows[1] == ["Navn mangler.", "", "CADA", "", "1001"]
    assert rows[2][0].startswith("Enhedsnr 7777 findes ikke.")
    mended = workbook(rows[0], [*rows[1][:3], "Carl Dahl", "1001"])
    page = upload(helpdesk, mended, name="rettet.xlsx")
    assert page.context["report"]["change_count"] == 1
    assert page.context["report"]["warnings"] == []


def test_good_rows_are_not_offered_where_none_is_left(db, helpdesk):
    """Of two rows that contradict each other both are left: what is offered can be done."""
    builders.unit("1001")
    twice = "Initialer;Navn;Enhedsnr\r\nANBE;Anna Berg;1001\r\nANBE;Anna Bæk;1001\r\n"

    page = upload(helpdesk, twice)

    assert page.context["row_errors"]
    assert "Der er ingen gode rækker at tage." in page.content.decode()


def test_the_good_rows_are_taken_and_the_others_wait_until_they_are_mended(db, helpdesk):
    builders.unit("1001")
    page = upload(helpdesk, PEOPLE)

    page = helpdesk.post("/indlaes/employees/", step(page, good_rows="1"))

    assert "Gem de gode rækker" in page.content.decode()
    assert not Employee.objects.exists()
    batch = helpdesk.post(
        "/indlaes/employees/", step(page, agreed=agreed_in(page)), follow=True
    ).context["batch"]
    assert [person.initials for person in Employee.objects.all()] == ["ANBE"]
    assert "2 venter" in helpdesk.get("/indlaes/nr/").content.decode()
    assert "Rækker, der venter (2)" in " ".join(helpdesk.get("/indlaes/").content.decode().split())
    rows = cells_of(helpdesk.get(f"/indlaes/nr/{batch.pk}/venter/"))
    assert rows[1][1:] == [f"{batch.pk}/3", "CADA", "", "1001"]
    mended = workbook(rows[0], [*rows[1][:3], "Carl Dahl", "1001"])

    page = upload(helpdesk, mended, name="rettet.xlsx")
    helpdesk.post("/indlaes/employees/", step(page, agreed=agreed_in(page)))

    assert Employee.objects.count() == 2
    assert [row.number for row in WaitingRow.objects.waiting()] == [4]
    drop = f"/indlaes/nr/{batch.pk}/venter/slet/"
    assert "Sæt kryds" in helpdesk.post(drop, follow=True).content.decode()
    helpdesk.post(drop, {"row": ["4", "x"]})
    assert not WaitingRow.objects.waiting().exists()
    assert "Ingen rækker venter" in helpdesk.get("/indlaes/venter/").content.decode()


def test_a_sheet_is_chosen_where_there_are_several(db, helpdesk):
    builders.unit("1001")
    rows = [["Initialer", "Navn", "Enhedsnr"], ["ANBE", "Anna Bæk", "1001"]]
    page = upload(helpdesk, workbook(["Forside", "x"], [1, 2], Personer=rows), name="bog.xlsx")

    page = helpdesk.post("/indlaes/employees/", step(page) | {"sheet": "Personer"})

    assert page.context["report"]["change_count"] == 1
    assert page.context["step"].sheet == "Personer"


def test_a_batch_is_undone_on_its_page_by_whoever_took_it_in(db, helpdesk, client_of, cast):
    builders.unit("1001")
    text = "Initialer;Navn;Enhedsnr\nANBE;Anna {};1001\n"
    take_file("employees", text.format("Bæk"), actor=cast.helpdesk)
    second = take_file("employees", text.format("Dal"), actor=cast.helpdesk).batch
    address = f"/indlaes/nr/{second.pk}/fortryd/"

    page = helpdesk.get(address)

    assert page.context["shown"] == [("ANBE (medarbejder)", "Navn", "Anna Dal", "Anna Bæk")]
    other = cast.user("hanne", roles.HELPDESK)
    answer = {"agreed": agreed_in(page)}
    assert client_of(other).post(address, answer).status_code == 422
    assert helpdesk.post(address, {}).status_code == 200  # nothing agreed to: shown first
    assert Employee.objects.get().name == "Anna Dal"

    page = helpdesk.post(address, answer, follow=True)

    assert "er fortrudt" in page.content.decode()
    assert Employee.objects.get().name == "Anna Bæk"
    assert helpdesk.post(address, answer).status_code == 422
    assert "allerede fortrudt" in helpdesk.get(address).content.decode()


def test_what_stands_in_the_way_is_said_before_it_is_tried(db, helpdesk, cast):
    builders.unit("1001")
    text = "Initialer;Navn;Enhedsnr\nANBE;Anna {};1001\n"
    first = take_file("employees", text.format("Bæk"), actor=cast.helpdesk).batch
    take_file("employees", text.format("Dal"), actor=cast.helpdesk)

    page = helpdesk.get(f"/indlaes/nr/{first.pk}/fortryd/").content.decode()

    assert "ANBE er ændret siden" in page
    assert "Fortryd indlæsningen" not in page


def test_a_batch_is_for_those_who_take_in_its_kind(db, helpdesk, client_of, cast):
    builders.unit("1001")
    batch = take_file("employees", PEOPLE.replace("CADA;;", "CADA;C;"), good_rows=True).batch
    finance = client_of(cast.finance)

    for end in ("", "fil/", "venter/", "fortryd/"):
        assert finance.get(f"/indlaes/nr/{batch.pk}/{end}").status_code == 404
        assert helpdesk.get(f"/indlaes/nr/{batch.pk}/{end}").status_code == 200
    assert finance.post(f"/indlaes/nr/{batch.pk}/venter/slet/", {"all": "1"}).status_code == 404
    assert "fil.csv" not in finance.get("/indlaes/nr/").content.decode()
    assert "fil.csv" not in finance.get("/indlaes/venter/").content.decode()
    file = helpdesk.get(f"/indlaes/nr/{batch.pk}/fil/")
    assert file.content == PEOPLE.replace("CADA;;", "CADA;C;").strip().encode()
    assert "attachment" in file["Content-Disposition"]


def test_the_lists_cost_the_same_for_three_and_for_thirty(
    db, helpdesk, django_assert_max_num_queries
):
    builders.unit("1001")

    def queries():
        with django_assert_max_num_queries(100) as seen:
            helpdesk.get("/indlaes/nr/")
            helpdesk.get("/indlaes/venter/")
        return len(seen)

    def fill(count):
        for n in range(count):
            text = f"Initialer;Navn;Enhedsnr\nA{n}{count};Anna;1001\nB;;1001\n"
            take_file("employees", text, good_rows=True)

    fill(3)
    three = queries()
    fill(27)
    assert queries() == three


def test_a_dealers_list_in_a_browser(page, live_server, cast, tmp_path, t14):
    first, second = tmp_path / "en.csv", tmp_path / "to.csv"
    first.write_text(DEALER.format(serial="PF0QQ001"))
    second.write_text(DEALER.format(serial="PF0QQ002"))
    log_in(page, live_server, cast.helpdesk)

    page.goto(f"{live_server.url}{PAGE}")
    page.set_input_files("input[type=file]", first)
    page.click("text=Kontrollér filen")
    page.wait_for_selector("text=Hvad er kolonnerne i en.csv?")
    assert_accessible_in_every_look(page)
    assert_no_sideways_scroll(page)
    page.fill("#value-sub_agreement", "UA-2026-07")
    page.click("text=De andre kolonner")
    page.fill("#value-price_ore", "5.590,66")
    page.click("text=Husk, og kontrollér filen")
    page.wait_for_selector("text=Navne, vi ikke kender")
    page.problems.clear()  # Chromium notes every answer that is not 200
    assert_accessible_in_every_look(page)
    page.select_option("#is-0", label="T14")
    page.click("text=Husk, og kontrollér igen")
    page.click("text=Gem ændringerne")
    page.wait_for_selector("h1:has-text('Indlæsning nr.')")
    assert_accessible_in_every_look(page)
    page.goto(f"{live_server.url}{PAGE}")
    page.set_input_files("input[type=file]", second)
    page.click("text=Kontrollér filen")
    page.click("text=Gem ændringerne")
    page.wait_for_selector("h1:has-text('Indlæsning nr.')")
    numbered = page.url
    page.goto(f"{live_server.url}/indlaes/husket/")
    page.click("text=Ret eller glem")
    assert_accessible_in_every_look(page)
    page.goto(numbered)
    page.click("main >> text=Fortryd")
    page.wait_for_selector("text=Det bliver, som det var")
    assert_accessible_in_every_look(page)
    page.click("text=Fortryd indlæsningen")
    page.wait_for_selector("text=er fortrudt")

    assert [lease.device.serial_number for lease in Lease.objects.all()] == ["PF0QQ001"]
    assert ImportBatch.objects.count() == 2
