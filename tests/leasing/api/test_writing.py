"""What a client writes: through the services of the pages, once for a key, as it was shown."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from auditlog.models import LogEntry
from django.db import connection, connections

from albertslund_it import roles
from inventory.models import Device, Placement
from leasing.models import ApiAnswer, Mail, Order
from tests import builders as make
from tests.leasing.api.asking import Program, problem_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 1)
KEY = "bestilling-0001"


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def program(cast):
    make.cost_holder()
    return Program(cast.helpdesk)


def hand_out(**more):
    return {
        "action": "hand_out",
        "serial_numbers": ["PF000001"],
        "starts_on": "2026-05-01",
        "initials": "anbe",
        **more,
    }


def test_a_hand_out_is_shown_first_and_saved_as_it_was_shown(program, cast):
    make.lease("PF000001")
    make.employee("anbe", unit=cast.unit)
    shown = problem_of(program.post("placements", hand_out(), KEY), 409)
    assert shown["type"].endswith(":not-agreed")
    assert any("PF000001" in row[0] for row in shown["preview"])
    assert Placement.objects.count() == 0
    tried = program.post("placements", hand_out(dry_run=True), KEY).json()
    assert (tried["is_saved"], tried["preview"]) == (False, shown["preview"])
    done = program.post("placements", hand_out(agreed=shown["agreed"]), KEY)
    assert (done.status_code, done.json()["is_saved"]) == (200, True)
    placed = Placement.objects.get()
    assert (placed.employee.initials, placed.unit) == ("anbe", cast.unit)
    again = program.post("placements", hand_out(agreed=shown["agreed"]), KEY)
    assert (again.json(), again["Idempotency-Replayed"]) == (done.json(), "true")
    assert LogEntry.objects.get_for_object(placed).get().actor == cast.helpdesk


def test_what_was_agreed_to_and_is_no_longer_so_is_shown_anew(program, cast):
    make.lease("PF000001")
    make.employee("anbe", unit=cast.unit)
    agreed = problem_of(program.post("placements", hand_out()), 409)["agreed"]
    Device.objects.get().lease.terms.update(price_ore=999_999)
    told = problem_of(program.post("placements", hand_out(agreed=agreed)), 409)
    assert "er ændret fra" in told["detail"]
    assert Placement.objects.count() == 0


def test_the_refusals_are_those_of_the_page(program, cast):
    make.device("PF000001")
    told = problem_of(program.post("placements", hand_out()), 422)
    assert told["errors"][0]["where"] == "body.initials"
    assert "Ingen medarbejder hedder »anbe«" in told["errors"][0]["what"]
    make.employee("anbe", unit=cast.unit)
    unknown = program.post("placements", hand_out(serial_numbers=["PF000002"]))
    assert "Kendes ikke" in str(problem_of(unknown, 422))
    stray = program.post("placements", hand_out(due_on="2026-06-01"))
    assert problem_of(stray, 422)["errors"][0]["where"] == "body.due_on"
    misspelt = program.post("placements", hand_out(initialer="anbe"))
    problem_of(misspelt, 422)
    agreed = problem_of(program.post("placements", hand_out()), 409)["agreed"]
    make.placement(Device.objects.get(), date(2026, 1, 1), cast.unit)
    problem_of(program.post("placements", hand_out(agreed=agreed)), 409)


def test_transfer_loan_and_take_back(program, cast):
    anna = make.employee("anbe", unit=cast.unit)
    lease = make.lease("PF000001", unit=cast.unit, employee=anna)
    other = make.unit("1002", department=cast.department)

    def do(**body):
        body = {"serial_numbers": ["PF000001"], "starts_on": "2026-05-01", **body}
        agreed = program.post("placements", {**body, "dry_run": True}).json()["agreed"]
        return program.post("placements", {**body, "agreed": agreed})

    assert do(action="transfer", unit="1002", no_employee=True).status_code == 200
    assert Placement.objects.filter(device=lease.device).latest("starts_on").unit == other
    assert do(action="take_back", starts_on="2026-05-02").status_code == 200
    lent = do(action="lend", starts_on="2026-05-03", initials="anbe", due_on="2026-06-01")
    assert lent.status_code == 200, lent.content
    assert Placement.objects.latest("starts_on").employee == anna


@pytest.mark.parametrize("role", [roles.FINANCE, roles.AUDITOR, roles.HEAD, roles.UNIT_LEADER])
def test_only_who_may_on_the_pages_writes(cast, role):
    make.device("PF000001")
    program = Program(cast.by_role()[role])
    for path, body in (
        ("placements", hand_out()),
        ("orders", {"lines": [{"model": "T14", "unit": "1001"}]}),
        ("last-seen", {"devices": [{"serial_number": "PF000001", "last_seen": "2026-04-30"}]}),
        (
            "deliveries",
            {
                "order_number": "B1",
                "sub_agreement": "UA-1",
                "starts_on": "2026-05-01",
                "devices": [{"model": "T14", "count": 1}],
            },
        ),
    ):
        problem_of(program.post(path, body), 403)


def order(**line):
    return {
        "lines": [{"model": "T14", "unit": "1001", "used_for": "Klassesæt", "quantity": 2, **line}]
    }


def test_an_order_is_placed_once_for_a_key(program, cast):
    make.priced()
    assert cast.unit.number == "1001"
    tried = program.post("orders", {**order(), "dry_run": True}, KEY)
    assert (tried.status_code, Order.objects.count()) == (200, 0), tried.content
    first = program.post("orders", order(), KEY)
    assert (first.status_code, first.json()["lines"][0]["quantity"]) == (200, 2)
    again = program.post("orders", order(), KEY)
    assert (again.json(), Order.objects.count()) == (first.json(), 1)
    other = problem_of(program.post("orders", order(quantity=3), KEY), 409)
    assert other["type"].endswith(":key-used")
    assert program.post("orders", order(), KEY + "2").status_code == 200
    assert Order.objects.count() == 2
    read = program.get(f"orders/{first.json()['id']}").json()
    assert (read["number"], read["lines"][0]["status"]) == (first.json()["number"], "approved")


def test_an_order_that_is_refused_writes_nothing_and_keeps_its_key(program, cast):
    make.priced()
    assert cast.unit.number == "1001"
    told = problem_of(program.post("orders", order(model="T99", unit="77"), KEY), 422)
    assert [one["what"] for one in told["errors"]] == [
        "Modellen »T99« findes ikke.",
        "Enhedsnr. »77« findes ikke.",
    ]
    assert (Order.objects.count(), Mail.objects.count(), ApiAnswer.objects.count()) == (0, 0, 0)
    assert program.post("orders", order(), KEY).status_code == 200


@pytest.mark.parametrize("key", ["", "kort", "mellem rum", "x" * 101])
def test_a_write_needs_a_key(program, key):
    response = program.http.post(
        "/api/v1/orders",
        order(),
        content_type="application/json",
        headers={"Idempotency-Key": key} if key else {},
    )
    problem_of(response, 422)


def test_a_delivery_is_shown_first_and_received_once(program, cast):
    make.priced()
    make.sub_agreement()
    make.lease("PFOLD001")
    line = make.order_line(cast.unit, quantity=2, used_for="Delt")
    body = {
        "order_number": line.order.number,
        "sub_agreement": "UA-1",
        "starts_on": "2026-05-01",
        "devices": [{"model": line.model.name, "serial_numbers": ["pf000101", "PF000102"]}],
    }
    shown = problem_of(program.post("deliveries", body, KEY), 409)
    assert Device.objects.filter(serial_number="PF000101").count() == 0
    done = program.post("deliveries", {**body, "agreed": shown["agreed"]}, KEY)
    assert (done.status_code, done.json()["is_saved"]) == (200, True)
    assert Device.objects.get(serial_number="PF000101").lease.starts_on == TODAY
    [read] = [one for one in program.items("orders") if one["id"] == line.order_id]
    assert len(read["lines"][0]["devices"]) == 2


def test_last_seen_moves_forward_only(program, cast):
    make.device("PF000001", last_seen=date(2026, 4, 20))
    make.device("PF000002")

    def see(**days):
        rows = [{"serial_number": n, "last_seen": day} for n, day in days.items()]
        return program.post("last-seen", {"devices": rows})

    assert see(PF000001="2026-04-10", PF000002="2026-04-30").json() == {
        "updated": 1,
        "unchanged": 1,
    }
    days = dict(Device.objects.values_list("serial_number", "last_seen"))
    assert days == {"PF000001": date(2026, 4, 20), "PF000002": date(2026, 4, 30)}
    told = problem_of(see(PF000001="2026-05-02", PF000009="2026-04-30"), 422)
    assert len(told["errors"]) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes one at a time")
def test_two_at_once_with_a_key_make_one_order(cast):
    make.cost_holder()
    make.priced()
    assert cast.unit.number == "1001"
    program = Program(cast.helpdesk)

    def send(_):
        try:
            return program.post("orders", order(), KEY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert Order.objects.count() == 1
