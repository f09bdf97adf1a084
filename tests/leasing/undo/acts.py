"""Movements and files as acts, as the pages make them, and all that they write to."""

from contextlib import contextmanager
from datetime import date

from inventory.acts.services.recording import recorded_as
from inventory.models import Act, Device, ExpectedReturn, FormerSerialNumber, Placement
from leasing.models import Lease, LeaseTerm, OrderedDevice, OrderLine, SubAgreement
from leasing.orders.services.deliveries import Delivery, register_deliveries
from leasing.undo.services import undo_act
from tests.leasing.movements.town import NOW

WRITTEN = (
    Device,
    FormerSerialNumber,
    SubAgreement,
    Lease,
    LeaseTerm,
    Placement,
    ExpectedReturn,
    OrderLine,
    OrderedDevice,
)


def everything():
    """Return every row of the tables that the acts write to, ids included."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in WRITTEN}


@contextmanager
def act_of(actor=None, now=NOW, kind=Act.Kind.TRANSFER):
    with recorded_as(kind, title="Prøve", permission="leasing.x", actor=actor, now=now) as done:
        yield done


def undo(done, actor=None, now=NOW, **options):
    return undo_act(act_id=done.act.pk, actor=actor, now=now, **options)


def deliver(*serial_numbers, unit="1001", starts_on=date(2026, 3, 1), price_ore=559066):
    rows = [
        Delivery(number, "T14", "UA-2", starts_on, price_ore=price_ore, quarters=16, unit=unit)
        for number in serial_numbers
    ]
    return register_deliveries(rows=rows, actor=None, today=date(2026, 11, 23))
