"""Two at the helpdesk at the same moment: one is first, the other is told, nothing is half done."""

from datetime import timedelta
from functools import partial

import pytest

from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.agreement import NotAsShown, refuse_unless_seen, value_of
from inventory.models import FormerSerialNumber, Placement
from leasing.billing.presenters.consequences import rows_of_consequence
from leasing.billing.selectors.consequences import Plan, consequence_of
from leasing.models import InvoiceLine, LossReport, Order, OrderedDevice, OrderLine
from leasing.models.order import Status
from leasing.movements.services.losses import LossFacts, report_loss
from leasing.movements.services.moves import Moved
from leasing.movements.services.swaps import swap
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment, close
from tests.leasing.movements.town import (
    NOW,
    TODAY,
    School,
    hand_out,
    seen,
    take_back,
    timeline,
    transfer,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(transactional_db):
    return School()


def winners(results):
    """Return how many did something; everybody else was told why not."""
    assert all(isinstance(one, Moved | Refused) for one in results), results
    return sum(isinstance(one, Moved) and bool(one.changed) for one in results)


def test_the_same_pc_goes_to_one_of_two(school):
    pc = school.stock[0]
    opened = seen(pc)
    results = at_the_same_moment(
        partial(hand_out, pc, unit=school.birke, employee=school.anna, agree=opened),
        partial(hand_out, pc, unit=school.library, employee=school.bo, agree=opened),
    )

    assert winners(results) == 1
    [told] = [one for one in results if isinstance(one, Refused)]
    assert "PF000001 er ændret fra it-lager til" in str(told)
    assert len(timeline(pc)) == 1


def test_six_clicks_hand_out_once(school):
    pc = school.stock[0]
    opened = seen(pc)
    click = partial(hand_out, pc, unit=school.birke, employee=school.anna, agree=opened)
    results = at_the_same_moment(*[click] * 6)

    assert winners(results) == 1
    assert not [one for one in results if isinstance(one, Refused)]
    assert len(timeline(pc)) == 1


def test_one_person_gets_one_of_two_pcs(school):
    first, second = school.stock[:2]
    results = at_the_same_moment(
        partial(hand_out, first, unit=school.birke, employee=school.anna, agree=seen(first)),
        partial(hand_out, second, unit=school.birke, employee=school.anna, agree=seen(second)),
    )

    assert winners(results) == 1
    [told] = [one for one in results if isinstance(one, Refused)]
    assert "hver medarbejder har én pc" in str(told)
    assert Placement.objects.count() == 1


def test_a_move_and_a_hand_in_of_the_same_pcs_do_not_mix(school):
    for pc in school.stock:
        make.placement(pc, make.FIRST_DAY, school.birke)
    opened = seen(*school.stock)
    results = at_the_same_moment(
        partial(transfer, *school.stock, unit=school.library, agree=opened),
        partial(take_back, *reversed(school.stock), agree=opened),
    )

    assert winners(results) == 1
    assert len({tuple(timeline(pc)[1:]) for pc in school.stock}) == 1, (
        "all of one, none of the other"
    )


def test_moves_of_the_same_pc_from_different_days_are_not_lost(school):
    pc = school.stock[0]
    make.placement(pc, make.FIRST_DAY, school.birke)
    opened = seen(pc)
    results = at_the_same_moment(
        partial(transfer, pc, unit=school.library, agree=opened),
        partial(take_back, pc, starts_on=TODAY + timedelta(days=9), agree=opened),
    )

    assert winners(results) == 1
    assert len(timeline(pc)) == 2


def test_what_is_set_aside_meanwhile_is_not_handed_to_another(school):
    pc = school.stock[0]
    line = OrderLine.objects.create(
        order=Order.objects.create(created_at=NOW),
        position=1,
        model=make.model(),
        unit=school.birke,
        employee=school.anna,
        reason=OrderLine.Reason.NEW,
        status=Status.DELIVERED,
    )
    OrderedDevice.objects.create(line=line, device=pc, delivered_on=TODAY)
    opened = seen(pc)
    results = at_the_same_moment(
        partial(hand_out, pc, unit=school.birke, employee=school.anna, agree=opened),
        partial(hand_out, pc, unit=school.birke, employee=school.anna, agree=opened),
        partial(hand_out, pc, unit=school.library, employee=school.bo, agree=opened),
    )

    assert winners(results) == 1
    assert timeline(pc) == [(TODAY, "Birkeskolen", "anbe", "")]
    line.refresh_from_db()
    assert line.status == Status.HANDED_OUT


def test_two_swaps_of_one_pc_give_it_one_number(school):
    pc = school.stock[0]
    results = at_the_same_moment(
        *[
            partial(swap, device=pc, old_number="PF000001", new_number=new, actor=None)
            for new in ("PX000001", "PX000002", "PX000001")
        ]
    )

    assert sum(one is True for one in results) == 1, results
    assert any(isinstance(one, Refused) for one in results)
    assert FormerSerialNumber.objects.count() == 1


def test_two_reports_of_one_theft_are_one(school):
    facts = LossFacts("stolen", NOW - timedelta(hours=2), "yes")
    report = partial(
        report_loss, device=school.stock[0], facts=facts, actor=None, today=TODAY, now=NOW
    )
    results = at_the_same_moment(report, report, report)

    assert len({found.pk for found, _ in results}) == 1
    assert LossReport.objects.count() == 1


def test_a_quarter_closed_at_the_same_moment_is_seen_or_comes_after(school):
    """Whoever gets through second knows of the first: the form by its agreement."""
    pc = school.stock[0]
    make.placement(pc, make.FIRST_DAY, school.birke)
    plan = {pc.pk: Plan([(make.FIRST_DAY, school.library.pk)])}

    def told():
        return list(rows_of_consequence(consequence_of(plan, TODAY)))

    shown = value_of(told())
    move = partial(
        transfer,
        pc,
        unit=school.library,
        starts_on=make.FIRST_DAY,
        agree=lambda: refuse_unless_seen(shown, told()),
    )
    moved, run = at_the_same_moment(move, close)

    billed = InvoiceLine.objects.exclude(unit=school.holder).get(invoice__run=run)
    if isinstance(moved, NotAsShown):
        assert "1. kvartal 2026" in str(moved)
        assert billed.unit == school.birke
    else:
        assert moved.changed == (pc,)
        assert billed.unit == school.library
