"""The lessor's list with Bestillingsnr: which line each device comes on."""

from datetime import UTC, date, datetime

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Device
from leasing.imports.importers.files import import_table
from leasing.models import Lease, Mail, Order, OrderedDevice
from tests import builders as make
from tests.files import TODAY, faults_of, table, take_in
from tests.leasing.orders.ground import bought, line

pytestmark = pytest.mark.django_db

HEADINGS = "Serienummer; Model; Underaftale; Leasingstart; Enhedsnr; Initialer; Bestillingsnr\n"


def rows(*lines):
    return HEADINGS + "\n".join(lines)


def row(serial_number, number, *, model="T14", unit="-", initials="-"):
    return f"{serial_number}; {model}; UA-1; 01-03-2026; {unit}; {initials}; {number}"


@pytest.fixture(autouse=True)
def ground():
    make.price()


def on_lines():
    return list(
        OrderedDevice.objects.order_by("id").values_list(
            "device__serial_number", "line", "handed_out_on"
        )
    )


def test_our_number_and_theirs_find_the_line_and_the_lease_keeps_what_was_written():
    first, second = bought(quantity=1, number="AT-1"), bought(quantity=2, number="AT-2")

    report = take_in(
        "deliveries",
        rows(row("PF01", f"b{first.order_id}"), row("PF02", "at-2"), row("PF03", "AT-2")),
    )

    assert on_lines() == [
        ("PF01", first.pk, None),
        ("PF02", second.pk, None),
        ("PF03", second.pk, None),
    ]
    assert list(Lease.objects.order_by("pk").values_list("order_number", flat=True)) == [
        f"b{first.order_id}", "at-2", "AT-2",
    ]  # fmt: skip
    for one in (first, second):
        one.refresh_from_db()
        assert one.status == "delivered"
    told = {str(difference) for difference in report.differences}
    assert f"PF01: til bestilling {first}, Enhed 1001" in told
    assert f"Bestilling {first}: Status Bestilt → Leveret" in told
    assert report.counts["bestilt udstyr"].created == 3
    assert report.warnings == []


def test_the_same_file_twice_changes_nothing():
    bought(quantity=2)
    text = rows(row("PF01", "4711"), row("PF02", "4711"))
    take_in("deliveries", text)
    entries = LogEntry.objects.count()

    again = take_in("deliveries", text)

    assert (again.change_count, again.differences, again.warnings) == (0, [], [])
    assert LogEntry.objects.count() == entries
    assert OrderedDevice.objects.count() == 2


def test_people_first_and_only_lines_of_the_model():
    large = make.model("T16")
    make.price(large)
    shared = bought(quantity=1)
    person = bought(shared.order, employee=make.employee())
    other = bought(shared.order, model=large)

    take_in("deliveries", rows(row("PF01", "4711"), row("PF02", "4711", model="T16")))

    assert [pair[:2] for pair in on_lines()] == [("PF01", person.pk), ("PF02", other.pk)]


def test_an_unknown_number_is_kept_and_told_once():
    report = take_in("deliveries", rows(row("PF01", "AT-9"), row("PF02", "AT-9")))

    assert report.warnings == [
        "Bestillingsnr AT-9 kendes ikke. Det gemmes på leasingen, men intet sættes på en "
        "bestilling."
    ]
    assert set(Lease.objects.values_list("order_number", flat=True)) == {"AT-9"}
    assert on_lines() == []


def test_one_too_many_is_a_fault_of_its_row_with_a_way_out():
    one = bought(quantity=1)
    waits = line(employee=make.employee(), status="awaiting")

    assert faults_of(
        "deliveries",
        rows(
            row("PF01", "4711"),
            row("PF02", "4711"),
            row("PF03", waits.order.number),
        ),
    ) == [
        f"række 3: På bestilling 4711 er der bestilt 1 T14 (linje {one}), og 1 er leveret. Sæt "
        "antallet op på bestillingen, eller gør Bestillingsnr tom, så kommer udstyret på lager",
        f"række 4: Linje {waits} er ikke klar til levering (afventer godkendelse). Vent på "
        "svaret, eller gør Bestillingsnr tom, så kommer udstyret på lager",
    ]
    assert not Device.objects.exists()


def test_a_model_that_was_not_ordered():
    bought()
    make.price(make.model("T16"))

    said = faults_of("deliveries", rows(row("PF01", "4711", model="T16")))

    assert said[0].startswith("række 2: På bestilling 4711 er der ikke bestilt T16, men T14.")


def test_one_that_goes_straight_to_its_person_is_handed_out():
    one = bought(employee=make.employee("ANBE"))
    bought(one.order, quantity=1)

    take_in("deliveries", rows(row("PF01", "4711", initials="ANBE")))

    one.refresh_from_db()
    assert on_lines() == [("PF01", one.pk, date(2026, 3, 1))]
    assert one.status == "handed_out"


def test_one_that_goes_to_somebody_else_takes_nobodys_place():
    bought(employee=make.employee("ANBE"))
    make.unit("2001")

    report = take_in("deliveries", rows(row("PF01", "4711", unit="2001")))

    assert on_lines() == []
    assert report.warnings == ["række 2: PF01 er tildelt og hører ikke til en åben linje på 4711."]


def test_one_that_stands_on_another_order_stays_there():
    first = bought(number="1")
    bought(number="2")
    take_in("deliveries", rows(row("PF01", "1")))

    report = take_in("deliveries", rows(row("PF01", "2")))

    assert on_lines() == [("PF01", first.pk, None)]
    assert report.warnings == [f"række 2: PF01 står på bestilling {first}, ikke 2."]
    assert Lease.objects.get().order_number == "2"


def test_a_blank_cell_keeps_the_number_and_slet_clears_it():
    take_in("deliveries", rows(row("PF01", "AT-9")))
    assert take_in("deliveries", rows(row("PF01", "-"))).change_count == 0
    take_in("deliveries", rows(row("PF01", "SLET")))
    assert Lease.objects.get().order_number == ""


def test_the_orderers_are_told_once_it_is_saved():
    one = bought(quantity=2)
    Order.objects.update(requester_mail="lone@example.dk")
    text, now = rows(row("PF01", "4711")), datetime(2026, 3, 11, 8, tzinfo=UTC)

    def run(**options):
        import_table(
            kind="deliveries", table=table(text), actor=None, today=TODAY, now=now, **options
        )

    run(dry_run=True)
    assert not Mail.objects.exists()
    run()
    run()
    assert Mail.objects.get().subject == f"Bestilling {one.order.number}: delvis leveret"


def test_the_number_of_queries_does_not_grow_with_the_rows():
    for number in range(40):
        bought(quantity=5, number=f"AT-{number}")

    def queries(count, lead):
        lines = (row(f"{lead}{n:03}", f"AT-{n % 40}") for n in range(count))
        with CaptureQueriesContext(connection) as captured:
            take_in("deliveries", rows(*lines))
        return len(captured)

    queries(3, "W")
    assert queries(90, "B") == queries(3, "A")
