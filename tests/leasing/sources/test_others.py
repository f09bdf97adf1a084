"""The directory's export and the lessor's list, each kept as a snapshot."""

from datetime import date

import pytest

from albertslund_it.common.errors import Refused
from inventory.models import DirectoryPerson, Employee, SeenDevice, Snapshot
from leasing.models import LessorAsset
from tests import builders as make
from tests.leasing.sources.taken import machine, take

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 10)


def person(login, name="Anna", mail="", department="", enabled="True"):
    return login, name, mail, department, enabled


def test_people_of_the_directory_are_found_and_guests_left_out():
    anna = make.employee("anbe", "Anna", mail="anna@example.dk")
    before = list(Employee.objects.values_list())
    report = take(
        "directory",
        [
            person("ANBE1@alb.dk", mail="Anna@Example.dk"),
            person("gaest_x#EXT#@alb.dk"),
            person("lukket@alb.dk", enabled="False"),
            person("LUKKET@alb.dk"),
            person(""),
        ],
        today=TODAY,
    )
    people = {one.login: one for one in DirectoryPerson.objects.all()}
    assert people["anbe1@alb.dk"].employee == anna
    assert people["lukket@alb.dk"].is_enabled  # an open account goes before a closed one
    assert len(people) == 2
    assert len(report.left_out) == 3
    assert list(Employee.objects.values_list()) == before


def test_a_login_of_the_directory_tells_who_uses_a_device_and_later_people_are_found_too():
    take("intune", [machine("PF000001", login="a12345@alb.dk")], today=TODAY)
    assert SeenDevice.objects.get().employee is None
    anna = make.employee("anbe", "Anna", mail="anna@example.dk")
    rows = [person("A12345@alb.dk", mail="anna@example.dk")]
    take("directory", rows, today=TODAY)
    assert SeenDevice.objects.get().employee == anna
    assert take("directory", rows, today=TODAY).change_count == 0


def test_a_world_that_is_as_before_is_a_snapshot_of_its_own():
    for enabled in ("True", "False", "True"):
        take("directory", [person("anbe@alb.dk", enabled=enabled)], today=TODAY)
    assert Snapshot.objects.count() == 3
    assert DirectoryPerson.objects.get(snapshot__is_latest=True).is_enabled


def test_the_lessors_list_is_kept_and_anothers_refused():
    make.lease("PF000001", unit=make.unit())
    row = ("PF000001", "ThinkPad T14", "UA-1", "31-12-2029", "349,42")
    take("lessor_assets", [row], today=TODAY)
    kept = LessorAsset.objects.get()
    assert (kept.expires_on, kept.ends_before) == (date(2029, 12, 31), date(2030, 1, 1))
    assert kept.instalment_ore == 34942
    with pytest.raises(Refused, match="anden leasinggivers"):
        take("lessor_assets", [("XX999999", "", "", "", "")], today=TODAY)
    with pytest.raises(Refused, match="række 3"):
        take("lessor_assets", [row, row], today=TODAY)
