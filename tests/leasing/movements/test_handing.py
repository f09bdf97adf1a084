"""Hand out, transfer, take back and lend: what is written, and what is refused and why."""

from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.agreement import agreed_by
from inventory.models import ExpectedReturn, Placement
from leasing.approvals.selectors.one_pc import holdings_of
from leasing.models import LossReport, Order, OrderedDevice, OrderLine
from leasing.models.order import Status
from leasing.movements.selectors.states import DROP_LATER, KEEP_LATER
from tests import builders as make
from tests.leasing.movements.town import (
    NOW,
    TODAY,
    School,
    hand_out,
    lend,
    seen,
    take_back,
    timeline,
    transfer,
)

LATER = TODAY + timedelta(days=30)


@pytest.fixture
def school(db):
    return School()


def order_line(school, device=None, **fields):
    fields = {
        "model": make.model(),
        "unit": school.birke,
        "employee": school.anna,
        "reason": OrderLine.Reason.NEW,
        "status": Status.DELIVERED if device else Status.APPROVED,
        "position": 1,
        **fields,
    }
    line = OrderLine.objects.create(order=Order.objects.create(created_at=NOW), **fields)
    if device:
        OrderedDevice.objects.create(line=line, device=device, delivered_on=TODAY)
    return line


# --- what is written


def test_a_pc_is_handed_out_with_its_history(school, cast):
    pc = school.stock[0]
    handled = hand_out(pc, unit=school.birke, employee=school.anna, actor=cast.helpdesk)

    assert handled.changed == (pc,)
    assert timeline(pc) == [(TODAY, "Birkeskolen", "anbe", "")]
    entry = LogEntry.objects.get_for_object(Placement.objects.get()).get()
    assert entry.actor == cast.helpdesk


def test_the_same_once_more_changes_nothing(school):
    pc = school.stock[0]
    before = seen(pc)
    hand_out(pc, unit=school.birke, employee=school.anna, agree=before)
    again = hand_out(pc, unit=school.birke, employee=school.anna, agree=before)

    assert again.changed == ()
    assert again.unchanged == (pc,)
    assert Placement.objects.count() == 1


def test_devices_for_a_purpose_have_no_person(school):
    hand_out(*school.stock, unit=school.birke, used_for="Klassesæt 7.B")

    assert [timeline(pc) for pc in school.stock] == [
        [(TODAY, "Birkeskolen", "", "Klassesæt 7.B")]
    ] * 3


def test_any_day_will_do_also_before_the_lease(school):
    pc = school.stock[0]
    hand_out(pc, unit=school.birke, employee=school.anna, starts_on=date(2025, 12, 1))
    take_back(pc, starts_on=LATER)

    assert [day for day, *_ in timeline(pc)] == [date(2025, 12, 1), LATER]


def test_a_transfer_moves_unit_and_person(school):
    pc = school.stock[0]
    hand_out(pc, unit=school.birke, employee=school.anna, starts_on=date(2026, 2, 1))
    transfer(pc, unit=school.library, employee=school.bo)

    assert timeline(pc)[1] == (TODAY, "Biblioteket", "bola", "")


def test_what_a_transfer_does_not_say_stays_as_it_is(school):
    hand_out(school.stock[0], unit=school.birke, employee=school.anna, starts_on=make.FIRST_DAY)
    hand_out(school.stock[1], unit=school.birke, used_for="Skranke", starts_on=make.FIRST_DAY)
    transfer(*school.stock[:2], unit=school.library)

    assert timeline(school.stock[0])[1] == (TODAY, "Biblioteket", "anbe", "")
    assert timeline(school.stock[1])[1] == (TODAY, "Biblioteket", "", "Skranke")
    transfer(school.stock[0], no_employee=True, starts_on=LATER)
    assert timeline(school.stock[0])[2] == (LATER, "Biblioteket", "", "")
    transfer(school.stock[1], used_for="Vogn", starts_on=LATER)
    assert timeline(school.stock[1])[2] == (LATER, "Biblioteket", "", "Vogn")


def test_a_loan_is_paid_by_the_cost_holder_and_expected_back(school):
    hand_out(school.stock[0], unit=school.birke, employee=school.anna)
    lend(school.stock[1], employee=school.anna, due_on=LATER)
    lend(school.stock[1], employee=school.anna, due_on=LATER + timedelta(days=7))

    [expected] = ExpectedReturn.objects.all()
    assert expected.why == ExpectedReturn.Why.LOAN
    assert (expected.unit, expected.employee) == (school.holder, school.anna)
    assert expected.due_on == LATER + timedelta(days=7), "lent again, the day is moved"
    assert timeline(school.stock[1]) == [(TODAY, school.holder.name, "anbe", "")]
    assert holdings_of(school.anna, TODAY).count == 1, "a loan is outside the rule"


def test_who_gets_the_pc_once_lent_is_not_asked_for_it_any_more(school):
    lend(school.stock[0], employee=school.anna, due_on=TODAY + timedelta(days=2), starts_on=TODAY)
    take_back(school.stock[0], starts_on=TODAY + timedelta(days=1))
    hand_out(
        school.stock[0],
        unit=school.birke,
        employee=school.anna,
        starts_on=TODAY + timedelta(days=2),
    )

    assert not ExpectedReturn.objects.exists()


# --- orders and what is replaced


def test_an_orders_device_closes_its_line_and_expects_the_old_one(school):
    old, new = school.stock[:2]
    hand_out(old, unit=school.birke, employee=school.anna, starts_on=make.FIRST_DAY)
    line = order_line(school, new, reason=OrderLine.Reason.REPLACEMENT, replaces=old)
    hand_out(new, unit=school.birke, employee=school.anna)

    line.refresh_from_db()
    assert line.status == Status.HANDED_OUT
    assert line.devices.get().handed_out_on == TODAY
    [expected] = ExpectedReturn.objects.all()
    assert (expected.device, expected.why) == (old, ExpectedReturn.Why.REPLACED)
    assert expected.due_on == TODAY + timedelta(days=14)


def test_the_old_one_can_come_back_in_the_same_form(school):
    old, new = school.stock[:2]
    hand_out(old, unit=school.birke, employee=school.anna, starts_on=make.FIRST_DAY)
    handled = hand_out(
        new, unit=school.birke, employee=school.anna, replaces=old, takes_old_back=True
    )

    assert handled.changed == (new,)
    assert timeline(old)[-1] == (TODAY, None, "", "")
    assert not ExpectedReturn.objects.exists()


def test_a_line_without_a_device_takes_one_from_the_shelf(school):
    line = order_line(school)
    with pytest.raises(Refused, match=f"T14 på bestilling {line.order.number}"):
        hand_out(school.stock[0], unit=school.birke, employee=school.anna)
    hand_out(school.stock[0], unit=school.birke, employee=school.anna, line=line)

    line.refresh_from_db()
    assert line.status == Status.HANDED_OUT
    assert line.devices.get().is_from_stock


def test_what_is_set_aside_goes_to_nobody_else(school):
    order_line(school, school.stock[0])

    with pytest.raises(Refused, match=r"sat til side til Anna Berg \(anbe\)"):
        hand_out(school.stock[0], unit=school.library, employee=school.bo)
    assert not Placement.objects.exists()


def test_a_line_that_waits_for_the_head_gives_nothing(school):
    order_line(school, school.stock[0], status=Status.AWAITING)

    with pytest.raises(Refused, match="afventer lederens godkendelse"):
        hand_out(school.stock[0], unit=school.birke, employee=school.anna)


# --- what is refused


def test_nobody_gets_a_second_pc(school):
    hand_out(school.stock[0], unit=school.birke, employee=school.anna)

    with pytest.raises(Refused, match="hver medarbejder har én pc"):
        hand_out(school.stock[1], unit=school.birke, employee=school.anna)
    hand_out(school.stock[1], unit=school.library, employee=school.bo)
    with pytest.raises(Refused, match="hver medarbejder har én pc"):
        transfer(school.stock[1], unit=school.birke, employee=school.anna)
    assert Placement.objects.count() == 2


def test_nobody_gets_two_at_once(school):
    with pytest.raises(Refused, match="én pc ad gangen"):
        hand_out(*school.stock, unit=school.birke, employee=school.anna)


def test_a_screen_is_no_pc(school):
    screen = make.lease("SK000001", model=make.model("Skærm", "skærm", is_pc=False)).device
    hand_out(school.stock[0], unit=school.birke, employee=school.anna)
    hand_out(screen, unit=school.birke, employee=school.anna)

    assert timeline(screen)


def test_a_loan_that_becomes_ones_own_is_counted(school):
    hand_out(school.stock[0], unit=school.birke, employee=school.anna)
    lend(school.stock[1], employee=school.anna, due_on=LATER)

    with pytest.raises(Refused, match="hver medarbejder har én pc"):
        transfer(school.stock[1], unit=school.birke, employee=school.anna)


def test_every_fault_is_told_and_nothing_is_written(school):
    hand_out(school.stock[0], unit=school.birke, employee=school.anna)
    LossReport.objects.create(
        device=school.stock[1],
        kind="stolen",
        discovered_at=NOW,
        reported_at=NOW,
        encrypted="yes",
    )
    with pytest.raises(Refused) as refused:
        hand_out(*school.stock, unit=school.library, used_for="Skranke")

    first, second = refused.value.reasons
    assert first.startswith("PF000001 er hos Birkeskolen (Anna Berg) den 23-11-2026.")
    assert second.startswith("PF000002 er meldt stjålet.")
    assert Placement.objects.count() == 1


def test_what_is_in_use_is_not_handed_out_and_what_is_in_stock_not_moved(school):
    with pytest.raises(Refused, match="Udlever den i stedet"):
        transfer(school.stock[0], unit=school.birke)
    assert take_back(school.stock[0]).unchanged == (school.stock[0],)


def test_who_has_left_gets_nothing(school):
    school.anna.left_on = TODAY
    school.anna.save()

    with pytest.raises(Refused, match="fratræder den 23-11-2026"):
        hand_out(school.stock[0], unit=school.birke, employee=school.anna)


# --- what comes after


def test_what_comes_later_is_asked_about(school):
    pc = school.stock[0]
    hand_out(pc, unit=school.birke, used_for="Skranke", starts_on=date(2026, 2, 1))
    transfer(pc, unit=school.library, used_for="Skranke", starts_on=LATER)
    with pytest.raises(Refused, match=r"allerede flyttet fra 23-12-2026: Biblioteket \(Skranke\)"):
        take_back(pc)

    take_back(pc, later=KEEP_LATER)
    assert [day for day, *_ in timeline(pc)] == [date(2026, 2, 1), TODAY, LATER]
    transfer_back = take_back(pc, later=DROP_LATER)
    assert transfer_back.changed == (pc,)
    assert timeline(pc)[-1] == (TODAY, None, "", "")


def test_to_drop_what_comes_later_gives_nobody_a_second_pc(school):
    first, second = school.stock[:2]
    hand_out(first, unit=school.birke, employee=school.anna)
    make.placement(first, LATER, school.library)
    hand_out(second, unit=school.birke, employee=school.anna, starts_on=LATER)

    with pytest.raises(Refused, match="hver medarbejder har én pc"):
        transfer(first, unit=school.birke, employee=school.anna, later=DROP_LATER)
    assert len(timeline(first)) == 2


# --- somebody else meanwhile


def test_the_later_one_is_told_what_has_changed(school, cast):
    pc = school.stock[0]
    opened = seen(pc)
    hand_out(pc, unit=school.birke, employee=school.anna, actor=cast.helpdesk)

    with pytest.raises(Refused) as refused:
        hand_out(pc, unit=school.library, employee=school.bo, agree=opened)
    assert str(refused.value).startswith(
        "PF000001 er ændret fra it-lager til Birkeskolen (Anna Berg) fra 23-11-2026, siden du så"
    )
    with pytest.raises(Refused, match="Der er ikke gemt noget endnu"):
        take_back(pc, agree=agreed_by({}, list))
    assert len(timeline(pc)) == 1


# --- at any size


def test_thirty_devices_take_as_many_queries_as_three(school):
    def queries(count, first):
        pcs = [make.lease(f"PX{first + n:06}").device for n in range(count)]
        opened = seen(*pcs)
        with CaptureQueriesContext(connection) as context:
            hand_out(*pcs, unit=school.birke, used_for="Klassesæt", agree=opened)
        with CaptureQueriesContext(connection) as back:
            take_back(*pcs, starts_on=LATER, agree=seen(*pcs))
        return len(context), len(back)

    queries(1, 0)
    assert queries(3, 100) == queries(30, 1000)


def test_a_pc_that_goes_on_to_somebody_else_may_be_followed_by_another(school):
    first, second = school.stock[:2]
    hand_out(second, unit=school.birke, employee=school.anna, starts_on=LATER)
    make.placement(first, LATER, school.library)

    hand_out(first, unit=school.birke, employee=school.anna, later=KEEP_LATER)

    assert holdings_of(school.anna, TODAY).devices == (first,)
    assert holdings_of(school.anna, LATER).devices == (second,)


def test_a_pc_that_overlaps_another_by_a_day_is_refused(school):
    first, second = school.stock[:2]
    hand_out(second, unit=school.birke, employee=school.anna, starts_on=LATER)
    make.placement(first, LATER + timedelta(days=1), school.library)

    with pytest.raises(Refused, match="hver medarbejder har én pc"):
        hand_out(first, unit=school.birke, employee=school.anna, later=KEEP_LATER)
