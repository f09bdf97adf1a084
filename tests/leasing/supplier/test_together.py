"""Two people at the lessor's invoices at the same moment, each on a connection of their own."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.forms.agreement import NotAsShown, refuse_unless_seen, value_of
from leasing.domain.reconciliation import Pile
from leasing.models import DifferenceOutcome, Outcome, SupplierInvoice, SupplierInvoiceLine
from leasing.supplier.presenters import differences_told
from leasing.supplier.selectors.holders import holders_of
from leasing.supplier.selectors.reconciliation import reconciliation_of
from leasing.supplier.services.decisions import Decided, Selection, decide, select
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.supplier.world import five_pcs, invoice

pytestmark = pytest.mark.django_db(transaction=True)
Q1, DIFFERS = Quarter(2026, 1), Selection(Pile.DIFFERS)
LINES = [("PF000001", "359,41"), *((f"PF00000{n}", "349,41") for n in range(2, 6))]


@pytest.fixture
def people():
    five_pcs()
    return [User.objects.create_user(name) for name in ("anna", "bo")]


def decision(actor, outcome):
    """Return the decision of somebody who has seen the page as it is now."""
    today = date(2026, 4, 8)

    def told():
        rows = select(Q1, DIFFERS)
        return differences_told(rows, holders_of(rows, today))

    seen = value_of(told())
    return lambda: decide(
        quarter=Q1,
        selection=DIFFERS,
        outcome=outcome,
        note=actor.username,
        agree=lambda: refuse_unless_seen(seen, told()),
        actor=actor,
        today=today,
        now=datetime(2026, 4, 8, 8, tzinfo=UTC),
    )


def test_of_two_who_decide_the_same_the_later_is_told(people):
    invoice("4711", *LINES)
    anna, bo = people
    results = at_the_same_moment(decision(anna, Outcome.CLAIMED), decision(bo, Outcome.CARRIED))

    refused = [result for result in results if isinstance(result, Refused)]
    assert ["er ændret, siden du så dem" in str(one) for one in refused] == [True], results
    winner = people[[isinstance(result, Decided) for result in results].index(True)]
    assert DifferenceOutcome.objects.get().decided_by == winner.username


def test_the_same_invoice_by_two_is_there_once(people):
    results = at_the_same_moment(*[lambda: invoice("4711", *LINES)] * 2)

    assert all(isinstance(result, SupplierInvoice) for result in results), results
    assert SupplierInvoice.objects.count() == 1
    assert SupplierInvoiceLine.objects.count() == len(LINES)


def test_two_invoices_with_one_number_leave_one_and_a_refusal(people):
    other = [("PF000001", "400,00")]
    results = at_the_same_moment(lambda: invoice("4711", *LINES), lambda: invoice("4711", *other))

    assert sum(isinstance(result, SupplierInvoice) for result in results) == 1, results
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert SupplierInvoiceLine.objects.count() in {len(LINES), len(other)}


def test_a_decision_while_an_invoice_comes_in_is_about_what_was_seen(people):
    invoice("4711", *LINES)
    decided, taken = at_the_same_moment(
        decision(people[0], Outcome.CLAIMED), lambda: invoice("4712", ("PF000001", "12,00"))
    )

    assert isinstance(taken, SupplierInvoice), taken
    found = reconciliation_of(Q1)
    assert found.ties
    if isinstance(decided, Decided):
        # It came first; what it was about is another amount now, and waits anew.
        assert DifferenceOutcome.objects.get().amount_ore == 1000
    else:
        assert isinstance(decided, NotAsShown), decided
        assert "PF000001 er ændret fra 10,00" in str(decided)
        assert not DifferenceOutcome.objects.exists()
    assert found.undecided == 1
