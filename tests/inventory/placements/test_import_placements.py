"""Files of placements, and the service that places one device."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.errors import Refused
from inventory.models import FormerSerialNumber, Placement
from inventory.placements.services.placements import place
from tests import builders
from tests.files import faults_of, take_in

APRIL = date(2026, 4, 1)


@pytest.fixture
def ground(db):
    builders.employee("ANBE", unit=builders.unit("1001"))
    builders.unit("1002")
    builders.placement(builders.device("PF01"), date(2026, 1, 1), builders.unit("1001"))
    builders.device("PF02")


def timeline(serial_number):
    return list(
        Placement.objects.filter(device__serial_number=serial_number)
        .order_by("starts_on")
        .values_list("starts_on", "unit__number", "employee__initials", "used_for")
    )


def test_a_row_is_whole(ground):
    report = take_in(
        "placements",
        """
        Serienummer; Fra; Enhedsnr; Initialer; Bruges til
        PF01; 01-04-2026; 1002; -; Klassesæt 7.B
        PF01; 01-05-2026; -; anbe; -
        PF01; 01-06-2026; -; -; -
        pf02; 01-04-2026; 1002; ANBE; -
        PF02; 01-05-2026; SLET; SLET; SLET
        """,
    )

    assert timeline("PF01")[1:] == [
        (APRIL, "1002", None, "Klassesæt 7.B"),
        (date(2026, 5, 1), "1001", "ANBE", ""),  # initials alone: that person's unit
        (date(2026, 6, 1), None, None, ""),  # neither: stock
    ]
    assert timeline("PF02") == [(APRIL, "1002", "ANBE", ""), (date(2026, 5, 1), None, None, "")]
    assert {str(difference) for difference in report.differences} == {
        "PF01: Enhed 1001 → 1002 fra 01-04-2026",
        "PF01: Enhed 1002 → 1001 (ANBE) fra 01-05-2026",
        "PF01: Enhed 1001 (ANBE) → lager fra 01-06-2026",
        "PF02: Enhed lager → 1002 (ANBE) fra 01-04-2026",
        "PF02: Enhed 1002 (ANBE) → lager fra 01-05-2026",
    }


def test_a_row_replaces_the_placement_of_its_day(ground):
    text = "Serienummer; Fra; Enhedsnr; Initialer\nPF01; 01-01-2026; 1002; -"

    report = take_in("placements", text)

    assert timeline("PF01") == [(date(2026, 1, 1), "1002", None, "")]
    assert [str(d) for d in report.differences] == ["PF01 fra 01-01-2026: Enhed 1001 → 1002"]
    assert take_in("placements", text).change_count == 0


def test_a_former_serial_number_is_the_same_device(ground):
    device = builders.device("PF03")
    FormerSerialNumber.objects.create(device=device, serial_number="OLD03")

    take_in("placements", "Serienummer; Fra; Enhedsnr\nold03; 01-04-2026; 1001")
    faults = faults_of(
        "placements", "Serienummer; Fra; Enhedsnr\nOLD03; 01-05-2026; 1001\nPF03; 01-05-2026; 1002"
    )

    assert timeline("PF03") == [(APRIL, "1001", None, "")]
    assert faults == [
        "række 3: Serienummer PF03 fra 01-05-2026 står også i række 2. Slet den ene af de to rækker"
    ]


def test_faults(ground):
    assert faults_of(
        "placements",
        """
        Serienummer; Fra; Enhedsnr; Initialer
        PF99; 01-04-2026; 7777; XX
        PF 01; 01-04-2026; 1001; -
        PF01; -; 1001; -
        PF01; 01-07-2026; 1001; -
        PF02; 01-04-2026; 1001; -
        PF01; 2026-07-01; 1002; -
        """,
    ) == [
        "række 2: Initialer XX findes ikke. Ret dem, eller indlæs medarbejderen først",
        "række 2: Enhedsnr 7777 findes ikke. Ret nummeret, eller indlæs enheden først",
        "række 2: Serienummer PF99 findes ikke. Ret det, eller indlæs udstyret først",
        "række 3: Serienummer »PF 01«. Et serienummer er 1–40 tegn: store bogstaver, cifre, "
        "bindestreg, punktum og skråstreg",
        "række 4: Fra mangler",
        "række 7: Serienummer PF01 fra 01-07-2026 står også i række 5. "
        "Slet den ene af de to rækker",
    ]
    assert Placement.objects.count() == 1


class AnyOrder(TestCase):
    """The rows of a file are facts: their order means nothing."""

    ROWS = (
        "PF01; 01-04-2026; 1002; -; -",
        "PF01; 01-05-2026; -; ANBE; -",
        "PF01; 01-06-2026; -; -; -",
        "PF02; 01-04-2026; 1002; ANBE; Vagt",
        "PF02; 15-04-2026; 1001; -; -",
    )

    def setUp(self):
        builders.employee("ANBE", unit=builders.unit("1001"))
        builders.unit("1002")
        builders.device("PF01")
        builders.device("PF02")

    @settings(deadline=None)  # a machine that is busy is no fault
    @given(st.permutations(ROWS))
    def test_rows_in_any_order_give_the_same_timelines(self, rows):
        Placement.objects.all().delete()
        heading = "Serienummer; Fra; Enhedsnr; Initialer; Bruges til\n"

        report = take_in("placements", heading + "\n".join(rows))

        assert timeline("PF01") == [
            (APRIL, "1002", None, ""),
            (date(2026, 5, 1), "1001", "ANBE", ""),
            (date(2026, 6, 1), None, None, ""),
        ]
        assert timeline("PF02") == [
            (APRIL, "1002", "ANBE", "Vagt"),
            (date(2026, 4, 15), "1001", None, ""),
        ]
        assert "PF01: Enhed 1002 → 1001 (ANBE) fra 01-05-2026" in map(str, report.differences)


# --- one at a time


def placed(device, unit, seen=None, **fields):
    return place(
        device=device,
        starts_on=APRIL,
        unit=unit,
        employee=None,
        actor=None,
        seen=seen,
        **fields,
    )


def test_one_device_is_placed(db):
    device, unit = builders.device(), builders.unit()

    made = placed(device, unit, used_for="Vagt")

    assert Placement.objects.get() == made
    assert (made.unit, made.used_for) == (unit, "Vagt")


def test_a_second_placement_of_a_day_replaces_only_what_its_author_saw(db):
    device, first, second = builders.device(), builders.unit("1"), builders.unit("2")
    seen = placed(device, first)

    assert placed(device, second, seen=seen).pk == seen.pk
    assert Placement.objects.get().unit == second


def test_a_placement_that_somebody_else_made_meanwhile_is_kept(db):
    device, first, second = builders.device(), builders.unit("1"), builders.unit("2")
    placed(device, first)

    with pytest.raises(Refused, match=r"01-04-2026 \(1\).*Se den igennem"):
        placed(device, second)
    assert Placement.objects.get().unit == first


def test_a_placement_that_somebody_else_changed_meanwhile_is_kept(db):
    device, first, second = builders.device(), builders.unit("1"), builders.unit("2")
    placed(device, first)
    seen = Placement.objects.get()
    Placement.objects.update(used_for="Vagt")

    with pytest.raises(Refused, match="Se den igennem"):
        placed(device, second, seen=seen)
    assert Placement.objects.get().unit == first


def test_the_same_placement_twice_is_one(db):
    device, unit = builders.device(), builders.unit()

    assert placed(device, unit).pk == placed(device, unit).pk
