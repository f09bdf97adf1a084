"""Several people decide, or somebody closes, at the same moment."""

from datetime import date

import pytest
from lxml import html

from albertslund_it import roles
from albertslund_it.common.agreement import digest_of
from albertslund_it.common.errors import Refused
from leasing.billing.selectors.verification import breaches
from leasing.lease_end.presenters import choice_shown
from leasing.lease_end.selectors.term_ends import term_ends
from leasing.lease_end.services.decisions import WantedEnd, decide_ends
from leasing.models import BillingRun, EndDecision, InvoiceLine, LeaseTerm
from tests import builders as make
from tests.leasing.agreeing import AGREED, agreed_in
from tests.leasing.billing.test_closing_together import at_the_same_moment, close
from tests.leasing.lease_end.deciding import NOW

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 20)
DECIDE = "/udloeb/beslut/"


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


def looked(client, typed):
    """Show a decision on the page, and return what is posted to save it as it was shown."""
    shown = client.post(DECIDE, typed)
    return {**typed, AGREED: agreed_in(shown)}


@pytest.fixture
def deciders(cast, client_of, settings):
    settings.TODAY = DAY
    users = [cast.helpdesk, cast.user("hanne", roles.HELPDESK)]
    return users, [client_of(user) for user in users]


def saved_and_told(results):
    """Return which of two was saved and what the other one read."""
    assert sorted(one.status_code for one in results) == [302, 422], results
    winner = [one.status_code for one in results].index(302)
    told = html.fromstring(results[1 - winner].content.decode())
    return winner, told, " ".join(told.text_content().split())


def test_of_two_who_save_the_same_page_one_is_saved_and_the_other_sees_it(ending, deciders):
    users, clients = deciders
    model = ending[0].device.model_id
    ids = {"slut": ",".join(str(pk) for pk in term_ids()), "reason": "Aftalt"}
    typed = [
        {**ids, "choice": "return", "reason": "Slidt op"},
        {**ids, "choice": "extension", "quarters": "1", f"price_{model}": "300,00"},
    ]
    wanted = [looked(*pair) for pair in zip(clients, typed, strict=True)]

    winner, page, said = saved_and_told(
        at_the_same_moment(
            lambda: clients[0].post(DECIDE, wanted[0]),
            lambda: clients[1].post(DECIDE, wanted[1]),
        )
    )

    assert "siden du så den" in said
    # What the first decided stands where the second looks, and what the second typed is kept.
    assert ["Leveres tilbage ved udløb", "Forlænges til"][winner] in said
    assert page.xpath("//input[@name='reason']/@value") == [typed[1 - winner]["reason"]]
    decided = EndDecision.objects.values_list("choice", "decided_by", "reason")
    first = (typed[winner]["choice"], users[winner].pk, typed[winner]["reason"])
    assert list(decided) == [first] * 10
    assert LeaseTerm.objects.filter(position=2).count() == 10 * winner


def test_of_two_who_save_a_common_device_no_half_of_the_second_is_saved(ending, deciders):
    users, clients = deciders
    ids = term_ids()
    parts = [ids[:6], ids[5:]]
    typed = [
        {"slut": ",".join(map(str, part)), "choice": "return", "reason": str(user)}
        for part, user in zip(parts, users, strict=True)
    ]
    wanted = [looked(*pair) for pair in zip(clients, typed, strict=True)]

    winner, _, said = saved_and_told(
        at_the_same_moment(
            lambda: clients[0].post(DECIDE, wanted[0]),
            lambda: clients[1].post(DECIDE, wanted[1]),
        )
    )

    assert "siden du så den" in said
    decided = EndDecision.objects.values_list("term", "decided_by")
    assert sorted(decided) == [(pk, users[winner].pk) for pk in sorted(parts[winner])]


def test_two_who_decide_different_devices_at_once_are_both_saved(ending, deciders):
    users, clients = deciders
    ids = term_ids()
    parts = [ids[:5], ids[5:]]
    wanted = [
        looked(client, {"slut": ",".join(map(str, part)), "choice": "return"})
        for client, part in zip(clients, parts, strict=True)
    ]

    results = at_the_same_moment(
        lambda: clients[0].post(DECIDE, wanted[0]), lambda: clients[1].post(DECIDE, wanted[1])
    )

    assert [one.status_code for one in results] == [302, 302]
    by = EndDecision.objects.values_list("term", "decided_by")
    assert dict(by) == {pk: user.pk for part, user in zip(parts, users, strict=True) for pk in part}
