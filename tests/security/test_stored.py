"""What somebody has stored runs nowhere: not on a page, in a mail, in a workbook or in a calendar."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core import mail as sent_mail
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from albertslund_it import roles
from inventory.models import Department
from leasing.calendar_feed.services import make_feed
from leasing.models import Mail, Settings
from tests.security import hostile_rows
from tests.security.hostile_rows import ELEMENT, ESCAPED, LEADS
from tests.web.test_every_url import OURS, TABLE, address, town  # noqa: F401

pytestmark = pytest.mark.django_db

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The one who opens most first; a leader's pages are others at the same address.
WALKERS = (roles.HELPDESK, roles.FINANCE, roles.HEAD, roles.ADMINISTRATOR)
OTHER_FOR_LEADERS = ("egenbetaling/", "optaelling/", "dispensationer/", "bestillinger/<")
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.fixture
def hostile(town, cast):  # noqa: F811
    """Return the town with a hostile text in each field: (town, number of mark → field)."""
    cast.by_role()
    call_command("notify")  # what is due is written, and then overwritten
    return town, hostile_rows.fill()


def faults_in(response) -> list[str]:
    """Say what of an answer would run: an element of ours, or a cell that is a formula."""
    kind, content = response.get("Content-Type", ""), response.getvalue()
    if kind == EXCEL:
        return _formulas(content)
    if kind == "application/zip":
        return _archive(content)
    if kind.startswith("text/csv"):
        return _cells(content.decode("utf-8-sig"))
    text = content.decode(errors="replace")
    if kind.startswith("text/calendar"):
        unfolded = re.sub(r"\r\n[ \t]", "", text)
        return re.findall(r"^X-OND.*", unfolded, re.M)
    if kind.startswith("text/html"):
        return ELEMENT.findall(text)
    return []


def _formulas(content: bytes) -> list[str]:
    book = load_workbook(io.BytesIO(content))
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    return [
        str(cell.value)
        for cell in cells
        if cell.data_type in "fe" and ELEMENT.search(str(cell.value))
    ] + [f"link to {link.target}" for sheet in book for link in sheet._hyperlinks if link.target]


def _archive(content: bytes) -> list[str]:
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith(("/", "\\")) or ".." in name or ":" in name:
                found.append(name)
            if name.endswith(".csv"):
                found += _cells(archive.read(name).decode("utf-8-sig"))
            if name.endswith(".xlsx"):
                found += _formulas(archive.read(name))
    return found


def _cells(text: str) -> list[str]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    return [cell for row in rows for cell in row if cell.startswith(LEADS) and "<x" in cell]


# Templates and files escape; no database does.
@pytest.mark.once
def test_nothing_that_is_stored_runs_on_a_page_or_in_a_file(hostile, cast, client_of):
    town, filled = hostile  # noqa: F811
    clients = {role: client_of(cast.by_role()[role]) for role in WALKERS}
    wrong, shown, files = [], set(), {}

    def ask(role, where, method="get", **fields):
        response = getattr(clients[role], method)(where, fields)
        assert response.status_code < 500, where
        wrong.extend((role, where, fault) for fault in faults_in(response))
        kind = response.get("Content-Type", "")
        if kind.startswith("text/html"):
            text = response.getvalue().decode()
            shown.update(int(next(filter(None, found))) for found in ESCAPED.findall(text))
            if "hent=xlsx" in text:
                files.setdefault(where, role)
        elif response.status_code == 200:
            shown.add(kind.partition(";")[0])

    for route in OURS:
        may = TABLE[route]["open"] | TABLE[route].get("hidden", set())
        able = [role for role in WALKERS if role in may]
        is_other = route.startswith(OTHER_FOR_LEADERS) or not route
        for role in {*able[:1], *({roles.HEAD} & set(able) if is_other else ())}:
            if TABLE[route].get("method") != "post":
                ask(role, address(route, town))
    for where, role in list(files.items()):
        ask(role, where + ("&" if "?" in where else "?") + "hent=xlsx")
    for file_kind in ("xlsx", "csv", "csvo", "csvp"):
        ask(roles.FINANCE, f"/kvartaler/2026Q1/fil/{file_kind}/", "post")
    person = reverse("employee-personal-data", args=[town["people"]["own"].pk])
    ask(roles.HELPDESK, person, "post")
    ask(roles.HELPDESK, reverse("labels"), "post", serienumre=town["own"][1].serial_number)
    secret = make_feed(user=cast.head, now=NOW)
    ask(roles.HEAD, reverse("calendar-feed", args=[secret]))

    assert not wrong, "\n".join(map(str, wrong[:40]))
    unseen = sorted(field for number, field in filled.items() if number not in shown)
    assert len(filled) > 100
    assert len(unseen) < 25, unseen
    assert {EXCEL, "application/zip", "text/calendar"} <= shown


@pytest.mark.once
def test_nothing_that_is_stored_runs_in_the_admin(hostile, cast, client_of):
    """Its lists and forms are Django's, and their columns ours."""
    cast.administrator.is_superuser = True
    cast.administrator.save()
    client, wrong, count = client_of(cast.administrator), [], 0
    for model, own in admin.site._registry.items():
        names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages = [reverse(f"{names}_changelist")]
        if (row := model._base_manager.first()) is not None:
            pages += [reverse(f"{names}_{one}", args=[row.pk]) for one in ("change", "history")]
        for where in pages:
            response = client.get(where)
            assert response.status_code < 500, (where, own)
            count += b"&lt;x" in response.content
            wrong += [(where, fault) for fault in faults_in(response)]
    assert not wrong
    assert count > 20


@pytest.fixture
def written_hostile(town, cast):  # noqa: F811
    """Fill all, and let `notify` write its mails about it, to people who can be written to."""
    Mail.objects.all().delete()
    hostile_rows.fill()
    Settings.objects.update(
        **{f"{who}_mail": f"{who}@example.dk" for who in ("helpdesk", "finance", "audit")}
    )
    User.objects.update(email="leder@example.dk")
    Department.objects.update(head_mail="leder@example.dk")


def test_nothing_that_is_stored_runs_in_a_mail(written_hostile):
    call_command("notify")
    mails = list(Mail.objects.all())
    assert mails
    assert any("&lt;x" in mail.html for mail in mails)
    for mail in mails:
        assert not ELEMENT.findall(mail.html)
        assert len(mail.subject.splitlines()) <= 1
    for sent in sent_mail.outbox:
        head = message_from_bytes(sent.message().as_bytes())
        assert "X-OND" not in head
        assert set(head.keys()) <= HEADS


HEADS = {
    *("Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID"),
    "Auto-Submitted",
}
SAFE = {  # what goes onto a page as it is, and why that is no one's words
    "templates/leasing/cost_share/tabs.html: here|safe",  # is written in the template itself
}
RAW = re.compile(r"\{%\s*autoescape off|\{\{\s*([^}]*\|\s*safe(?:seq)?\b)")


def test_no_template_leaves_out_the_escaping_of_what_people_write():
    found = set()
    for path in sorted((settings.BASE_DIR / "templates").rglob("*")):
        if path.suffix in {".html", ".svg", ".xml"}:
            where = path.relative_to(settings.BASE_DIR)
            found |= {f"{where}: {hit[1] or hit[0]}" for hit in RAW.finditer(path.read_text())}
    assert found == SAFE
