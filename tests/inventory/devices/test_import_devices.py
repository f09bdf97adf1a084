"""Files of devices that are not leased, and of facts about any device."""

from datetime import date

import pytest

from inventory.models import Category, Device, DeviceModel, FormerSerialNumber, Placement
from tests import builders
from tests.files import TODAY, faults_of, take_in

pytestmark = pytest.mark.django_db

DEVICES = """
Serienummer; Model; Kategori; RAM GB; Windows 11; Enhedsnr; Initialer; Garanti til; Sidst set
old-001; ThinkPad L390; pc; 8; nej; -; anbe; -; 2026-03-02 11:22:33
OLD-002; thinkpad l390; -; 4; -; 1001; -; 31-12-2026; -
OLD-003; iPad; Tablet; -; -; -; -; -; -
"""


@pytest.fixture(autouse=True)
def ground():
    builders.employee("ANBE", unit=builders.unit("1001"))


def test_devices_models_and_categories_are_made():
    report = take_in("devices", DEVICES)

    assert list(
        Device.objects.values_list(
            "serial_number", "model__name", "ram_gb", "windows_11", "warranty_until", "last_seen"
        )
    ) == [
        ("OLD-001", "ThinkPad L390", 8, False, None, date(2026, 3, 2)),
        ("OLD-002", "ThinkPad L390", 4, None, date(2026, 12, 31), None),
        ("OLD-003", "iPad", None, None, None, None),
    ]
    assert dict(Category.objects.values_list("name", "is_pc")) == {"pc": True, "Tablet": False}
    assert list(
        Placement.objects.order_by("device__serial_number").values_list(
            "device__serial_number", "starts_on", "unit__number", "employee__initials"
        )
    ) == [("OLD-001", TODAY, "1001", "ANBE"), ("OLD-002", TODAY, "1001", None)]
    assert report.change_count == 2 + 2 + 3 + 2
    assert take_in("devices", DEVICES).change_count == 0


def test_facts_of_a_device_that_is_placed_leave_it_where_it_is():
    lease = builders.lease("PF01", unit=builders.unit("1001"))
    FormerSerialNumber.objects.create(device=lease.device, serial_number="PF00")

    builders.unit("1002")

    take_in("devices", "Serienummer; Model; Enhedsnr; Sidst set\nPF00; T14; 1002; 01-03-2026")

    lease.device.refresh_from_db()
    assert (lease.device.serial_number, lease.device.last_seen) == ("PF01", date(2026, 3, 1))
    assert Placement.objects.get().unit.number == "1001"


def test_a_model_that_stops_counting_as_a_pc_is_told():
    builders.device("PF01", model=builders.model("T14"))

    report = take_in("devices", "Serienummer; Model; Kategori\nPF01; T14; Notebook")

    assert report.warnings == ["Model T14 tæller ikke længere med som pc."]
    assert "T14: Kategori pc → Notebook" in map(str, report.differences)
    assert DeviceModel.objects.get().category.name == "Notebook"


def test_names_that_are_nearly_one_model():
    builders.model("T24")

    take_in("devices", "Serienummer; Model; Kategori\nAAA1; T24+; skærm\nAAA2; t24; -")

    assert set(Device.objects.values_list("serial_number", "model__name")) == {
        ("AAA1", "T24+"),
        ("AAA2", "T24"),
    }


def test_faults():
    assert faults_of(
        "devices",
        """
        Serienummer; Model; Kategori; RAM GB; Windows 11; Initialer; Sidst set
        A:1; L380; pc; 8; ja; -; -
        AAA0; L380; -; -; -; -; -
        AAA1; L390; pc; 8 GB; muligvis; -; i går
        AAA2; L390; -; -; -; XX; -
        AAA3; T16; pc; -; -; -; -
        AAA4; T16; skærm; -; -; -; -
        aaa3; T16; -; -; -; -; -
        """,
    ) == [
        "række 2: Serienummer »A:1«. Et serienummer er 1–40 tegn: store bogstaver, cifre, "
        "bindestreg, punktum og skråstreg",
        "række 3: Model »L380« findes ikke. Ret navnet, eller indlæs modellen med kategori først",
        "række 4: RAM GB »8 GB«. Skriv et helt tal fra 1 til 4096",
        "række 4: Windows 11 »muligvis«. Skriv ja eller nej",
        "række 4: Sidst set »i går«. Skriv datoen som 17-11-2025",
        "række 5: Initialer XX findes ikke. Ret dem, eller indlæs medarbejderen først",
        "række 7: Model T16 har kategori »skærm«, men »pc« i række 6. Skriv det samme begge steder",
        "række 8: Serienummer AAA3 står også i række 6. Slet den ene af de to rækker",
    ]
    assert not Device.objects.exists()
    assert not Category.objects.exists()
