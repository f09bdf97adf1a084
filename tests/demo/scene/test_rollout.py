"""The minutes' rollout comes out of the demo: two rolls, the plan by week, and both tables."""

from datetime import date

import pytest
from django.contrib.auth.models import User

from albertslund_it.common.names import match_key
from inventory.models import Department, Device, Placement, Replacement, RolloutWeek
from inventory.placements.selectors import placements_in_force
from inventory.rollout.selectors import rollout
from tests.demo import minutes
from tests.demo.scene import TODAY

MINUTES = date(2026, 3, 11)
# The story is told before a row is written; test_command.py builds it on both, to the last digest.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


def on(day, username="helpdesk"):
    return rollout(User.objects.get(username=username), on=day, today=TODAY)


@pytest.mark.parametrize("day", [MINUTES, TODAY])
def test_both_tables_of_the_minutes(day):
    table = minutes.table("departments")
    shown = on(day)

    assert {row.name: row.progress.waiting for row in shown.not_replaced} == {
        row["department"]: int(row["ordered_not_replaced"])
        for row in table
        if row["ordered_not_replaced"] != "0"
    }
    assert {row.name: row.progress.on_lease for row in shown.leased} == minutes.delivered()
    assert (shown.total.on_lease, shown.total.waiting, shown.total.ordered) == (514, 61, 575)


def test_both_rolls_of_the_minutes():
    first, second = (row.progress for row in on(MINUTES).rolls)

    assert (first.found, first.left, first.excused) == (92, 1, 1)
    assert (second.found, second.left, second.excused) == (514, 61, 0)


def test_the_plan_of_the_minutes_and_nothing_else():
    planned = {
        match_key(row["department"]): {int(k[4:]) for k, v in row.items() if v == "X"}
        for row in minutes.table("rollout_plan")
    }
    both = planned.pop(match_key("Økonomi & Stab og Kommunekontaktråd"))
    planned |= {match_key("Økonomi & Stab"): both, match_key("KKR"): both}

    found = {}
    for visit in RolloutWeek.objects.select_related("department", "roll"):
        assert (visit.year, visit.roll.number) == (2025, 2)
        found.setdefault(match_key(visit.department.name), set()).add(visit.week)
    assert found == planned


def test_a_department_is_replaced_in_its_weeks():
    weeks = {(row.department_id, row.week) for row in RolloutWeek.objects.all()}
    unplanned = Department.objects.get(name="Kommunalbestyrelsen")
    done = Replacement.objects.filter(roll__number=2, replaced_on__isnull=False)

    for row in done.select_related("unit"):
        if row.unit.department_id != unplanned.id:
            assert (row.unit.department_id, row.replaced_on.isocalendar().week) in weeks


def test_old_machines_are_not_leased_and_cannot_run_windows_11():
    old = Device.objects.filter(replacement__isnull=False)

    assert old.count() == 606
    assert not old.filter(lease__isnull=False).exists()
    assert set(old.values_list("replacement__roll__number", "ram_gb", "windows_11")) == {
        (1, 4, False),
        (2, 8, False),
    }


def test_what_is_replaced_is_in_stock_and_what_is_left_stands_where_it_was_found():
    at = dict(placements_in_force(TODAY).values_list("device", "unit"))
    for row in Replacement.objects.all():
        assert at[row.old_device_id] == (None if row.replaced_on else row.unit_id)


def test_each_new_pc_of_the_rollout_took_over_from_one_old_machine():
    rows = Replacement.objects.filter(new_device__isnull=False).select_related("new_device__lease")

    for row in rows:
        first = Placement.objects.filter(device=row.new_device_id).earliest("starts_on")
        assert (first.starts_on, first.unit_id) == (row.replaced_on, row.unit_id)
        assert row.new_device.lease.starts_on == date(2026, 1, 1)


def test_who_waits_in_the_table_has_got_no_pc_since():
    left = Replacement.objects.filter(replaced_on=None, reason="").values("old_device")
    people = placements_in_force(TODAY).filter(device__in=left, employee__isnull=False)
    people = list(people.values_list("employee", flat=True))

    assert len(people) > 50
    assert placements_in_force(TODAY).filter(employee__in=people).count() == len(people)


def test_a_head_sees_the_own_departments_rows_alone():
    shown = on(MINUTES, "leder")

    assert [row.name for row in shown.departments] == ["Dagtilbud & Skole"]
    assert (shown.total.on_lease, shown.total.waiting) == (133, 20)
    assert on(MINUTES, "enhedsleder").total.found < 100


def test_half_way_through_the_tables_say_so():
    shown = on(date(2025, 11, 30))

    assert 0 < shown.total.on_lease < 514
    assert shown.total.on_lease + shown.total.waiting == 575
