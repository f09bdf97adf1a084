"""People who do different things to the same order, pc or person at once: nobody meets an error."""

import threading
import time
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction

from albertslund_it import roles
from albertslund_it.common.errors import Refused
from inventory.models import Employee
from leasing.approvals.selectors.one_pc import lock_employees
from leasing.approvals.services.approvals import decide_approval
from leasing.models import Approval, Order, OrderedDevice, OrderLine
from leasing.models.order import Status
from leasing.movements.services.losses import LossFacts, WantedReplacement, report_loss
from leasing.orders.services.deliveries import Delivery, register_deliveries
from leasing.orders.services.orders import cancel_line
from leasing.people.services.merging import merge_people
from leasing.retention.services.anonymise import anonymise
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.movements.town import NOW, TODAY, School, hand_out, seen, take_back

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(transactional_db):
    return School()


def line_for(employee, device, *, status=Status.DELIVERED):
    """Make an order line with a pc that is set aside for it."""
    line = OrderLine.objects.create(
        order=Order.objects.create(created_at=NOW),
        position=1,
        model=make.model(),
        unit=employee.unit,
        employee=employee,
        reason=OrderLine.Reason.NEW,
        status=status,
    )
    OrderedDevice.objects.create(line=line, device=device, delivered_on=TODAY, is_from_stock=True)
    return line


def slowly(work):
    """Return a work that keeps what it has locked for a moment."""

    def run():
        with transaction.atomic():
            done = work()
            time.sleep(0.05)
            return done

    return run


def assert_understood(results):
    """Nobody meets an error of the database: all did it, or were told why not."""
    errors = [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert not errors


def test_a_person_who_moves_meanwhile_is_locked_all_the_same(school):
    moved, gate = {"unit": school.library}, threading.Event()

    def move():
        with transaction.atomic():
            Employee.objects.filter(pk=school.anna.pk).update(**moved)
            gate.set()
            time.sleep(0.3)

    def lock():
        gate.wait(5)
        with transaction.atomic():
            return lock_employees([school.anna.pk])[school.anna.pk].unit.name

    assert at_the_same_moment(move, lock)[1] == "Biblioteket"


def test_the_head_decides_while_the_pc_is_handed_out(school, cast):
    head = cast.with_access("hanne", roles.HEAD, department=school.birke.department)
    for pc in school.stock * 2:
        line = line_for(school.anna, pc, status=Status.AWAITING)
        approval = Approval.objects.create(
            employee=school.anna,
            line=line,
            reason="To steder",
            ends_before=TODAY + timedelta(days=90),
            asked_at=NOW,
        )
        decide = partial(
            decide_approval,
            approval_id=approval.pk,
            decision="granted",
            reason="",
            actor=head,
            today=TODAY,
            now=NOW,
        )
        give = partial(hand_out, pc, unit=school.birke, employee=school.anna, agree=seen(pc))
        assert_understood(at_the_same_moment(decide, give, decide, give))
        approval.refresh_from_db()
        assert approval.decision == "granted"
        Approval.objects.update(decision="refused", decision_reason="Slut")
        cancel_if_open(line)
        take_back(pc)


def cancel_if_open(line):
    line.refresh_from_db()
    if line.status != Status.HANDED_OUT:
        cancel_line(line_id=line.pk, reason="Slut", actor=None, now=NOW)


def test_a_theft_is_reported_while_the_pc_is_taken_back(school):
    make.price()
    for n, pc in enumerate(school.stock):
        give = hand_out(pc, unit=school.birke, used_for=f"Vogn {n}")
        assert give.changed
        opened = seen(pc)
        report = partial(
            report_loss,
            device=pc,
            facts=LossFacts("lost", NOW - timedelta(hours=2), "yes"),
            actor=None,
            today=TODAY,
            now=NOW,
            replacement=WantedReplacement(uuid4(), model_id=pc.model_id, past_stock_because="Ny"),
        )
        back = partial(take_back, pc, agree=opened, starts_on=TODAY + timedelta(days=1))
        assert_understood(at_the_same_moment(report, back, report, back))


def test_a_coming_employee_is_merged_while_the_pc_is_handed_out(school):
    for pc in school.stock:
        coming = Employee.objects.create(
            name="Kim Ny", unit=school.birke, starts_on=TODAY, initials=""
        )
        real = make.employee(f"kim{pc.pk}", "Kim Ny", unit=school.birke)
        line_for(coming, pc)
        join = partial(merge_people, kept_id=real.pk, gone_id=coming.pk, actor=None, today=TODAY)
        give = partial(hand_out, pc, unit=school.birke, employee=coming, agree=seen(pc))
        results = at_the_same_moment(join, give)
        assert_understood(results)


def test_deliveries_hand_outs_and_the_retention_period_get_along(school):
    make.price()
    for n, pc in enumerate(school.stock):
        line = line_for(school.anna, pc)
        row = Delivery(
            serial_number=f"PN00000{n}",
            model=pc.model.name,
            sub_agreement="UA-9",
            starts_on=TODAY,
            price_ore=559066,
            order_number=line.order.number,
            unit=school.birke.number,
        )
        deliver = partial(register_deliveries, rows=[row], actor=None, today=TODAY)
        forget = partial(anonymise, today=TODAY)
        give = partial(hand_out, pc, unit=school.birke, employee=school.anna, agree=seen(pc))
        assert_understood(at_the_same_moment(deliver, give, forget, give, forget))
        cancel_if_open(line)
        take_back(pc)
