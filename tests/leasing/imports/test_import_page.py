"""The pages where people take in files."""

import base64
import io

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from albertslund_it import roles
from albertslund_it.common.files import row_errors
from albertslund_it.web.forms import uploads
from inventory.models import Employee
from leasing.imports.importers.kinds import KINDS
from leasing.models import ImportBatch, LeasePrice
from tests import builders
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, log_in
from tests.files import workbook
from tests.leasing.agreeing import agreed_in

EMPLOYEES = "Initialer;Navn;Enhedsnr\nANBE;Anna Berg;1001\nCADA;Carl Dahl;1001\n"
PAGE = "/indlaes/employees/"


@pytest.fixture
def unit(db):
    return builders.unit("1001")


@pytest.fixture
def helpdesk(client_of, cast):
    return client_of(cast.helpdesk)


def upload(client, content=EMPLOYEES, kind="employees", name="fil.csv", **options):
    content = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile(name, content)
    return client.post(f"/indlaes/{kind}/", {"file": file}, **options)


def confirmation(response):
    return {"token": response.context["token"], "agreed": agreed_in(response)}


def test_each_role_sees_the_kinds_it_may_take_in(client_of, cast):
    def kinds(user):
        response = client_of(user).get(reverse("import"))
        return {one.kind for one in response.context["importers"]}

    inventory = {"units", "employees", "devices", "placements"}
    seen = {"intune", "directory"}
    of_people = {"employees", "devices", "placements"} | seen
    assert kinds(cast.finance) == set(KINDS) - of_people - {"offers", "rollout"}
    own = {"deliveries", "offers", "lessor_assets", "rollout"}
    assert kinds(cast.helpdesk) == inventory | seen | own


def test_other_roles_and_other_kinds_are_refused(client_of, cast):
    for user in (cast.head, cast.auditor, cast.nobody):
        for name, arguments in (("import", []), ("import-kind", ["units"])):
            assert client_of(user).get(reverse(name, args=arguments)).status_code == 403
    helpdesk = client_of(cast.helpdesk)
    for address in ("/indlaes/prices/", "/indlaes/charges/", "/indlaes/prices/eksempel/"):
        assert helpdesk.get(address).status_code == 403
    price = "Model;Kategori;Gælder fra;Leasingpris\nT14;pc;01-01-2026;10\n"
    assert upload(helpdesk, price, "prices").status_code == 403
    assert helpdesk.post("/indlaes/prices/", {"token": "0" * 32}).status_code == 403
    assert helpdesk.get("/indlaes/budgets/").status_code == 403
    # Their previews and faults name people, which finance does without.
    finance = client_of(cast.finance)
    for kind in ("employees", "devices", "placements"):
        assert finance.get(f"/indlaes/{kind}/").status_code == 403
        assert finance.get(f"/indlaes/{kind}/eksempel/").status_code == 403
        assert upload(finance, kind=kind).status_code == 403
        assert finance.post(f"/indlaes/{kind}/", {"token": "0" * 32}).status_code == 403
    assert helpdesk.get("/indlaes/budget/").status_code == 404
    assert not LeasePrice.objects.exists()


def test_the_differences_are_shown_before_anything_is_saved(unit, helpdesk):
    response = upload(helpdesk)

    assert response.status_code == 200
    assert "CADA" in response.content.decode()
    assert "Intet er gemt endnu" in response.content.decode()
    assert not Employee.objects.exists()


def test_a_confirmed_file_is_taken_in_by_the_user(unit, helpdesk, cast):
    response = helpdesk.post(PAGE, confirmation(upload(helpdesk)), follow=True)

    assert response.redirect_chain == [(f"/indlaes/nr/{ImportBatch.objects.get().pk}/", 302)]
    assert "Medarbejdere: 2 medarbejdere oprettet." in response.content.decode()
    assert Employee.objects.count() == 2
    entries = LogEntry.objects.get_for_model(Employee)
    assert {entry.actor for entry in entries} == {cast.helpdesk}


def test_a_workbook_is_taken_in(unit, helpdesk):
    data = workbook(*[line.split(";") for line in EMPLOYEES.splitlines()])

    helpdesk.post(PAGE, confirmation(upload(helpdesk, data, name="fil.xlsx")))

    assert Employee.objects.count() == 2


def test_a_double_click_takes_a_file_in_once(unit, helpdesk):
    answer = confirmation(upload(helpdesk))

    helpdesk.post(PAGE, answer)
    response = helpdesk.post(PAGE, answer, follow=True)

    assert "Filen er ikke gemt her længere. Vælg den igen." in response.content.decode()
    assert Employee.objects.count() == 2


def test_what_somebody_else_changed_since_is_shown_first(unit, helpdesk):
    answer = confirmation(upload(helpdesk))
    builders.employee("ANBE", "Anna Bæk", unit=unit)

    response = helpdesk.post(PAGE, answer)

    page = response.content.decode()
    assert "siden du så siden: ANBE" in page
    assert "Anna Bæk" in page
    assert Employee.objects.count() == 1
    helpdesk.post(PAGE, confirmation(response))
    assert Employee.objects.get(initials="ANBE").name == "Anna Berg"


def test_a_file_that_changes_nothing_asks_nothing(unit, helpdesk):
    helpdesk.post(PAGE, confirmation(upload(helpdesk)))

    response = upload(helpdesk)

    assert "Filen ændrer ikke noget" in response.content.decode()
    assert response.context["token"] == ""


def test_a_kept_file_is_its_owners_alone(unit, helpdesk, client_of, cast):
    answer = confirmation(upload(helpdesk))

    other = cast.user("hanne", roles.HELPDESK)
    response = client_of(other).post(PAGE, answer, follow=True)

    assert "Vælg den igen" in response.content.decode()
    assert not Employee.objects.exists()


def test_other_bytes_than_those_that_were_shown_are_shown_first(unit, helpdesk, cast):
    answer = confirmation(upload(helpdesk))
    key = uploads._key(cast.helpdesk, answer["token"])
    other = base64.b64encode(EMPLOYEES.encode() + b"\n").decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE web_upload SET value = %s WHERE cache_key = %s", [other, key])

    page = helpdesk.post(PAGE, answer)

    assert "Filen er ændret fra" in page.content.decode()
    assert not Employee.objects.exists()
    helpdesk.post(PAGE, confirmation(page))
    assert Employee.objects.exists()


@pytest.mark.parametrize("token", ["", "../../etc/passwd", "0" * 32, "x" * 32])
def test_a_token_that_was_never_given(unit, helpdesk, token):
    response = helpdesk.post(PAGE, {"token": token, "agreed": ""})

    assert (response.status_code, response["Location"]) == (302, PAGE)


def test_a_new_file_sweeps_out_those_that_are_past_their_hour_and_no_other(
    unit, helpdesk, cast, monkeypatch
):
    answer = confirmation(upload(helpdesk))
    with monkeypatch.context() as changed:
        changed.setattr(uploads, "KEPT_SECONDS", -10)
        old = confirmation(upload(helpdesk))

    newest = confirmation(upload(helpdesk))

    assert uploads.kept(cast.helpdesk, old["token"]) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM web_upload")
        assert cursor.fetchone() == (2,)
    assert uploads.kept(cast.helpdesk, answer["token"]).read() == EMPLOYEES.encode()
    assert uploads.kept(cast.helpdesk, newest["token"])


def test_a_file_past_its_hour_goes_in_the_morning_though_nobody_sends_another(
    unit, helpdesk, monkeypatch
):
    monkeypatch.setattr(uploads, "KEPT_SECONDS", -10)
    upload(helpdesk)
    call_command("notify")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM web_upload")
        assert cursor.fetchone() == (0,)


def test_faults_stand_row_by_row_and_the_kind_stays(unit, helpdesk):
    response = upload(helpdesk, EMPLOYEES + "EVFI;;1001\nGOHA;Gorm <b>Hald;7777\n")

    page = response.content.decode()
    assert response.status_code == 422
    assert [fault["told"] for fault in response.context["row_errors"]] == [
        "række 4: Navn mangler",
        "række 5: Enhedsnr 7777 findes ikke. Ret nummeret, eller indlæs enheden først",
    ]
    assert "2 fejl i fil.csv. Intet er gemt." in page
    assert "<title>Fejl: Indlæs medarbejdere" in page
    assert 'type="file"' in page
    assert not Employee.objects.exists()


def test_many_faults_are_counted(unit, helpdesk):
    response = upload(helpdesk, EMPLOYEES + "".join(f"X{n};;1001\n" for n in range(500)))

    assert len(response.context["row_errors"]) == 200
    assert "500 fejl i fil.csv" in response.content.decode()
    assert "Og 300 fejl mere" in response.content.decode()


def test_of_more_faults_than_anybody_mends_the_rest_is_not_read(unit, helpdesk, monkeypatch):
    monkeypatch.setattr(row_errors, "MOST", 400)
    content = EMPLOYEES + "".join(f"X{n};;1001\n" for n in range(500))
    for chosen in ({}, {"good_rows": "1"}):
        file = SimpleUploadedFile("fil.csv", content.encode())
        response = helpdesk.post(PAGE, {"file": file, **chosen})

        page, [first, second, *_] = response.content.decode(), response.context["row_errors"]
        assert (response.status_code, response.context["fault_count"]) == (422, 402)
        assert (first["told"], second["told"]) == (row_errors.TOO_MANY, "række 4: Navn mangler")
        assert "Ret kolonnerne" in page
        assert "gode rækker at tage" not in page
        assert not response.context["has_good"]


def test_a_file_that_is_no_table(unit, helpdesk):
    for content, reason in (
        (b"", "er tom"),
        (b"%PDF-1.7", "er en PDF"),
        ("Navn;Initialer;Enhedsnr;navn\nAnna;A;1;rød\n", "står to gange"),
    ):
        response = upload(helpdesk, content, name="<i>.pdf")
        assert response.status_code == 422
        assert reason in response.content.decode()
        assert "<i>" not in response.content.decode()


def test_no_file(unit, helpdesk):
    response = helpdesk.post(PAGE, {})

    assert response.status_code == 422
    assert "Vælg den fil, du vil indlæse." in response.content.decode()


def test_a_file_of_a_hundred_megabytes_is_let_go_at_the_limit(unit, helpdesk, settings):
    settings.IMPORT_MAX_BYTES = 200_000

    response = upload(helpdesk, b"x" * 300_000)

    assert response.status_code == 422
    assert "Filen er for stor" in response.content.decode()
    assert not response.wsgi_request.FILES
    assert upload(helpdesk, EMPLOYEES).status_code == 200


def test_the_example_can_be_filled_in_and_taken_in(unit, helpdesk):
    builders.unit("9911")
    response = helpdesk.get("/indlaes/employees/eksempel/")

    assert response["Content-Disposition"] == 'attachment; filename="eksempel-employees.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert [cell.value for cell in sheet[1]] == [c.name for c in KINDS["employees"].columns]
    assert upload(helpdesk, response.content).context["report"]["change_count"] == 1


def test_every_kind_has_a_page_and_an_example(client_of, cast):
    clients = [client_of(cast.finance), client_of(cast.helpdesk)]
    for kind, importer in KINDS.items():
        opened = [client.get(f"/indlaes/{kind}/") for client in clients]
        page = next(one for one in opened if one.status_code == 200).content.decode()
        assert all(column.name in page for column in importer.columns)
        codes = {client.get(f"/indlaes/{kind}/eksempel/").status_code for client in clients}
        assert 200 in codes


# --- in a browser


def test_taking_in_a_file_in_a_browser(page, live_server, cast, tmp_path):
    builders.unit("1001")
    good, bad = tmp_path / "god.csv", tmp_path / "fejl.csv"
    good.write_text(EMPLOYEES)
    bad.write_text(EMPLOYEES + "EVFI;;1001\n")
    log_in(page, live_server, cast.helpdesk)

    page.click("text=Indlæs")
    assert_accessible_in_every_look(page)
    page.click("main >> text=Medarbejdere")
    assert_accessible_in_every_look(page)
    page.set_input_files("input[type=file]", bad)
    page.click("text=Kontrollér filen")
    page.wait_for_selector("text=En fejl i fejl.csv")
    page.problems.clear()  # Chromium notes every answer that is not 200
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert_accessible_in_every_look(page)
    assert_no_sideways_scroll(page)
    page.set_input_files("input[type=file]", good)
    page.click("text=Kontrollér filen")
    page.wait_for_selector("text=Se, hvad filen ændrer")
    assert_accessible_in_every_look(page)
    page.click("text=Gem ændringerne")
    page.wait_for_selector("text=2 medarbejdere oprettet")

    assert Employee.objects.count() == 2


def test_the_preview_names_the_sheet_and_what_was_hidden(unit, helpdesk):
    book = openpyxl.Workbook()
    book.active.title, book.active.sheet_state = "Gammel", "hidden"
    sheet = book.create_sheet("Personer")
    for row in (["Initialer", "Navn", "Enhedsnr"], ["ANBE", "Anna Berg", "1001"]):
        sheet.append(row)
    sheet.row_dimensions[2].hidden = True
    stream = io.BytesIO()
    book.save(stream)

    page = upload(helpdesk, stream.getvalue(), name="personer.xlsx").content.decode()

    assert "Arket »Personer« er læst. Ikke læst: »Gammel (skjult)«." in page
    assert "1 skjult række er også læst: række 2" in page
