"""The rollout's services and what is counted: plan, find, outcome; the same twice; two at once."""

from datetime import date

import pytest
from auditlog.models import LogEntry

from albertslund_it.common.errors import Refused
from inventory.imports.selectors import departments_named
from inventory.models import Placement, Replacement, Roll, RolloutWeek
from inventory.placements.selectors import placements_in_force
from inventory.rollout.selectors import rollout, unknown_machines
from inventory.rollout.services.outcomes import (
    ReplacementOutcome,
    record_outcome,
    record_outcomes,
    replacement_state,
)
from inventory.rollout.services.rolls import cancel_visit, create_roll, find_machines, plan_visit
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment

TODAY, DAY = date(2026, 5, 1), date(2025, 12, 1)


def outcome(serial_number="PB000001", **fields):
    return ReplacementOutcome(old_serial_number=serial_number, **fields)


def record(*outcomes, actor=None):
    return record_outcomes(outcomes=outcomes, actor=actor, today=TODAY)


def find(roll, **fields):
    given = {"department": None, "max_ram_gb": 8, "without_windows_11": False, "on": TODAY}
    return find_machines(roll=roll, actor=None, **given | fields)


@pytest.mark.django_db
class TestFind:
    def test_old_pcs_that_stand_somewhere_are_put_into_the_roll_with_history(self, cast):
        make.old_pc("PB000001", cast.unit)
        make.old_pc("PB000002", cast.unit, ram_gb=4)
        make.old_pc("PB000003", cast.unit, ram_gb=16)

        count = find_machines(
            roll=make.roll(),
            department=cast.department,
            max_ram_gb=8,
            without_windows_11=False,
            on=TODAY,
            actor=cast.helpdesk,
        )

        rows = Replacement.objects.order_by("old_device__serial_number")
        assert count == 2
        assert [(r.old_device.serial_number, r.unit) for r in rows] == [
            ("PB000001", cast.unit),
            ("PB000002", cast.unit),
        ]
        assert LogEntry.objects.get_for_objects(rows).filter(actor=cast.helpdesk).count() == 2

    def test_the_same_again_adds_nothing(self):
        make.old_pc()

        assert [find(make.roll()), find(make.roll()), find(make.roll(3, "Rul 3"))] == [1, 0, 0]

    def test_leased_stocked_and_unknown_pcs_and_screens_are_not_found(self):
        unit = make.unit()
        make.lease("PF000001", unit=unit)
        make.device("PF000002", ram_gb=4)
        stocked = make.old_pc("PB000002")
        make.placement(stocked, DAY, None)
        make.old_pc("PB000003", unit, ram_gb=None, windows_11=None)
        screen = make.device("V3000001", model=make.model("Skærm", "skærm", is_pc=False), ram_gb=1)
        make.placement(screen, DAY, unit)

        assert find(make.roll(), max_ram_gb=64) == 0
        assert unknown_machines(department=None, on=TODAY) == 1

    def test_both_criteria_hold_when_both_are_given_and_none_finds_nothing(self):
        make.old_pc("PB000001", ram_gb=8, windows_11=True)
        make.old_pc("PB000002", ram_gb=16, windows_11=False)

        assert find(make.roll(), without_windows_11=True) == 0
        assert find(make.roll(), max_ram_gb=None) == 0
        assert find(make.roll(), max_ram_gb=None, without_windows_11=True) == 1

    def test_another_departments_pcs_stay(self, cast):
        make.old_pc("PB000001", make.unit("2001", department=make.department("Miljø & Teknik")))

        assert find(make.roll(), department=cast.department) == 0


@pytest.mark.django_db
class TestOutcome:
    def test_replaced_by_a_new_pc(self, cast):
        row = make.old_machine()
        new = make.lease("PF000001", unit=row.unit).device

        changes = record(
            outcome(new_serial_number="PF000001", replaced_on=DAY), actor=cast.helpdesk
        )

        row.refresh_from_db()
        assert (row.new_device, row.replaced_on) == (new, DAY)
        assert [str(d) for d in changes.differences] == [
            "PB000001: Ny pc (tom) → PF000001",
            "PB000001: Udskiftet (tom) → 01-12-2025",
        ]
        entry = LogEntry.objects.get_for_object(row).latest("id")
        assert entry.actor == cast.helpdesk

    def test_the_same_again_changes_nothing_also_from_a_form_that_saw_it_before(self):
        row = make.old_machine()
        make.device("PF000001")
        done = outcome(new_serial_number="PF000001", replaced_on=DAY, seen=replacement_state(row))
        record(done)

        assert record(done).differences == []

    def test_who_comes_second_is_told_what_the_first_one_wrote(self):
        row = make.old_machine()
        seen = replacement_state(row)
        record(outcome(reason="På orlov", seen=seen))

        with pytest.raises(Refused, match="ændret, efter at du åbnede siden: udskiftes ikke – På"):
            record(outcome(replaced_on=DAY, seen=seen))
        row.refresh_from_db()
        assert (row.reason, row.replaced_on) == ("På orlov", None)

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"new_serial_number": "PF9", "replaced_on": DAY}, "PF9 findes ikke"),
            ({"new_serial_number": "PF000002", "replaced_on": DAY}, "allerede erstattet PB000002"),
            ({"new_serial_number": "PB000002", "replaced_on": DAY}, "selv en gammel maskine"),
            ({"new_serial_number": "PF000001"}, "hvornår"),
            ({"replaced_on": date(2026, 5, 2)}, "ikke kommet endnu"),
            ({"replaced_on": DAY, "reason": "Nej"}, "skriv ingen grund"),
        ],
    )
    def test_what_cannot_be_is_refused(self, given, told):
        make.old_machine()
        make.device("PF000001")
        make.old_machine("PB000002", new_device=make.device("PF000002"), replaced_on=DAY)

        with pytest.raises(Refused, match=told):
            record(outcome(**given))
        assert Replacement.objects.get(old_device__serial_number="PB000001").replaced_on is None

    def test_one_new_pc_for_two_old_ones_in_one_go_is_refused(self):
        make.old_machine("PB000001")
        make.old_machine("PB000002")
        make.device("PF000001")

        with pytest.raises(Refused, match="allerede erstattet PB000001"):
            record(
                outcome("PB000001", new_serial_number="PF000001", replaced_on=DAY),
                outcome("PB000002", new_serial_number="PF000001", replaced_on=DAY),
            )

    def test_a_machine_that_no_roll_has_found_is_refused(self, db):
        with pytest.raises(Refused, match="PB9 er ikke i noget rul"):
            record(outcome("PB9", replaced_on=DAY))

    def test_the_old_one_goes_to_stock_when_it_is_handed_in_and_once_only(self):
        row = make.old_machine()
        for _ in range(2):
            record_outcome(
                outcome=outcome(replaced_on=DAY), is_handed_in=True, actor=None, today=TODAY
            )

        assert placements_in_force(DAY).get(device=row.old_device).unit is None
        assert Placement.objects.filter(device=row.old_device).count() == 2

    def test_the_old_one_stays_where_it_is_otherwise(self):
        row = make.old_machine()
        record_outcome(
            outcome=outcome(replaced_on=DAY), is_handed_in=False, actor=None, today=TODAY
        )

        assert placements_in_force(TODAY).get(device=row.old_device).unit == row.unit

    def test_bulk_costs_the_same_queries_for_three_and_for_thirty(
        self, django_assert_max_num_queries
    ):
        for number in range(33):
            make.old_machine(f"PB{number:06}")
            make.device(f"PF{number:06}")
        rows = [
            outcome(f"PB{n:06}", new_serial_number=f"PF{n:06}", replaced_on=DAY) for n in range(33)
        ]
        with django_assert_max_num_queries(14):
            record(*rows[:3])
        with django_assert_max_num_queries(14):
            record(*rows[3:])


@pytest.mark.django_db
class TestPlan:
    def test_a_week_is_planned_once_and_taken_out_once(self, cast):
        given = {"roll": make.roll(), "department": cast.department, "year": 2025, "week": 49}
        first = plan_visit(**given, actor=cast.helpdesk)
        second = plan_visit(**given, actor=cast.helpdesk)

        assert first.pk == second.pk
        assert RolloutWeek.objects.count() == 1
        assert cancel_visit(visit_id=first.pk).week == 49
        assert cancel_visit(visit_id=first.pk) is None

    def test_a_year_without_week_53_is_refused(self, cast):
        with pytest.raises(Refused, match="2025 har ingen uge 53"):
            plan_visit(roll=make.roll(), department=cast.department, year=2025, week=53, actor=None)

    def test_a_roll_is_made_once_and_its_number_is_not_taken_over(self):
        given = {"number": 3, "name": "Rul tre", "criterion": "", "actor": None}
        assert create_roll(**given) == create_roll(**given)

        with pytest.raises(Refused, match="Rul 3 er oprettet i mellemtiden"):
            create_roll(**given | {"name": "Noget andet"})

    def test_the_names_of_the_minutes_plan_are_matched(self, db):
        for name, more in (("Økonomi & Stab", ""), ("KKR", "Kommunekontaktråd")):
            make.department(name, also_known_as=more)
        make.department("Kultur, Fritid & Ejendomme")

        def named(name):
            return [department.name for department in departments_named(name)]

        assert named("Økonomi & Stab og Kommunekontaktråd") == ["Økonomi & Stab", "KKR"]
        assert named("Kultur, Fritid og Ejendomme") == ["Kultur, Fritid & Ejendomme"]
        assert named("Økonomi og noget andet") == []


@pytest.mark.django_db
class TestCount:
    def test_each_state_is_counted_as_of_the_day(self, cast):
        unit = cast.unit
        new = make.device("PF000001")
        make.old_machine("PB000001", unit, new_device=new, replaced_on=DAY)
        make.old_machine("PB000002", unit, replaced_on=DAY)
        make.old_machine("PB000003", unit)
        make.old_machine("PB000004", unit, reason="Bliver stående")

        after = rollout(cast.helpdesk, on=DAY, today=TODAY).total
        before = rollout(cast.helpdesk, on=date(2025, 11, 30), today=TODAY).total

        assert (after.found, after.replaced, after.on_lease, after.left) == (4, 2, 1, 2)
        assert (after.waiting, after.excused, after.ordered, after.per_cent) == (1, 1, 2, 50)
        assert (before.replaced, before.waiting, before.left) == (0, 3, 4)

    def test_a_head_counts_the_own_department_alone(self, cast):
        make.old_machine("PB000001", cast.unit)
        make.old_machine(
            "PB000002", make.unit("2001", department=make.department("Miljø & Teknik"))
        )

        assert rollout(cast.helpdesk, on=TODAY, today=TODAY).total.found == 2
        assert rollout(cast.head, on=TODAY, today=TODAY).total.found == 1


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_one_new_pc_is_paired_once(self):
        make.old_machine("PB000001")
        make.old_machine("PB000002")
        make.device("PF000001")

        def pair(old):
            return lambda: record(outcome(old, new_serial_number="PF000001", replaced_on=DAY))

        results = at_the_same_moment(pair("PB000001"), pair("PB000002"))

        refused = [result for result in results if isinstance(result, Refused)]
        assert len(refused) == 1, results
        assert "allerede erstattet" in str(refused[0])
        assert Replacement.objects.filter(new_device__isnull=False).count() == 1

    def test_the_same_machines_are_found_once(self):
        roll, other = make.roll(), make.roll(3, "Rul 3")
        for number in range(20):
            make.old_pc(f"PB{number:06}")

        counts = at_the_same_moment(*(lambda r=r: find(r) for r in (roll, other, roll)))

        assert sorted(counts) == [0, 0, 20]
        assert Replacement.objects.count() == 20

    def test_a_week_is_planned_once(self, cast):
        roll, department = make.roll(), make.department()

        def plan():
            return plan_visit(roll=roll, department=department, year=2025, week=49, actor=None)

        results = at_the_same_moment(plan, plan, plan)

        assert len({visit.pk for visit in results}) == 1
        assert Roll.objects.count() == RolloutWeek.objects.count() == 1
