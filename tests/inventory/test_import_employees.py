"""Files of employees."""

from datetime import date

import pytest

from inventory.models import Employee
from tests import builders
from tests.files import faults_of, take_in

pytestmark = pytest.mark.django_db

EMPLOYEES = """
Initialer; Navn; Mail; Enhedsnr; Fratrådt
anbe; Anna Berg; anbe@example.dk; 1001; -
CADA; Carl Dahl; -; 1002; 31-12-2026
"""


@pytest.fixture(autouse=True)
def units():
    return [builders.unit("1001"), builders.unit("1002")]


def test_employees_are_made_with_initials_in_capitals():
    take_in("employees", EMPLOYEES)

    assert list(
        Employee.objects.order_by("initials").values_list(
            "initials", "name", "mail", "unit__number", "left_on"
        )
    ) == [
        ("ANBE", "Anna Berg", "anbe@example.dk", "1001", None),
        ("CADA", "Carl Dahl", "", "1002", date(2026, 12, 31)),
    ]
    assert take_in("employees", EMPLOYEES).change_count == 0


def test_initials_are_one_person_however_they_are_written():
    builders.employee("Anbe", unit=builders.unit("1001"))

    report = take_in("employees", "Initialer; Navn; Enhedsnr\naNBe; Anna Berg Lund; 1002")

    employee = Employee.objects.get()
    assert (employee.initials, employee.name, employee.unit.number) == (
        "ANBE",
        "Anna Berg Lund",
        "1002",
    )
    assert "ANBE: Enhed 1001 → 1002" in map(str, report.differences)


def test_a_blank_leaving_date_stays_and_slet_takes_it_away():
    take_in("employees", EMPLOYEES)
    row = "Initialer; Navn; Enhedsnr; Fratrådt\nCADA; Carl Dahl; 1002; {}"

    assert take_in("employees", row.format("-")).change_count == 0
    (difference,) = take_in("employees", row.format("SLET")).differences

    assert str(difference) == "CADA: Fratrådt 31-12-2026 → (tom)"
    assert Employee.objects.get(initials="CADA").left_on is None


def test_faults():
    assert faults_of(
        "employees",
        """
        Initialer; Navn; Mail; Enhedsnr; Fratrådt
        ANBE; Anna Berg; anbe; 1001; i går
        CADA; Carl Dahl; -; 7777; -
        cada; Carl Dahl; -; 8888; -
        EVFI; -; -; 1001; -
        """,
    ) == [
        "række 2: Mail »anbe«. Indtast en gyldig e-mail-adresse",
        "række 2: Fratrådt »i går«. Skriv datoen som 17-11-2025",
        "række 3: Enhedsnr 7777 findes ikke. Ret nummeret, eller indlæs enheden først",
        "række 4: Initialer CADA står også i række 3. Slet den ene af de to rækker",
        "række 4: Enhedsnr 8888 findes ikke. Ret nummeret, eller indlæs enheden først",
        "række 5: Navn mangler",
    ]
    assert not Employee.objects.exists()
