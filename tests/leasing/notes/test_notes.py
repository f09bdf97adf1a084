"""Notes on devices, people, orders and invoices: inner ones, with files that are never run."""

from datetime import UTC, date, datetime

import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from inventory.acts.services.recording import recorded_as
from inventory.models import Act
from leasing.models import KeptFile, Note
from leasing.notes.services import write_note
from leasing.retention.services.anonymise import anonymise
from leasing.supplier.services.invoices import withdraw_invoice
from leasing.undo.services import undo_act
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.supplier.world import invoice

TODAY = date(2026, 5, 1)
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
PDF = b"%PDF-1.7 made up"


@pytest.fixture
def device(db, settings, cast):
    settings.TODAY = TODAY
    make.cost_holder()
    return make.lease("PF000001", unit=cast.unit).device


@pytest.fixture
def client(client_of, cast, device):
    return client_of(cast.helpdesk)


def post(client, address, text="", file=None, **more):
    typed = {"note-text": text} | ({"note-file": file} if file else {}) | more
    return client.post(address, typed, follow=True)


def pdf(name="faktura.pdf", data=PDF):
    return SimpleUploadedFile(name, data)


def note(about, thing, file=None, now=NOW):
    return write_note(about=about, thing=thing, text="Huskes", file=file, actor=None, now=now)


def test_a_note_with_a_file_is_kept_shown_and_handed_out_to_be_saved(client, device):
    home = f"/udstyr/{device.pk}/"
    post(client, f"{home}noter/", "Skærmen\nflimrer <b>", pdf("../<kvit>tering.exe"))

    text = text_of(read(client, home))
    assert "Skærmen flimrer <b>" in text
    assert "af Hjalte" in text
    [address] = read(client, home).xpath("//section[@id='noter']//a/@href")
    answer = client.get(address)
    assert answer.content == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="kvittering.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "flimrer" not in str(list(LogEntry.objects.values_list("changes", flat=True)))


@pytest.mark.parametrize(
    ("text", "file", "said"),
    [
        ("", None, "Skriv en note, eller vælg en fil."),
        ("Vedlagt", pdf("x.pdf", b"<html><script>"), "Filen er hverken PDF"),
        ("Vedlagt", pdf("x.pdf", b""), "Filen er tom"),
        ("x" * 2001, None, "2000"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_the_text_stays(client, device, text, file, said):
    response = post(client, f"/udstyr/{device.pk}/noter/", text, file)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert text in response.content.decode()
    assert not Note.objects.exists()
    assert not KeptFile.objects.exists()


def test_people_orders_and_invoices_have_notes_too(client, client_of, cast, device):
    person, line = make.employee(unit=cast.unit), make.order_line(unit=cast.unit)
    bill = invoice("4711", ("PF000001", "349,41"))
    finance = client_of(cast.finance)
    for who, home in (
        (client, f"/medarbejdere/{person.pk}/"),
        (client, f"/bestillinger/{line.order_id}/"),
        (finance, f"/leverandoerfakturaer/{bill.pk}/"),
    ):
        post(who, f"{home}noter/", "Huskes til mandag")
        assert "Huskes til mandag" in text_of(read(who, home))


def test_leaders_and_finance_do_not_see_the_helpdesks_notes(client_of, cast, device):
    note("device", device)
    for user in (cast.head, cast.unit_leader, cast.finance, cast.auditor):
        other = client_of(user)
        assert "Huskes" not in text_of(read(other, f"/udstyr/{device.pk}/"))
        assert other.get(f"/udstyr/{device.pk}/noter/").status_code == 403
        assert post(other, f"/udstyr/{device.pk}/noter/", "x").status_code == 403


def test_a_note_is_found_under_its_own_thing_alone(client, device):
    another = make.device("PF000002")
    kept = note("device", device, ("a.pdf", PDF))

    assert client.get(f"/udstyr/{another.pk}/noter/{kept.pk}/").status_code == 404
    post(client, f"/udstyr/{another.pk}/noter/", slet=kept.pk)
    assert Note.objects.exists()


def test_a_note_goes_with_its_file_unless_another_needs_it(client, device):
    first, second = (note("device", device, ("a.pdf", PDF)) for _ in range(2))
    assert KeptFile.objects.count() == 1

    asked = read(client, f"/udstyr/{device.pk}/").xpath("//details[summary[contains(., 'Slet')]]")
    assert [one.xpath(".//button")[0].text_content().split() for one in asked] == [
        ["Ja,", "slet", "noten", "og", "filen"]
    ] * 2
    assert "filen a.pdf slettes helt" in text_of(asked[0])
    post(client, f"/udstyr/{device.pk}/noter/", slet=first.pk)
    assert KeptFile.objects.count() == 1
    post(client, f"/udstyr/{device.pk}/noter/", slet=second.pk)
    assert not KeptFile.objects.exists()
    deletions = LogEntry.objects.filter(action=LogEntry.Action.DELETE)
    assert set(deletions.values_list("object_repr", flat=True)) == {str(first), str(second)}


def test_notes_go_after_the_retention_period_and_with_the_person(device, cast):
    gone = make.employee("gone", "Gerda Olsen", unit=cast.unit, left_on=date(2020, 1, 1))
    old = note("device", device, ("a.pdf", PDF), datetime(2021, 4, 30, 8, tzinfo=UTC))
    of_gone, new = note("employee", gone), note("device", device)
    entries = LogEntry.objects.count()

    anonymise(today=TODAY)

    assert list(Note.objects.all()) == [new]
    assert not KeptFile.objects.exists()
    assert LogEntry.objects.count() == entries
    assert old.pk != of_gone.pk


def test_a_note_does_not_keep_a_move_from_being_undone(device):
    kind = Act.Kind.TRANSFER
    with recorded_as(kind, title="", permission="", actor=None, now=NOW) as moved:
        make.placement(device, date(2026, 6, 1))
    note("device", device)
    undo_act(act_id=moved.act.pk, actor=None, now=NOW)

    assert device.placements.count() == 1


def test_a_withdrawn_invoice_takes_its_notes_along(device):
    bill = invoice("4711", ("PF000001", "349,41"))
    note("invoice", bill)
    withdraw_invoice(invoice_id=bill.pk)

    assert not Note.objects.exists()


def test_the_database_wants_one_thing_and_something_said(device):
    for values in ({"text": "x"}, {"device": device}, {"device": device, "employee": _person()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Note.objects.create(**{"text": "", **values}, written_at=NOW)


def _person():
    return make.employee("ny", "Ny Person")


def test_a_page_costs_the_same_however_many_notes_it_has(client, device, cast):
    note("device", device)
    few = queries_of(client, f"/udstyr/{device.pk}/")
    for _ in range(29):
        note("device", device)
    assert queries_of(client, f"/udstyr/{device.pk}/") == few
