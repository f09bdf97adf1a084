"""The lessor's invoices of the demo, and what finance and the leaders have said of things."""

import pytest

from albertslund_it.common.quarters import Quarter
from leasing.confirmation.selectors.items import progress
from leasing.domain.reconciliation import Pile
from leasing.models import Confirmation, ConfirmationRound, Objection, Outcome, SupplierInvoice
from leasing.supplier.selectors.outcomes import open_claims
from leasing.supplier.selectors.reconciliation import reconciliation_of
from tests.demo.scene import TODAY

# The story is told before a row is written; test_command.py builds it on both, to the last digest.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_quarter_that_has_ended_ties_to_the_oere(number):
    found = reconciliation_of(Quarter(2026, number))

    assert found.ties
    assert found.piles[Pile.ROUNDING].count == found.piles[Pile.ROUNDING].amount_ore == 9
    assert found.piles[Pile.UNKNOWN].count == 1


def test_closed_quarters_are_decided_and_the_open_one_leaves_two_to_do():
    undecided = [reconciliation_of(Quarter(2026, number)).undecided for number in (1, 2, 3)]

    assert undecided == [0, 0, 2]
    third = reconciliation_of(Quarter(2026, 3)).piles
    assert third[Pile.UNKNOWN].undecided == third[Pile.NOT_INVOICED].undecided == 1


def test_what_was_too_dear_in_the_first_quarter_is_credited():
    note = SupplierInvoice.objects.get(is_credit_note=True)

    assert note.credits == "LF-2026-1"
    assert note.net_ore == -175 * note.lines.count()
    assert note.settles.count() == note.lines.count() > 10
    assert reconciliation_of(Quarter(2026, 1)).claimed == 0


def test_the_stopped_pc_is_claimed_and_waits_for_its_credit_note():
    claim = open_claims().get(quarter="2026Q2")

    assert (claim.pile, claim.outcome) == (Pile.AFTER_RETURN, Outcome.CLAIMED)
    assert claim.note


def test_what_was_forgotten_comes_on_the_next_invoice():
    first = reconciliation_of(Quarter(2026, 1))

    assert first.piles[Pile.NOT_INVOICED].count == 0


def test_a_round_is_under_way_with_yes_no_and_silence():
    asked = ConfirmationRound.objects.get()
    rows = progress(TODAY)

    assert asked.due_on > TODAY
    assert any(row.has_answered for row in rows)
    assert any(row.silent == row.items for row in rows)
    assert Objection.objects.get().outcome == ""
    assert Confirmation.objects.count() > 20
