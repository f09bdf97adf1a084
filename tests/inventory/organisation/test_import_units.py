"""Files of departments and units."""

import pytest
from django.db import connection

from inventory.models import Department, Unit
from tests import builders
from tests.files import faults_of, take_in
from tests.leasing.closed import close

UNITS = """
Enhedsnr; Enhed; Afdeling; Leder; Leder-mail; Enhedsleder; EAN; Artskonto; Omkostningssted; \
PSP-element; Omkostningsbærer
1010; Birkeskolen; Dagtilbud & Skole; Rikke Skovgaard Andersen; -; Bo Bæk; 5798009811578; \
40000000; 3010000000; -; nej
2020; Egeskolen; dagtilbud og skole; -; -; -; -; 40000000; -; xg-0000000204-00001; -
3030; Løn; Økonomi & Stab; Marie Aasøe; ma@example.dk; -; -; -; -; -; nej
9000; Fælles IT (it-lager); Fælles IT; Ingen Leder; -; -; -; -; -; -; ja
"""
pytestmark = pytest.mark.django_db


def test_departments_and_units_are_made():
    report = take_in("units", UNITS)

    first = Unit.objects.get(number="1010")
    assert first.department.name == "Dagtilbud & Skole"
    assert first.department.head_name == "Rikke Skovgaard Andersen"
    assert (first.ean, first.cost_centre, first.leader_name) == (
        "5798009811578",
        "3010000000",
        "Bo Bæk",
    )
    second = Unit.objects.get(number="2020")
    assert second.department == first.department
    assert second.psp_element == "XG-0000000204-00001"
    holder = Unit.objects.get(is_cost_holder=True)
    assert (holder.number, holder.department) == ("9000", None)
    # The cost holder's Afdeling is only a heading: no department of that name.
    assert set(Department.objects.values_list("name", "head_mail")) == {
        ("Dagtilbud & Skole", ""),
        ("Økonomi & Stab", "ma@example.dk"),
    }
    assert (report.counts["afdelinger"].created, report.counts["enheder"].created) == (2, 4)
    assert report.change_count == 6


def test_the_same_file_twice_changes_nothing():
    take_in("units", UNITS)

    again = take_in("units", UNITS)

    assert (again.change_count, again.differences) == (0, [])
    assert (again.counts["afdelinger"].unchanged, again.counts["enheder"].unchanged) == (2, 4)


@pytest.mark.parametrize(
    "spelling", ["KKR", "Kommunekontaktråd", "kommunekontaktråd", "Kommunekontaktrådet"]
)
def test_a_department_is_known_by_each_of_its_names(spelling):
    builders.department("KKR", also_known_as="Kommunekontaktråd; Kommunekontaktrådet")
    builders.cost_holder()

    take_in("units", f"Afdeling; Enhedsnr; Enhed\n{spelling}; 1; Sekretariat")

    assert Unit.objects.get(number="1").department.name == "KKR"
    assert Department.objects.count() == 1


def test_blank_leaves_a_value_and_slet_clears_it():
    take_in("units", UNITS)

    report = take_in(
        "units",
        """
        Enhed; Enhedsnr; Afdeling; Leder; EAN; Enhedsleder; Omkostningssted; PSP-element
        Birkeskolen; 1010; Dagtilbud & Skole; SLET; slet; -; SLET; XG-0000000001-00002
        """,
    )

    unit = Unit.objects.get(number="1010")
    assert (unit.leader_name, unit.ean, unit.cost_centre) == ("Bo Bæk", "", "")
    assert unit.psp_element == "XG-0000000001-00002"
    assert unit.department.head_name == ""
    assert [str(difference) for difference in report.differences] == [
        "Dagtilbud & Skole: Leder Rikke Skovgaard Andersen → (tom)",
        "1010: EAN 5798009811578 → (tom)",
        "1010: Omkostningssted 3010000000 → (tom)",
        "1010: PSP-element (tom) → XG-0000000001-00002",
    ]


def test_a_dry_run_tells_the_difference_and_makes_none():
    take_in("units", UNITS)

    report = take_in(
        "units", "Afdeling; Enhedsnr; Enhed\nØkonomi & Stab; 1010; Birken\nNy; 5; Fem", dry_run=True
    )

    assert [str(difference) for difference in report.differences] == [
        "1010: Enhed Birkeskolen → Birken",
        "1010: Afdeling Dagtilbud & Skole → Økonomi & Stab",
        "Ny: ny afdeling",
        "5: ny enhed: Fem (Ny)",
    ]
    assert report.change_count == 3
    assert Unit.objects.get(number="1010").name == "Birkeskolen"
    assert not Department.objects.filter(name="Ny").exists()


def test_every_fault_is_named_by_its_row():
    assert faults_of(
        "units",
        """
        Afdeling; Enhedsnr; Enhed; EAN; Artskonto; Omkostningssted; PSP-element; Omkostningsbærer
        -; 1; Et; -; -; -; -; ja
        A; 2; To; 5798009811579; 123; -; -; -
        A; 3; Tre; -; -; 3010000000; XG-0000000204-00001; -
        A; 4; SLET; 5798; -; -; 204; måske
        A; 3; Tre igen; -; -; -; -; -
        """,
    ) == [
        "række 2: Afdeling mangler",
        "række 3: EAN »5798009811579«. EAN er ikke gyldigt: kontrolcifferet passer ikke. "
        "Kontrollér cifrene",
        "række 3: Artskonto »123«. Artskonto skal være 8 cifre",
        "række 4: Både omkostningssted 3010000000 og PSP-element XG-0000000204-00001. "
        "Angiv kun det ene",
        "række 5: Enhed kan ikke slettes. Skriv en værdi",
        "række 5: EAN »5798«. EAN skal være 13 cifre",
        "række 5: PSP-element »204«. PSP-element skal skrives som XG-0000000204-00001",
        "række 5: Omkostningsbærer »måske«. Skriv ja eller nej",
        "række 6: Enhedsnr 3 står også i række 4. Slet den ene af de to rækker",
    ]
    assert not Department.objects.exists()


def test_a_cost_object_of_the_other_kind_says_how_to_take_the_first_away():
    take_in("units", UNITS)

    (fault,) = faults_of(
        "units",
        """
        Afdeling; Enhedsnr; Enhed; PSP-element
        Dagtilbud & Skole; 1010; Birkeskolen; XG-0000000001-00002
        """,
    )

    assert "Skriv SLET i Omkostningssted" in fault


def test_two_heads_of_one_department():
    assert faults_of(
        "units",
        """
        Afdeling; Leder; Enhedsnr; Enhed; Omkostningsbærer
        Kommunalbestyrelsen; Henrik Harder; 1; Et; -
        KOMMUNALBESTYRELSEN; Henrik Haarder; 2; To; -
        Fælles IT; -; 9; It; ja
        """,
    ) == [
        "række 3: Leder for Kommunalbestyrelsen er »Henrik Haarder«, men »Henrik Harder« i "
        "række 2. Skriv det samme begge steder"
    ]


# --- exactly one cost holder


def test_no_cost_holder():
    assert faults_of("units", "Afdeling; Enhedsnr; Enhed\nA; 1; Et") == [
        "Ingen enhed er omkostningsbærer. Skriv ja i Omkostningsbærer ved Fælles IT (it-lager)"
    ]


def test_two_cost_holders_in_the_file():
    faults = faults_of(
        "units", "Afdeling; Enhedsnr; Enhed; Omkostningsbærer\nA; 1; Et; ja\nB; 2; To; ja"
    )

    assert [fault[:9] for fault in faults] == ["række 2: ", "række 3: "]
    assert "både 1 Et og 2 To er det" in faults[0]


def test_a_second_cost_holder_beside_the_one_that_is_there():
    builders.cost_holder()

    (fault,) = faults_of("units", "Afdeling; Enhedsnr; Enhed; Omkostningsbærer\nA; 1; Et; ja")

    assert "9000 Fælles IT (it-lager)" in fault


def test_the_only_cost_holder_cannot_give_up():
    builders.cost_holder()

    faults = faults_of("units", "Afdeling; Enhedsnr; Enhed; Omkostningsbærer\nA; 9000; It; nej")

    assert faults[0].startswith("Ingen enhed er omkostningsbærer")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("is_new", [True, False])
def test_another_unit_takes_over_before_anything_is_closed(order, is_new):
    builders.cost_holder()
    if not is_new:
        builders.unit("1", "Et")
    rows = ["It; 9000; It; nej", "Fælles; 1; Et; ja"]

    take_in(
        "units",
        "Afdeling; Enhedsnr; Enhed; Omkostningsbærer\n" + "\n".join(rows[place] for place in order),
    )

    new, old = Unit.objects.get(number="1"), Unit.objects.get(number="9000")
    assert (new.is_cost_holder, new.department) == (True, None)
    assert (old.is_cost_holder, old.department.name) == (False, "It")


def test_the_cost_holder_lies_fast_once_a_quarter_is_closed():
    builders.cost_holder()
    builders.lease(unit=builders.unit("1", "Et"))
    close("2026Q1")

    faults = faults_of(
        "units", "Afdeling; Enhedsnr; Enhed; Omkostningsbærer\nIt; 9000; It; nej\nA; 1; Et; ja"
    )

    fixed = "Omkostningsbæreren ligger fast, når et kvartal er låst"
    assert faults == [f"række 2: {fixed}", f"række 3: {fixed}"]
    take_in(
        "units", "Afdeling; Enhedsnr; Enhed; Omkostningsbærer\nIt; 9000; It-lager; ja\nA; 1; To; -"
    )
    assert Unit.objects.get(number="9000").name == "It-lager"


def test_long_texts_and_wrong_mails():
    faults = faults_of(
        "units",
        f"""
        Afdeling; Enhedsnr; Enhed; Enhedsleder-mail
        {"A" * 101}; {"1" * 21}; Et; bo@example
        """,
    )

    assert [fault.split("«. ")[1] for fault in faults] == [
        "Teksten er på 101 tegn. Der er plads til 100",
        "Teksten er på 21 tegn. Der er plads til 20",
        "Indtast en gyldig e-mail-adresse",
    ]


def test_a_unit_of_a_file_is_as_good_as_one_that_is_typed():
    take_in("units", UNITS)

    for unit in Unit.objects.all():
        unit.full_clean()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA foreign_key_check").fetchall() == []
