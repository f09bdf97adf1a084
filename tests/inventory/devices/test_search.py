"""Free text finds a device by its numbers, by who has it and by where it is."""

from datetime import date

import pytest

from inventory.devices.selectors import devices_matching
from inventory.models import Device, FormerSerialNumber
from tests import builders as make

pytestmark = pytest.mark.django_db

TODAY = date(2026, 9, 14)


@pytest.fixture
def devices():
    school = make.unit("3010", "Ærtebjerg Skole")
    asa = make.employee("åsø", "Åse Østergård", unit=school)
    personal, shared, moved = (make.device(f"PF00000{number}") for number in (1, 2, 3))
    make.placement(personal, date(2026, 1, 1), school, asa)
    make.placement(shared, date(2026, 1, 1), make.unit("1001", "Biblioteket"))
    make.placement(moved, date(2026, 1, 1), school, asa)
    make.placement(moved, date(2026, 8, 1), None)
    FormerSerialNumber.objects.create(device=shared, serial_number="OLD-77")


def found(text, *, with_people=True):
    result = devices_matching(Device.objects.all(), text, TODAY, with_people=with_people)
    return sorted(device.serial_number for device in result)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("000001", ["PF000001"]),
        ("pf00", ["PF000001", "PF000002", "PF000003"]),
        ("old-77", ["PF000002"]),
        ("ÆRTEBJERG", ["PF000001"]),
        ("østerG", ["PF000001"]),
        ("ÅSØ", ["PF000001"]),
        ("3010", ["PF000001"]),
        ("åse ærtebjerg", ["PF000001"]),
        ("åse biblioteket", []),
        ("findes-ikke", []),
        ("100%", []),
        ("  ", ["PF000001", "PF000002", "PF000003"]),
    ],
)
def test_every_word_is_found_in_any_case(devices, text, expected):
    assert found(text) == expected


def test_who_may_not_see_people_cannot_find_them_by_searching(devices):
    assert found("østergård", with_people=False) == []
    assert found("ærtebjerg", with_people=False) == ["PF000001"]
