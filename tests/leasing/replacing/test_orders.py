"""Draft orders for what replaces devices: just what was shown, once."""

from datetime import UTC, date, datetime

import pytest

from albertslund_it.common.errors import Refused
from leasing.models import Order, OrderLine, Status
from leasing.orders.services.orders import submit_order
from leasing.replacing.selectors.orders import order_plan
from leasing.replacing.services.orders import draft_replacements
from tests import builders as make
from tests.leasing.replacing.lots import TODAY, lot_of

pytestmark = pytest.mark.django_db
NOW = datetime(2029, 8, 1, 9, tzinfo=UTC)


def draft(cast, ids, models=None):
    return draft_replacements(
        device_ids=ids, models=models or {}, note="", actor=cast.helpdesk, today=TODAY, now=NOW
    )


def ids_of(leases):
    return [lease.device_id for lease in leases]


def test_the_orders_are_what_the_plan_shows(cast):
    leases = lot_of()
    t16 = make.model("T16")
    make.price(t16, price_ore=800000)
    old = make.model().pk
    ids = ids_of(leases.values())

    plan = order_plan(ids, {old: t16.pk}, TODAY)
    orders = draft(cast, ids, {old: t16.pk})

    assert [
        (order.lines.get(position=1).unit, set(order.lines.values_list("replaces", flat=True)))
        for order in orders
    ] == [(one.unit, {line.device.pk for line in one.lines}) for one in plan.orders]
    lines = OrderLine.objects.all()
    assert lines.count() == plan.count == len(leases)
    assert set(lines.values_list("model", "status", "reason", "quantity")) == {
        (t16.pk, Status.DRAFT, "replacement", 1)
    }
    assert all(line.employee_id == line.replaces.placements.get().employee_id for line in lines)
    assert plan.quarter_ore == len(leases) * 50000


def test_what_an_open_order_replaces_is_left_out_so_again_orders_nothing(cast):
    leases = list(lot_of({"KKR": 3}).values())
    make.order_line(
        make.unit("1001"), replaces=leases[0].device, reason="replacement", status="ordered"
    )
    make.order_line(
        make.unit("1001"), replaces=leases[1].device, reason="replacement", status="cancelled"
    )

    plan = order_plan(ids_of(leases), {}, TODAY)
    assert (plan.count, plan.aside) == (2, {"ordered": 1})
    draft(cast, ids_of(leases))

    assert order_plan(ids_of(leases), {}, TODAY).aside == {"ordered": 3}
    with pytest.raises(Refused, match="intet at bestille"):
        draft(cast, ids_of(leases))
    assert Order.objects.count() == 3


def test_a_model_without_a_price_must_be_chosen_and_none_can_be(cast):
    [lease] = lot_of({"KKR": 1}).values()
    old = make.model("L390")
    lease.device.model = old
    lease.device.save()
    screen = make.priced("Skærm", "skærm", is_pc=False)

    for chosen in ({}, {old.pk: 0}, {old.pk: screen.pk}, {old.pk: 10**17}):
        plan = order_plan([lease.device_id], chosen, TODAY)
        assert (plan.count, plan.aside) == (0, {"model": 1}), chosen
    assert [offer.model.name for offer in plan.models[0].offers] == ["T14"]
    assert order_plan([lease.device_id], {old.pk: make.model().pk}, TODAY).count == 1


def test_only_a_price_that_holds_today_counts():
    [lease] = lot_of({"KKR": 1}).values()
    make.price(starts_on=date(2029, 7, 1), price_ore=600000)
    make.price(starts_on=date(2029, 9, 1), price_ore=999999)

    assert order_plan([lease.device_id], {}, TODAY).quarter_ore == 600000 // 16


def test_an_order_has_no_more_lines_than_it_may(cast):
    leases = lot_of({"KKR": 103}).values()

    orders = draft(cast, ids_of(leases))

    assert [order.lines.count() for order in orders] == [50, 50, 3]


def test_stock_gets_no_line():
    [lease] = lot_of({"KKR": 1}).values()
    make.placement(lease.device, TODAY, None)

    assert order_plan([lease.device_id], {}, TODAY).aside == {"stock": 1}


def test_a_draft_can_be_placed(cast):
    leases = lot_of({"KKR": 2}).values()
    [order] = draft(cast, ids_of(leases))

    submit_order(order_id=order.pk, actor=cast.helpdesk, today=TODAY, now=NOW)

    assert set(order.lines.values_list("status", flat=True)) == {Status.APPROVED}
