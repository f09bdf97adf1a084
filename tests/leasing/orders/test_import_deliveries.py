"""The lessor's list: devices with their leases."""

import weakref
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.web.undisturbed import undisturbed
from inventory.models import Device, FormerSerialNumber, Placement
from leasing.models import FrameworkAgreement, Lease, LeaseTerm, SubAgreement
from leasing.orders.services.deliveries import Delivery, register_deliveries
from tests import builders
from tests.files import faults_of, take_in

DELIVERIES = """
Serienummer; Model; Underaftale; Leasingstart; Kvartaler; Leasingpris; Enhedsnr; Initialer; \
Udleveret; Garanti til; Bestillingsnr
pf01; T14; UA-1; 01-01-2026; -; -; 1001; -; 17-11-2025; 31-12-2029; -
PF02; t14; ua-1; 2026-02-01; 12; 4.000,00; -; anbe; -; -; -
PF03; T14; UA-2; 01.03.2026; 16; -; 1002; ANBE; -; -; -
PF04; T14; UA-2; 01/03/2026; -; -; -; -; -; -; -
"""


def ground():
    builders.employee("ANBE", unit=builders.unit("1001"))
    builders.unit("1002")
    builders.price(source="SKI")


def facts():
    """Return what a delivery is about, for each device."""
    return list(
        Device.objects.order_by("serial_number").values_list(
            "serial_number",
            "model__name",
            "warranty_until",
            "lease__sub_agreement__number",
            "lease__starts_on",
            "lease__terms__price_ore",
            "lease__terms__quarters",
            "placements__starts_on",
            "placements__unit__number",
            "placements__employee__initials",
        )
    )


HANDED_OUT = date(2025, 11, 17)
NEW_YEAR, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
EXPECTED = [
    ("PF01", "T14", date(2029, 12, 31), "UA-1", NEW_YEAR, 559066, 16, HANDED_OUT, "1001", None),
    ("PF02", "T14", None, "UA-1", FEBRUARY, 400000, 12, FEBRUARY, "1001", "ANBE"),
    ("PF03", "T14", None, "UA-2", MARCH, 559066, 16, MARCH, "1002", "ANBE"),
    ("PF04", "T14", None, "UA-2", MARCH, 559066, 16, None, None, None),
]


@pytest.mark.django_db
class TestDeliveries:
    @pytest.fixture(autouse=True)
    def _ground(self):
        ground()

    def test_devices_leases_and_placements_are_made(self):
        report = take_in("deliveries", DELIVERIES)

        assert facts() == EXPECTED
        assert SubAgreement.objects.count() == 2
        assert {a.framework for a in SubAgreement.objects.all()} == {
            FrameworkAgreement.objects.get()
        }
        assert report.change_count == 4 + 2 + 4 + 4 + 3
        assert {str(difference) for difference in report.differences} >= {
            "UA-2: ny underaftale",
            "PF02: ny leasing: T14, underaftale UA-1, fra 01-02-2026, 4.000,00\u00a0kr. for 12 kvartaler",
            "PF02: Enhed lager → 1001 (ANBE) fra 01-02-2026",
        }

    def test_what_was_made_is_let_go_of_at_once(self):
        row = Delivery("PF05", "T14", "UA-1", NEW_YEAR, price_ore=400000, unit="1001")
        changes = register_deliveries(rows=[row], actor=None, today=NEW_YEAR)
        left = weakref.ref(changes.created_of(Lease)[0])
        with undisturbed():
            del changes
            assert left() is None, "A file's rows would wait for the interpreter to look"

    def test_the_same_file_twice_changes_nothing(self):
        take_in("deliveries", DELIVERIES)
        builders.price(starts_on=FEBRUARY, price_ore=1)  # a new price changes no old lease

        again = take_in("deliveries", DELIVERIES)

        assert (again.change_count, again.differences) == (0, [])
        assert facts() == EXPECTED

    def test_a_dry_run_writes_nothing(self):
        report = take_in("deliveries", DELIVERIES, dry_run=True)

        assert report.change_count == 17
        assert not Device.objects.exists()
        assert not SubAgreement.objects.exists()

    def test_the_price_is_the_lists_on_the_first_day(self):
        builders.price(starts_on=FEBRUARY, price_ore=600000)
        row = "Serienummer; Model; Underaftale; Leasingstart\n{}; T14; UA-1; {}"

        take_in("deliveries", row.format("PF01", "31-01-2026"))
        take_in("deliveries", row.format("PF02", "01-02-2026"))

        assert list(LeaseTerm.objects.order_by("id").values_list("price_ore", "source")) == [
            (559066, "Prisliste 01-01-2026"),
            (600000, "Prisliste 01-02-2026"),
        ]

    def test_a_price_over_other_quarters_must_be_stated(self):
        builders.price(starts_on=FEBRUARY, price_ore=600000, quarters=12)

        faults = faults_of(
            "deliveries",
            """
            Serienummer; Model; Underaftale; Leasingstart; Kvartaler
            PF01; T14; UA-1; 01-01-2026; 12
            PF02; T14; UA-1; 01-02-2026; -
            PF03; T14; UA-1; 01-02-2026; 12
            """,
        )

        assert [fault[:27] for fault in faults] == [
            "række 2: Leasingpris mangle",
            "række 3: Leasingpris mangle",
        ]
        assert "T14 over 12 kvartaler" in faults[0]

    def test_facts_entered_wrongly_are_corrected(self):
        take_in("deliveries", DELIVERIES)

        report = take_in(
            "deliveries",
            """
            Serienummer; Model; Underaftale; Leasingstart; Kvartaler; Leasingpris; Garanti til
            PF01; T14; UA-2; 15-01-2026; 12; 6.000; SLET
            """,
        )

        assert [str(difference) for difference in report.differences] == [
            "PF01: Garanti til 31-12-2029 → (tom)",
            "PF01: Leasingstart 01-01-2026 → 15-01-2026",
            "PF01: Underaftale UA-1 → UA-2",
            "PF01: Kvartaler 16 → 12",
            "PF01: Pris for hele løbetiden 5.590,66 → 6.000,00",
            "PF01: Prisens kilde Prisliste 01-01-2026 → (tom)",
        ]
        assert facts()[0][3:7] == ("UA-2", date(2026, 1, 15), 600000, 12)

    def test_another_model_keeps_its_price_unless_it_is_stated(self):
        take_in("deliveries", DELIVERIES)
        builders.model("T16")
        row = "Serienummer; Model; Underaftale; Leasingstart\nPF01; T16; UA-1; 01-01-2026"

        report = take_in("deliveries", row)

        assert report.warnings == [
            "række 2: PF01 får en anden model, men beholder sin pris. Ret også Leasingpris."
        ]
        assert facts()[0][1] == "T16"

    def test_a_placed_device_stays_where_it_is(self):
        take_in("deliveries", DELIVERIES)

        report = take_in(
            "deliveries",
            """
            Serienummer; Model; Underaftale; Leasingstart; Enhedsnr; Initialer; Udleveret
            PF01; T14; UA-1; 01-01-2026; 7777; XX; 01-02-2026
            """,
        )

        assert report.change_count == 0
        assert Placement.objects.get(device__serial_number="PF01").unit.number == "1001"

    def test_a_device_in_stock_is_placed_by_a_later_file(self):
        take_in("deliveries", DELIVERIES)

        take_in(
            "deliveries",
            """
            Serienummer; Model; Underaftale; Leasingstart; Enhedsnr; Udleveret
            PF04; T14; UA-2; 01-03-2026; 1002; 10-03-2026
            """,
        )

        assert facts()[3][7:] == (date(2026, 3, 10), "1002", None)

    def test_a_device_that_is_there_already_gets_its_lease(self):
        builders.device("PF09", ram_gb=16)

        take_in(
            "deliveries",
            "Serienummer; Model; Underaftale; Leasingstart\npf09; T14; UA-1; 01-01-2026",
        )

        device = Device.objects.get()
        assert (device.ram_gb, device.lease.starts_on) == (16, NEW_YEAR)

    def test_a_former_serial_number_is_the_same_device(self):
        lease = builders.lease("PF09")
        FormerSerialNumber.objects.create(device=lease.device, serial_number="PF08")
        row = "{}; T14; UA-1; 01-01-2026"
        heading = "Serienummer; Model; Underaftale; Leasingstart\n"

        report = take_in("deliveries", heading + row.format("PF08"))
        faults = faults_of("deliveries", heading + "\n".join(map(row.format, ("PF08", "PF09"))))

        assert report.change_count == 0
        assert faults == [
            "række 3: Serienummer PF09 står også i række 2. Slet den ene af de to rækker"
        ]

    def test_an_extended_lease(self):
        lease = builders.lease("PF09")
        LeaseTerm.objects.create(lease=lease, position=2, price_ore=40000, quarters=4)
        text = (
            "Serienummer; Model; Underaftale; Leasingstart; Kvartaler; Leasingpris\n"
            "PF09; T14; UA-1; {}; {}; 6.000"
        )

        (fault,) = faults_of("deliveries", text.format("01-01-2026", 12))
        report = take_in("deliveries", text.format("15-01-2026", 16))

        assert fault.startswith("række 2: PF09 er forlænget, så Kvartaler kan ikke ændres")
        assert report.warnings == [
            "række 2: PF09 er forlænget, og forlængelsen flytter med Leasingstart."
        ]
        assert list(lease.terms.order_by("position").values_list("price_ore", "quarters")) == [
            (600000, 16),
            (40000, 4),
        ]

    def test_a_stopped_lease_does_not_begin_after_its_end(self):
        builders.lease("PF09", stops_on=FEBRUARY)

        (fault,) = faults_of(
            "deliveries",
            "Serienummer; Model; Underaftale; Leasingstart\nPF09; T14; UA-1; 02-02-2026",
        )

        assert fault == (
            "række 2: PF09 er stoppet fra 01-02-2026. Leasingstart kan ikke være senere"
        )

    def test_every_fault_is_named_by_its_row(self):
        assert faults_of(
            "deliveries",
            """
            Serienummer; Model; Underaftale; Leasingstart; Kvartaler; Leasingpris; Enhedsnr; Initialer
            -; T14; UA-1; 01-01-2026; -; -; -; -
            PF01; T99; UA-1; 31-12-2025; -; -; 7777; XX
            PF02; T14; SLET; 2026-13-01; 99; 0; -; -
            PF03; T14; UA-1; 01-01-2026; SLET; -5; -; -
            PF04; T14; UA-1; 01-01-2026; -; 12,345; -; -
            pf04; T14; UA-1; 01-01-2026; -; -; -; -
            """,
        ) == [
            "række 2: Serienummer mangler",
            "række 3: Leasingstart 31-12-2025 er før rammeaftalen, som gælder fra 01-01-2026",
            "række 3: Model »T99« findes ikke. Ret navnet, eller indlæs modellen med kategori først",
            "række 3: Initialer XX findes ikke. Ret dem, eller indlæs medarbejderen først",
            "række 3: Enhedsnr 7777 findes ikke. Ret nummeret, eller indlæs enheden først",
            "række 4: Underaftale kan ikke slettes. Skriv en værdi",
            "række 4: Leasingstart »2026-13-01«. Den dato findes ikke. Skriv datoen som 17-11-2025",
            "række 4: Kvartaler »99«. Skriv et helt tal fra 1 til 40",
            "række 5: Kvartaler kan ikke slettes. Skriv en værdi",
            "række 5: Leasingpris skal være over nul",
            "række 6: Leasingpris »12,345«. "
            "Skriv beløbet i kroner med komma før ørerne, fx 5.590,66",
            "række 7: Serienummer PF04 står også i række 6. Slet den ene af de to rækker",
        ]
        assert not Device.objects.exists()
        assert not SubAgreement.objects.exists()

    def test_what_is_read_but_not_used_is_told(self):
        report = take_in(
            "deliveries",
            """
            Serienummer; Model; Underaftale; Leasingstart; Udleveret; Bestillingsnr
            PF01; T14; UA-1; 01-01-2026; 05-01-2026; AT-17
            PF02; T14; UA-1; 01-01-2026; -; AT-17
            """,
        )

        assert report.warnings == [
            "række 2: PF01 har Udleveret, men hverken Enhedsnr eller Initialer: den er på lager.",
            "Bestillingsnr AT-17 kendes ikke. Det gemmes på leasingen, men intet sættes på en "
            "bestilling.",
        ]

    def test_the_number_of_queries_does_not_grow_with_the_rows(self):
        def queries(count, lead):
            text = "Serienummer; Model; Underaftale; Leasingstart; Enhedsnr; Initialer\n"
            rows = (
                f"{lead}{n:03}; T14; UA-{lead}{n % 5}; 01-01-2026; -; ANBE" for n in range(count)
            )
            with CaptureQueriesContext(connection) as captured:
                take_in("deliveries", text + "\n".join(rows))
            return len(captured)

        queries(3, "A")  # fills the cache of content types

        assert queries(3, "B") == queries(30, "C")


class AnyOrder(TestCase):
    """The rows of a file are facts: their order means nothing."""

    def setUp(self):
        ground()

    # A new sub-agreement is spelled as the first row has it: here all spell it alike.
    HEADING, *ROWS = DELIVERIES.replace("ua-1", "UA-1").strip().splitlines()

    @settings(deadline=None)  # a machine that is busy is no fault
    @given(st.permutations(ROWS))
    def test_rows_in_any_order_give_the_same_register(self, rows):
        for model in (Placement, LeaseTerm, Lease, Device):
            model.objects.all().delete()

        take_in("deliveries", "\n".join([self.HEADING, *rows]))

        assert facts() == EXPECTED
