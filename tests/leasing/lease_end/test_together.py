"""Several people decide, or somebody closes, at the same moment."""

from datetime import date

import pytest

from albertslund_it.common.agreement import digest_of
from albertslund_it.common.errors import Refused
from leasing.billing.selectors.verification import breaches
from leasing.lease_end.presenters import choice_shown
from leasing.lease_end.selectors.term_ends import term_ends
from leasing.lease_end.services.decisions import WantedEnd, decide_ends
from leasing.models import BillingRun, EndDecision, InvoiceLine, LeaseTerm
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment, close
from tests.leasing.lease_end.deciding import NOW

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 20)


@pytest.fixture
def ending():
    make.cost_holder()
    return [
        make.lease(f"PF{n:05d}", unit=make.unit(), quarters=1, price_ore=90_000) for n in range(10)
    ]


def term_ids():
    return list(LeaseTerm.objects.filter(position=1).values_list("pk", flat=True))


def test_a_decision_and_a_closing_come_right_whichever_was_first(ending):
    close("2026Q1")
    ids = term_ids()
    wanted = WantedEnd("extension", "", 2, dict.fromkeys(ids, 60_001))

    def extend():
        return decide_ends(term_ids=ids, wanted=wanted, actor=None, today=DAY, now=NOW)

    run, decided = at_the_same_moment(lambda: close("2026Q2"), extend)

    assert isinstance(run, BillingRun), run
    assert not isinstance(decided, Exception), decided
    close("2026Q3")
    # Two quarters at 600,01: 30000 and 30001 for each, in this run or the next.
    of_quarters = [
        sum(InvoiceLine.objects.filter(period=period).values_list("amount_ore", flat=True))
        for period in ("2026Q1", "2026Q2", "2026Q3")
    ]
    assert of_quarters == [900_000, 300_000, 300_010]
    assert list(breaches()) == []


def test_of_two_who_decide_the_same_one_wins_and_the_other_is_told(ending):
    ids = term_ids()

    def shown():
        ends = [ends[0] for ends in term_ends([lease.pk for lease in ending]).values()]
        return digest_of([[end.serial_number, choice_shown(end)] for end in ends])

    seen = shown()

    def agree():
        if shown() != seen:
            raise Refused("Noget er ændret, siden du så siden.")

    def decide(wanted):
        return decide_ends(term_ids=ids, wanted=wanted, actor=None, today=DAY, now=NOW, agree=agree)

    results = at_the_same_moment(
        lambda: decide(WantedEnd("return")),
        lambda: decide(WantedEnd("extension", "", 1, dict.fromkeys(ids, 30_000))),
    )

    assert [isinstance(result, Refused) for result in results].count(True) == 1, results
    assert len(set(EndDecision.objects.values_list("choice", flat=True))) == 1
    assert EndDecision.objects.count() == 10
