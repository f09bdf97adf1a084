"""A person's data as a file: all of it, of nobody else, and history tells who took it."""

import io
import re

import pytest
from auditlog.models import LogEntry
from axes.models import AccessLog
from django.contrib.auth.models import User
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from openpyxl import load_workbook

from albertslund_it.common.files.workbooks import SheetColumn, write_table
from inventory.models import Access
from leasing.models import CalendarFeed, ImportBatch, KeptFile, KeptRow, Mail, Order, WaitingRow
from leasing.people.selectors.merging import links_to_employees
from leasing.retention.presenters.person import sheets_of
from leasing.retention.selectors.person import held_on
from leasing.users.services.mail import mail_invitation
from tests import builders as make
from tests.leasing.pages import read, text_of
from tests.leasing.people.world import NOW, TODAY, well_known

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(cast, settings):
    settings.TODAY = TODAY
    anna = well_known(cast.unit)
    bo = make.employee("bovi", "Bo Vik")
    anna.not_the_same_as_later.create(second=bo, said_at=NOW)
    user = User.objects.create_user("anbl", "anna.b@EXAMPLE.dk", first_name="Anna")
    Access.objects.create(user=user, unit=cast.unit, starts_on=TODAY)
    AccessLog.objects.create(username="anbl", ip_address="192.0.2.1")
    Order.objects.create(
        created_at=NOW, created_by=user, requester_mail="ANNA.b@example.dk", note="Haster"
    )
    for to, subject in (
        ("x@example.dk, anna.b@example.dk", "Til Anna"),
        ("hanna.b@example.dk", "Til Hanna"),
    ):
        Mail.objects.create(recipients=to, subject=subject, written_at=NOW)
    batch = ImportBatch.objects.create(
        kind="employees", name="a.csv", sha256="1", made_at=NOW, made_by="Hjalte", row_count=2
    )
    for number, initials in ((2, "ab"), (3, "abc")):
        WaitingRow.objects.create(
            batch=batch, number=number, cells=[initials], reason=f"Fejl {number}"
        )
    return anna


def sheets(person, **options):
    held = held_on(person, **{"with_last_seen": True} | options)
    return {
        sheet.name: [dict(zip(sheet.headings, row, strict=True)) for row in sheet.rows]
        for sheet in sheets_of(held)
    }


def test_every_table_that_points_at_people_is_in_it(anna):
    held = held_on(anna, with_last_seen=True)
    # What is worked out of other tables holds nothing that these do not.
    links = {link.model for link in links_to_employees() if not issubclass(link.model, KeptRow)}
    assert links == {table.model for table in held.tables} & links


@pytest.mark.usefixtures("history_from_the_start")
def test_what_names_the_person_without_pointing_is_in_it_and_nobody_elses(anna):
    found = sheets(anna)
    assert [row["Emne"] for row in found["Mails"]] == ["Til Anna"]
    assert [row["Fejl"] for row in found["Rækker, der venter"]] == ["Fejl 2"]
    assert [row["Bemærkning"] for row in found["Bestillinger"]] == ["Haster"]
    assert found["Bruger"][0]["Fornavn"] == "Anna"
    assert "Adgangskode" not in found["Bruger"][0]
    assert (found["Login"][0]["IP Address"], len(found["Adgange"])) == ("192.0.2.1", 1)
    assert {"Hvad": "Bestillinger", "Som": "oprettet af", "Antal": "1"} in found["Gjort som bruger"]
    assert (
        found["Tildelinger"][0] | {"Udstyr": "PF000001", "Fra": "01-01-2026"}
        == found["Tildelinger"][0]
    )
    assert any(row["Hvad"] == "Medarbejder oprettet" for row in found["Historik"])


def test_who_may_not_see_when_a_device_was_seen_gets_nothing_of_it(anna):
    assert "05-06-1987" in str(sheets(anna))
    found = sheets(anna, with_last_seen=False)
    assert "05-06-1987" not in str(found)
    assert "Personer i brugerkataloget" in found


def test_nothing_in_it_lets_its_reader_in_as_the_person(anna, cast):
    user = User.objects.get(username="anbl")
    invitation = mail_invitation(user=user, actor=cast.helpdesk, now=NOW)
    code = TOTPDevice.objects.create(user=user, name="Telefon")
    feed = CalendarFeed.objects.create(user=user, secret_digest="d" * 64, created_at=NOW)
    address = reverse("password-set", args=["UID", "TOKEN"]).partition("UID")[0]
    assert address in invitation.text

    found = sheets(anna)

    assert {"Totrinskode", "Mails"} <= set(found)
    assert [row["Emne"] for row in found["Mails"]] == ["Til Anna", invitation.subject]
    for secret in (address, code.key, feed.secret_digest, user.password):
        assert secret not in str(found)


def test_every_sheet_speaks_danish(anna):
    TOTPDevice.objects.create(user=User.objects.get(username="anbl"), name="Telefon")
    headings = {
        heading
        for sheet in sheets_of(held_on(anna, with_last_seen=True))
        for heading in sheet.headings
    }
    assert {"Sidst brugt", "Bruger", "Navn"} <= headings
    english = re.compile(
        r"\b(?:user|unit|employee|device|name|at|on|by|is|ends|starts|lease)\b", re.I
    )
    assert not list(filter(english.search, headings))


def test_it_is_taken_as_excel_and_history_says_by_whom(anna, cast, client_of):
    client = client_of(cast.helpdesk)
    url = f"/medarbejdere/{anna.pk}/persondata/"
    page = text_of(read(client, url))
    assert "Tildelinger" in page
    assert not LogEntry.objects.filter(action=LogEntry.Action.ACCESS).exists()
    response = client.post(url)
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert {"Medarbejdere", "Tildelinger", "Mails", "Historik"} <= set(book.sheetnames)
    assert book["Medarbejdere"]["B2"].value == "Anna Berg Lund"
    history = text_of(read(client, f"/medarbejdere/{anna.pk}/"))
    assert "Medarbejder hentet som fil" in history
    assert LogEntry.objects.get(action=LogEntry.Action.ACCESS).actor == cast.helpdesk


def _taken_in(kind, name, data):
    file = KeptFile.objects.create(sha256=name, content_type="text/csv", size=len(data), data=data)
    ImportBatch.objects.create(
        kind=kind, name=name, sha256=name, file=file, made_at=NOW, made_by="Hjalte", row_count=1
    )


def test_rows_of_files_that_were_taken_in(anna):
    people = "Initialer;Navn;Mail\nanbl;Anna Berg Lund;\nabc;Hanna Berg Lund;hanna.b@example.dk\n"
    _taken_in("employees", "folk.csv", people.encode("cp1252"))
    book = io.BytesIO()
    columns = [SheetColumn("Serienr."), SheetColumn("Bruger")]
    rows = [["PF9", "ANNA.b@example.dk"], ["PF8", "x@y.dk"]]
    write_table(book, title="Intune", columns=columns, rows=rows)
    _taken_in("intune", "intune.xlsx", book.getvalue())
    _taken_in("employees", "andre.csv", b"Initialer;Navn\nzz;Zenia Z\n")

    told = [(row["Fil"], row["Række"]) for row in sheets(anna)["I indlæste filer"]]
    assert told == [("folk.csv", "2"), ("intune.xlsx", "2")]
    row = sheets(anna)["I indlæste filer"][0]["Der står"]
    assert row == "Initialer: anbl; Navn: Anna Berg Lund"
    # Who used what is for the helpdesk alone.
    told = [row["Fil"] for row in sheets(anna, with_last_seen=False)["I indlæste filer"]]
    assert told == ["folk.csv"]
