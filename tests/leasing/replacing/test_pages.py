"""The pages: the plan, the roll that comes of it, its orders, and the list of what ends soon."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from albertslund_it.common.quarters import add_months
from inventory.models import Device, Roll
from leasing.models import EndChoice, Order, OrderLine
from tests import builders as make
from tests.leasing.agreeing import agreed_in
from tests.leasing.pages import queries_of
from tests.leasing.replacing.lots import TODAY, lot_of
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db
ASKED = {
    "kvartal": "2029Q4",
    "underaftale": "",
    "udstyr": "pc",
    "fra": "05-11-2029",
    "til": "28-12-2029",
    "antal": "4",
    "uden": "",
}


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.helpdesk)


PLAN, ORDERS, SOON = "/udskiftning/plan/", "/udskiftning/bestil/", "/udskiftning/"


def faults(response):
    assert response.status_code == 422
    return [text(one) for one in select(parse(response), ".error-summary li")]


def test_the_plan_is_shown_and_then_made(client):
    lot_of()

    page = client.get(PLAN, ASKED)
    assert "Alle 13 udskiftes inden udløb" in page.content.decode()
    assert not Roll.objects.exists()
    done = client.post(PLAN, {**ASKED, "agreed": agreed_in(page)})

    roll = Roll.objects.get()
    assert done.status_code == 302
    assert done.url == f"/udrulning/?rul={roll.pk}"
    assert roll.replacements.count() == 13
    shown = client.get(done.url).content.decode()
    assert "Udløb 4. kvartal 2029" in shown
    assert "Der er intet at ændre" in client.get(PLAN, ASKED).content.decode()


def test_it_begins_with_the_next_quarter_in_which_leases_end(client):
    lot_of()

    form = select(parse(client.get(PLAN)), "main form")[0]

    assert select(form, "option[selected]")[0].get("value") == "2029Q4"
    values = {one.get("name"): one.get("value") for one in select(form, "input")}
    assert (values["fra"], values["til"], values["antal"]) == ("01-08-2029", "31-12-2029", "20")


def test_what_has_changed_since_is_told_and_nothing_is_made(client):
    leases = list(lot_of().values())
    page = client.get(PLAN, ASKED)
    make.placement(leases[0].device, TODAY, None)

    refused = client.post(PLAN, {**ASKED, "agreed": agreed_in(page)})

    assert any(str(leases[0].device) in fault for fault in faults(refused))
    assert not Roll.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"antal": "0"}, "1 til 500"),
        ({"antal": "9" * 40}, "1 til 500"),
        ({"antal": "mange"}, "1 til 500"),
        ({"antal": ""}, "1 til 500"),
        ({"fra": "31-02-2029"}, "findes ikke"),
        ({"til": "01-11-2029"}, "ikke ligge før den første"),
        ({"til": "31-12-2039"}, "højst to år"),
        ({"til": "08-11-2029"}, "ingen hel uge"),
        ({"uden": "1-53"}, "ingen hel uge"),
        ({"uden": "31-29"}, "første uge først"),
        ({"uden": "54"}, "første uge først"),
        ({"uden": "sommer"}, "»sommer« er ikke en uge"),
        ({"uden": "9" * 90}, "er ikke en uge"),
        ({"kvartal": "2029Q5"}, "fra listen"),
        ({"underaftale": "9" * 30}, "underaftale"),
        ({"udstyr": "x"}, "fra listen"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(client, typed, said):
    lot_of()

    for ask in (client.get, client.post):
        page = ask(PLAN, {**ASKED, **typed})
        assert any(said in fault for fault in faults(page)), faults(page)
        values = {one.get("name"): one.get("value") for one in select(parse(page), "input")}
        for name, value in typed.items():
            assert name not in values or (values[name] or "") == value
    assert not Roll.objects.exists()


def test_what_does_not_fit_has_no_button_and_is_refused(client):
    lot_of()
    tight = {**ASKED, "til": "16-11-2029"}

    page = client.get(PLAN, tight)

    assert "5 af 13 er der ikke plads til" in page.content.decode()
    assert "Lav udrulning" not in page.content.decode()
    assert any("ikke plads til 5" in one for one in faults(client.post(PLAN, tight)))
    assert not Roll.objects.exists()


def test_a_plan_in_a_register_without_leases(client):
    assert "ingen leasing, der udløber" in client.get(PLAN).content.decode()


def test_orders_of_a_roll_are_shown_made_and_not_made_again(client, cast):
    lot_of()
    client.post(PLAN, {**ASKED, "agreed": agreed_in(client.get(PLAN, ASKED))})
    roll = Roll.objects.get()

    page = client.get(ORDERS, {"rul": roll.pk})
    assert "13 stk. i 3 bestillinger" in page.content.decode()
    assert not Order.objects.exists()
    old = make.model().pk
    typed = {"rul": roll.pk, f"model-{old}": old, "handling": "gem"}
    done = client.post(ORDERS, {**typed, "agreed": agreed_in(page)})
    twice = client.post(ORDERS, {**typed, "agreed": agreed_in(page)})

    assert done.url == "/bestillinger/?status=draft"
    assert OrderLine.objects.count() == 13
    assert Order.objects.count() == 3
    assert client.get(done.url).status_code == 200
    assert "intet at bestille" in faults(twice)[0]
    assert Order.objects.count() == 3


def test_another_model_is_looked_at_first(client):
    leases = list(lot_of({"KKR": 2}).values())
    t16 = make.model("T16")
    make.price(t16, price_ore=1600000)
    ids = ",".join(str(lease.device_id) for lease in leases)
    typed = {"udstyr": ids, f"model-{make.model().pk}": t16.pk}

    seen = client.post(ORDERS, {**typed, "handling": "se"})
    unseen = client.post(ORDERS, {**typed, "handling": "gem"})

    assert seen.status_code == 200
    assert "2.000,00" in seen.content.decode()
    assert "Se virkningen igennem" in unseen.content.decode()
    assert not Order.objects.exists()
    client.post(ORDERS, {**typed, "handling": "gem", "agreed": agreed_in(seen)})
    assert set(OrderLine.objects.values_list("model__name", flat=True)) == {"T16"}


@pytest.mark.parametrize("query", ["rul=999", "rul=x", f"rul={'9' * 40}", "rul=-1"])
def test_no_such_roll(client, query):
    assert client.get(f"{ORDERS}?{query}").status_code == 404
    assert client.get(f"/udrulning/?{query}").status_code == 404


@pytest.mark.parametrize(
    "ids", ["", "x", "1,2,3,x", "9" * 40, "-1", ",".join(map(str, range(5000)))]
)
def test_devices_that_are_not_there_are_not_ordered_for(client, ids):
    page = client.post(ORDERS, {"udstyr": ids, "handling": "gem", "model-x": "1", "model-1": "x"})

    assert page.status_code in {200, 422}
    assert not Order.objects.exists()


@pytest.mark.parametrize("query", ["months=7", "what=x", "department=x", "unit=9"])
def test_nothing_is_ordered_for_a_filter_that_cannot_be_read(client, query):
    lot_of()

    assert client.get(f"{ORDERS}?{query}").status_code == 404


def soon(client, **query):
    page = parse(client.get(SOON, query))
    return sorted(text(one) for one in select(page, "tbody th a"))


@pytest.fixture
def ending(cast):
    """Lease devices that end within six months, or whose warranty does, and some that do not."""
    make.cost_holder()
    make.priced()
    begun = add_months(TODAY, -47)  # four years end in a month
    unit = cast.unit
    for serial in ("PFDUE001", "PFORDERD", "PFROLL01", "PFSTOCK1", "PFEXTEND"):
        make.lease(serial, unit=unit, starts_on=begun)
    by_number = {one.serial_number: one for one in Device.objects.all()}
    make.order_line(unit, replaces=by_number["PFORDERD"], reason="replacement", status="draft")
    make.roll().replacements.create(old_device=by_number["PFROLL01"], unit=unit)
    make.placement(by_number["PFSTOCK1"], TODAY, None)
    make.decided(by_number["PFEXTEND"].lease, EndChoice.EXTENSION)
    make.lease("PFLATER1", unit=unit, starts_on=date(2028, 1, 1))
    warranty = make.lease("PFWARRAN", unit=unit, starts_on=date(2028, 1, 1)).device
    warranty.warranty_until = add_months(TODAY, 2)
    warranty.save()
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    make.lease("PFFOREIG", unit=foreign, starts_on=begun)


def test_what_ends_soon_and_is_not_replaced(client, ending):
    assert soon(client) == ["PFDUE001", "PFFOREIG", "PFWARRAN"]
    assert soon(client, what="garanti") == ["PFWARRAN"]
    assert soon(client, what="leasing") == ["PFDUE001", "PFFOREIG"]
    assert soon(client, months="1") == ["PFDUE001", "PFFOREIG"]
    assert soon(client, months="24") == ["PFDUE001", "PFEXTEND", "PFFOREIG", "PFWARRAN"]
    assert soon(client, q="PFWAR") == ["PFWARRAN"]
    for months in ("7", "x", "9" * 40):
        assert "kan ikke vises" in client.get(SOON, {"months": months}).content.decode()


def test_a_leader_sees_the_own_ones_and_orders_nothing(cast, client_of, ending):
    leader = client_of(cast.unit_leader)

    assert soon(leader) == ["PFDUE001", "PFWARRAN"]
    page = leader.get(SOON).content.decode()
    assert "Se bestillinger" not in page
    assert "349,41" in page
    assert leader.get(ORDERS).status_code == 403


def test_finance_reads_no_names(cast, client_of, ending):
    holder = make.employee("anbe", "Anna Berg", unit=cast.unit)
    make.placement(Device.objects.get(serial_number="PFDUE001"), TODAY, cast.unit, holder)

    assert "Anna Berg" not in client_of(cast.finance).get(SOON).content.decode()
    assert "Anna Berg" in client_of(cast.helpdesk).get(SOON).content.decode()


def test_the_list_as_excel(client, ending):
    answer = client.get(SOON, {"hent": "xlsx"})

    rows = list(load_workbook(BytesIO(b"".join(answer))).active.values)
    assert {"PFDUE001", "PFWARRAN", "PFFOREIG"} <= {row[0] for row in rows}


def test_orders_for_all_of_a_filter_and_for_ticked_ones(client, ending):
    page = client.get(ORDERS, {"what": "garanti"})
    assert "1 stk. i 1 bestilling" in page.content.decode()
    page = client.get(ORDERS, {"months": ""})
    assert "3 stk. i 2 bestillinger" in page.content.decode()
    ticked = Device.objects.get(serial_number="PFDUE001").pk
    page = client.get(ORDERS, {"udstyr": ticked})
    assert "1 stk. i 1 bestilling" in page.content.decode()


def test_as_many_queries_however_long_the_list_is(client, cast, ending):
    make.cost_holder()
    few = queries_of(client, SOON)
    few_orders = queries_of(client, ORDERS)
    for number in range(30):
        unit = make.unit(f"5{number:03}")
        person = make.employee(f"e{number}", f"En {number}", unit=unit)
        make.lease(f"PFMANY{number:02}", unit=unit, employee=person, starts_on=date(2025, 9, 1))

    assert queries_of(client, SOON) <= few
    assert queries_of(client, ORDERS) <= few_orders
