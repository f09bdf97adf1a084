"""What a file says that is known already, cannot be kept, holds no more, or is not for everyone."""

import io

import pytest
from django.core.exceptions import ValidationError

from albertslund_it.common.errors import Refused
from inventory.imports.services import learn_names
from inventory.models import Device, Employee, ModelAlias, UnitAlias
from leasing.imports.selectors import unknown_names
from leasing.models import ColumnMap, ImportBatch, Lease, WaitingRow
from tests import builders
from tests.files import take_file, workbook
from tests.leasing.agreeing import agreed_in
from tests.leasing.imports.test_columns_said import DEALER, SAID
from tests.leasing.imports.test_conversation import PAGE, cells_of, step
from tests.leasing.imports.test_import_files import file_in, run
from tests.leasing.imports.test_import_page import upload
from tests.leasing.supplier.documents import PERIOD, instance, line, ubl

PEOPLE = "Initialer;Navn;Enhedsnr\nANBE;Anna Bæk;1001\nCADA;;1001\n"
DELIVERIES = (
    "Serienummer;Model;Underaftale;Leasingstart;Leasingpris;Initialer;Bruger\n"
    "PF0QQ001;T14;UA-1;12-01-2026;10;;\nPF0QQ002;T14;UA-1;12-01-2026;10;ZYXW;Zaza Yx\n"
)


@pytest.fixture
def unit(db):
    return builders.unit("1001", "Birkeskolen")


@pytest.fixture
def helpdesk(client_of, cast):
    return client_of(cast.helpdesk)


@pytest.fixture
def t14(db):
    return builders.model("T14")


# --- rows that wait already


def test_a_bad_row_waits_once_however_often_its_file_is_given(unit, tmp_path, capsys, helpdesk):
    path = file_in(tmp_path, PEOPLE)
    run(capsys, "employees", path, "--good-rows")

    status, out, err = run(capsys, "employees", path, "--good-rows")

    assert status == 0
    assert "0 ændringer: resten stod der i forvejen." in out
    assert "Venter i forvejen: række 3: Navn mangler." in err
    batch = ImportBatch.objects.get()
    page = upload(helpdesk, PEOPLE)
    page = helpdesk.post("/indlaes/employees/", step(page, good_rows="1"))
    assert "Filen ændrer ikke noget" in page.content.decode()
    assert "venter i forvejen" in page.content.decode()
    back = cells_of(helpdesk.get(f"/indlaes/nr/{batch.pk}/venter/"))
    back.append(["", "", "ANBE", "Anna Bæk", "1001"])
    run(capsys, "employees", file_in(tmp_path, workbook(*back), "t.xlsx"), "--good-rows")
    assert WaitingRow.objects.get().batch == ImportBatch.objects.get() == batch

    other = PEOPLE.replace("CADA;;1001", "CADA;;1001\nEVFI;;1001")
    run(capsys, "employees", file_in(tmp_path, other), "--good-rows")
    assert sorted(row.cells[0] for row in WaitingRow.objects.all()) == ["CADA", "EVFI"]


# --- what cannot be kept


def test_signs_that_cannot_be_kept_are_not_read(unit, helpdesk):
    rows = (["Initialer", "Navn_x0000_", "Enhedsnr"], ["ANBE", "An_x0000_na", "1001"])
    bad = ["CA_x0000_DA", "_x0000_", "1001"]
    stream = io.BytesIO(workbook(*rows, bad))

    page = upload(helpdesk, stream.getvalue(), name="bog.xlsx")
    page = helpdesk.post("/indlaes/employees/", step(page, good_rows="1"))
    helpdesk.post("/indlaes/employees/", step(page, agreed=agreed_in(page)))

    assert Employee.objects.get().name == "Anna"
    assert WaitingRow.objects.get().cells == ["CADA", "", "1001"]


def test_nor_are_they_remembered_as_a_value_or_a_name(t14, helpdesk):
    page = upload(helpdesk, DEALER.format(serial="PF0QQ001"), "deliveries")
    said = {"answer": "columns", "col-2": "model", "col-5": "serial_number", "col-6": "starts_on"}
    said |= {"value-sub_agreement": "UA\x00-1", "value-price_ore": "10"}
    page = helpdesk.post(PAGE, step(page, **said))
    names = {"answer": "names", "kind-0": "model", "text-0": "21QX\x00004ZMX", "is-0": t14.pk}

    helpdesk.post(PAGE, step(page, **names))

    assert ColumnMap.objects.get().values["sub_agreement"] == "UA-1"
    assert ModelAlias.objects.get().name == "21QX004ZMX"


@pytest.mark.parametrize("alias", [ModelAlias, UnitAlias])
def test_a_name_of_signs_alone_is_neither_asked_about_nor_learnt(unit, t14, alias):
    assert unknown_names({"model": {"...": 1}, "unit": {"...": 1}}) == []
    with pytest.raises(Refused, match="hverken bogstaver eller tal"):
        learn_names(models={"...": t14}, units={}, actor=None)
    with pytest.raises(Refused, match="hverken bogstaver eller tal"):
        learn_names(models={}, units={"-": unit}, actor=None)
    with pytest.raises(ValidationError, match="bogstaver eller tal"):
        alias(name="...").clean()


def test_cells_without_a_heading_come_back_and_are_refused_still(unit, helpdesk):
    page = upload(helpdesk, PEOPLE + "EVFI;Eva Fisk;1001;x\n")
    rows = cells_of(helpdesk.post("/indlaes/employees/", step(page, answer="faults")))

    assert rows[0][5:] == ["Uden overskrift 4"]
    assert rows[2][2:] == ["EVFI", "Eva Fisk", "1001", "x"]
    page = upload(helpdesk, workbook(rows[0], rows[2]), name="igen.xlsx")
    assert "flere celler end overskrifter" in page.content.decode()
    page = upload(helpdesk, workbook(rows[0], rows[2][:5]), name="igen.xlsx")
    assert (page.context["report"]["change_count"], page.context["report"]["warnings"]) == (1, [])


def test_a_faulty_electronic_invoice_is_told_of_whatever_it_is_called(cast, client_of):
    xml = ubl(line(1, instance("0"), "mange", period=PERIOD))
    page = upload(client_of(cast.finance), xml, "supplier_invoice", name="faktura.txt")

    assert page.status_code == 422
    assert page.context["row_errors"]
    assert not page.context["may_go_on"]


# --- who reads it


def test_what_tells_of_people_is_for_those_who_read_names(t14, cast, client_of):
    args = {"good_rows": True}
    batch = take_file("deliveries", DELIVERIES, actor=cast.helpdesk, **args).batch
    helpdesk, finance = client_of(cast.helpdesk), client_of(cast.finance)
    address = f"/indlaes/nr/{batch.pk}/"

    assert "ZYXW" in helpdesk.get(address).content.decode()
    assert "ZYXW" in str(cells_of(helpdesk.get(f"{address}venter/")))
    for end in ("", "fil/", "venter/"):
        page = finance.get(address + end, follow=True)
        assert "ZYXW" not in page.content.decode()
        assert "Zaza" not in page.content.decode()
        assert "PF0QQ002" in page.content.decode()
        assert page["Content-Type"].startswith("text/html")
    assert "kan sige, hvem der har udstyret" in page.content.decode()
    assert f'{address}venter/"' not in page.content.decode()

    own = take_file("deliveries", DELIVERIES.replace("QQ", "RR"), actor=cast.finance, **args).batch
    assert "ZYXW" in str(cells_of(finance.get(f"/indlaes/nr/{own.pk}/venter/")))
    assert b"ZYXW" in finance.get(f"/indlaes/nr/{own.pk}/fil/").content


# --- what is said at the terminal


def test_a_heading_that_is_not_there_is_refused(t14, tmp_path, capsys):
    path = file_in(tmp_path, DEALER.format(serial="PF0QQ001"))

    status, _, err = run(capsys, "deliveries", path, *SAID, "--map", "Vare Nummer=Model")

    assert status == 1
    assert "Filen har ingen overskrift »Vare Nummer«." in err
    assert "Den har: »Ordrenr«, »Rekvisition«, »Varenr«" in err
    assert not ColumnMap.objects.exists()


def test_names_are_taught_at_the_terminal(t14, tmp_path, capsys):
    path = file_in(tmp_path, DEALER.format(serial="PF0QQ001"))

    status, _, err = run(capsys, "deliveries", path, *SAID)
    assert status == 1
    assert '--name "21QX004ZMX=MODEL"' in err
    taught = (*SAID, "--name", "21QX004ZMX=t14")
    assert run(capsys, "deliveries", path, *taught, "--dry-run")[0] == 0
    assert not ModelAlias.objects.exists() | Lease.objects.exists()

    status, _, err = run(capsys, "deliveries", path, *taught)

    assert status == 0, err
    assert ModelAlias.objects.get().model == t14 == Device.objects.get().model


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("Rosmarinen", 'skriv "NAVN=MODEL"'),
        ("Rosmarinen=4711", "der er ingen enhed »4711«"),
        ("...=1001", "hverken bogstaver eller tal"),
        (f"{'x' * 101}=1001", "navnet er for langt"),
    ],
)
def test_what_cannot_be_taught(unit, tmp_path, capsys, said, why):
    path = file_in(tmp_path, "Initialer;Navn;Enhedsnr\nANBE;Anna;Rosmarinen\n")

    status, _, err = run(capsys, "employees", path, "--name", said)

    assert status == 1
    assert why in err
    assert not UnitAlias.objects.exists()
    assert run(capsys, "employees", path, "--name", "Rosmarinen=Birkeskolen")[0] == 0
    assert Employee.objects.get().unit == unit


PLAIN = "Serienummer;Model\n{}\n"
VALUES = ("--set", "Underaftale=UA-1", "--set", "Leasingpris=10")


def test_a_value_is_taken_back_and_a_date_never_holds_by_itself(t14, tmp_path, capsys, helpdesk):
    def give(serial, *said):
        path = file_in(tmp_path, PLAIN.format(f"{serial};T14"), f"{serial}.csv")
        return run(capsys, "deliveries", path, *said)

    date = ("--set", "Leasingstart=12-01-2026")
    assert give("PF0QQ001", *VALUES, *date, "--set", "Garanti til=31-12-2029")[0] == 0

    status, _, err = give("PF0QQ002")

    assert status == 1
    assert 'skriv --set "Leasingstart=12-01-2026"' in err
    assert '--set "Garanti til="' in err
    assert Lease.objects.count() == 1

    status, _, err = give("PF0QQ002", "--set", "Leasingstart=13-01-2026", "--set", "Garanti til=")

    assert status == 0, err
    assert "Underaftale er »UA-1« i hele filen, som sidst" in err
    assert Device.objects.get(serial_number="PF0QQ002").warranty_until is None
    assert set(ColumnMap.objects.get().values) == {"sub_agreement", "price_ore", "starts_on"}

    page = upload(helpdesk, PLAIN.format("PF0QQ003;T14"), "deliveries")

    guesses = {one.column.name: one.value for one in page.context["values"] if one.is_guess}
    assert guesses == {"Leasingstart": "13-01-2026"}
    sent = {f"value-{one.column.field}": one.value for one in page.context["values"]}
    fields = {f"col-{one.place}": one.field for one in page.context["headings"]}
    page = helpdesk.post(PAGE, step(page, answer="columns", **sent, **fields))
    assert "Leasingstart er »13-01-2026« i hele filen" in page.content.decode()
    state = {"dates_hold": "1"} if 'name="dates_hold"' in page.content.decode() else {}
    helpdesk.post(PAGE, step(page, agreed=agreed_in(page), **state))
    assert Lease.objects.count() == 3
