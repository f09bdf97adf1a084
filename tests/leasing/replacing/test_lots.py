"""The plan for a lot, and the roll that is made of it."""

from datetime import date

import pytest

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from inventory.models import Department, Departure, DeviceModel, Replacement, Roll, RolloutWeek
from inventory.rollout.selectors import rollout
from inventory.rollout.services.outcomes import ReplacementOutcome, record_outcomes
from leasing.models import BuyoutOffer, EndChoice
from leasing.replacing.presenters import priced_by
from leasing.replacing.selectors.lots import lot_plan, lot_quarters
from leasing.replacing.services.lots import lay_out_lot
from tests import builders as make
from tests.leasing.replacing.lots import TODAY, lot_of, question

pytestmark = pytest.mark.django_db


def lay_out(today=TODAY, **fields):
    return lay_out_lot(asked=question(**fields), today=today, actor=None)


def weeks_of(found):
    return [(row.week.week, row.departments) for row in found.weeks if row.count]


def test_departments_come_into_weeks():
    lot_of()

    found = lot_plan(question(), TODAY)

    assert weeks_of(found) == [
        (45, [("Dagtilbud & Skole", 4)]),
        (46, [("Dagtilbud & Skole", 3)]),
        (47, [("Miljø & Teknik", 4)]),
        (48, [("KKR", 2)]),
    ]
    assert (found.count, found.chosen.bridging.count, found.plan.left) == (13, 0, ())
    assert len(found.paces) == 1


def test_what_is_too_late_is_to_be_extended_and_one_more_a_week_is_shown_beside():
    lot_of()

    found = lot_plan(question(first=date(2029, 12, 24), last=date(2030, 2, 1), a_week=3), TODAY)

    late, more, enough = found.paces
    # Three in week 52 of 2029; week 1 of 2030 begins on 31 December, and ends after the year.
    assert (late.a_week, late.bridging.count, late.bridging.by_quarters) == (3, 10, {1: 10})
    assert late.bridging.cost_ore == 10 * (make.T14_ORE // 16)
    assert (more.a_week, more.bridging.count) == (4, 9)
    assert (enough.a_week, enough.bridging.count) == (13, 0)


def test_what_the_lessor_offers_is_the_price_of_bridging_and_is_said_to_be():
    lot_of()
    late = {"first": date(2029, 12, 24), "last": date(2030, 2, 1), "a_week": 3}
    estimated = lot_plan(question(**late), TODAY).chosen.bridging
    assert (estimated.offered, estimated.cost_ore) == (0, 10 * (make.T14_ORE // 16))
    assert "har ikke givet en pris" in priced_by(estimated)

    last = max(lot_plan(question(**late), TODAY).machines)
    own = {"device_id": last, "extension_ore": 200_00}
    BuyoutOffer.objects.create(valid_until=TODAY, **own)
    mixed = lot_plan(question(**late), TODAY).chosen.bridging
    assert (mixed.offered, mixed.cost_ore) == (1, 9 * (make.T14_ORE // 16) + 200_00)
    assert "1 af 10 er efter den pris" in priced_by(mixed)

    for model in DeviceModel.objects.all():
        BuyoutOffer.objects.create(valid_until=TODAY, model=model, extension_ore=300_00)
    all_of_them = lot_plan(question(**late), TODAY).chosen.bridging
    assert (all_of_them.offered, all_of_them.cost_ore) == (10, 9 * 300_00 + 200_00)
    assert priced_by(all_of_them) == "Det er efter den pris, leasinggiver har tilbudt."


def test_what_is_elsewhere_decided_or_done_is_put_aside():
    leases = list(lot_of().values())
    make.placement(leases[0].device, date(2029, 7, 1), None)
    make.placement(leases[1].device, date(2029, 7, 1), make.cost_holder())
    Departure.objects.create(device=leases[2].device, left_on=date(2029, 7, 1), how="returned")
    Replacement.objects.create(
        roll=make.roll(), old_device=leases[3].device, unit=make.unit("1001")
    )
    make.decided(leases[4], EndChoice.RETURN)
    make.decided(leases[5], EndChoice.BUYOUT)
    make.order_line(make.unit("1001"), replaces=leases[5].device, reason="replacement")
    make.decided(leases[6], EndChoice.EXTENSION)  # ends in 2030
    leases[7].stops_on = date(2029, 1, 1)
    leases[7].save()

    found = lot_plan(question(skips_final=True), TODAY)

    assert found.aside == {"stock": 1, "department": 1, "roll": 1, "decided": 1}
    assert found.count == 13 - 8 + 1  # the one that is bought has an order in its place
    assert lot_plan(question(), TODAY).count == found.count + 1


def test_screens_and_other_sub_agreements_are_asked_for():
    lot_of({"KKR": 2})
    unit = make.unit("1001")
    make.lease("V3000001", unit=unit, model=make.model("Skærm", "skærm", is_pc=False))
    make.lease("PF999999", unit=unit, agreement="UA-2")

    counts = [
        lot_plan(question(**fields), TODAY).count
        for fields in (
            {},
            {"only_pcs": False},
            {"sub_agreement": make.sub_agreement("UA-2")},
            {"quarter": Quarter(2029, 3)},
        )
    ]

    assert counts == [3, 4, 1, 0]
    assert lot_quarters() == [(Quarter(2029, 4), 4)]


def test_a_lease_is_of_the_quarter_of_its_last_day():
    unit = make.unit()
    make.lease("PF000001", unit=unit, starts_on=date(2026, 1, 1))  # to 31 December 2029
    make.lease("PF000002", unit=unit, starts_on=date(2026, 1, 2))  # to 1 January 2030
    make.lease("PF000003", unit=unit, starts_on=date(2025, 10, 1))  # to 30 September 2029

    assert lot_plan(question(), TODAY).count == 1
    assert [str(quarter) for quarter, _ in lot_quarters()] == ["2029Q3", "2029Q4", "2030Q1"]


def test_the_roll_has_each_machine_once_with_its_weeks():
    leases = lot_of()

    roll = lay_out()

    assert (roll.number, roll.name, roll.lot) == (1, "Udløb 4. kvartal 2029", "2029Q4")
    assert set(roll.replacements.values_list("old_device__serial_number", flat=True)) == set(leases)
    assert list(roll.weeks.values_list("department__name", "year", "week")) == [
        ("Dagtilbud & Skole", 2029, 45),
        ("Dagtilbud & Skole", 2029, 46),
        ("Miljø & Teknik", 2029, 47),
        ("KKR", 2029, 48),
    ]


def test_again_it_is_the_same_roll_and_only_what_differs_is_written():
    leases = list(lot_of().values())
    roll = lay_out()
    before = set(Replacement.objects.values_list("pk", flat=True))

    assert lay_out() == roll
    assert set(Replacement.objects.values_list("pk", flat=True)) == before
    assert lot_plan(question(), TODAY).difference.is_nothing

    make.placement(leases[0].device, TODAY, make.unit("2001"))  # to KKR
    make.placement(leases[1].device, TODAY, None)  # to the stock
    make.lease("PFNEW001", unit=make.unit("3001"))
    difference = lot_plan(question(), TODAY).difference

    assert len(difference.new) == len(difference.moved) == len(difference.gone) == 1
    assert lay_out() == roll
    assert len(before - set(Replacement.objects.values_list("pk", flat=True))) == 1
    assert Replacement.objects.get(old_device=leases[0].device).unit.number == "2001"
    assert Replacement.objects.filter(old_device__serial_number="PFNEW001").exists()
    assert lot_plan(question(), TODAY).difference.is_nothing


def test_what_is_replaced_stays_and_so_does_a_week_that_has_begun():
    leases = lot_of()
    roll = lay_out()
    record_outcomes(
        outcomes=[ReplacementOutcome("PF000000", replaced_on=date(2029, 11, 6))],
        actor=None,
        today=date(2029, 11, 14),
    )

    late = date(2029, 11, 14)  # in week 46
    lay_out(today=late, first=date(2029, 11, 26), a_week=20)

    assert set(roll.weeks.values_list("department__name", "week")) == {
        ("Dagtilbud & Skole", 45),
        ("Dagtilbud & Skole", 46),
        ("Dagtilbud & Skole", 48),
        ("KKR", 48),
        ("Miljø & Teknik", 48),
    }
    assert roll.replacements.count() == len(leases)
    assert lot_plan(question(), late).aside == {"settled": 1}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"quarter": Quarter(2028, 4)}, "intet at udskifte"),
        ({"last": date(2029, 11, 9)}, "ikke plads til 9"),
    ],
)
def test_what_cannot_be_planned_is_refused_and_nothing_is_written(fields, said):
    lot_of()

    with pytest.raises(Refused, match=said):
        lay_out(**fields)

    assert not Roll.objects.exists()
    assert not Replacement.objects.exists()
    assert not RolloutWeek.objects.exists()


def test_the_minutes_tables_are_of_old_machines_alone(cast):
    lot_of({"Dagtilbud & Skole": 3})
    make.old_machine("PB000001", make.unit("1001"))
    before = rollout(cast.helpdesk, on=TODAY, today=TODAY)

    roll = lay_out()

    after = rollout(cast.helpdesk, on=TODAY, today=TODAY)
    assert (after.total, after.departments) == (before.total, before.departments)
    assert (after.rolls, after.weeks) == (before.rolls, before.weeks)
    own = rollout(cast.helpdesk, on=TODAY, today=TODAY, lot=roll)
    assert (own.total.found, own.total.waiting, len(own.weeks)) == (3, 3, 1)


def test_as_many_queries_whatever_the_size(django_assert_max_num_queries):
    lot_of({f"Afdeling {n}": 5 for n in range(8)})
    lot_plan(question(), TODAY)

    with django_assert_max_num_queries(25):
        lot_plan(question(a_week=10), TODAY)
    assert Department.objects.count() >= 8
