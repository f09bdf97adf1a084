"""Files of employees."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

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


# --- who is who


def leaver():
    return builders.employee(
        "BESI", "Bente Sims", unit=builders.unit("1001"), left_on=date(2026, 2, 1)
    )


def test_the_initials_of_somebody_who_left_are_not_given_to_another():
    leaver()
    row = "Initialer; Navn; Enhedsnr\nBESI; Berit Silkeborg; 1001"

    assert faults_of("employees", row) == [
        "række 2: Initialer BESI har tilhørt Bente Sims, som fratrådte 01-02-2026, men i filen er "
        "det Berit Silkeborg. Giv en ny medarbejder andre initialer. Er det samme person, så skriv "
        "ja i kolonnen Samme person"
    ]
    assert Employee.objects.get().name == "Bente Sims"


def test_the_same_person_with_another_name_is_said_so():
    leaver()
    rows = "Initialer; Navn; Enhedsnr; Fratrådt; Samme person\nBESI; {}; 1001; SLET; {}"

    assert faults_of("employees", rows.format("Bente Silkeborg", "nej"))
    take_in("employees", rows.format("Bente Silkeborg", "ja"))

    assert Employee.objects.get().name == "Bente Silkeborg"


def test_a_leaver_who_is_spelt_otherwise_is_the_same_and_so_is_one_who_is_still_here():
    leaver()
    builders.employee("CADA", "Carl Dahl", unit=builders.unit("1001"), left_on=date(2026, 12, 31))
    heading = "Initialer; Navn; Enhedsnr\n"

    take_in("employees", heading + "BESI; BENTE  Sims; 1001\nCADA; Carl Bæk; 1001")

    assert set(Employee.objects.values_list("name", flat=True)) == {"BENTE Sims", "Carl Bæk"}


def test_a_mail_is_one_persons_whatever_its_case():
    builders.employee("ANBE", "Anna Berg", unit=builders.unit("1001"), mail="Anbe@example.dk")
    heading = "Initialer; Navn; Mail; Enhedsnr\n"

    assert faults_of("employees", heading + "ANBG; Anna Berg; anbe@EXAMPLE.dk; 1001") == [
        "række 2: Mail anbe@EXAMPLE.dk står både ved ANBG og ANBE. Er det samme person, så brug "
        "initialerne ANBE; ellers ret mailen ved den ene"
    ]
    pair = "CADA; Carl Dahl; c@example.dk; 1001\nCAD2; Carl Dahl; C@example.dk; 1001"
    assert [fault[:40] for fault in faults_of("employees", heading + pair)] == [
        "række 2: Mail c@example.dk står både ved",
        "række 3: Mail C@example.dk står både ved",
    ]


def test_a_mail_may_move_from_one_to_another_in_one_file():
    builders.employee("ANBE", "Anna Berg", unit=builders.unit("1001"), mail="a@example.dk")
    rows = (
        "Initialer; Navn; Mail; Enhedsnr\nANBE; Anna Berg; SLET; 1001\nNY; Ny; a@example.dk; 1001"
    )

    take_in("employees", rows)

    assert Employee.objects.get(initials="NY").mail == "a@example.dk"


def test_two_who_have_a_mail_from_before_do_not_stop_a_file():
    for initials in ("ANBE", "ANB2"):
        builders.employee(initials, "Anna", unit=builders.unit("1001"), mail="a@example.dk")
    rows = "Initialer; Navn; Mail; Enhedsnr\nANBE; Anna; a@example.dk; 1001"

    assert take_in("employees", rows).change_count == 0


def test_the_form_refuses_somebody_elses_mail_too():
    builders.employee("ANBE", "Anna Berg", unit=builders.unit("1001"), mail="a@example.dk")

    with pytest.raises(ValidationError, match="har den mail"):
        Employee(initials="X", name="X", mail="A@example.dk", unit=builders.unit("1001")).clean()
