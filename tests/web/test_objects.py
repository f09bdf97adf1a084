"""Objects made by the ten thousand are what Django makes of the same."""

import weakref
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from albertslund_it.web.database.joined import joined
from albertslund_it.web.database.objects import new_row, sharing
from albertslund_it.web.undisturbed import undisturbed
from inventory.models import Device, DeviceModel, Employee, Placement, Replacement
from leasing.models import BuyoutOffer, Charge, Lease, LeaseTerm, Order
from tests import builders

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


def held(row):
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_a_new_row_holds_what_django_gives_it():
    unit = builders.unit()
    device = builders.device()
    for model, said in (
        (Device, {"serial_number": "PF0001", "model": device.model, "warranty_until": DAY}),
        (Placement, {"device": device, "starts_on": DAY, "unit": unit, "employee": None}),
        (Employee, {"initials": "abc", "name": "Navn", "unit": unit}),
        (Replacement, {"old_device": device, "unit": unit, "new_device": None}),
        (Lease, {"device": device, "starts_on": DAY}),
        (LeaseTerm, {"position": 1, "price_ore": 100, "quarters": 16}),
        (BuyoutOffer, {"device": device, "model": None, "valid_until": DAY, "price_ore": 1}),
        (Charge, {"charged_on": DAY, "unit": unit, "text": "Skærm", "device_id": device.pk}),
    ):
        made, usual = new_row(model, **said), model(**said)
        assert held(made) == held(usual), model
        assert made._state.adding
        assert made._state.fields_cache == usual._state.fields_cache


def test_what_is_made_anew_for_each_row_is():
    assert new_row(Order).token != new_row(Order).token


def test_what_is_no_field_is_refused():
    with pytest.raises(KeyError):
        new_row(Device, colour="red")


def test_a_new_row_that_is_let_go_of_is_gone_at_once():
    device = builders.device()
    lease = new_row(Lease, device=device, starts_on=DAY)
    left = weakref.ref(lease)
    with undisturbed():
        del lease
        assert left() is None, "Tens of thousands would wait for the interpreter to look"


def test_rows_that_share_what_they_point_to():
    device = builders.device()
    models = DeviceModel.objects.in_bulk()
    [found] = sharing(Device.objects.filter(pk=device.pk), model=models)
    assert held(found) == held(Device.objects.get(pk=device.pk))
    assert found == device
    assert found.model is models[device.model_id]
    found.warranty_until = DAY
    found.save()
    assert Device.objects.get(pk=device.pk).warranty_until == DAY


class TestJoined:
    def test_there_is_no_savepoint_within_and_one_after(self):
        with (
            transaction.atomic(),
            CaptureQueriesContext(
                connection,
            ) as queries,
        ):
            with joined(), transaction.atomic():
                builders.unit()
            assert not any("SAVEPOINT" in one["sql"] for one in queries)
            with transaction.atomic():
                builders.unit()
            assert any("SAVEPOINT" in one["sql"] for one in queries)

    def test_what_fails_undoes_all_of_it(self):
        device = builders.device()

        def refused():
            with transaction.atomic():
                builders.device("PF000002")
                with joined(), transaction.atomic():
                    Device.objects.create(serial_number="PF000001", model=device.model)

        with pytest.raises(IntegrityError):
            refused()
        assert list(Device.objects.all()) == [device]
