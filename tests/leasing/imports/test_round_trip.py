"""Our own lists can be imported again: nothing is changed, and nothing is refused."""

import io
from datetime import date

import openpyxl
import pytest

from albertslund_it.common.errors import Refused
from leasing.imports.importers.files import import_file
from leasing.models import Budget
from tests import builders
from tests.files import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(settings):
    settings.TODAY = TODAY
    builders.cost_holder()
    school = builders.unit("0101", "Birkeskolen", leader_name="Lis Lund", ean="5798000000018")
    project = builders.unit("1002", "Projektet", cost_centre="", psp_element="XG-0000000204-00001")
    anna = builders.employee("ANBE", "Anna Berg", unit=school)
    builders.employee("CADA", "Carl Dahl", unit=project, left_on=date(2026, 12, 31))
    with_person = builders.lease(serial_number="PF000001")
    shared = builders.lease(serial_number="PF000002")
    builders.placement(with_person.device, builders.FIRST_DAY, school, anna)
    builders.placement(shared.device, date(2026, 2, 1), school, used_for="Klassesæt 7.B")
    Budget.objects.create(year=2026, unit=school, amount_ore=2_500_000)
    builders.charge(school, device=with_person.device)
    builders.charge(project, amount_ore=-25_050, text="Kredit")
    return school


LISTS = {
    "devices": "/udstyr/?hent=xlsx",
    "deliveries": "/udstyr/?hent=xlsx",
    "placements": "/udstyr/?hent=xlsx",
    "employees": "/medarbejdere/?hent=xlsx",
    "charges": "/engangsbeloeb/?hent=xlsx",
    "budgets": "/budgetter/?hent=xlsx&aar=2026",
}


def taken_in_again(client, url: str, kind: str):
    data = b"".join(client.get(url).streaming_content)
    return data, import_file(
        kind=kind, stream=io.BytesIO(data), filename="liste.xlsx", actor=None, today=TODAY
    )


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_taken_in_again_changes_nothing(school, admin_client, kind):
    _, report = taken_in_again(admin_client, LISTS[kind], kind)

    assert report.row_count >= 2
    assert report.change_count == 0
    assert not report.differences


def test_the_units_of_a_department(school, admin_client):
    _, report = taken_in_again(
        admin_client, f"/afdelinger/{school.department_id}/?hent=xlsx", "units"
    )

    assert (report.row_count, report.change_count) == (2, 0)


def test_what_a_unit_has(school, admin_client):
    _, report = taken_in_again(
        admin_client, f"/afdelinger/enheder/{school.pk}/?hent=xlsx", "placements"
    )

    assert (report.row_count, report.change_count) == (2, 0)


def test_a_file_that_is_changed_says_what(school, admin_client):
    data, _ = taken_in_again(admin_client, LISTS["employees"], "employees")
    book = openpyxl.load_workbook(io.BytesIO(data))
    headings = [cell.value for cell in book.active[1]]
    book.active.cell(2, headings.index("Mail") + 1).value = "ny@example.dk"
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)

    report = import_file(
        kind="employees", stream=stream, filename="x.xlsx", actor=None, today=TODAY
    )

    assert report.change_count == 1
    assert "Mail" in str(report.differences[0])


@pytest.mark.parametrize("url", ["/udstyr/", "/afdelinger/enheder/{}/"])
def test_who_sees_no_names_has_none_in_the_file(school, cast, client_of, url):
    data = b"".join(
        client_of(cast.finance).get(url.format(school.pk) + "?hent=xlsx").streaming_content
    )

    cells = {cell for row in openpyxl.load_workbook(io.BytesIO(data)).active.values for cell in row}
    assert "PF000001" in cells
    assert not cells & {"ANBE", "Initialer", "Klassesæt 7.B", "Bruges til"}


@pytest.mark.parametrize("url", ["/udstyr/", "/afdelinger/enheder/{}/"])
def test_a_file_without_people_takes_nobody_from_a_placement(school, cast, client_of, url):
    address = url.format(school.pk) + "?hent=xlsx"

    with pytest.raises(Refused, match="her mangler: Fra"):
        taken_in_again(client_of(cast.finance), address, "placements")


def test_what_only_the_file_has_is_not_on_the_page(school, admin_client):
    page = admin_client.get("/udstyr/").content.decode()

    head = page.partition("<thead>")[2].partition("</thead>")[0]
    assert "Serienr." in head
    assert "Underaftale" not in head
    assert "Bruges til" not in head
