"""Two people at once: the same delivery, the same line, the same purchase, the same numbers."""

import pytest

from albertslund_it.common.errors import Refused
from inventory.models import Device
from leasing.models import Lease, OrderedDevice, OrderLine
from leasing.orders.selectors.purchases import lines_to_buy
from leasing.orders.selectors.reception import Reception
from leasing.orders.selectors.scans import Scan
from leasing.orders.services.purchases import mark_ordered
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.orders.ground import NOW, TODAY, bought, line, scan, screen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ground():
    make.price()


def test_the_same_serial_number_gives_one_device_and_one_lease():
    bought(quantity=5)

    results = at_the_same_moment(*[lambda: scan("4711", "PF01", "PF02")] * 4)

    assert all(isinstance(result, Reception) and result.is_saved for result in results), results
    assert sorted(len(result.new) for result in results) == [0, 0, 0, 2]
    assert (Device.objects.count(), Lease.objects.count()) == (2, 2)
    assert OrderedDevice.objects.count() == 2


def test_the_last_place_on_a_line_is_taken_once():
    bought(quantity=1)

    results = at_the_same_moment(lambda: scan("4711", "PF01"), lambda: scan("4711", "PF02"))

    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert OrderedDevice.objects.count() == Device.objects.count() == 1
    assert OrderLine.objects.get().status == "delivered"


def test_inventory_numbers_are_given_once():
    model = screen()
    bought(model=model, quantity=20, number="1")
    bought(model=model, quantity=20, number="2")

    results = at_the_same_moment(
        *[lambda n=n: scan(n, scans=[Scan(model.pk, count=5)]) for n in ("1", "2", "1", "2")]
    )

    assert all(isinstance(result, Reception) for result in results), results
    numbers = Device.objects.order_by("serial_number").values_list("serial_number", flat=True)
    assert list(numbers) == [f"INV-{n:06}" for n in range(1, 21)]


def test_a_purchase_is_marked_by_one_of_two():
    line()
    line()
    keys = [one.key for one in lines_to_buy()]

    def mark(number):
        return mark_ordered(
            keys=keys, number=number, ordered_on=TODAY, actor=None, today=TODAY, now=NOW
        )

    results = at_the_same_moment(lambda: mark("1"), lambda: mark("2"))

    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert OrderLine.objects.values("supplier_order_number").distinct().count() == 1
