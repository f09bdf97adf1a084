"""What a client reads: what its role sees, page by page, and the same as the pages say."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from albertslund_it import roles
from albertslund_it.common.quarters import Quarter
from inventory.models import Device
from leasing.api.selectors.paging import cursor_of
from leasing.api.selectors.shares import unit_shares
from leasing.api.views.resources import RESOURCES
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.selectors.share import share_of
from leasing.models import InvoiceLine, Settings
from tests import builders as make
from tests.leasing.api.asking import ROOT, Program, problem_of
from tests.leasing.closed import close
from tests.leasing.supplier.world import invoice as supplier_invoice

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 1)
READ = [resource.name for resource in RESOURCES]
LEADERS = (roles.HEAD, roles.UNIT_LEADER)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(cast):
    """Return an own unit and a foreign one, each with a person, a device, a lease and an order."""
    make.cost_holder()
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    for number, unit in enumerate((cast.unit, foreign)):
        person = make.employee(
            ("anbe", "bofr")[number], ("Anna Berg", "Bo Fremmed")[number], unit=unit
        )
        make.lease(f"PF00000{number}", unit=unit, employee=person)
        make.order_line(unit, person)
        make.charge(unit, 12345)
    make.device("PFSTOCK1")
    supplier_invoice("4711", ("PF000000", "349,41"), ("PF000001", "349,41"))
    close()
    return foreign


def test_each_role_reads_what_its_pages_show_and_names_only_where_they_do(town, cast):
    seen = {}
    for role, user in cast.by_role().items():
        program = Program(user)
        seen[role] = {
            name: len(program.items(name))
            if (got := program.get(name)).status_code == 200
            else got.status_code
            for name in READ
        }
    assert seen[roles.HELPDESK]["devices"] == 3
    assert {role: one["people"] for role, one in seen.items()} == {
        roles.HELPDESK: 2,
        roles.HEAD: 1,
        roles.UNIT_LEADER: 1,
        roles.FINANCE: 403,
        roles.AUDITOR: 403,
        roles.ADMINISTRATOR: 2,
        "": 403,
    }
    for role in LEADERS:
        own = {
            name: seen[role][name]
            for name in ("devices", "placements", "units", "leases", "orders")
        }
        assert own == dict.fromkeys(own, 1), role
        assert (seen[role]["runs"], seen[role]["lessor-invoices"]) == (403, 403)
    assert set(seen[""].values()) == {403}


@pytest.mark.parametrize("role", [roles.FINANCE, roles.AUDITOR])
def test_no_name_is_read_by_who_sees_none_on_the_pages(town, cast, role):
    program = Program(cast.by_role()[role])
    for name in READ:
        text = program.get(name).content.decode()
        for word in ("Anna", "anbe", "Bo Fremmed", "bofr"):
            assert word not in text, name
    assert program.items("devices")[0]["employee"] is None


@pytest.mark.parametrize("role", LEADERS)
def test_what_is_anothers_does_not_exist_for_a_leader(town, cast, role):
    program, everybody = Program(cast.by_role()[role]), Program(cast.helpdesk)
    for name in ("devices", "placements", "people", "units", "leases", "orders", "invoice-lines"):
        own = {row["id"] for row in program.items(name)}
        others = [row["id"] for row in everybody.items(name) if row["id"] not in own]
        assert own, name
        assert others, name
        for pk in own:
            assert program.get(f"{name}/{pk}").status_code == 200
        for pk in [*others, 999_999_999, 2**63 - 1]:
            problem_of(program.get(f"{name}/{pk}"), 404)
    assert "Åhaven" not in str(program.items("shares"))
    assert program.items("shares", unit="2001") == []
    assert program.items("devices", unit="2001") == []


def test_shares_and_lines_add_up_to_the_pages_totals(town, cast):
    for user in (cast.finance, cast.head, cast.unit_leader):
        program = Program(user)
        shares = program.items("shares", **{"from": "2026Q1", "to": "2026Q4"}, limit=2)
        for payer in payers_seen_by(user, TODAY):
            for code in ("2026Q1", "2026Q2", "2026Q3"):
                page = share_of(payer, Quarter.parse(code), TODAY)
                mine = [
                    one
                    for one in shares
                    if one["period"] == code
                    and (
                        payer.is_everybody or (payer.unit_ids and one["unit_id"] in payer.unit_ids)
                    )
                ]
                assert sum(one["cost_ore"] for one in mine) == page.total.amount_ore
                assert sum(one["billed_ore"] for one in mine) == page.billed_ore
    program = Program(cast.finance, secret="pcl_2")
    [run] = program.items("runs")
    lines = program.items("invoice-lines", run=run["code"], limit=1)
    assert len(lines) == run["line_count"] == InvoiceLine.objects.count()
    assert sum(one["amount_ore"] for one in lines) == run["total_ore"]


def test_pages_hold_every_row_once_though_rows_come_and_go(cast):
    for number in range(25):
        make.device(f"PF{number:06}")
    program = Program(cast.helpdesk)
    first = program.get("devices", limit=10).json()
    seen = [row["serial_number"] for row in first["items"]]
    Device.objects.filter(serial_number__in=["PF000003", "PF000015"]).delete()
    make.device("PF999999")
    cursor = first["next_cursor"]
    while cursor:
        page = program.get("devices", limit=10, cursor=cursor).json()
        seen += [row["serial_number"] for row in page["items"]]
        cursor = page["next_cursor"]
    gone = {"PF000015"}
    assert seen == [f"PF{n:06}" for n in range(25) if f"PF{n:06}" not in gone] + ["PF999999"]


def test_lines_deep_in_are_found_by_the_index_and_not_by_reading_all_of_their_invoice(cast):
    make.cost_holder()
    for number in range(6):
        make.lease(f"PF{number:06}", unit=cast.unit)
    other = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    make.lease("PF000009", unit=other)
    close()
    program = Program(cast.finance)
    every = program.items("invoice-lines")
    assert [one["id"] for one in program.items("invoice-lines", limit=2)] == [
        one["id"] for one in every
    ]
    cursor = program.get("invoice-lines", limit=2).json()["next_cursor"]
    with CaptureQueriesContext(connection) as asked:
        program.get("invoice-lines", limit=2, cursor=cursor)
    assert not [one for one in asked if " OR " in one["sql"]]


def test_pages_of_shares_put_together_are_the_whole_wherever_they_break(town, cast):
    make.lease("PF000007", unit=make.unit("1002", "Bakken", department=cast.department))
    for user in (cast.finance, cast.head):
        program = Program(user)
        for query in ({"from": "2026Q1", "to": "2026Q4"}, {"from": "2026Q2"}, {"unit": "1002"}):
            whole = program.get("shares", **query, limit=500).json()["items"]
            assert len({row["period"] for row in whole}) >= 3
            # Some pages break between two quarters, others within one.
            for limit in range(1, len(whole) + 1):
                assert program.items("shares", **query, limit=limit) == whole


def test_a_page_of_shares_works_out_no_quarter_before_its_cursor(town, cast, monkeypatch):
    asked = []

    def noted(user, first, last, today):
        asked.append(str(first))
        return unit_shares(user, first, last, today)

    monkeypatch.setattr("leasing.api.views.resources.billing.unit_shares", noted)
    program = Program(cast.finance)
    rows = program.items("shares", limit=1)
    assert asked == ["2026Q1", *(row["period"] for row in rows[:-1])]
    assert asked[-1] == "2026Q4"
    asked.clear()
    assert program.get("shares", cursor=cursor_of(("2020Q1", 1, 1))).json()["items"]
    assert asked == ["2026Q1"]


@pytest.mark.parametrize(
    "key",
    [
        ("", 1, 1),
        ("æ", 1, 1),
        ("2026Q5", 1, 1),
        (" 2026q1", 1, 1),
        ("9999Q1", 1, 1),
        ("2026Q1", 1),
        ("2026Q1", "1", 1),
        (2026, 1, 1),
    ],
)
def test_a_cursor_that_no_page_of_shares_ended_with_is_refused(town, cast, key):
    program = Program(cast.finance)
    for query in ({}, {"from": "2050Q1"}):
        told = problem_of(program.get("shares", cursor=cursor_of(key), **query), 422)
        assert told["errors"] == [
            {"where": "query.cursor", "what": "Brug next_cursor fra siden før."}
        ]


def test_a_cursor_past_the_last_quarter_leaves_an_empty_page(town, cast):
    page = Program(cast.finance).get("shares", cursor=cursor_of(("2027Q1", 1, 1))).json()
    assert page == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("name", READ)
def test_thirty_rows_cost_as_many_queries_as_three(cast, name):
    make.cost_holder()
    user = cast.user("alt", roles.HELPDESK, roles.FINANCE)
    program = Program(user)

    def grow(first, last):
        for number in range(first, last):
            unit = make.unit(f"3{number:03}", f"Enhed {number}", department=cast.department)
            person = make.employee(f"p{number}", f"Person {number}", unit=unit)
            lease = make.lease(f"PF{number:06}", unit=unit, employee=person)
            make.order_line(unit, person)
            supplier_invoice(f"F{number}", (lease.device.serial_number, "349,41"))

    def count():
        program.get(name)  # kept costs are brought up to date, and the use is noted
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert program.get(name).status_code == 200
        return len(asked)

    grow(0, 3)
    close()
    few = count()
    grow(3, 30)
    close("2026Q2")
    assert count() == few
    assert name == "runs" or len(program.get(name).json()["items"]) >= 27


def test_what_is_unchanged_is_not_sent_again(town, cast):
    program = Program(cast.helpdesk)
    first = program.get("devices")
    again = program.get("devices", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make.device("PF777777")
    other = program.get("devices", headers={"If-None-Match": first["ETag"]})
    assert (other.status_code, other["Cache-Control"]) == (200, "private, no-cache")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"serial_number": "PF000001"}, 1),
        ({"unit": "2001"}, 1),
        ({"model": "T14", "limit": 500}, 3),
        ({"in_register": "false"}, 0),
    ],
)
def test_a_filter_narrows_and_a_misspelt_one_is_refused(town, cast, query, found):
    program = Program(cast.helpdesk)
    assert len(program.items("devices", **query)) == found
    told = problem_of(program.get("devices", serialnumber="PF000001"), 422)
    assert told["errors"] == [{"where": "query.serialnumber", "what": "Parameteren findes ikke."}]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "æ"},
        {"cursor": "WzFd" * 70},
        {"cursor": "WzFlOTk5XQ"},
        {"cursor": "WyJ4Il0"},
        {"limit": 0},
        {"limit": "9" * 5000},
        {"in_register": "maaske"},
    ],
)
def test_what_cannot_be_read_is_refused_as_a_problem(cast, query):
    problem_of(Program(cast.helpdesk).get("devices", **query), 422)


def test_every_address_of_programs_is_closed_to_people_and_strangers(town, cast, client_of):
    Settings.objects.update(uses_api=True)
    paths = [f"{name}{one}" for name in READ for one in ("", "/1")]
    paths += ["placements", "deliveries", "last-seen", "orders", "ukendt", "", "devices/1/mere"]
    for client in (Client(), client_of(cast.administrator)):
        for path in paths:
            for method in ("get", "post", "put", "delete", "options"):
                ask = getattr(client, method)
                response = ask(ROOT + path, content_type="application/json")
                assert response.status_code in (401, 404, 405), (method, path)
                assert response["Content-Type"] == "application/problem+json", (method, path)


def test_errors_before_and_behind_the_views_are_problems_too(cast, settings, monkeypatch):
    program = Program(cast.helpdesk)
    http, post = program.http, program.http.post
    problem_of(http.get(f"{ROOT}devices?unit=%00"), 400)
    problem_of(http.delete(f"{ROOT}devices"), 405)
    problem_of(post(f"{ROOT}orders", "a=b", content_type="application/x-www-form-urlencoded"), 415)
    problem_of(post(f"{ROOT}orders", "x" * (1024 * 1024 + 1), content_type="application/json"), 413)
    problem_of(post(f"{ROOT}orders", "{", content_type="application/json"), 400)
    problem_of(http.get(f"{ROOT}devices", HTTP_HOST="evil.example"), 400)
    http.raise_request_exception = False
    monkeypatch.setattr("leasing.api.views.resources.devices.device_rows", lambda *args: 1 / 0)
    make.device()
    settings.DEBUG = False
    told = problem_of(http.get(f"{ROOT}devices"), 500)
    assert "ZeroDivision" not in str(told)
