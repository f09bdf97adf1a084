"""Files of one-off amounts."""

from datetime import date

import pytest

from leasing.models import Charge
from tests import builders
from tests.files import faults_of, take_in
from tests.leasing.closed import close

pytestmark = pytest.mark.django_db

CHARGES = """
Dato; Enhedsnr; Beløb; Tekst; Serienummer
15-02-2026; 1001; 1.500,00; Knust skærm; pf01
15-02-2026; 1001; -250; Fragt; -
31-03-2026; 9000; 99,5; Indfrielse; -
"""


@pytest.fixture(autouse=True)
def ground():
    builders.cost_holder()
    builders.lease("PF01", unit=builders.unit("1001"))


def test_charges_are_made_the_cost_holders_too():
    take_in("charges", CHARGES)

    assert list(
        Charge.objects.order_by("id").values_list(
            "charged_on", "unit__number", "amount_ore", "text", "device__serial_number"
        )
    ) == [
        (date(2026, 2, 15), "1001", 150000, "Knust skærm", "PF01"),
        (date(2026, 2, 15), "1001", -25000, "Fragt", None),
        (date(2026, 3, 31), "9000", 9950, "Indfrielse", None),
    ]
    assert take_in("charges", CHARGES).change_count == 0


def test_a_charge_that_is_not_billed_yet_is_changed():
    take_in("charges", CHARGES)

    report = take_in(
        "charges",
        "Dato; Enhedsnr; Beløb; Tekst; Serienummer\n15-02-2026; 1001; 1.600; Knust skærm; SLET",
    )

    assert [str(difference) for difference in report.differences] == [
        "1001 15-02-2026 Knust skærm: Beløb 1.500,00 → 1.600,00",
        "1001 15-02-2026 Knust skærm: Udstyr PF01 → (tom)",
    ]


def test_a_billed_charge_is_answered_with_a_counter_charge():
    take_in("charges", CHARGES)
    close("2026Q1")
    row = "Dato; Enhedsnr; Beløb; Tekst; Serienummer\n15-02-2026; 1001; {}; Knust skærm; {}"

    assert take_in("charges", CHARGES).change_count == 0  # as it stands: no quarrel
    (amount,) = faults_of("charges", row.format("1.600", "-"))
    (device,) = faults_of("charges", row.format("1.500", "SLET"))
    take_in("charges", "Dato; Enhedsnr; Beløb; Tekst\n15-02-2026; 1001; -1.500; Knust skærm, retur")

    assert amount == device
    assert "er opkrævet med 1.500,00\u00a0kr. og kan ikke ændres. Opret et modsat beløb" in amount
    assert Charge.objects.count() == 4


def test_faults():
    assert faults_of(
        "charges",
        f"""
        Dato; Enhedsnr; Beløb; Tekst; Serienummer
        31-12-2025; 7777; 0; Skade; PF99
        01-01-2026; 1001; 0,00; -; -
        15-02-2026; 1001; 10; {"x" * 201}; -
        15-02-2026; 1001; 10; Skade; -
        2026-02-15; 1001; 20; Skade ; -
        """,
    ) == [
        "række 2: Enhedsnr 7777 findes ikke. Ret nummeret, eller indlæs enheden først",
        "række 2: Dato er før 01-01-2026, hvor opkrævningen begynder",
        "række 2: Beløb må ikke være nul",
        "række 2: Serienummer PF99 findes ikke. Ret det, eller indlæs udstyret først",
        "række 3: Tekst mangler",
        f"række 4: Tekst »{'x' * 60}«. Teksten er på 201 tegn. Der er plads til 200",
        "række 6: Beløbet »Skade« til enhed 1001 den 15-02-2026 står også i række 5. "
        "Slet den ene af de to rækker",
    ]
    assert not Charge.objects.exists()
