"""The helpdesk's queue of the demo: a case of each kind, and the minutes' 61 still on order."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import transaction
from django.db.models import F

from inventory.models import Employee, ExpectedReturn, FormerSerialNumber, Placement, Replacement
from inventory.people.selectors.doubles import suspected_doubles
from inventory.placements.selectors import placements_in_force
from inventory.rollout.selectors import rollout
from leasing.approvals.selectors.one_pc import holdings_of
from leasing.models import Approval, Decision, LossReport, Mail, Order, OrderLine, Settings, Status
from leasing.movements.services.movements import hand_out
from leasing.orders.selectors.shelf import on_shelf
from tests.demo import minutes
from tests.demo.scene import TODAY

# The story is told before a row is written; test_command.py builds it on both, to the last digest.
pytestmark = [pytest.mark.django_db, pytest.mark.once]
Why = ExpectedReturn.Why


def left():
    """Return the lines that still order a new pc for an old machine of the rollout."""
    machines = Replacement.objects.filter(replaced_on=None, reason="").values("old_device")
    return OrderLine.objects.filter(replaces__in=machines)


def test_each_of_the_minutes_61_is_on_order_for_who_has_the_old_machine():
    lines = left()

    assert set(lines.values_list("status", "reason")) == {(Status.ORDERED, "replacement")}
    assert Counter(lines.values_list("unit__department__name", flat=True)) == {
        row["department"]: int(row["ordered_not_replaced"])
        for row in minutes.table("departments")
        if row["ordered_not_replaced"] != "0"
    }
    at = {p.device_id: p for p in placements_in_force(TODAY)}
    for line in lines:
        placed = at[line.replaces_id]
        assert (placed.unit_id, placed.employee_id) == (line.unit_id, line.employee_id)


def test_there_are_orders_in_every_status():
    assert set(OrderLine.objects.values_list("status", flat=True)) == set(Status)


def test_orders_are_numbered_in_the_order_of_their_days():
    moments = Order.objects.order_by("pk").values_list("created_at", flat=True)
    days = [moment.date() for moment in moments]

    assert days == sorted(days)
    assert max(days) <= TODAY


def test_each_head_has_an_exception_to_decide_and_both_answers_have_been_given():
    waits = Approval.objects.filter(decision="")
    assert set(waits.values_list("employee__unit__department__name", flat=True)) == {
        "Dagtilbud & Skole",
        "Ældre, Sundhed & Social",
    }
    decided = Approval.objects.exclude(decision="").values_list("decision", "decided_by__username")
    assert set(decided) == {(Decision.GRANTED, "leder"), (Decision.REFUSED, "leder2")}
    assert all(one.ends_before > TODAY for one in Approval.objects.all())


def test_loans_and_replaced_pcs_are_within_their_day_and_past_it():
    expected = ExpectedReturn.objects.all()
    for why in (Why.LOAN, Why.REPLACED):
        assert sorted(one.due_on < TODAY for one in expected.filter(why=why)) == [False, True]
    assert expected.filter(why=Why.ASKED, due_on__gt=TODAY).count() == 1
    at = {p.device_id: p.employee_id for p in placements_in_force(TODAY)}
    assert all(at[one.device_id] == one.employee_id for one in expected)


def test_people_who_do_not_fit_are_there():
    coming = Employee.objects.get(initials="")
    assert coming.starts_on > TODAY
    assert coming.order_lines.get().status == Status.APPROVED
    assert Employee.objects.exclude(also_employed_at=None).count() == 1
    [double] = suspected_doubles(TODAY)
    assert OrderLine.objects.get(employee=double.second_id).status == Status.DRAFT
    moved = placements_in_force(TODAY).filter(employee__left_on=None, unit__is_cost_holder=False)
    assert moved.exclude(unit=F("employee__unit")).count() >= 2


def test_a_pc_is_stolen_another_one_swapped_and_a_set_is_shared():
    loss = LossReport.objects.get(found_on=None)
    assert loss.kind == LossReport.Kind.STOLEN
    assert OrderLine.objects.get(replaces=loss.device).status == Status.APPROVED
    assert FormerSerialNumber.objects.get().device.lease.sub_agreement.number.startswith("UA-")
    assert Placement.objects.filter(used_for="Klassesæt 8.A").count() == 1


def test_only_who_is_past_the_overlap_breaks_the_rule():
    people = Employee.objects.filter(pk__in=OrderLine.objects.values("employee"))
    breaks = [person for person in people if holdings_of(person, TODAY).is_breach]

    overdue = ExpectedReturn.objects.get(why=Why.REPLACED, due_on__lt=TODAY)
    waiting = [one.employee for one in Approval.objects.filter(decision="")]
    assert set(breaks) - set(waiting) == {overdue.employee}


def test_every_mail_counts_as_sent_and_none_was():
    assert Mail.objects.count() > 20
    assert not Mail.objects.filter(sent_at=None).exists()
    assert mail.outbox == []
    assert Mail.objects.filter(recipients="it-sikkerhed@example.dk").count() == 1
    assert all("@example.dk" in one for one in Mail.objects.values_list("recipients", flat=True))
    assert Settings.objects.get().helpdesk_mail == "helpdesk@example.dk"


@pytest.mark.parametrize("is_new", [True, False])
def test_handing_out_one_of_the_61_makes_it_60(is_new):
    """A pc that replaced another one before counts once on lease."""
    line = left().filter(employee__isnull=False).select_related("unit", "employee").first()
    user = User.objects.get(username="helpdesk")
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    shelf = on_shelf(TODAY).filter(model__category__is_pc=True)
    new = shelf.filter(replaces__isnull=is_new).first()
    before = rollout(user, on=TODAY, today=TODAY).total

    with transaction.atomic():
        hand_out(
            devices=[new],
            unit=line.unit,
            employee=line.employee,
            starts_on=TODAY,
            actor=user,
            now=now,
            line=line,
            takes_old_back=True,
        )
        after = rollout(user, on=TODAY, today=TODAY).total
        row = Replacement.objects.get(old_device=line.replaces_id)
        placed = placements_in_force(TODAY).get(device=line.replaces_id)
        transaction.set_rollback(True)

    assert (before.waiting, after.waiting) == (61, 60)
    assert (before.on_lease, after.on_lease) == (514, 514 + is_new)
    assert (row.new_device, row.replaced_on) == (new if is_new else None, TODAY)
    assert placed.unit is None
