"""The demo's sub-agreement that ends soon: each way of ending is there, and nothing else changes."""

from collections import Counter
from datetime import date

import pytest
from django.contrib.auth.models import User

from albertslund_it.demo.ending import PRICES_ORE, ending_facts, first_day
from albertslund_it.demo.helpdesk import ENDING_SOON
from albertslund_it.demo.story import history
from inventory.models import Departure, Device
from inventory.organisation.selectors.scope import units_seen_by
from leasing.domain.lease_end import Fate, ends_soon_until
from leasing.lease_end.selectors.term_ends import last_ends, term_ends
from leasing.models import (
    BuyoutInvitation,
    BuyoutOffer,
    Cage,
    EndWish,
    Lease,
    LeasePrice,
    LessorQuestion,
    PackedDevice,
)
from tests.demo.scene import TODAY

# The story is told before a row is written; test_command.py builds it on both, to the last digest.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


def leases():
    return Lease.objects.filter(sub_agreement__number=ENDING_SOON)


def test_forty_devices_end_within_six_months_but_for_what_is_extended():
    first = {
        lease: ends[0]
        for lease, ends in term_ends(list(leases().values_list("pk", flat=True))).items()
    }

    assert len(first) == 40
    assert Counter(end.model_name for end in first.values()) == {"T14": 28, "Skærm 27 tommer": 12}
    assert Counter(end.ends_before for end in first.values()) == {
        date(2027, 4, 1): 39,
        date(2026, 10, 1): 1,
    }
    assert max(end.ends_before for end in first.values()) <= ends_soon_until(TODAY)
    assert {end.term.quarters for end in first.values()} == {2, 4}


def test_every_way_of_ending_is_there():
    fates = Counter(
        end.fate(TODAY) for end in last_ends(list(leases().values_list("pk", flat=True))).values()
    )

    assert fates == {
        Fate.UNDECIDED: 19,
        Fate.RETURN: 13,
        Fate.BUYOUT: 2,
        Fate.RUNS: 3,  # extended, to a day that is further away
        Fate.GONE: 3,
    }


def test_one_extension_is_in_force_and_three_are_agreed():
    ends = [
        end for of in term_ends(list(leases().values_list("pk", flat=True))).values() for end in of
    ]
    extended = [end for end in ends if end.extension]

    assert sorted(end.has_taken_effect(TODAY) for end in extended) == [False, False, False, True]
    assert {end.extension.price_ore for end in extended} == {PRICES_ORE["T14"] // 2}


def test_one_employee_has_said_yes_to_an_offer_and_it_is_not_decided():
    [invitation] = BuyoutInvitation.objects.all()

    assert (invitation.answer, invitation.withdrawn_at) == ("yes", None)
    assert BuyoutOffer.objects.get().model.name == "T14"
    assert last_ends([invitation.lease_id])[invitation.lease_id].fate(TODAY) == Fate.UNDECIDED
    placed = invitation.lease.device.placements.get()
    assert placed.employee == invitation.employee


def test_a_cage_has_gone_without_one_pc_and_another_is_being_packed():
    gone, coming = Cage.objects.order_by("collected_on")

    assert gone.gone_on <= TODAY < coming.collected_on
    [missing] = gone.packed_devices.filter(packed_at=None)
    assert not Departure.objects.filter(device=missing.device).exists()
    left = set(Departure.objects.values_list("device", flat=True))
    assert left == set(gone.packed_devices.exclude(packed_at=None).values_list("device", flat=True))
    assert coming.packed_devices.exclude(packed_at=None).count() == 6
    assert PackedDevice.objects.filter(wiped="yes").count() == 9


def test_heads_have_wished_for_their_own_and_the_lessor_has_asked():
    for name in ("leder", "leder2"):
        head = User.objects.get(username=name)
        units = units_seen_by(head, TODAY)
        wishes = EndWish.objects.filter(wished_by=head)
        assert wishes
        at = wishes.filter(lease__device__placements__unit__in=units)
        assert at.count() == wishes.count()
    question = LessorQuestion.objects.get()
    assert question.expires_from <= date(2027, 3, 31) <= question.expires_to
    assert question.received_on <= TODAY <= question.answer_by


def test_its_price_is_of_no_list_and_says_that_it_is_made_up():
    assert LeasePrice.objects.count() == 5
    sources = leases().filter(terms__position=1).values_list("terms__source", flat=True)
    assert all("Opdigtet" in one for one in sources)
    assert not Device.objects.filter(lease__in=leases(), replacement__isnull=False).exists()


@pytest.mark.parametrize(
    ("today", "begins"),
    [
        (date(2026, 9, 30), None),
        (date(2026, 10, 1), date(2026, 4, 1)),
        (date(2026, 12, 31), date(2026, 4, 1)),
        (date(2027, 1, 1), date(2026, 7, 1)),
        (date(2028, 2, 29), date(2027, 7, 1)),
    ],
)
def test_it_ends_soon_wherever_today_is(today, begins):
    facts = ending_facts(today, history(today))

    if begins is None:
        assert facts == []
        return
    assert first_day(today) == begins
    assert {fact.recorded_on for fact in facts} == {begins}
    people = [fact.row["Initialer"] for fact in facts if fact.kind == "employees"]
    others = {f.row["Initialer"] for f in history(today) if f.kind == "employees"}
    assert len(set(people) - others) == len(people) == 17
