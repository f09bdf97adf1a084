"""Whatever takes a serial number questions what is none: files, scans, pastes, swaps, commands."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from inventory.models import Device, FormerSerialNumber
from leasing.models import Lease
from tests import builders
from tests.files import faults_of, take_in
from tests.leasing.orders.test_reception_pages import DELIVERY, bought, posted, scanned

EAN = "5798009811578"
NONE_AT_ALL = "Find det rigtige på maskinen"
FILES = {
    "devices": "Serienummer; Model\n{}; T14",
    "deliveries": "Serienummer; Model; Underaftale; Leasingstart\n{}; T14; UA-1; 01-01-2026",
    "placements": "Serienummer; Fra; Enhedsnr\n{}; 01-02-2026; 1001",
    "charges": "Dato; Enhedsnr; Beløb; Tekst; Serienummer\n10-02-2026; 1001; 1; Skade; {}",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground():
    builders.unit()
    builders.price()


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0", NONE_AT_ALL),
        ("Default-String", NONE_AT_ALL),
        ("To be filled by O.E.M.", NONE_AT_ALL),
        ("System Serial Number", NONE_AT_ALL),
        ("N/A", NONE_AT_ALL),
        (EAN, "ligner stregkoden (EAN) på æsken"),
    ],
)
def test_a_file_is_refused_with_the_reason(kind, number, expected):
    (fault,) = faults_of(kind, FILES[kind].format(number))

    assert fault.startswith("række 2: Serienummer ")
    assert expected in fault
    assert not Device.objects.exists()


@pytest.mark.parametrize("kind", ["devices", "placements"])
def test_a_number_that_a_person_has_confirmed_is_known_to_files(kind):
    builders.device(EAN)

    take_in(kind, FILES[kind].format(EAN))

    assert Device.objects.get().serial_number == EAN


def test_a_scan_at_the_delivery_is_asked_about_once_more(cast, client_of):
    helpdesk = client_of(cast.helpdesk)
    bought()
    page = f"{DELIVERY}?nummer=4711"

    seen = helpdesk.post(page, scanned(EAN))

    assert f"{EAN} ligner stregkoden (EAN) på æsken" in seen.content.decode()
    assert not Device.objects.exists()
    helpdesk.post(page, posted(seen) | {"handling": "gem"})
    assert Lease.objects.get().device.serial_number == EAN


def test_a_scan_of_nothing_is_refused(cast, client_of):
    bought()

    answer = client_of(cast.helpdesk).post(f"{DELIVERY}?nummer=4711", scanned("N/A 0"))

    assert answer.status_code == 422
    assert "»N/A«, »0« er ikke et serienummer" in answer.content.decode()


def test_more_scans_at_once_than_anybody_makes_are_refused(cast, client_of):
    bought()
    many = " ".join(f"PF{n:05}" for n in range(10_001))

    answer = client_of(cast.helpdesk).post(f"{DELIVERY}?nummer=4711", scanned(many))

    assert answer.status_code == 422
    assert "Højst 10.000 serienumre ad gangen" in answer.content.decode()


def test_a_paste_of_devices_says_why(cast, client_of):
    answer = client_of(cast.helpdesk).post("/udstyr/udlever/", {"serial_numbers": f"{EAN} N/A"})

    text = answer.content.decode()
    assert f"{EAN} ligner stregkoden (EAN) på æsken" in text
    assert "N/A – Det er ikke et serienummer" in text


def test_a_swap_is_asked_about_once_more(cast, client_of):
    pc = builders.device("PF000001")
    helpdesk, url = client_of(cast.helpdesk), f"/udstyr/{pc.pk}/ombyt/"
    typed = {"old_number": "PF000001", "new_number": EAN}
    assert 'name="is_sure"' not in helpdesk.get(url).content.decode()

    asked = helpdesk.post(url, typed)

    assert asked.status_code == 422
    assert "ligner stregkoden (EAN)" in asked.content.decode()
    assert 'name="is_sure"' in asked.content.decode()
    helpdesk.post(url, typed | {"is_sure": "on"})
    assert Device.objects.get().serial_number == EAN


def test_a_swap_for_nothing_is_refused_however_sure(cast, client_of):
    pc = builders.device("PF000001")
    typed = {"old_number": "PF000001", "new_number": "N/A", "is_sure": "on"}

    answer = client_of(cast.helpdesk).post(f"/udstyr/{pc.pk}/ombyt/", typed)

    assert answer.status_code == 422
    assert NONE_AT_ALL in answer.content.decode()
    assert not FormerSerialNumber.objects.exists()


def test_the_command_line_says_why(capsys):
    with pytest.raises(SystemExit):
        call_command("stop_lease", EAN, "15-05-2026")
    assert "ligner stregkoden (EAN)" in capsys.readouterr().err


def test_the_admin_refuses_it_too():
    with pytest.raises(ValidationError, match=NONE_AT_ALL):
        builders.device("DEFAULT-STRING").full_clean()
