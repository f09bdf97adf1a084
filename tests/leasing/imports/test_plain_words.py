"""What the pages of *Indlæs* guess, count and say to somebody who has not seen them before."""

import pytest

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.headings import ColumnChoice
from albertslund_it.common.files.spreadsheets import FileTable
from inventory.imports.importers.matching import choice_of, headings_of
from leasing.imports.importers.kinds import KINDS
from leasing.imports.presenters import counts_shown
from leasing.models import ImportBatch, WaitingRow
from tests import builders
from tests.files import take_file, workbook
from tests.leasing.agreeing import agreed_in
from tests.leasing.imports.test_conversation import PEOPLE, cells_of, step
from tests.leasing.imports.test_import_page import upload


@pytest.fixture
def helpdesk(client_of, cast):
    return client_of(cast.helpdesk)


@pytest.mark.parametrize(
    ("kind", "headings", "guessed"),
    [
        ("deliveries", ["Ordrenr", "Rekvisition"], {"Rekvisition": "order_number"}),
        ("deliveries", ["Ordrenr"], {"Ordrenr": "order_number"}),
        ("devices", ["Asset Tag", "Name"], {"Name": "model"}),
    ],
)
def test_the_likelier_heading_is_guessed(kind, headings, guessed):
    found = headings_of(KINDS[kind].columns, FileTable.of(headings, []), ColumnChoice())

    assert {one.text: one.proposed for one in found if one.proposed} == guessed


def test_a_serial_number_is_never_one_for_the_whole_file(db, helpdesk):
    page = upload(helpdesk, "Asset Tag;Model\nALB-1;T14\n", "devices")

    assert "serial_number" not in {one.column.field for one in page.context["values"]}
    sent = {"answer": "columns", "col-1": "model", "value-serial_number": "PF0QQ001"}
    page = helpdesk.post("/indlaes/devices/", step(page, **sent))
    assert page.status_code == 422
    assert "Serienummer mangler: vælg en kolonne</a>" in page.content.decode()
    with pytest.raises(Refused, match="hver rækkes egen"):
        choice_of(KINDS["devices"].columns, {}, {"Serienummer": "PF0QQ001"})


def test_what_is_missing_is_said_at_its_field(db, helpdesk):
    page = upload(helpdesk, "Serienummer;Model\nPF0QQ001;T14\n", "deliveries")

    sent = {"answer": "columns", "value-starts_on": "01-01-2026"}
    page = helpdesk.post("/indlaes/deliveries/", step(page, **sent))

    shown = page.content.decode()
    assert "Underaftale mangler: vælg en kolonne, eller skriv den nederst" in shown
    assert 'id="value-sub_agreement_error"' in shown
    assert "Vi mangler: Underaftale." in shown
    assert "skal være overskrifter" not in shown


def test_a_help_of_two_sentences_ends_once(db, helpdesk):
    shown = upload(helpdesk, "Navn;Alder\nAnders;12\n", "units").content.decode()

    assert "er den kun en overskrift. Fx" in " ".join(shown.split())


def test_no_good_rows_are_offered_where_there_are_none(db, helpdesk):
    page = upload(helpdesk, "Initialer;Navn;Enhedsnr\nCADA;;1001\n")

    assert "Der er ingen gode rækker at tage" in page.content.decode()
    assert 'name="good_rows" value="1">\n      <button' not in page.content.decode()
    page = helpdesk.post("/indlaes/employees/", step(page, good_rows="1"))
    assert "Der er ingen gode rækker at tage" in page.content.decode()


def test_a_file_of_headings_alone_is_refused(db, helpdesk):
    page = upload(helpdesk, "Initialer;Navn;Enhedsnr\n")

    assert "Filen har ingen rækker." in page.content.decode()


def test_rows_that_wait_are_counted_once_and_shown_without_our_own_columns(db, helpdesk):
    builders.unit("1001")
    batch = take_file("employees", PEOPLE, good_rows=True).batch
    rows = cells_of(helpdesk.get(f"/indlaes/nr/{batch.pk}/venter/"))
    mended = workbook(rows[0], [*rows[1][:3], "Carl Dahl", "1001"], [*rows[2][:4], "8888"])
    page = upload(helpdesk, mended, name="rettet.xlsx")

    page = helpdesk.post("/indlaes/employees/", step(page, good_rows="1"))

    words = " ".join(page.content.decode().split())
    assert "1 venter ikke længere; 1 <a href" in words
    assert [row["cells"] for row in page.context["report"]["waiting"]] == [
        ["EVFI", "Eva Fisk", "8888"]
    ]
    assert WaitingRow.objects.count() == 2


def test_counts_are_said_in_the_number_that_they_have():
    counts = {"medarbejdere": [1, 2, 0], "enheder": [0, 0, 4]}

    assert counts_shown(counts) == "1 medarbejder oprettet; 2 medarbejdere ændret"
    assert counts_shown({"enheder": [0, 0, 4]}) == "intet ændret"


LESSOR = "Serial no;Product;Agreement;End date;Rent\nPF0QQ001;T14;UA-1;31-12-2029;349,42\n"


def test_headings_that_nobody_knows_are_asked_about_once(db, helpdesk):
    page = upload(helpdesk, LESSOR, "lessor_assets")

    found = {one.text: one.proposed or one.field for one in page.context["headings"]}
    assert found == {
        "Serial no": "serial_number",
        "Product": "model",
        "Agreement": "sub_agreement",
        "End date": "expires_on",
        "Rent": "instalment_ore",
    }
    assert "kun spurgt denne ene gang" in " ".join(page.content.decode().split())
    # Nothing but the number is to be read: said once, and not asked again.
    page = helpdesk.post(
        "/indlaes/lessor_assets/",
        step(
            page,
            answer="columns",
            **{"col-0": "serial_number", **{f"col-{n}": "" for n in range(1, 5)}},
        ),
    )
    assert page.context["report"]["change_count"]
    assert "report" in upload(helpdesk, LESSOR, "lessor_assets").context


def test_from_the_sources_a_link_leads_back_to_what_was_taken_in(db, helpdesk):
    builders.device("PF0QQ001")
    page = upload(helpdesk, "Serial number,OS\nPF0QQ001,Windows\n", "intune")

    sent = step(page, agreed=agreed_in(page))
    page = helpdesk.post("/indlaes/intune/", sent, follow=True)

    batch = ImportBatch.objects.get()
    assert page.redirect_chain[-1][0] == "/kilder/"
    assert f'href="/indlaes/nr/{batch.pk}/">Se eller fortryd' in page.content.decode()
