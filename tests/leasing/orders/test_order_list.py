"""The list of orders and the page of one: scope, filters, order, Excel, and queries."""

import io
from datetime import UTC, date, datetime
from urllib.parse import unquote

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from albertslund_it.common.names import danish_key
from inventory.models import Employee
from leasing.models import Mail, Order, OrderedDevice, OrderLine
from leasing.orders.selectors.order_list import order_rows, ordered_line_ids
from tests import builders as make
from tests.web.markup import parse, select, text

TODAY = date(2026, 11, 23)
URL = "/bestillinger/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def foreign():
    return make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))


@pytest.fixture
def lines(cast, foreign):
    """Return lines of all kinds, in two departments."""
    anna = make.employee("anbe", "Anna Østergård", unit=cast.unit)
    aase = make.employee("aadu", "Åse Due", unit=foreign)
    soon = Order.objects.create(
        created_at=datetime(2026, 11, 20, 8, tzinfo=UTC), wanted_on=date(2026, 12, 1)
    )
    made = [
        make.order_line(employee=anna, order=soon),
        make.order_line(employee=aase, status="delivered", model=make.model("T16")),
        make.order_line(cast.unit, used_for="Klassesæt 7.B", quantity=28, status="ordered"),
        make.order_line(foreign, status="cancelled", closed_because="Fortrudt"),
    ]
    made[2].supplier_order_number = "ATEA-77"
    made[2].save()
    return made


def shown(client, query=""):
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 200
    return [row.id for row in response.context["table"].records()]


def test_who_sees_all_sees_all_and_a_leader_what_the_units_pay_for(lines, cast, client_of):
    for role in (cast.helpdesk, cast.finance, cast.auditor, cast.administrator):
        assert len(shown(client_of(role), "visning=alt")) == 4, role
    for role in (cast.head, cast.unit_leader):
        client = client_of(role)
        assert set(shown(client)) == {lines[0].pk, lines[2].pk}
        assert client.get(reverse("order-detail", args=[lines[1].order_id])).status_code == 404
        own = client.get(reverse("order-detail", args=[lines[0].order_id])).content.decode()
        assert "Udlever" not in own
        assert "Annullér" not in own
    assert client_of(cast.nobody).get(URL).status_code == 403


def tabs(client):
    page = parse(client.get(URL))
    return [text(one) for one in select(page, "ul.views a")], page


def test_the_list_opens_on_what_is_not_done_and_each_view_says_how_many(lines, cast, client_of):
    client = client_of(cast.helpdesk)
    names, page = tabs(client)

    assert set(shown(client)) == {line.pk for line in lines[:3]}
    assert names == ["I gang 3", "Afventer 1", "Bestilt 1", "Klar 1", "Afsluttet 1", "Alle 4"]
    assert text(select(page, "ul.views a[aria-current]")[0]) == "I gang 3"
    assert tabs(client_of(cast.head))[0][0] == "I gang 2", "counted within what a leader sees"
    assert not any("mail" in name for name in names), "what is done with a view is no view"


def test_a_list_with_nothing_left_says_so_and_an_empty_one_how_to_begin(cast, client_of):
    client = client_of(cast.helpdesk)
    assert "Der er ingen bestillinger endnu" in text(select(parse(client.get(URL)), ".empty")[0])
    make.order_line(cast.unit, used_for="Til os", status="handed_out")

    assert "Alt er udleveret" in text(select(parse(client.get(URL)), ".empty")[0])
    ready = parse(client.get(f"{URL}?status=Klar"))
    assert "Intet venter på udlevering" in text(select(ready, ".empty")[0])
    other = parse(client.get(f"{URL}?status=Klar&q=findes-ikke"))
    assert "Intet passer til filtrene" in text(select(other, ".empty")[0])


def test_a_row_has_the_button_of_what_comes_next_and_its_kroner(lines, cast, client_of):
    bought = lines[1]
    device = make.lease("PF000009").device
    OrderedDevice.objects.create(line=bought, device=device, delivered_on=TODAY)
    client = client_of(cast.helpdesk)
    page = parse(client.get(URL))
    buttons = {
        text(select(row, "th")[0]): select(row, "td.acts-cell a")
        for row in select(page, "tbody tr")
    }

    assert [text(one).split()[0] for one in buttons[str(lines[1])]] == ["Udlever"]
    [act, rest] = buttons[str(lines[1])][0].get("href").split("&retur=")
    assert act == f"/udstyr/udlever/?linje={bought.pk}"
    assert unquote(rest).startswith(URL), "what is done leads back to the list"
    assert [text(one).split()[0] for one in buttons[str(lines[2])]] == ["Modtag"]
    (box,) = select(page, "input.pick")
    assert int(box.get("data-ore")) > 0
    assert not select(parse(client_of(cast.head).get(URL)), "td.acts-cell")


def test_an_order_of_two_departments_shows_a_leader_only_the_own_line(cast, foreign, client_of):
    both = make.order_line(cast.unit, used_for="Til os").order
    make.order_line(foreign, used_for="Til de andre", order=both)
    page = client_of(cast.head).get(reverse("order-detail", args=[both.pk])).content.decode()
    assert "Til os" in page
    assert "Til de andre" not in page


def test_finance_sees_no_names(lines, cast, client_of):
    client = client_of(cast.finance)
    page = client.get(URL).content.decode()
    detail = client.get(reverse("order-detail", args=[lines[0].order_id])).content.decode()
    assert "Østergård" not in page + detail
    assert shown(client, "q=%C3%B8sterg%C3%A5rd") == [], "a search would tell"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=Afventer", {0}),
        ("status=Bestilt", {2}),
        ("status=Klar", {1}),
        ("status=Afsluttet", {3}),
        ("status=ordered", {2}),
        ("q=ØSTERG", {0}),
        ("q=aadu", {1}),
        ("q=atea-77", {2}),
        ("q=klassesæt", {2}),
        ("q=åhaven", {1, 3}),
        ("q=åhaven+aadu", {1}),
        ("q=findes-ikke", set()),
        ("status=vrøvl", set()),
        ("unit=x", set()),
        ("q=B999999999999999", set()),
    ],
)
def test_filters_and_free_text(lines, cast, client_of, query, found):
    assert set(shown(client_of(cast.helpdesk), query)) == {lines[n].pk for n in found}


def test_an_order_is_found_by_its_number_alone(lines, cast, client_of):
    for typed in (f"B{lines[1].order_id}", f"b{lines[1].order_id}/1"):
        assert shown(client_of(cast.helpdesk), f"q={typed}") == [lines[1].pk]


KEYS = {
    "number": lambda row: row.order_id,
    "wanted_on": lambda row: row.wanted_on,
    "model": lambda row: danish_key(row.model),
    "unit": lambda row: danish_key(row.unit),
    "quantity": lambda row: row.quantity,
    "supplier_order_number": lambda row: row.supplier_order_number or None,
}


@pytest.mark.parametrize("column", KEYS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_column_sorts_and_nothing_comes_last(lines, column, sign):
    ids = list(ordered_line_ids(OrderLine.objects.order_by(), sign + column)[0:])
    keys = [KEYS[column](row) for row in order_rows(ids, TODAY)]
    given = [key for key in keys if key is not None]
    assert len(ids) == 4
    assert given == sorted(given, reverse=bool(sign))
    assert keys[: len(given)] == given


@pytest.mark.parametrize("column", ["person", "status", "phase", "reason", "days"])
def test_pages_are_pieces_of_the_whole(lines, column):
    for sign in ("", "-"):
        whole = list(ordered_line_ids(OrderLine.objects.order_by(), sign + column)[0:])
        pieces = [
            one
            for n in range(4)
            for one in ordered_line_ids(OrderLine.objects.order_by(), sign + column)[n : n + 1]
        ]
        assert pieces == whole
        assert len(set(whole)) == 4


def test_the_list_as_excel(lines, cast, client_of):
    response = client_of(cast.helpdesk).get(f"{URL}?hent=xlsx&status=Klar")
    sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
    text = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "Åse Due (aadu)" in text
    assert "Leveret" in text
    assert "Anna Østergård (anbe)" not in text


def test_how_and_why_a_line_came_is_shown_when_it_is_asked_for(lines, cast, client_of):
    client = client_of(cast.helpdesk)

    def heads(query=""):
        page = parse(client.get(f"{URL}?{query}"))
        return {
            text(one).split()[0].strip(",") for one in select(page, "table thead th") if text(one)
        }

    assert heads().isdisjoint({"Årsag", "Kom"})
    assert {"Årsag", "Kom"} <= heads("kolonne=reason&kolonne=origin")


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_rows_cost_no_queries(cast, client_of):
    client, counts = client_of(cast.helpdesk), []
    order = Order.objects.create(created_at=datetime(2026, 11, 20, tzinfo=UTC))
    for number in range(30):
        person = make.employee(f"ab{number}", f"Person {number}", unit=cast.unit)
        line = make.order_line(employee=person, order=order, status="delivered")
        device = make.lease(f"PF{number:06}").device
        OrderedDevice.objects.create(line=line, device=device, delivered_on=TODAY)
        if number in (2, 29):
            detail = reverse("order-detail", args=[order.pk])
            typed = "/soeg/medarbejdere/?q=person"
            counts.append([queries(client, url) for url in (URL, detail, typed)])
    assert counts[0] == counts[1]


def test_the_page_of_an_order_says_what_is_next(lines, cast, client_of):
    client = client_of(cast.helpdesk)
    device = make.lease("PF000001").device
    OrderedDevice.objects.create(line=lines[1], device=device, delivered_on=TODAY)
    Mail.objects.create(
        recipients="lone@example.dk",
        subject="Bestilling",
        text="x",
        html="x",
        order=lines[1].order,
        written_at=datetime(2026, 11, 20, tzinfo=UTC),
        attempts=2,
        error="ConnectionRefusedError",
    )
    page = client.get(reverse("order-detail", args=[lines[1].order_id])).content.decode()
    assert f"{reverse('hand-out')}?linje={lines[1].pk}" in page
    assert "PF000001" in page
    assert "Prøver igen. 2 forsøg: ConnectionRefusedError" in page


def test_a_line_is_cancelled_with_a_reason(lines, cast, client_of):
    client = client_of(cast.helpdesk)
    url = reverse("order-cancel", args=[lines[2].pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    page = client.post(url, {"reason": "Nok alligevel"}, follow=True).content.decode()
    assert "Husk at afbestille hos ATEA: deres nummer er ATEA-77" in page
    lines[2].refresh_from_db()
    assert (lines[2].status, lines[2].closed_because) == ("cancelled", "Nok alligevel")
    assert client.post(reverse("order-cancel", args=[lines[3].pk]), {"reason": "x"}).url
    assert client_of(cast.head).post(url, {"reason": "x"}).status_code == 403


def test_the_front_page_counts_what_waits_and_leads_to_it(lines, cast, client_of):
    client = client_of(cast.helpdesk)
    page = client.get("/").content.decode()
    for status in ("koe-klar", "koe-bestil", "koe-paa-vej"):
        assert f'href="{URL}?status={status}"' in page
        assert len(shown(client, f"status={status}")) == 1
    assert "koe-klar" not in client_of(cast.head).get("/").content.decode()


def test_somebody_still_to_come_is_named_so(cast, client_of):
    coming = Employee.objects.create(name="Ny Mand", unit=cast.unit)
    make.order_line(employee=coming)
    assert "Ny Mand (kommende)" in client_of(cast.helpdesk).get(URL).content.decode()


def test_there_is_one_status_to_choose_and_each_is_said_once(client_of, cast):
    page = client_of(cast.helpdesk).get(URL).content.decode()
    labels = select(parse(page), "form.filters label")
    assert [text(label) for label in labels].count("Status") == 1
    assert "Præcis status" not in page
    assert '<optgroup label="Afventer"><option value="Afventer">Afventer: alle</option>' in page
