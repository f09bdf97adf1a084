"""Deliveries that are scanned in: what they create, what they refuse, and that none is doubled."""

from datetime import date

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from albertslund_it.common.errors import Refused
from albertslund_it.common.serial_numbers import serial_numbers_in
from albertslund_it.web.forms.agreement import NotAsShown, refuse_unless_seen, value_of
from inventory.models import Device, FormerSerialNumber
from leasing.models import Lease, LeaseTerm, Mail, Order, OrderedDevice, OrderLine
from leasing.orders.presenters.reception import rows_of_reception
from leasing.orders.selectors.scans import Scan
from leasing.orders.services.reception import PriceMissing, TooMany, take_off
from tests import builders as make
from tests.leasing.orders.ground import NOW, TODAY, bought, line, scan, screen

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground():
    make.price(source="SKI")


def reasons(call, *args, error=Refused, **options):
    with pytest.raises(error) as refused:
        call(*args, **options)
    return refused.value.reasons


def agreed_to(reception):
    """Return the agreement of a person who has seen a delivery."""
    shown = value_of(rows_of_reception(reception))
    return lambda now: refuse_unless_seen(shown, rows_of_reception(now))


def statuses(order):
    return list(order.lines.order_by("position").values_list("status", flat=True))


class TestScanning:
    def test_a_device_its_lease_and_the_line_come_of_it(self):
        anna = make.employee()
        one = bought(employee=anna)
        Order.objects.update(requester_mail="lone@example.dk")

        done = scan(one.order.number, "PF01")

        lease = Lease.objects.get()
        term = LeaseTerm.objects.get()
        assert done.is_saved
        assert (lease.device.serial_number, lease.device.model.name) == ("PF01", "T14")
        assert (lease.sub_agreement.number, lease.starts_on) == ("UA-9", date(2026, 5, 1))
        assert lease.order_number == "4711"
        assert (term.price_ore, term.quarters) == (559066, 16)
        assert term.source == "Prisliste 01-01-2026"
        ordered = OrderedDevice.objects.get()
        assert (ordered.line, ordered.delivered_on, ordered.is_from_stock) == (one, TODAY, False)
        assert statuses(one.order) == ["delivered"]
        assert Mail.objects.get().subject == f"Bestilling {one.order.number}: leveret"

    def test_what_is_shown_before_is_what_is_made_and_a_look_writes_nothing(self):
        one = bought(quantity=3)

        seen = scan("4711", "PF01", "PF02", dry_run=True)

        assert not Device.objects.exists()
        assert not Mail.objects.exists()
        assert [str(new.line.line) for new in seen.new] == [str(one)] * 2
        # 5.590,66 kr. / 16 quarters = 349,41625, cut off
        assert (seen.quarter_ore, seen.price_ore) == (2 * 34941, 2 * 559066)
        assert seen.missing == 1
        done = scan("4711", "PF01", "PF02", agree=agreed_to(seen))
        assert done.is_saved
        assert statuses(one.order) == ["partly"]

    def test_something_else_than_was_seen_is_shown_again(self):
        bought(quantity=2)
        seen = scan("4711", "PF01", dry_run=True)
        make.price(starts_on=date(2026, 4, 1), price_ore=600000)

        with pytest.raises(NotAsShown, match=r"PF01 er ændret fra .*5\.590,66.* til .*6\.000,00"):
            scan("4711", "PF01", agree=agreed_to(seen))

        assert not Device.objects.exists()

    def test_people_come_first_then_the_order_of_the_lines(self):
        shared = bought(quantity=2)
        person = bought(shared.order, employee=make.employee())

        scan(shared.order.number, "PF01", "PF02")

        assert list(
            OrderedDevice.objects.order_by("id").values_list("line", "device__serial_number")
        ) == [(person.pk, "PF01"), (shared.pk, "PF02")]
        assert statuses(shared.order) == ["partly", "delivered"]

    def test_the_lessors_number_fills_the_lines_of_several_orders(self):
        first, second = bought(), bought()

        scan("4711", "PF01", "PF02")

        assert statuses(first.order) == statuses(second.order) == ["delivered"]

    def test_several_models_in_one_delivery(self):
        large = make.model("T16")
        make.price(large, price_ore=591227)
        one = bought(quantity=2)
        bought(one.order, model=large)

        scan(
            one.order.number,
            scans=[Scan(make.model().pk, ("PF01",)), Scan(large.pk, ("PF02",))],
        )

        assert statuses(one.order) == ["partly", "delivered"]
        assert Device.objects.get(serial_number="PF02").lease.terms.get().price_ore == 591227


class TestTheSameAgain:
    def test_a_second_post_changes_nothing(self):
        one = bought(quantity=2)
        seen = scan("4711", "PF01", dry_run=True)
        scan("4711", "PF01", agree=agreed_to(seen))
        entries = LogEntry.objects.count()

        again = scan("4711", "PF01", agree=agreed_to(seen))

        assert again.is_saved
        assert again.known == ["PF01"]
        assert (Device.objects.count(), OrderedDevice.objects.count()) == (1, 1)
        assert LogEntry.objects.count() == entries
        assert statuses(one.order) == ["partly"]

    def test_a_number_twice_in_a_paste_is_one(self):
        assert serial_numbers_in("pf01\r\nPF02, pf01;PF03\tPF04 PF05\n\n") == (
            ["PF01", "PF02", "PF03", "PF04", "PF05"],
            [],
        )

    def test_the_rest_goes_on_after_what_is_there(self):
        one = bought(quantity=2)
        scan("4711", "PF01")

        done = scan("4711", "PF01", "PF02")

        assert (done.known, [new.serial_number for new in done.new]) == (["PF01"], ["PF02"])
        assert statuses(one.order) == ["delivered"]


class TestRefusals:
    def test_more_than_ordered_names_the_line_and_the_ways_out(self):
        one = bought(quantity=1)

        with pytest.raises(TooMany) as refused:
            scan("4711", "PF01", "PF02")

        assert refused.value.can_raise
        assert refused.value.reasons == [
            f"Der er 2 T14, men kun 1 mangler på linje {one}: 1 for mange."
        ]
        assert not Device.objects.exists()

    def test_the_rest_to_stock(self):
        bought(quantity=1)

        scan("4711", "PF01", "PF02", surplus="lager")
        again = scan("4711", "PF01", "PF02", surplus="lager")

        assert again.known == ["PF01", "PF02"]
        assert list(Lease.objects.values_list("device__serial_number", "order_number")) == [
            ("PF01", "4711"),
            ("PF02", "4711"),
        ]
        assert OrderedDevice.objects.get().device.serial_number == "PF01"

    def test_the_order_is_raised(self):
        one = bought(quantity=1)
        scan("4711", "PF01")

        scan("4711", "PF02", "PF03", surplus="flere")

        one.refresh_from_db()
        assert (one.quantity, one.status) == (3, "delivered")
        assert one.devices.count() == 3

    def test_a_line_for_a_person_cannot_be_raised(self):
        bought(employee=make.employee())

        with pytest.raises(TooMany) as refused:
            scan("4711", "PF01", "PF02", surplus="flere")

        assert not refused.value.can_raise
        assert not Device.objects.exists()

    def test_a_line_that_waits_for_the_head_takes_nothing(self):
        one = line(employee=make.employee(), status="awaiting")

        assert "venter på godkendelse" in reasons(scan, one.order.number, "PF01")[0]

    def test_no_price_on_the_day(self):
        one = bought(model=make.model("T99"))

        said = reasons(scan, one.order.number, "PF01", model=make.model("T99"), error=PriceMissing)

        assert said == [
            "Prislisten har den 01-05-2026 ingen pris for T99. Indlæs prisen, eller ret "
            "leasingstart."
        ]

    def test_a_former_number_and_a_leased_one_are_told_apart(self):
        bought(quantity=5)
        swapped = make.lease("PF10").device
        FormerSerialNumber.objects.create(device=swapped, serial_number="PF09")
        make.lease("PF20", unit=make.unit())

        assert reasons(scan, "4711", "PF09", "PF10", "PF20", "PF30") == [
            "PF09 er et tidligere serienummer for PF10, som er byttet. Scan PF10, eller kontrollér "
            "nummeret.",
            "PF10 er allerede leaset på underaftale UA-1 fra 01-01-2026. Den står på lageret: sæt "
            "den til side på bestillingen i stedet.",
            "PF20 er allerede leaset på underaftale UA-1 fra 01-01-2026. Kontrollér nummeret.",
        ]

    def test_one_that_came_on_another_order(self):
        first = bought(number="1")
        second = bought(number="2")
        scan("1", "PF01")

        assert f"leveret på bestilling {first}" in reasons(scan, "2", "PF01")[0]
        assert statuses(second.order) == ["ordered"]

    def test_the_same_number_as_two_models(self):
        large = make.model("T16")
        one = bought()
        bought(one.order, model=large)
        scans = [Scan(make.model().pk, ("PF01",)), Scan(large.pk, ("PF01",))]

        assert reasons(scan, one.order.number, scans=scans) == [
            "PF01 er scannet både som T14 og som T16. Slet den ene."
        ]

    def test_an_order_that_nobody_knows_and_an_empty_scan(self):
        one = bought()

        assert reasons(scan, "B99999", "PF01")[0].startswith("Bestilling »B99999« findes ikke")
        assert reasons(scan, one.order.number)[0].startswith("Scan eller indsæt")

    def test_a_lease_before_the_framework_agreement(self):
        bought()
        make.price(starts_on=date(2025, 1, 1), price_ore=1)

        assert "før rammeaftalen" in reasons(scan, "4711", "PF01", starts_on=date(2025, 6, 1))[0]
        assert not Device.objects.exists()


class TestCounts:
    def test_screens_get_numbers_of_their_own(self):
        one = bought(model=screen(), quantity=3)

        first = scan(one.order.number, scans=[Scan(screen().pk, count=2)])
        second = scan(one.order.number, scans=[Scan(screen().pk, count=1)])

        assert [new.serial_number for new in first.new] == ["INV-000001", "INV-000002"]
        assert [new.serial_number for new in second.new] == ["INV-000003"]
        assert statuses(one.order) == ["delivered"]
        assert Lease.objects.count() == 3

    def test_a_swapped_number_is_not_given_again(self):
        bought(model=screen(), quantity=3)
        device = make.device("INV-000004", model=screen())
        FormerSerialNumber.objects.create(device=device, serial_number="INV-000007")

        done = scan("4711", scans=[Scan(screen().pk, count=1)])

        assert done.new[0].serial_number == "INV-000008"

    def test_a_second_post_of_the_same_count_makes_no_more(self):
        bought(model=screen(), quantity=20)
        counted = Scan(screen().pk, count=5, first=1)
        seen = scan("4711", scans=[Scan(screen().pk, count=5)], dry_run=True)
        scan("4711", scans=[counted], agree=agreed_to(seen))

        again = scan("4711", scans=[counted], agree=agreed_to(seen))

        assert again.is_saved
        assert not again.new
        assert Device.objects.count() == 5

    def test_numbers_that_another_delivery_took_are_told(self):
        bought(model=screen(), quantity=5, number="1")
        bought(model=screen(), quantity=5, number="2")
        scan("1", scans=[Scan(screen().pk, count=5, first=1)])

        assert reasons(scan, "2", scans=[Scan(screen().pk, count=5, first=1)]) == [
            "Inventarnumrene er brugt til en anden levering, efter at du så dem. Intet er gemt. "
            "Kontrollér leveringen igen."
        ]


class TestUndoing:
    def test_a_device_on_the_wrong_line_is_taken_off(self):
        one = bought()
        scan("4711", "PF01")

        take_off(ordered_device_id=OrderedDevice.objects.get().pk, actor=None, now=NOW)

        assert statuses(one.order) == ["ordered"]
        assert Lease.objects.count() == 1
        deleted = LogEntry.objects.get_for_model(OrderedDevice).filter(action=2)
        assert deleted.count() == 1

    def test_one_that_is_handed_out_stays(self):
        bought()
        scan("4711", "PF01")
        OrderedDevice.objects.update(handed_out_on=TODAY)

        assert (
            "er udleveret 04-05-2026"
            in reasons(
                take_off, ordered_device_id=OrderedDevice.objects.get().pk, actor=None, now=NOW
            )[0]
        )
        assert "allerede taget" in reasons(take_off, ordered_device_id=0, actor=None, now=NOW)[0]


def test_history_tells_who_and_from_what_to_what(cast):
    one = bought()

    scan("4711", "PF01", actor=cast.helpdesk)

    entry = LogEntry.objects.get_for_object(OrderLine.objects.get(pk=one.pk)).first()
    assert (entry.actor, entry.changes["status"]) == (cast.helpdesk, ["ordered", "delivered"])
    for made in (Device.objects.get(), Lease.objects.get(), OrderedDevice.objects.get()):
        assert LogEntry.objects.get_for_object(made).get().actor == cast.helpdesk


def test_the_number_of_queries_does_not_grow_with_what_comes():
    bought(quantity=200)

    def queries(*serials):
        with CaptureQueriesContext(connection) as captured:
            scan("4711", *serials)
        return len(captured)

    queries("WARM-1")
    few = queries(*(f"A{n}" for n in range(3)))
    assert queries(*(f"B{n}" for n in range(60))) == few


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "æøå 💻 \x00 \u202e",
        "\n".join(f"pf{n}" for n in range(10_000)),
        ",;\t \r\n",
    ],
)
def test_any_paste_is_read_or_named(text):
    found, bad = serial_numbers_in(text)

    assert all(len(word) <= 40 and word.isprintable() for word in [*found, *bad])
    assert len(found) in {0, 10_000}


def test_ten_thousand_for_a_line_of_one_is_one_sentence():
    bought()

    said = reasons(scan, "4711", *(f"PF{n}" for n in range(10_000)), error=TooMany)

    assert len(said) == 1
