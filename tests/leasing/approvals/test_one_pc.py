"""One pc per employee: what counts on a day, by every path, and who breaks the rule."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.errors import Refused
from inventory.models import Device, Employee, ExpectedReturn
from leasing.approvals.selectors.one_pc import holdings_of, over_the_rule
from leasing.approvals.services.one_pc import refuse_second_pc
from leasing.imports.importers.files import import_file
from leasing.models import Approval, LossReport, Order, OrderLine, Status
from leasing.models.order import OPEN
from tests import builders as make
from tests.histories import histories

pytestmark = pytest.mark.django_db

TODAY, NOW = date(2026, 5, 1), datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.fixture
def anna():
    return make.employee("anbe", "Anna Berg")


def pc(person, n=1, starts_on=date(2026, 1, 1), **fields):
    return make.lease(
        f"PF00000{n}", unit=person.unit, employee=person, starts_on=starts_on, **fields
    ).device


def line(person, status=Status.ORDERED, **fields):
    order = Order.objects.create(created_at=NOW)
    values = {"model": make.model(), "unit": person.unit, "reason": "extra"} | fields
    return OrderLine.objects.create(
        order=order, position=1, employee=person, status=status, **values
    )


def grant(person, ends_before, **fields):
    user = make.Approval._meta.get_field("decided_by").related_model.objects.get_or_create(
        username="leder"
    )[0]
    return make.approval(
        person, ends_before, decision="granted", decided_at=NOW, decided_by=user, **fields
    )


def replaced(device, person, due_on, created_at=NOW):
    return ExpectedReturn.objects.create(
        device=device,
        employee=person,
        unit=person.unit,
        why="replaced",
        due_on=due_on,
        created_at=created_at,
    )


def take_in(kind, text):
    import_file(
        kind=kind, stream=BytesIO(text.encode()), filename="fil.csv", actor=None, today=TODAY
    )


def count(person, on=TODAY, **but):
    return holdings_of(person, on, **but).count


class TestWhatCounts:
    def test_a_leased_pc_from_the_day_it_is_placed(self, anna):
        pc(anna, starts_on=date(2026, 5, 1))
        assert count(anna, date(2026, 4, 30)) == 0
        assert count(anna) == 1

    def test_not_a_screen_a_loan_or_what_is_not_leased(self, anna):
        screen = make.lease("SK1", unit=anna.unit, model=make.model("S", "skærm", is_pc=False))
        make.placement(screen.device, date(2026, 2, 1), anna.unit, anna)
        lent = make.lease("PF000008").device
        make.placement(lent, date(2026, 2, 1), make.cost_holder(), anna)
        make.placement(make.device("GAMMEL1"), date(2026, 2, 1), anna.unit, anna)
        assert count(anna) == 0

    def test_not_a_pc_that_is_lost_until_it_is_found(self, anna):
        lost = LossReport.objects.create(
            device=pc(anna), kind="stolen", discovered_at=NOW, encrypted="yes", reported_at=NOW
        )
        assert count(anna) == 0
        lost.found_on = TODAY
        lost.save()
        assert count(anna) == 1

    def test_not_a_pc_whose_lease_is_stopped_or_has_run_out(self, anna):
        pc(anna, 1, stops_on=date(2026, 5, 1))
        pc(anna, 2, starts_on=date(2022, 5, 1))
        assert count(anna, date(2026, 4, 30)) == 2
        assert count(anna) == 0

    def test_an_extended_lease_counts_on(self, anna):
        pc(anna, starts_on=date(2022, 5, 1)).lease.terms.create(
            position=2, price_ore=10000, quarters=1
        )
        assert count(anna) == 1
        assert count(anna, date(2026, 8, 1)) == 0

    @pytest.mark.parametrize("status", Status)
    def test_an_order_line_while_it_is_open(self, anna, status):
        line(anna, status)
        assert count(anna) == (status in OPEN and status != Status.DRAFT)

    def test_an_ordered_screen_does_not(self, anna):
        line(anna, model=make.model("S", "skærm", is_pc=False))
        assert count(anna) == 0

    def test_a_line_less_the_pc_that_it_replaces(self, anna):
        old = pc(anna)
        new = line(anna, reason="replacement", replaces=old)
        assert count(anna) == 1
        assert count(anna, without_lines=[new.pk]) == 1
        assert count(anna, without_lines=[new.pk], without_devices=[old.pk]) == 0
        line(anna, reason="replacement", replaces=old)
        assert count(anna) == 2  # one pc cannot be replaced twice

    def test_a_line_that_replaces_somebody_elses_pc_is_one_more(self, anna):
        other = make.employee("bo", "Bo")
        pc(anna)
        line(anna, reason="replacement", replaces=pc(other, 2))
        assert count(anna) == 2

    def test_a_line_whose_pc_the_person_has_already_is_that_pc(self, anna):
        new = pc(anna)
        line(anna, Status.DELIVERED).devices.create(device=new, delivered_on=TODAY)
        assert count(anna) == 1

    def test_a_replaced_pc_counts_again_after_the_overlap(self, anna):
        replaced(pc(anna), anna, date(2026, 5, 15))
        pc(anna, 2, date(2026, 5, 1))
        assert count(anna, date(2026, 5, 15)) == 1
        assert count(anna, date(2026, 5, 16)) == 2

    def test_a_replaced_pc_that_is_handed_out_anew_counts_at_once(self, anna):
        old = pc(anna)
        replaced(old, anna, date(2026, 5, 15))
        make.placement(old, date(2026, 5, 4))
        make.placement(old, date(2026, 5, 6), anna.unit, anna)
        assert count(anna, date(2026, 5, 3)) == 0
        assert count(anna, date(2026, 5, 5)) == 0
        assert count(anna, date(2026, 5, 6)) == 1


class TestRefusing:
    def test_the_two_ways_out_are_told(self, anna):
        pc(anna)
        ordered = line(anna)
        with pytest.raises(Refused) as refused:
            refuse_second_pc(employee=anna, starts_on=TODAY)
        assert str(refused.value).startswith("Anna Berg (anbe) har T14 PF000001 og en T14 på")
        assert str(refused.value).endswith(
            f"Brug bestilling {ordered.order}, vælg den pc, der erstattes, eller bed lederen om dispensation."
        )

    def test_an_exception_gives_room_for_one_until_it_ends(self, anna):
        pc(anna)
        grant(anna, date(2026, 6, 1))
        refuse_second_pc(employee=anna, starts_on=date(2026, 5, 31))
        with pytest.raises(Refused):
            refuse_second_pc(employee=anna, starts_on=date(2026, 6, 1))
        pc(anna, 2)
        with pytest.raises(Refused):
            refuse_second_pc(employee=anna, starts_on=TODAY)

    def test_an_exception_goes_with_the_order_that_it_was_for(self, anna):
        pc(anna)
        wanted = line(anna)
        grant(anna, date(2026, 6, 1), line=wanted)
        assert not holdings_of(anna, TODAY).is_breach
        wanted.status = Status.CANCELLED
        wanted.save()
        with pytest.raises(Refused):
            refuse_second_pc(employee=anna, starts_on=TODAY)

    def test_what_comes_later_counts_too(self, anna):
        pc(anna, 2, date(2026, 7, 1))
        with pytest.raises(Refused, match="den 01-07-2026"):
            refuse_second_pc(employee=anna, starts_on=TODAY)
        # The device goes on to somebody else before that day.
        refuse_second_pc(employee=anna, starts_on=TODAY, ends_before=date(2026, 7, 1))


class TestWhoBreaksIt:
    def test_an_import_is_taken_and_shows_as_a_fault(self, anna):
        make.cost_holder()
        pc(anna)
        for n in (2, 3):
            make.lease(f"PF00000{n}")
        make.price()
        placements = "Serienummer;Fra;Initialer\nPF000002;01-05-2026;ANBE\n"
        anna.initials = "ANBE"
        anna.save()
        take_in("placements", placements)
        assert list(over_the_rule(TODAY)) == [anna.pk]
        take_in(
            "deliveries",
            "Serienummer;Model;Underaftale;Leasingstart;Initialer\n"
            "PF000004;T14;UA-1;01-05-2026;ANBE\n",
        )
        held = Device.objects.filter(pk__in=over_the_rule(TODAY)[anna.pk])
        assert [str(device) for device in held.order_by("serial_number")] == [
            "PF000001",
            "PF000002",
            "PF000004",
        ]
        assert not over_the_rule(date(2026, 4, 30))

    def test_an_exception_that_runs_out_shows(self, anna):
        pc(anna, 1)
        pc(anna, 2)
        grant(anna, date(2026, 6, 1))
        assert not over_the_rule(date(2026, 5, 31))
        assert list(over_the_rule(date(2026, 6, 1))) == [anna.pk]

    def test_an_overlap_that_passes_shows(self, anna):
        replaced(pc(anna, 1), anna, date(2026, 5, 15))
        pc(anna, 2, date(2026, 5, 1))
        assert not over_the_rule(date(2026, 5, 15))
        assert over_the_rule(date(2026, 5, 16))

    def test_an_ended_lease_is_no_breach(self, anna):
        pc(anna, 1, date(2022, 5, 1))
        pc(anna, 2)
        assert over_the_rule(date(2026, 4, 30))
        assert not over_the_rule(TODAY)

    def test_as_many_queries_for_thirty_as_for_three(self, django_assert_num_queries):
        for n in range(30):
            person = make.employee(f"m{n}", f"Mona {n}")
            for k in (1, 2):
                make.lease(f"PG{n:03}{k}", unit=person.unit, employee=person)
            if n in (2, 29):
                with django_assert_num_queries(4):
                    assert len(over_the_rule(TODAY)) == n + 1


DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 1))


@histories(30)
@given(
    pcs=st.lists(st.tuples(DAYS, st.booleans(), st.none() | DAYS), max_size=4),
    exceptions=st.lists(DAYS, max_size=2),
    on=DAYS,
)
def test_the_list_of_faults_agrees_with_the_count_of_each_person(pcs, exceptions, on, db):
    """The set-based query and the one for a single person are the same rule."""
    from django.db import transaction

    with transaction.atomic():
        people = [make.employee("anbe", "Anna"), make.employee("bo", "Bo")]
        for n, (starts_on, is_annas, due_on) in enumerate(pcs):
            device = pc(people[not is_annas], n, starts_on)
            if due_on:
                created = datetime(2026, 3, 1, 12, tzinfo=UTC)
                replaced(device, people[not is_annas], due_on, created)
        for ends_before in exceptions:
            grant(people[0], ends_before)
        found = over_the_rule(on)
        for person in people:
            one = holdings_of(person, on)
            assert (person.pk in found) == one.is_breach
            assert len(found.get(person.pk, one.devices)) == one.count
        assert Employee.objects.count() == 2
        assert Approval.objects.count() == len(exceptions)
        transaction.set_rollback(True)
