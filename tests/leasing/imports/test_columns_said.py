"""Headings of others: matched by what they are called, by what is said, and remembered."""

from datetime import date

import pytest
from django.core.management import call_command

from inventory.imports.services import learn_names
from inventory.models import Device, Employee
from leasing.models import ColumnMap, ImportBatch, Lease, WaitingRow
from tests import builders
from tests.files import workbook
from tests.leasing.imports.test_import_files import file_in, run

DEALER = (
    "Ordrenr;Rekvisition;Varenr;Varebeskrivelse;Antal;Serienr.;Leveringsdato;Pris\r\n"
    "2002;B9;21QX004ZMX;LENOVO ThinkPad T14;1;{serial};12-01-2026;349,42\r\n"
)
SAID = (
    *("--map", "Varenr=Model"),
    *("--map", "Leveringsdato=Leasingstart"),
    *("--map", "Rekvisition="),
    *("--set", "Underaftale=UA-2026-07"),
    *("--set", "Leasingpris=5.590,66"),
)


def run_undo(capsys, number):
    """Run the command; give its exit status and what it wrote."""
    status = 0
    try:
        call_command("undo_import", str(number))
    except SystemExit as exit_:
        status = exit_.code
    out = capsys.readouterr()
    return status, out.out, out.err


@pytest.fixture
def t14(db):
    model = builders.model("T14")
    learn_names(models={"21QX004ZMX": model}, units={}, actor=None)
    return model


def test_a_dealers_list_is_mapped_once_and_taken_the_second_time(t14, tmp_path, capsys):
    first = file_in(tmp_path, DEALER.format(serial="PF0QQ001"), "en.csv")
    second = file_in(tmp_path, DEALER.format(serial="PF0QQ002"), "to.csv")

    status, out, err = run(capsys, "deliveries", first, *SAID)

    assert status == 0, err
    assert "Kolonnen »Ordrenr« kendes ikke og er ikke læst." in err
    assert "Rekvisition" not in err
    batch = ImportBatch.objects.get()
    assert f"Indlæsning nr. {batch.pk}" in out
    lease = Lease.objects.get()
    assert (lease.device.model, lease.starts_on) == (t14, date(2026, 1, 12))
    assert lease.sub_agreement.number == "UA-2026-07"

    status, out, err = run(capsys, "deliveries", second)

    assert status == 0, err
    assert "Underaftale er »UA-2026-07« i hele filen, som sidst" in err
    assert Lease.objects.count() == 2
    assert ImportBatch.objects.count() == 2


def test_what_is_missing_and_what_it_may_be_is_said(t14, tmp_path, capsys):
    path = file_in(tmp_path, DEALER.format(serial="PF0QQ001"))

    status, _, err = run(capsys, "deliveries", path)

    assert status == 1
    assert "her mangler: Model, Underaftale, Leasingstart" in err
    assert "»Leveringsdato« er måske Leasingstart." in err
    assert "»Varenr« er måske Model." in err
    assert "--map" in err
    assert not ColumnMap.objects.exists()


def test_a_dry_run_remembers_nothing(t14, tmp_path, capsys):
    path = file_in(tmp_path, DEALER.format(serial="PF0QQ001"))

    status, out, _ = run(capsys, "deliveries", path, *SAID, "--dry-run")

    assert status == 0
    assert "Indlæsning nr." not in out
    assert not ColumnMap.objects.exists() | ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("--map", "Varenr=Farve"), "»Farve« er ingen kolonne her"),
        (("--map", "Varenr"), 'skriv "OVERSKRIFT=Kolonne"'),
        (("--map", "Varenr=Model", "--map", "Varebeskrivelse=Model"), "kan ikke begge læses"),
        (("--set", "Leasingstart=i dag", *SAID), "Værdien for hele filen: Leasingstart »i dag«"),
    ],
)
def test_what_cannot_be_said_of_columns(t14, tmp_path, capsys, said, why):
    status, _, err = run(
        capsys, "deliveries", file_in(tmp_path, DEALER.format(serial="PF0QQ001")), *said
    )

    assert status == 1
    assert why in err


def test_the_order_of_the_columns_does_not_matter_to_what_is_remembered(t14, tmp_path, capsys):
    run(capsys, "deliveries", file_in(tmp_path, DEALER.format(serial="PF0QQ001")), *SAID)
    turned = "\r\n".join(
        ";".join(reversed(line.split(";")))
        for line in DEALER.format(serial="PF0QQ009").strip().split("\r\n")
    )

    status, _, err = run(capsys, "deliveries", file_in(tmp_path, turned, "vendt.csv"))

    assert status == 0, err
    assert Device.objects.filter(serial_number="PF0QQ009").exists()


def test_the_separator_is_the_one_that_finds_what_was_said(t14, tmp_path, capsys):
    text = "S/N;Vare;a,b,c,d,e,f;Start\nPF0QQ001;T14;x,y;12-01-2026\n"
    said = ("--map", "Vare=Model", "--map", "Start=Leasingstart", *SAID[6:])

    status, _, err = run(capsys, "deliveries", file_in(tmp_path, text), *said)

    assert status == 0, err


def test_a_sheet_by_its_name(db, tmp_path, capsys):
    builders.unit("1001")
    rows = [["Initialer", "Navn", "Enhedsnr"], ["ANBE", "Anna Bæk", "1001"]]
    path = file_in(tmp_path, workbook(["Forside"], Personer=rows), "bog.xlsx")

    assert run(capsys, "employees", path, "--sheet", "Folk")[2].startswith(
        "Projektmappen har intet ark »Folk«. Vælg et af: »Sheet«, »Personer«."
    )
    status, out, err = run(capsys, "employees", path, "--sheet", "personer")

    assert status == 0, err
    assert "Arket »Personer« er læst." in out
    assert Employee.objects.count() == 1


def test_a_unit_by_its_name_and_by_a_name_that_was_learnt(db, tmp_path, capsys):
    school, other = builders.unit("1001", "Birkeskolen"), builders.unit("1002", "Skolen ved Søen")
    learn_names(models={}, units={"SOSKO": other}, actor=None)
    text = "displayName,mail,mailNickname,department\nAnna Bæk,a@x.dk,anbe,birkeskolen\n"
    text += "Bo Dahl,b@x.dk,boda,Sosko\n"

    path = file_in(tmp_path, text)
    status, _, err = run(capsys, "employees", path, "--map", "department=Enhedsnr")

    assert status == 0, err
    units = {person.initials: person.unit for person in Employee.objects.all()}
    assert units == {"ANBE": school, "BODA": other}


# --- the good rows

PEOPLE = "Initialer;Navn;Enhedsnr\nANBE;Anna Bæk;1001\nCADA;;1001\nEVFI;Eva Fisk;7777\n"


def test_good_rows_are_taken_and_the_others_wait(db, tmp_path, capsys):
    builders.unit("1001")

    status, out, err = run(capsys, "employees", file_in(tmp_path, PEOPLE), "--good-rows")

    assert status == 0
    assert [person.initials for person in Employee.objects.all()] == ["ANBE"]
    assert "2 rækker venter på at blive rettet" in out
    assert "Venter: række 4: Enhedsnr 7777 findes ikke" in err
    waiting = {row.number: (row.cells, row.reason) for row in WaitingRow.objects.all()}
    assert waiting[3] == (["CADA", "", "1001"], "Navn mangler.")
    assert set(waiting) == {3, 4}


def test_rows_that_were_mended_wait_no_longer(db, tmp_path, capsys):
    builders.unit("1001")
    run(capsys, "employees", file_in(tmp_path, PEOPLE), "--good-rows")
    batch = ImportBatch.objects.get()
    mended = f"Fejl;Venter som;Initialer;Navn;Enhedsnr\nNavn mangler;{batch.pk}/3;CADA;Carl;1001\n"

    status, out, err = run(capsys, "employees", file_in(tmp_path, mended, "rettet.csv"))

    assert (status, err) == (0, "")
    assert "1 række venter ikke længere" in out
    assert Employee.objects.count() == 2
    assert [row.number for row in WaitingRow.objects.waiting()] == [4]


def test_of_two_rows_that_contradict_each_other_neither_is_good(db, tmp_path, capsys):
    builders.unit("1001")
    text = "Initialer;Navn;Enhedsnr\nANBE;Anna Bæk;1001\nANBE;Anna Bak;1001\nCADA;Carl;1001\n"

    run(capsys, "employees", file_in(tmp_path, text), "--good-rows")

    assert [person.initials for person in Employee.objects.all()] == ["CADA"]
    assert [row.number for row in WaitingRow.objects.waiting()] == [2, 3]


def test_a_devices_placements_are_taken_together_or_not_at_all(db, tmp_path, capsys):
    builders.unit("1001")
    one, two = builders.device("PF0QQ001"), builders.device("PF0QQ002")
    text = (
        "Serienummer;Fra;Enhedsnr\nPF0QQ001;01-02-2026;1001\nPF0QQ001;i går;1001\n"
        "PF0QQ002;01-02-2026;1001\n"
    )

    status, _, err = run(capsys, "placements", file_in(tmp_path, text), "--good-rows")

    assert status == 0, err
    assert (one.placements.count(), two.placements.count()) == (0, 1)
    assert "række 2: Den hører sammen med række 3" in err


def test_without_a_good_row_or_with_a_fault_of_the_file_nothing_is_taken(db, tmp_path, capsys):
    text = "Initialer;Navn;Enhedsnr\nANBE;Anna Bæk;1001\n"
    assert run(capsys, "employees", file_in(tmp_path, text), "--good-rows")[0] == 1
    text = "Initialer;Navn\nANBE;Anna Bæk\n"
    assert run(capsys, "employees", file_in(tmp_path, text), "--good-rows")[0] == 1
    assert not ImportBatch.objects.exists()


# --- batches


def test_a_batch_keeps_the_file_and_what_it_did(db, tmp_path, capsys):
    builders.unit("1001")
    content = "Initialer;Navn;Enhedsnr\nANBE;Anna Bæk;1001\n"

    run(capsys, "employees", file_in(tmp_path, content, "../navne\u202e.csv".replace("../", "")))

    batch = ImportBatch.objects.get()
    assert bytes(batch.file.data) == content.encode()
    assert batch.file.sha256 == batch.sha256
    assert batch.name == "navne.csv"
    assert batch.counts == {"medarbejdere": [1, 0, 0]}
    assert batch.row_count == 1


def test_what_changes_nothing_is_no_batch(db, tmp_path, capsys):
    builders.unit("1001")
    path = file_in(tmp_path, "Initialer;Navn;Enhedsnr\nANBE;Anna Bæk;1001\n")
    run(capsys, "employees", path)

    _, out, _ = run(capsys, "employees", path)

    assert "0 ændringer" in out
    assert ImportBatch.objects.count() == 1


def test_a_batch_is_undone_by_its_number_alone(db, tmp_path, capsys):
    builders.unit("1001")
    text = "Initialer;Navn;Enhedsnr\nANBE;Anna {};1001\n"
    run(capsys, "employees", file_in(tmp_path, text.format("Bæk"), "en.csv"))
    run(capsys, "employees", file_in(tmp_path, text.format("Dal"), "to.csv"))
    second, first = ImportBatch.objects.all()

    status, _, err = run_undo(capsys, first.pk)

    assert status == 1
    assert "ANBE er ændret siden" in err
    assert Employee.objects.get().name == "Anna Dal"

    status, out, err = run_undo(capsys, second.pk)

    assert (status, err) == (0, "")
    assert f"Indlæsning nr. {second.pk} er fortrudt." in out
    assert Employee.objects.get().name == "Anna Bæk"
    assert run_undo(capsys, first.pk)[0] == 0
    assert not Employee.objects.exists()


@pytest.mark.parametrize("number", ["99", "tolv", "-1", "1" * 30])
def test_a_number_that_is_no_batchs(db, capsys, number):
    status, _, err = run_undo(capsys, number)

    assert status == 1
    assert "indlæsning" in err
