"""Yes, decided, handed over: what each needs, what stops it, and that nothing is billed after."""

from datetime import UTC, date, datetime, timedelta

import pytest
from auditlog.models import LogEntry

from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.agreement import Doubted
from inventory.models import Departure, Placement
from leasing.billing.services.closing import close_quarter
from leasing.buyout.selectors.rows import Question
from leasing.buyout.services.handing_over import Emptied, hand_over
from leasing.lease_end.presenters import what_happens
from leasing.lease_end.selectors.term_ends import last_ends
from leasing.models import EndDecision, InvoiceLine, Settings
from tests import builders as make
from tests.leasing.buyout.town import TODAY, Office, answer, ask, decide, row_of

pytestmark = pytest.mark.django_db
CLEAN = Emptied(True, True)
LATER = date(2029, 12, 20)


@pytest.fixture
def office(db):
    return Office()


@pytest.fixture
def bought(office):
    """Return a lease whose employee said yes, and that is decided."""
    answer(*ask(office.leases[0]))
    decide(office.leases[0])
    return office.leases[0]


def hand(*leases, done=CLEAN, left_on=LATER, today=LATER, **values):
    emptied = {lease.pk: done for lease in leases}
    return hand_over(emptied=emptied, left_on=left_on, actor=None, today=today, **values)


def refused(action, *args, **values):
    before = (
        list(EndDecision.objects.values()),
        list(Departure.objects.values()),
        list(Placement.objects.values()),
    )
    with pytest.raises(Refused) as error:
        action(*args, **values)
    assert before == (
        list(EndDecision.objects.values()),
        list(Departure.objects.values()),
        list(Placement.objects.values()),
    )
    return error.value.reasons


def test_a_yes_is_decided_by_the_helpdesk_with_its_reason(office):
    answer(*ask(office.leases[0]))
    assert not EndDecision.objects.exists()
    decide(office.leases[0])
    made = EndDecision.objects.get()
    assert (made.choice, made.reason) == (
        "buyout",
        "Medarbejderen har sagt ja til leasinggivers tilbud",
    )
    assert row_of(office.leases[0]).is_bought


def test_what_nobody_said_yes_to_is_not_decided(office):
    first, second = office.leases
    assert refused(decide, first) == ["PF000001: medarbejderen har ikke sagt ja til at købe."]
    answer(*ask(first))
    answer(*ask(second), "no")
    assert refused(decide, first, second) == [
        "PF000002: medarbejderen har ikke sagt ja til at købe."
    ]
    make.placement(first.device, TODAY, office.unit, office.bo)
    assert refused(decide, first) == [
        "PF000001 er ikke længere hos den medarbejder, der blev spurgt."
    ]
    assert refused(decide) == ["Sæt kryds ved det udstyr, der skal frikøbes."]


def test_a_yes_that_waited_too_long_is_refused(office):
    answer(*ask(office.leases[0]))
    assert refused(decide, office.leases[0], today=date(2029, 12, 2)) == [
        "Frikøb af PF000001 skulle være valgt senest den 01-12-2029."
    ]


def test_on_the_day_it_leaves_the_register(office, bought):
    [made] = hand(bought)
    assert (made.how, made.left_on, made.is_wiped, made.is_unmanaged) == (
        "bought",
        LATER,
        True,
        True,
    )
    end = last_ends([bought.pk])[bought.pk]
    assert what_happens(end, LATER).words == "Frikøbt 20-12-2029"
    placed = Placement.objects.filter(device=bought.device).latest("starts_on")
    assert (placed.starts_on, placed.unit, placed.employee) == (LATER, None, None)
    assert row_of(office.leases[1]).asked == Question.NOT_ASKED


def test_nothing_is_billed_after_the_day(office, bought):
    """By hand: of the last quarter's 92 days 80 are before 20 December."""
    hand(bought)
    Settings.objects.update(billing_starts_on=date(2029, 10, 1))
    close_quarter(
        code="2029Q4",
        closed_by="Oda",
        today=date(2030, 1, 2),
        now=datetime(2030, 1, 2, 8, tzinfo=UTC),
    )
    lines = InvoiceLine.objects.filter(lease=bought)
    assert {line.last_day for line in lines if line.amount_ore} == {LATER - timedelta(days=1)}
    whole = InvoiceLine.objects.filter(lease=office.leases[1])
    assert {line.last_day for line in whole} == {date(2029, 12, 31)}
    assert 0 < sum(line.amount_ore for line in lines) < sum(line.amount_ore for line in whole)


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (Emptied(False, True), ["PF000001 er ikke slettet"]),
        (Emptied(True, False), ["PF000001 er ikke fjernet fra enhedsstyring"]),
        (
            Emptied(False, False),
            ["PF000001 er ikke slettet", "PF000001 er ikke fjernet fra enhedsstyring"],
        ),
    ],
)
def test_data_does_not_leave_the_house_unasked(bought, done, words):
    with pytest.raises(Doubted) as asked:
        hand(bought, done=done)
    assert [doubt.partition(":")[0] for doubt in asked.value.doubts] == words
    assert not Departure.objects.exists()
    [made] = hand(bought, done=done, is_sure=True)
    assert (made.is_wiped, made.is_unmanaged) == (done.is_wiped, done.is_unmanaged)


def test_each_is_kept_as_it_was(office, bought):
    answer(*ask(office.leases[1]))
    decide(office.leases[1])
    second = office.leases[1]
    hand_over(
        emptied={bought.pk: CLEAN, second.pk: Emptied(False, True)},
        left_on=LATER,
        actor=None,
        today=LATER,
        is_sure=True,
    )
    kept = dict(Departure.objects.values_list("device__serial_number", "is_wiped"))
    assert kept == {"PF000001": True, "PF000002": False}


def test_what_is_not_bought_is_not_handed_over(office, bought):
    assert refused(hand, office.leases[1]) == ["PF000002: frikøb er ikke besluttet."]
    assert refused(hand, bought, left_on=LATER + timedelta(days=1)) == [
        "Dagen er ikke kommet endnu. Skriv den dag, udstyret blev overdraget."
    ]
    assert "begynder den 01-01-2026" in refused(hand, bought, left_on=date(2025, 1, 1))[0]
    make.placement(bought.device, LATER, office.unit, office.bo)
    assert refused(hand, bought) == [
        "PF000001 er ikke længere hos den medarbejder, der blev spurgt."
    ]
    assert refused(hand) == ["Sæt kryds ved det udstyr, der er overdraget."]


def test_one_that_was_decided_without_a_question_can_be_handed_over(office):
    make.decided(office.leases[0], "buyout")
    assert len(hand(office.leases[0])) == 1


def test_it_is_handed_over_once(bought):
    hand(bought)
    assert refused(hand, bought) == ["PF000001 er allerede ude af registeret fra den 20-12-2029."]
    assert LogEntry.objects.get_for_model(Departure).count() == 1
