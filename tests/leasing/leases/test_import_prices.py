"""The price list as a file."""

from datetime import date

import pytest

from inventory.models import Category, DeviceModel
from leasing.models import LeasePrice
from tests import builders
from tests.files import faults_of, take_in

pytestmark = pytest.mark.django_db

PRICES = """
Model; Kategori; Gælder fra; Leasingpris; Kvartaler; Kilde
T14; pc; 01-01-2026; 5.590,66; 16; SKI, januar 2026
T14, 5G; PC; 01-01-2026; 6938,72; -; -
t14; pc; 01-07-2026; 5.900; 12; -
Skærm 27"; skærm; 01-01-2026; 1.200,00; 16; -
"""


def test_prices_models_and_categories_are_made():
    report = take_in("prices", PRICES)

    assert list(
        LeasePrice.objects.order_by("model_id", "starts_on").values_list(
            "model__name", "starts_on", "price_ore", "quarters", "source"
        )
    ) == [
        ("T14", date(2026, 1, 1), 559066, 16, "SKI, januar 2026"),
        ("T14", date(2026, 7, 1), 590000, 12, ""),
        ("T14, 5G", date(2026, 1, 1), 693872, 16, ""),
        ('Skærm 27"', date(2026, 1, 1), 120000, 16, ""),
    ]
    assert dict(Category.objects.values_list("name", "is_pc")) == {"pc": True, "skærm": False}
    assert report.change_count == 4 + 3 + 2
    assert take_in("prices", PRICES).change_count == 0


def test_a_price_is_corrected_and_a_model_gets_another_category():
    take_in("prices", PRICES)

    report = take_in(
        "prices",
        "Model; Kategori; Gælder fra; Leasingpris; Kilde\nT14 5G; 5G-pc; 01-01-2026; 7.000; SLET",
    )

    assert [str(difference) for difference in report.differences] == [
        "5G-pc: ny kategori (tæller som pc)",
        "T14, 5G: Kategori pc → 5G-pc",
        "T14, 5G fra 01-01-2026: Leasingpris 6.938,72 → 7.000,00",
    ]
    assert DeviceModel.objects.get(name="T14, 5G").category.name == "5G-pc"


def test_a_lease_keeps_the_price_it_was_made_with():
    lease = builders.lease()
    builders.price()

    take_in("prices", "Model; Kategori; Gælder fra; Leasingpris\nT14; pc; 01-01-2026; 9.999")

    assert lease.terms.get().price_ore == builders.T14_ORE
    assert LeasePrice.objects.get().price_ore == 999900


def test_faults():
    assert faults_of(
        "prices",
        """
        Model; Kategori; Gælder fra; Leasingpris; Kvartaler
        T14; pc; 01-01-2026; 0; 16
        T16; pc; 01-01-2026; -5; -
        P16v; pc; 01-01-2026; 5590.66; 41
        P16v; skærm; -; 10; 0
        T14; -; 01-01-2026; 10; -
        t16; pc; 2026-01-01; 10; -
        """,
    ) == [
        "række 2: Leasingpris skal være over nul",
        "række 3: Leasingpris skal være over nul",
        "række 4: Leasingpris »5590.66«. Skriv beløbet i kroner med komma før ørerne, fx 5.590,66",
        "række 4: Kvartaler »41«. Skriv et helt tal fra 1 til 40",
        "række 5: Gælder fra mangler",
        "række 5: Kvartaler »0«. Skriv et helt tal fra 1 til 40",
        "række 6: Kategori mangler",
        "række 7: Model T16 fra 01-01-2026 står også i række 3. Slet den ene af de to rækker",
    ]
    assert not DeviceModel.objects.exists()


def test_a_model_in_two_categories():
    (fault,) = faults_of(
        "prices",
        """
        Model; Kategori; Gælder fra; Leasingpris
        T14; pc; 01-01-2026; 10
        t14; skærm; 01-02-2026; 10
        """,
    )

    assert fault.startswith("række 3: Model t14 har kategori »skærm«, men »pc« i række 2")
