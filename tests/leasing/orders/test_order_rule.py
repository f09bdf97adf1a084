"""One pc per employee holds whatever is ordered and cancelled, and whoever is at it meanwhile."""

import threading
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.errors import Refused
from leasing.approvals.selectors.one_pc import holdings_of
from leasing.models import Order, OrderLine
from leasing.orders.services.orders import LineWish, cancel_line, place_order
from tests import builders as make
from tests.histories import histories

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def place(employee, token=None, **fields):
    wish = LineWish(model=make.priced(), unit=employee.unit, employee=employee, **fields)
    return place_order(token=token or uuid4(), lines=[wish], actor=None, today=TODAY, now=NOW)


steps = st.lists(
    st.tuples(st.sampled_from(["place", "replace", "cancel"]), st.integers(0, 1)), max_size=8
)


@pytest.mark.django_db
@given(steps=steps)
@histories(40)
def test_nobody_ever_has_more_than_is_allowed(db, steps):
    made = uuid4().hex[:8]
    unit = make.unit()
    people = [make.employee(f"{made}{n}", f"Person {n}", unit=unit) for n in range(2)]
    pc = make.lease(f"PF{made.upper()}", unit=unit, employee=people[0]).device
    for step, number in steps:
        person = people[number]
        try:
            if step == "cancel":
                line = person.order_lines.exclude(status="cancelled").first()
                if line:
                    cancel_line(line_id=line.pk, reason="Fortrudt", actor=None, now=NOW)
            else:
                place(person, replaces=pc if step == "replace" else None)
        except Refused:
            pass
        for one in people:
            holdings = holdings_of(one, TODAY)
            assert holdings.count <= holdings.allowed, (one, steps)


def at_the_same_moment(*works):
    """Run each in a thread with a connection of its own; give what came out, or was raised."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(index, work):
        try:
            gate.wait(10)
            results[index] = work()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_of_orders_for_one_person_at_once_one_passes():
    anna = make.employee()
    make.priced()
    results = at_the_same_moment(*[lambda: place(anna)] * 4)
    assert sum(isinstance(one, Order) for one in results) == 1, results
    assert sum(isinstance(one, Refused) for one in results) == 3, results
    assert OrderLine.objects.count() == Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_many_times_at_once_is_one_order():
    anna, token = make.employee(), uuid4()
    make.priced()
    results = at_the_same_moment(*[lambda: place(anna, token=token)] * 4)
    assert {one.pk for one in results} == {Order.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_last_one_on_the_shelf_one_gets_it():
    anna, bo = make.employee(), make.employee("bolu", "Bo Lund")
    make.priced()
    shelved = make.lease("PF000009").device
    results = at_the_same_moment(
        lambda: place(anna, stock_device=shelved), lambda: place(bo, stock_device=shelved)
    )
    assert sum(isinstance(one, Order) for one in results) == 1, results
    assert "står ikke længere frit" in str(next(r for r in results if isinstance(r, Refused)))
