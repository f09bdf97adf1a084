"""The list of devices: every column sorts, filters stay within scope, and rows cost no queries."""

import io
from datetime import date
from itertools import product

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from albertslund_it import roles
from albertslund_it.common.money import format_kroner
from albertslund_it.common.names import danish_key
from inventory.models import Departure, Device, FormerSerialNumber
from leasing.devices.selectors.device_list import device_rows, ordered_device_ids
from leasing.devices.tables.devices import DeviceRows
from leasing.leases.presenters import lease_cell
from tests import builders as make
from tests.web.markup import parse, select

TODAY = date(2026, 9, 14)
URL = "/udstyr/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def devices(cast):
    """Return devices of all kinds: leased and not, placed, in stock, moved, and in two departments."""
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
    aase = make.employee("aaø", "Åse Ø", unit=foreign)
    screen = make.model("Skærm", "skærm", is_pc=False)
    make.lease("PF000001", unit=cast.unit, employee=anna)
    make.lease("PF000002", unit=foreign, employee=aase, starts_on=date(2026, 3, 1), model=screen)
    make.lease("PF000003", unit=cast.unit, stops_on=date(2026, 6, 1))
    make.lease("PF000004")
    loose = make.device("AB-5", last_seen=date(2026, 9, 1))
    make.placement(loose, date(2026, 5, 1), foreign)
    make.device("ZZ-6", model=make.model("Æble"))
    return foreign


def serials(response):
    return [row.serial_number for row in response.context["table"].records()]


KEYS = {
    "serial_number": lambda row: row.serial_number,
    "model": lambda row: danish_key(row.model),
    "category": lambda row: danish_key(row.category),
    "unit": lambda row: row.unit_id and danish_key(row.unit),
    "department": lambda row: row.department and danish_key(row.department),
    "person": lambda row: row.person and danish_key(row.person),
    "since": lambda row: row.since,
    "lease_starts_on": lambda row: row.lease_starts_on,
    "last_seen": lambda row: row.last_seen,
}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", KEYS)
def test_each_column_sorts_in_danish_order_and_what_has_nothing_comes_last(
    devices, column, descending
):
    ids = ordered_device_ids(Device.objects.all(), column, descending=descending, on=TODAY)
    rows = device_rows(list(ids[0:]), TODAY)
    keys = [KEYS[column](row) for row in rows]
    there = [key for key in keys if key]

    assert len(rows) == 6
    assert there == sorted(there, reverse=descending)
    assert not any(keys[len(there) :])


@pytest.mark.parametrize("column", KEYS)
def test_pages_from_either_end_put_together_are_the_whole(devices, column):
    rows = DeviceRows(Device.objects.all(), TODAY, is_narrowed=False)
    rows.order_by((column,))
    pages = [row.id for start in range(0, 6, 2) for row in rows[start : start + 2]]

    assert pages == [row.id for row in rows]
    assert len(set(pages)) == 6


def test_a_row_says_who_has_the_device_and_how_its_lease_stands(devices):
    ids = Device.objects.order_by("serial_number").values_list("pk", flat=True)
    rows = {row.serial_number: row for row in device_rows(list(ids), TODAY)}

    assert rows["PF000001"].person == "Anna Berg (anbe)"
    assert lease_cell(rows["PF000001"].lease_state) == date(2029, 12, 31)
    assert lease_cell(rows["PF000002"].lease_state) == date(2030, 2, 28)
    assert lease_cell(rows["PF000003"].lease_state) == ("", "Stoppet 01-06-2026")
    assert (rows["PF000004"].unit, rows["PF000004"].since) == ("", None)
    assert lease_cell(rows["ZZ-6"].lease_state) == ("", "Uden leasing")


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2025, 12, 1), ("", "Fra 01-01-2026")),
        (date(2029, 12, 31), date(2029, 12, 31)),
        (date(2030, 1, 1), ("", "Udløbet 31-12-2029")),
    ],
)
def test_a_lease_that_is_not_running_is_marked(db, on, state):
    made = make.lease()

    assert lease_cell(device_rows([made.device_id], on)[0].lease_state) == state


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("visning=alt", ["AB-5", "PF000001", "PF000002", "PF000003", "PF000004", "ZZ-6"]),
        ("q=åse", ["PF000002"]),
        ("state=lager", ["PF000004", "ZZ-6"]),
        ("state=enhed", ["AB-5", "PF000001", "PF000002", "PF000003"]),
        ("state=uden-leasing", ["AB-5", "ZZ-6"]),
        ("unit={foreign.pk}", ["AB-5", "PF000002"]),
        ("department={foreign.department_id}", ["AB-5", "PF000002"]),
        ("unit={foreign.pk}&q=ab", ["AB-5"]),
        ("unit=999999", []),
        ("department=x", []),
        ("state=sludder", []),
    ],
)
def test_filters_narrow_the_list_and_an_unreadable_one_shows_nothing(
    devices, cast, client_of, query, expected
):
    response = client_of(cast.helpdesk).get(f"{URL}?{query.format(foreign=devices)}")

    assert response.status_code == 200
    assert serials(response) == expected


def test_a_head_finds_nothing_of_another_department_by_any_way(devices, cast, client_of):
    client = client_of(cast.head)
    page = client.get(f"{URL}?visning=alt")
    units = str(page.context["filters"].form["unit"])
    departments = str(page.context["filters"].form["department"])

    assert serials(page) == ["PF000001", "PF000003"]
    assert cast.unit.name in units
    assert "Åhaven" not in units
    assert cast.department.name.replace("&", "&amp;") in departments
    assert "Miljø" not in departments
    for query in (f"unit={devices.pk}", f"department={devices.department_id}", "q=åhaven", "q=AB"):
        assert serials(client.get(f"{URL}?{query}")) == [], query
    hidden = Device.objects.get(serial_number="PF000002")
    assert client.get(reverse("device-detail", args=[hidden.pk])).status_code == 404
    assert "PF000002" not in str(excel(client.get(f"{URL}?hent=xlsx")))


def test_a_unit_leader_may_follow_the_links_of_the_department_page(devices, cast, client_of):
    client = client_of(cast.unit_leader)
    page = client.get(reverse("department-detail", args=[cast.unit.department_id]))
    links = select(parse(page), ".page-head .actions a.btn")
    to_devices, to_share = (link.get("href") for link in links if "hent" not in link.get("href"))

    assert serials(client.get(to_devices)) == ["PF000001", "PF000003"]
    assert client.get(to_share).status_code == 200


def excel(response):
    sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
    return list(sheet.iter_rows(values_only=True))


def test_the_download_holds_all_that_the_filters_let_through_in_the_lists_order(
    devices, cast, client_of
):
    response = client_of(cast.helpdesk).get(f"{URL}?hent=xlsx&q=PF&sorter=-serial_number")
    heading, *rows = excel(response)

    assert response["Content-Disposition"] == 'attachment; filename="udstyr.xlsx"'
    assert heading[:2] == ("Serienr.", "Model")
    assert [row[0] for row in rows] == ["PF000004", "PF000003", "PF000002", "PF000001", "I alt"]
    assert rows[-2][heading.index("Leasing fra")].date() == date(2026, 1, 1)
    assert rows[-2][heading.index("Leasing til")].date() == date(2029, 12, 31)
    assert rows[-2][heading.index("Ved udløb")] == "Intet besluttet"


@pytest.mark.parametrize(
    ("role", "people", "last_seen"),
    [
        (roles.HELPDESK, True, True),
        (roles.HEAD, True, False),
        (roles.UNIT_LEADER, True, False),
        (roles.FINANCE, False, False),
        (roles.AUDITOR, False, False),
    ],
)
def test_people_and_last_seen_are_shown_to_those_who_need_them(
    devices, cast, client_of, role, people, last_seen
):
    client = client_of(cast.by_role()[role])
    device = Device.objects.get(serial_number="PF000001")
    list_page = client.get(URL).content.decode()
    detail = client.get(reverse("device-detail", args=[device.pk])).content.decode()
    heading = excel(client.get(f"{URL}?hent=xlsx"))[0]

    assert ("Anna Berg" in list_page) is people
    assert ("Anna Berg" in detail) is people
    assert ("Medarbejder" in heading) is people
    assert bool(serials(client.get(f"{URL}?q=anbe"))) is people
    assert ("Sidst set" in list_page) is last_seen
    assert ("Sidst set" in detail) is last_seen
    assert ("Sidst set" in heading) is last_seen


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_opening_view_counts_the_rows_that_it_lists(devices, cast, client_of):
    client = client_of(cast.helpdesk)
    for number in ("PF000005", "PF000006"):  # their leases run, one of them of what has left
        make.lease(number, unit=cast.unit)
    gone = Device.objects.get(serial_number="PF000006")
    Departure.objects.create(device=gone, left_on=date(2026, 9, 1), how=Departure.How.DISCARDED)
    for query in ("", "?state=leaset-pc", "?state=leaset-pc&sorter=unit"):
        table = client.get(f"{URL}{query}").context["table"]
        found = sorted(row.serial_number for row in table.records())
        assert found == ["PF000001", "PF000004", "PF000005"], query
        assert table.paginator.count == 3, query


def test_what_is_listed_is_added_up_under_it(devices, cast, client_of, monkeypatch):
    gone = make.lease("PF000005", unit=cast.unit).device
    Departure.objects.create(device=gone, left_on=date(2026, 9, 1), how=Departure.How.DISCARDED)

    def sums(user, query):
        table = client_of(user).get(f"{URL}?{query}").context["table"]
        listed = sum(row.quarter_ore or 0 for row in table.records())
        return listed, [text for css, text, _ in table.footer() if "num" in css]

    views = ("", "visning=alt", "state=enhed", "q=PF", "state=uden-leasing")
    for user, query in [*product((cast.helpdesk, cast.finance), views), (cast.head, "")]:
        listed, shown = sums(user, query)
        assert listed or query == "state=uden-leasing"
        assert shown == [format_kroner(listed, unit=False)], (user, query)
    monkeypatch.setattr("leasing.devices.tables.devices.MOST", 2)
    assert sums(cast.helpdesk, "state=enhed")[1] == []  # too many to be read for it
    assert sums(cast.helpdesk, "visning=alt")[1] != []


def test_a_list_that_is_refused_counts_nothing(devices, cast, client_of):
    client = client_of(cast.helpdesk)
    for query in ("?state=leaset-pc&sorter=findes-ikke", "?visning=alt&sorter=findes-ikke"):
        assert client.get(f"{URL}{query}").context["table"].paginator.count == 0, query


def test_a_quarter_before_billing_counts_what_it_lists(devices, cast, client_of, settings):
    settings.TODAY = date(2025, 12, 1)
    make.lease("PF000007", unit=cast.unit, starts_on=date(2025, 11, 1))
    table = client_of(cast.helpdesk).get(URL).context["table"]
    assert [row.serial_number for row in table.records()] == ["PF000007"]
    assert table.paginator.count == 1


@pytest.mark.parametrize(
    "query",
    [
        "",
        "state=enhed",
        *(f"sorter={name}" for name in ("serial_number", "model", "unit", "person", "since")),
    ],
)
def test_thirty_rows_cost_as_many_queries_as_three(cast, client_of, query):
    client = client_of(cast.helpdesk)
    url = f"{URL}?{query}" if query else URL

    def add(numbers):
        for number in numbers:
            unit = make.unit(f"U{number}")
            holder = make.employee(f"i{number}", f"Navn {number}", unit=unit)
            model = make.model(f"M{number}", f"k{number}")
            device = make.lease(f"PF-{number:03}", unit=unit, employee=holder, model=model).device
            FormerSerialNumber.objects.create(device=device, serial_number=f"OLD-{number}")

    add(range(3))
    three = queries(client, url)
    add(range(3, 30))

    assert queries(client, url) == three
