"""Each kind of file taken in and undone: the whole database is as it was before."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.apps import apps
from django.utils import timezone

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from inventory.models import Act, ActRows, DirectoryPerson, Employee, Roll, Snapshot
from leasing.domain.reconciliation import Pile
from leasing.imports.importers.files import import_file
from leasing.imports.importers.kinds import KINDS
from leasing.imports.services.undoing import undo_batch
from leasing.models import (
    DifferenceOutcome,
    ImportBatch,
    KeptFile,
    Outcome,
    Settings,
    WaitingRow,
)
from leasing.retention.services.copies import forget_acts
from leasing.supplier.services.decisions import Selection, decide
from tests import builders
from tests.files import TODAY, take_file
from tests.leasing.agreeing import agreed_in
from tests.leasing.supplier.test_files import PDF, document, embedded

# Beside the register: what was taken in, what it did, and marks of what is to be worked out again.
BESIDE = {Act, ActRows, ImportBatch, KeptFile, WaitingRow}
BESIDE |= {
    apps.get_model(label)
    for label in (
        "auditlog.LogEntry",
        "leasing.CostMark",
        "leasing.ReconcileMark",
    )
}

# Wherever a kind can, the file also has what its rows belong to, which is new.
FILES = {
    "units": "Afdeling;Enhedsnr;Enhed\nNy afdeling;2001;Ny skole\nNy afdeling;2002;Ny hal",
    "employees": "Initialer;Navn;Enhedsnr\nCADA;Carl Dahl;1001\nANBE;Anna Ny;1001",
    "prices": "Model;Kategori;Gælder fra;Leasingpris;Kvartaler\n"
    "X1;pc;01-01-2026;5.590,66;16\nX1;pc;01-02-2026;5.600,00;16",
    "deliveries": "Serienummer;Model;Underaftale;Leasingstart;Leasingpris;Enhedsnr;Initialer\n"
    "PF0QQ001;T14;UA-NY;01-03-2026;5590,66;1001;ANBE\nPF0QQ002;T14;UA-NY;01-03-2026;5590,66;;",
    "devices": "Serienummer;Model;Kategori;Enhedsnr\nPF0QQ001;X1;pc;1001",
    "placements": "Serienummer;Fra;Enhedsnr;Initialer\nPF000001;01-03-2026;1001;ANBE",
    "rollout": "Gammel maskine;Rul;Udskiftet\nPF000001;1;01-03-2026",
    "charges": "Dato;Enhedsnr;Beløb;Tekst\n15-02-2026;1001;1.500,00;Knust skærm",
    "supplier_invoice": "Fakturanr;Fakturadato;Serienummer;Fra;Til;Beløb\n"
    "F-1;02-01-2026;PF000001;01-01-2026;31-03-2026;349,41\n"
    "F-1;02-01-2026;PF0QQ009;01-01-2026;31-03-2026;349,41",
    "budgets": "År;Enhedsnr;Beløb\n2026;1001;25.000,00",
    "offers": "Serienummer;Frikøbspris;Gælder til\nPF000001;1.250,00;30-11-2029",
    "intune": "Serial number;Last check-in;OS;OS version\n"
    "PF000001;2026-03-10 08:00:00;Windows;10.0.26100.4652",
    "directory": "userPrincipalName;displayName\nanbe@example.dk;Anna\ncada@example.dk;Carl",
    "lessor_assets": "Serienummer;Model;Underaftale\nPF000001;T14;UA-1",
}


@pytest.fixture
def register(db):
    builders.cost_holder()
    unit = builders.unit("1001")
    builders.employee("ANBE", "Anna Bæk", unit=unit, mail="anbe@example.dk")
    Roll.objects.create(number=1, name="4 GB")
    builders.lease("PF000001", unit=unit, starts_on=date(2026, 1, 1))


def everything():
    """Return every row of every table, but for what is kept beside the register."""
    models = [one for one in apps.get_models(include_auto_created=True) if one not in BESIDE]
    return {
        model._meta.label: sorted(map(repr, model._base_manager.order_by().values()))
        for model in models
        if model._meta.managed
    }


def undo(batch):
    return undo_batch(number=batch.pk, actor=None, now=timezone.now(), of_anybody=True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_file_of_any_kind_did_is_undone_to_the_last_row(register, kind):
    before = everything()
    report = take_file(kind, FILES[kind])
    assert everything() != before

    undo(report.batch)

    assert everything() == before
    assert take_file(kind, FILES[kind]).change_count == report.change_count


def take_directory(*names):
    return take_file("directory", "userPrincipalName;displayName\n" + "\n".join(names)).batch


def newest_people():
    found = DirectoryPerson.objects.filter(snapshot__is_latest=True)
    return sorted(found.values_list("login", flat=True))


@pytest.mark.parametrize("kept", [1, 3])
def test_a_snapshot_comes_back_with_its_rows_or_not_at_all(register, kept):
    Settings.objects.update(snapshots_kept=kept)
    batches = [take_directory(f"a{n}@example.dk;Anna", "b@example.dk;Bo") for n in range(5)]

    still_there = max(kept - 1, 1)
    for number in (4, 3, 2, 1)[:still_there]:
        undo(batches[number])
        assert newest_people() == [f"a{number - 1}@example.dk", "b@example.dk"]
    with pytest.raises(Refused, match=r"^1 × øjebliksbillede er slettet siden\.$"):
        undo(batches[4 - still_there])

    for snapshot in Snapshot.objects.all():
        assert snapshot.people.count() == snapshot.kept


PEOPLE = "Initialer;Navn;Enhedsnr\nEVFR;Eva Friis;1001\nCADA;;1001\nDIDO;;1001"


def test_rows_that_waited_wait_again_when_the_mended_file_is_undone(register):
    first = take_file("employees", PEOPLE, good_rows=True).batch
    mended = f"Venter som;Initialer;Navn;Enhedsnr\n{first.pk}/3;CADA;Carl Dahl;1001"
    waited = list(first.waiting_rows.waiting().order_by("pk").values())

    second = take_file("employees", mended).batch
    assert [row.number for row in first.waiting_rows.waiting()] == [4]

    undo(second)

    assert list(first.waiting_rows.waiting().order_by("pk").values()) == waited
    assert take_file("employees", mended).settled == 1
    assert first.waiting_rows.count() == 2
    forget_acts(timezone.now() + timedelta(days=99))
    assert [row.number for row in first.waiting_rows.all()] == [4]


def test_a_file_that_settled_rows_alone_is_undone_and_they_wait_again(register):
    first = take_file("employees", PEOPLE, good_rows=True).batch
    take_file("employees", "Initialer;Navn;Enhedsnr\nCADA;Carl Dahl;1001")
    waited = list(first.waiting_rows.waiting().order_by("pk").values())
    mended = f"Venter som;Initialer;Navn;Enhedsnr\n{first.pk}/3;CADA;Carl Dahl;1001"
    report = take_file("employees", mended)
    assert (report.change_count, report.settled) == (0, 1)
    assert [row.number for row in first.waiting_rows.waiting()] == [4]

    undo(report.batch)

    assert list(first.waiting_rows.waiting().order_by("pk").values()) == waited
    assert Employee.objects.filter(initials="CADA").exists()
    with pytest.raises(Refused, match="fortrudt"):
        undo(report.batch)


def test_rows_that_wait_go_with_their_file_and_that_is_said_first(register, client_of, cast):
    first = take_file("employees", PEOPLE, good_rows=True, actor=cast.helpdesk).batch
    mended = f"Venter som;Initialer;Navn;Enhedsnr\n{first.pk}/3;CADA;Carl Dahl;1001\n;EFGH;;1001"
    second = take_file("employees", mended, good_rows=True, actor=cast.helpdesk).batch
    helpdesk = client_of(cast.helpdesk)

    page = helpdesk.get(f"/indlaes/nr/{second.pk}/fortryd/")
    told = page.content.decode()
    assert "<li>1 række, der venter på at blive rettet, slettes.</li>" in told
    assert "<li>1 række, som filen rettede, venter igen.</li>" in told
    assert "1 række, som filen rettede, venter igen" in (
        helpdesk.get(f"/fortryd/{second.act_id}/").content.decode()
    )
    WaitingRow.objects.filter(batch=second).delete()  # meanwhile: it is shown anew
    agreed = {"agreed": agreed_in(page)}
    assert helpdesk.post(f"/indlaes/nr/{second.pk}/fortryd/", agreed).status_code == 200
    undo(second)
    assert {str(row) for row in WaitingRow.objects.waiting()} == {f"{first.pk}/3", f"{first.pk}/4"}

    undo(first)

    assert not WaitingRow.objects.exists()


def test_a_file_that_left_rows_waiting_and_nothing_else_can_be_undone(register):
    text = "Initialer;Navn;Enhedsnr\nANBE;Anna Bæk;1001\nCADA;;1001"
    take_file("employees", text.rpartition("\n")[0])
    report = take_file("employees", text, good_rows=True)
    assert (report.change_count, len(report.waiting)) == (0, 1)

    undo(report.batch)

    assert not WaitingRow.objects.exists()


BILL = "Fakturanr;Fakturadato;Serienummer;Fra;Til;Beløb\n{};{};PF000001;01-01-2026;31-03-2026;{}"


def settle(outcome):
    """Decide what becomes of the pc that is billed otherwise than it costs."""
    decide(
        quarter=Quarter(2026, 1),
        selection=Selection(Pile.DIFFERS),
        outcome=outcome,
        note="Aftalt",
        actor=None,
        today=date(2026, 4, 8),
        now=timezone.now(),
    )


def test_an_invoice_is_undone_until_something_is_decided_about_it(register):
    bill = take_file("supplier_invoice", BILL.format("F-1", "02-01-2026", "400,00")).batch
    settle(Outcome.CLAIMED)
    before = everything()

    credit = take_file("supplier_invoice", BILL.format("K-1", "02-04-2026", "-50,59")).batch
    assert DifferenceOutcome.objects.get().credit_note.number == "K-1"
    undo(credit)  # what it settled itself is open again, and rests on nothing of it

    assert everything() == before
    with pytest.raises(Refused, match=r"^F-1 har siden fået: afgørelse af afvigelse\.$"):
        undo(bill)


def test_what_lay_in_an_invoice_goes_with_it_and_its_own_file_stays(register):
    batch = import_file(
        kind="supplier_invoice",
        stream=BytesIO(document(embedded(PDF))),
        filename="faktura.xml",
        actor=None,
        today=TODAY,
        now=timezone.now(),
    ).batch
    assert KeptFile.objects.count() == 2

    undo(batch)

    assert list(KeptFile.objects.all()) == [batch.file]
