"""Questions that are put together once: the same rows as asked anew, whatever they are asked with."""

from datetime import date

import pytest
from django.db.models import Exists, OuterRef

from albertslund_it.web.database.put_together import given, put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Device, DeviceModel, Placement
from tests import builders as make

pytestmark = pytest.mark.django_db

FIRST, SECOND = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture
def devices():
    unit, model = make.unit(), make.model()
    found = [make.device(f"PF-{at}", model=model) for at in range(3)]
    make.placement(found[0], FIRST, unit)
    make.placement(found[1], SECOND, unit)
    return found


@put_together_once
def begun(on: date, *, devices):
    rows = Placement.objects.filter(device__in=among(devices, int), starts_on__lte=on)
    return rows.order_by("device").values_list("device", "starts_on")


@put_together_once
def numbers(*, model, unlike):
    placed = Placement.objects.filter(device=OuterRef("pk"))
    rows = Device.objects.filter(~Exists(placed) | ~Exists(placed.none()), model=given(model))
    return (
        rows.exclude(serial_number=given(unlike))
        .order_by("pk")
        .values_list("serial_number", flat=True)
    )


def test_what_it_is_asked_with_may_be_another_each_time(devices):
    ids = [device.pk for device in devices]

    assert begun(SECOND, devices=ids) == [(ids[0], FIRST), (ids[1], SECOND)]
    assert begun(SECOND, devices=ids[1:]) == [(ids[1], SECOND)]
    assert begun(SECOND, devices={ids[0]}) == [(ids[0], FIRST)]
    assert begun(SECOND, devices=[]) == []


def test_each_day_is_a_question_of_its_own(devices):
    ids = [device.pk for device in devices]

    assert begun(FIRST, devices=ids) == [(ids[0], FIRST)]
    assert begun(SECOND, devices=ids) == [(ids[0], FIRST), (ids[1], SECOND)]
    assert begun(FIRST, devices=ids) == [(ids[0], FIRST)]


def test_a_single_value_is_given_too(devices):
    model = devices[0].model_id

    assert numbers(model=model, unlike="PF-1") == ["PF-0", "PF-2"]
    assert numbers(model=model, unlike="PF-0") == ["PF-1", "PF-2"]
    assert numbers(model=model + 1, unlike="") == []


def test_what_was_written_since_is_there(devices):
    ids = [device.pk for device in devices]
    begun(SECOND, devices=ids)
    Placement.objects.filter(device=ids[0]).delete()

    assert begun(SECOND, devices=ids) == [(ids[1], SECOND)]


def test_it_is_put_together_once(devices, django_assert_num_queries):
    built = []

    @put_together_once
    def names():
        built.append(1)
        return DeviceModel.objects.order_by("pk").values_list("name", flat=True)

    with django_assert_num_queries(2):
        assert names() == names() == [devices[0].model.name]
    assert built == [1]


def test_what_can_be_nothing_is_not_asked(devices, django_assert_num_queries):
    @put_together_once
    def nothing():
        return Device.objects.none().values_list("pk", flat=True)

    with django_assert_num_queries(0):
        assert nothing() == []


def test_what_is_fetched_beside_is_another_question(devices):
    @put_together_once
    def rows():
        return Device.objects.prefetch_related("placements")

    with pytest.raises(TypeError):
        rows()
