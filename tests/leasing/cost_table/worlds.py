"""A small municipality that is changed at random, by one or by many at once."""

import random
import threading
import time
from contextlib import suppress
from datetime import date, timedelta
from functools import partial

from django.db import OperationalError, connection, connections, transaction

from albertslund_it.common.errors import Refused
from inventory.models import Device, Placement, Unit
from leasing.cost_table.check import costs_that_differ
from leasing.cost_table.moment import one_moment
from leasing.cost_table.refresh import AT_LEISURE, refresh
from leasing.models import Cost, CostMark, CostTotal, Lease, LeaseTerm
from tests import builders as make
from tests.leasing.closed import close

FIRST, LAST = date(2026, 1, 1), date(2027, 6, 30)
CLOSED_ON = date(2027, 1, 15)
CLASHES = ("40P01", "40001", "55P03")


def settle(devices=24):
    """Make units, models and that many leases, all of it worked out."""
    make.cost_holder()
    units = [make.unit(f"10{n:02}") for n in range(4)]
    make.model("T16")
    for n in range(devices):
        make.lease(f"PF{n:06}", unit=units[n % 4])
    assert refresh(effort=AT_LEISURE)


class Writer:
    """Somebody who changes something, one thing after the other."""

    def __init__(self, seed):
        self.rng, self.new = random.Random(seed), 0
        self.name = f"W{seed}"
        self.units = list(Unit.objects.order_by("id"))
        self.model_ids = [make.model(name).pk for name in ("T14", "T16")]

    def change(self):
        """Do one thing, in a transaction of its own that may take a while to be committed."""
        what = self.rng.choice(
            [self.move, self.move, self.move, self.take_back, self.stop, self.price, self.model,
             self.lease, self.extend]
        )  # fmt: skip
        try:
            with transaction.atomic():
                what()
                time.sleep(self.rng.choice([0, 0, 0.005]))
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in CLASHES:
                raise

    def some(self, model):
        found = list(model.objects.values_list("pk", flat=True))
        return self.rng.choice(found) if found else 0

    def day(self):
        return FIRST + timedelta(days=self.rng.randrange((LAST - FIRST).days))

    def move(self):
        Placement.objects.update_or_create(
            device_id=self.some(Device),
            starts_on=self.day(),
            defaults={"unit": self.rng.choice([*self.units, None])},
        )

    def take_back(self):
        Placement.objects.filter(pk=self.some(Placement)).delete()

    def stop(self):
        lease = Lease.objects.filter(pk=self.some(Lease)).first()
        if lease:
            stops_on = self.rng.choice([None, max(self.day(), lease.starts_on)])
            Lease.objects.filter(pk=lease.pk).update(stops_on=stops_on)

    def price(self):
        price = self.rng.randrange(1, 900_000)
        LeaseTerm.objects.filter(pk=self.some(LeaseTerm)).update(price_ore=price)

    def model(self):
        model = self.rng.choice(self.model_ids)
        Device.objects.filter(pk=self.some(Device)).update(model=model)

    def lease(self):
        self.new += 1
        made = make.lease(f"{self.name}-{self.new:05}", starts_on=date(2026, 3, 9))
        Placement.objects.create(
            device=made.device, starts_on=self.day(), unit=self.rng.choice(self.units)
        )

    def extend(self):
        lease = self.some(Lease)
        LeaseTerm.objects.get_or_create(
            lease_id=lease, position=2, defaults={"price_ore": 40_000, "quarters": 2}
        )


def read_again(rng):
    """Read what a page reads: of one moment, in which the sums are those of the rows."""
    with one_moment():
        rows = sum(Cost.objects.values_list("amount_ore", flat=True))
        assert rows == sum(CostTotal.objects.values_list("amount_ore", flat=True))
    time.sleep(rng.random() / 50)


def at_once(seconds, writers, readers, closings=()):
    """Let writers, readers and closings go on beside each other; give what any of them raised."""
    until, raised = time.monotonic() + seconds, []

    def keep_on(step):
        try:
            while time.monotonic() < until:
                step()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    waiting = list(closings)

    def close_next():
        time.sleep(seconds / (len(closings) + 1))
        if waiting:
            with suppress(Refused):
                close(waiting.pop(0), CLOSED_ON)

    steps = [Writer(seed).change for seed in range(writers)]
    steps += [partial(read_again, random.Random(seed)) for seed in range(readers)]
    steps += [close_next] * bool(closings)
    threads = [threading.Thread(target=keep_on, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    return raised


def assert_all_is_worked_out():
    """After the next refresh all is as a full recomputation has it."""
    assert refresh(effort=AT_LEISURE)
    assert not CostMark.objects.exists()
    assert list(costs_that_differ()) == []


def address():
    """Return the test database's address, for another process."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
