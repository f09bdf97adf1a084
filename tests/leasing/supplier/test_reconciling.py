"""Each pile, what is decided about it, and who was first."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from leasing.domain.reconciliation import Pile
from leasing.lease_end.services.departures import leave_register
from leasing.models import Charge, DifferenceOutcome, Outcome, Settings
from leasing.supplier.presenters import PILE_NAMES, cause_text, causes_in_order, claim_shown
from leasing.supplier.selectors.claims import claims
from leasing.supplier.selectors.piles import State, state_of_difference
from leasing.supplier.selectors.reconciliation import (
    carried_over,
    difference_rows,
    reconciliation_of,
)
from leasing.supplier.selectors.waiting import waiting_quarters
from leasing.supplier.services.decisions import Selection, decide
from leasing.supplier.services.invoices import withdraw_invoice
from tests import builders as make
from tests.leasing.closed import close
from tests.leasing.supplier.world import five_pcs, invoice, quarter_cost

pytestmark = pytest.mark.django_db
QUARTER = Quarter(2026, 1)
TODAY = date(2026, 4, 8)
NOW = datetime(2026, 4, 8, 8, 30, tzinfo=UTC)


def piles(quarter=QUARTER):
    """Return pile -> {serial number or sub-agreement: øre} of all that does not agree."""
    found = {}
    for row in difference_rows(quarter, set(Pile) - {Pile.AGREES}):
        found.setdefault(row.pile, {})[row.serial_number or row.sub_agreement] = row.difference_ore
    whole = reconciliation_of(quarter)
    assert whole.ties, whole
    return found


def choose(selection, outcome, actor=None, note="Aftalt", quarter=QUARTER, **more):
    return decide(
        quarter=quarter,
        selection=selection,
        outcome=outcome,
        note=note,
        actor=actor,
        today=TODAY,
        now=NOW,
        **more,
    )


def test_each_fault_is_in_its_pile():
    # F: 5.590,66 / 16 = 349,41625 a quarter, cut off: 349,41
    leases = five_pcs()
    leases[3].stops_on = date(2026, 3, 1)
    leases[3].save()
    invoice(
        "4711",
        ("PF000001", "349,42"),  # 1 øre: rounding
        ("PF000002", "359,41"),  # 10 kr. too much
        ("PF000003", "349,41", "01-01-2026", "31-03-2026"),
        ("PF000003", "50,00", "20-12-2025", "31-12-2025"),  # before the lease
        ("PF000004", "349,41"),  # 31 days after it was stopped
        ("XX999999", "349,41"),
    )
    # PF000004 costs 59 of 90 days: floor(559066 · 59 / (16 · 90)) = 22906; 34941 − 22906 = 12035
    assert piles() == {
        Pile.ROUNDING: {"PF000001": 1},
        Pile.DIFFERS: {"PF000002": 1000},
        Pile.INTERIM: {"PF000003": 5000},
        Pile.AFTER_RETURN: {"PF000004": 12035},
        Pile.UNKNOWN: {"XX999999": 34941},
        Pile.NOT_INVOICED: {"PF000005": -34941},
    }


SECOND = ("01-04-2026", "30-06-2026")


@pytest.mark.parametrize("choice", ["", "return", "buyout"])
def test_days_after_a_lease_merely_ran_out_are_in_the_pile_of_what_is_over(choice):
    make.cost_holder()
    lease = make.lease("PF000001", quarters=1, price_ore=34941)
    if choice:
        make.decided(lease, choice)
    make.lease("PF000002", quarters=1, price_ore=34941, starts_on=date(2026, 2, 1))
    invoice("4711", ("PF000001", "349,41", *SECOND), ("PF000002", "349,41", *SECOND))
    # PF000002 runs to 30 April: 59 of its 89 days lie before the quarter, and are not billed here.
    before = 34941 * 59 // 89
    assert piles(Quarter(2026, 2)) == {
        Pile.AFTER_RETURN: {"PF000001": 34941, "PF000002": before},
    }
    assert PILE_NAMES[Pile.AFTER_RETURN] == "Faktureret efter udløb eller returnering"


def test_an_extension_that_is_decided_is_no_difference_and_an_undecided_one_is():
    make.cost_holder()
    leases = [make.lease(f"PF00000{n}", quarters=1, price_ore=34941) for n in (1, 2)]
    make.decided(leases[0], "extension", quarters=1, price_ore=30000)
    invoice("4711", ("PF000001", "300,00", *SECOND), ("PF000002", "300,00", *SECOND))
    assert piles(Quarter(2026, 2)) == {Pile.AFTER_RETURN: {"PF000002": 30000}}


def test_days_after_a_return_are_in_the_same_pile_and_those_before_are_due():
    lease = five_pcs()[0]
    leave_register(
        devices=[lease.device],
        left_on=date(2026, 5, 1),
        how="returned",
        actor=None,
        today=date(2026, 7, 1),
    )
    every = [(f"PF00000{n}", "349,42", *SECOND) for n in range(2, 6)]
    invoice("4711", ("PF000001", "349,41", *SECOND), *every)
    lease.refresh_from_db()
    own = quarter_cost(lease, date(2026, 4, 1), date(2026, 7, 1))
    assert 0 < own < 34941
    assert piles(Quarter(2026, 2)) == {Pile.AFTER_RETURN: {"PF000001": 34941 - own}}
    invoice("4712", ("PF000001", "349,41", "01-07-2026", "30-09-2026"), day="02-07-2026")
    assert piles(Quarter(2026, 3))[Pile.AFTER_RETURN] == {"PF000001": 34941}


def test_a_larger_tolerance_takes_more_into_rounding():
    five_pcs()
    invoice("4711", *((f"PF00000{n}", "349,45") for n in range(1, 6)))
    assert piles() == {Pile.DIFFERS: {f"PF00000{n}": 4 for n in range(1, 6)}}
    Settings.objects.update(tolerance_ore=4)
    assert piles() == {Pile.ROUNDING: {f"PF00000{n}": 4 for n in range(1, 6)}}


def test_a_line_that_crosses_quarters_is_handled_once():
    make.cost_holder()
    make.lease("PF000001", starts_on=date(2026, 2, 15))
    invoice("4711", ("PF000001", "359,41", "15-02-2026", "14-05-2026"))

    assert piles() == {Pile.DIFFERS: {"PF000001": 1000}}
    second = reconciliation_of(Quarter(2026, 2))
    # The days from 15 May are not billed; those before are, by the line of the first quarter.
    [row] = difference_rows(Quarter(2026, 2))
    assert (row.pile, row.item.starts_on) == (Pile.NOT_INVOICED, date(2026, 5, 15))
    assert second.by_earlier_ore == reconciliation_of(QUARTER).of_later_ore > 0
    assert second.ties
    assert second.invoiced_ore == 0


def test_the_same_days_billed_twice_are_a_difference():
    five_pcs()
    every = [(f"PF00000{n}", "349,41") for n in range(1, 6)]
    invoice("4711", *every)
    invoice("4712", ("PF000001", "349,41"), ("PF000002", "100,00", "01-02-2026", "28-02-2026"))

    assert piles() == {Pile.DIFFERS: {"PF000001": 34941, "PF000002": 10000}}
    assert all(row.item.is_double for row in difference_rows(QUARTER))


def test_what_is_credited_wholly_is_not_invoiced():
    five_pcs()
    every = [(f"PF00000{n}", "349,41") for n in range(1, 6)]
    invoice("4711", *every)
    invoice("K-1", ("PF000001", "-349,41"))

    assert piles() == {Pile.NOT_INVOICED: {"PF000001": -34941}}


def test_a_former_serial_number_is_the_same_pc():
    first = five_pcs()[0].device
    first.former_serial_numbers.create(serial_number="OLD-1")
    invoice("4711", ("OLD-1", "349,41"), *((f"PF00000{n}", "349,41") for n in range(2, 6)))

    assert piles() == {}


def test_totals_of_a_sub_agreement_are_its_leases_added_up():
    five_pcs()
    sent = invoice("4711", ("X", "1747,05"))  # 5 · 349,41
    sent.lines.update(serial_number="")
    assert piles() == {}
    sent.lines.update(amount_ore=174705 + 5)  # an øre a lease is how the lessor rounds
    assert piles() == {Pile.ROUNDING: {"UA-1": 5}}
    sent.lines.update(amount_ore=174705 + 600)
    assert piles() == {Pile.DIFFERS: {"UA-1": 600}}
    sent.lines.update(sub_agreement="UA-ukendt", amount_ore=5000)
    assert piles()[Pile.UNKNOWN] == {"UA-ukendt": 5000}


def test_equal_differences_are_one_cause_and_one_decision(cast):
    five_pcs()
    invoice("4711", *((f"PF00000{n}", "350,64") for n in range(1, 6)))
    [cause] = reconciliation_of(QUARTER).piles[Pile.DIFFERS].causes.values()
    assert cause_text(cause) == "T14: 5 linjer à +1,23\xa0kr."

    selection = Selection(Pile.DIFFERS, "T14", 123)
    done = choose(selection, Outcome.CARRIED, cast.finance)

    assert (done.count, done.amount_ore) == (5, 615)
    assert reconciliation_of(QUARTER).is_settled
    assert {o.decided_by for o in DifferenceOutcome.objects.all()} == {"Oda"}
    assert waiting_quarters() == []


def test_the_same_press_twice_is_one_decision_and_another_persons_is_told(cast):
    five_pcs()
    invoice("4711", *((f"PF00000{n}", "350,64") for n in range(1, 6)))
    selection = Selection(Pile.DIFFERS, "T14", 123)
    choose(selection, Outcome.CARRIED, cast.finance)

    assert not choose(selection, Outcome.CARRIED, cast.finance).is_news
    with pytest.raises(Refused, match="Afvigelserne er ændret, siden du så dem"):
        choose(selection, Outcome.CLAIMED, cast.administrator)
    assert set(DifferenceOutcome.objects.values_list("outcome", flat=True)) == {Outcome.CARRIED}


def test_a_difference_that_changes_is_open_again_with_its_old_decision():
    five_pcs()
    invoice("4711", *((f"PF00000{n}", "350,64") for n in range(1, 6)))
    choose(Selection(Pile.DIFFERS), Outcome.CARRIED)
    invoice("4712", ("PF000001", "2,00"))

    states = {row.serial_number: state_of_difference(row) for row in difference_rows(QUARTER)}
    assert states.pop("PF000001") is State.CHANGED
    assert set(states.values()) == {State.DONE}
    [cause, _] = causes_in_order(reconciliation_of(QUARTER).piles[Pile.DIFFERS])
    assert cause.earlier.amount_ore == 123


def test_charged_makes_charges_for_those_who_held_the_pcs_and_stock_is_carried(cast):
    five_pcs()
    lines = [(f"PF00000{n}", "349,41") for n in range(1, 6)]
    early = [(f"PF00000{n}", "50,00", "20-12-2025", "31-12-2025") for n in range(1, 6)]
    invoice("4711", *lines, *early)
    done = choose(Selection(Pile.INTERIM), Outcome.CHARGED, cast.finance)

    assert (done.charged, done.carried) == (4, 1)
    charged = list(
        Charge.objects.values_list("device__serial_number", "unit__number", "amount_ore")
    )
    assert sorted(charged) == [
        ("PF000001", "1001", 5000),
        ("PF000002", "1001", 5000),
        ("PF000003", "1002", 5000),
        ("PF000004", "1002", 5000),
    ]
    assert DifferenceOutcome.objects.get(serial_number="PF000005").outcome == Outcome.CARRIED
    assert reconciliation_of(QUARTER).is_settled


def test_a_new_decision_takes_the_charge_back_billed_or_not(cast):
    leases = five_pcs()
    make.placement(leases[4].device, date(2026, 1, 1), make.unit("1001"))
    invoice("4711", *((f"PF00000{n}", "350,64") for n in range(1, 6)))
    choose(Selection(Pile.DIFFERS), Outcome.CHARGED, cast.finance)
    again = Selection(Pile.DIFFERS, serial_number="PF000001", decided=True)
    choose(again, Outcome.CARRIED, cast.finance)
    assert Charge.objects.count() == 4

    close("2026Q2", date(2026, 7, 8))
    again = Selection(Pile.DIFFERS, serial_number="PF000002", decided=True)
    choose(again, Outcome.CARRIED, cast.finance)
    amounts = Charge.objects.filter(device__serial_number="PF000002").values_list(
        "amount_ore", flat=True
    )
    assert sorted(amounts) == [-123, 123]


def test_what_is_claimed_is_open_until_a_credit_note_matches_it():
    five_pcs()
    invoice("4711", ("PF000001", "400,00"), *((f"PF00000{n}", "349,41") for n in range(2, 6)))
    choose(Selection(Pile.DIFFERS), Outcome.CLAIMED)
    lines = "/kvartaler/2026Q1/afstemning/linjer/?q=PF000001"
    assert [(c.serial_number, c.claim_ore, c.url) for c in map(claim_shown, claims())] == [
        ("PF000001", 5059, lines)
    ]
    assert not reconciliation_of(QUARTER).is_settled
    assert carried_over(Quarter(2026, 2))[0].amount_ore == 5059
    # Another amount settles nothing.
    invoice("K-1", ("PF000001", "-50,00", "01-07-2026", "31-07-2026"))
    assert claims()

    # The credit note is for a later period, as it is when the lessor writes its own date.
    note = invoice("K-2", ("PF000001", "-50,59", "01-06-2026", "30-06-2026"))

    assert DifferenceOutcome.objects.get().credit_note == note
    assert claims() == []
    assert piles() == {}
    assert reconciliation_of(QUARTER).is_settled
    second = reconciliation_of(Quarter(2026, 2))
    assert second.ties
    assert second.lines_ore == 0
    with pytest.raises(Refused, match="kan ikke trækkes tilbage"):
        withdraw_invoice(invoice_id=note.pk)


def test_too_little_cannot_be_claimed_and_an_unknown_pc_needs_a_unit():
    five_pcs()
    invoice("4711", ("XX1", "349,41"))
    with pytest.raises(Refused, match="Der er intet at kræve"):
        choose(Selection(Pile.NOT_INVOICED), Outcome.CLAIMED)
    with pytest.raises(Refused, match="Vælg den enhed, der skal betale"):
        choose(Selection(Pile.UNKNOWN), Outcome.CHARGED)
    done = choose(Selection(Pile.UNKNOWN), Outcome.CHARGED, unit_id=make.unit("1002").id)
    assert done.charged == 1
    assert Charge.objects.get().unit.number == "1002"


def test_an_invoice_is_withdrawn_while_nothing_is_decided_on_it(cast):
    five_pcs()
    sent = invoice("4711", ("PF000001", "400,00"))
    withdraw_invoice(invoice_id=sent.pk)
    assert Pile.DIFFERS not in piles()
    sent = invoice("4711", ("PF000001", "400,00"))
    choose(Selection(Pile.DIFFERS), Outcome.CARRIED)
    with pytest.raises(Refused, match="1 afgørelse om dens linjer"):
        withdraw_invoice(invoice_id=sent.pk)


def run(code, capsys):
    status = 0
    try:
        call_command("reconcile", code)
    except SystemExit as stop:
        status = stop.code
    return status, capsys.readouterr()


def test_the_command_says_each_difference_and_its_exit_status(capsys):
    five_pcs()
    invoice("4711", ("PF000001", "359,41"), *((f"PF00000{n}", "349,41") for n in range(2, 6)))

    status, said = run("2026Q1", capsys)
    assert status == 3
    first = said.out.splitlines()[0]
    assert first.startswith("Beløbet afviger: PF000001, T14, ventet 349,41\xa0kr.")
    assert "afvigelse +10,00\xa0kr." in first
    choose(Selection(Pile.DIFFERS), Outcome.CLAIMED)
    assert run("2026Q1", capsys)[0] == 3  # until the credit note
    invoice("K-1", ("PF000001", "-10,00"))
    assert run("2026Q1", capsys)[0] == 0
    for wrong in ("2026Q5", "2025Q4", "x"):
        status, said = run(wrong, capsys)
        assert status == 1
        assert said.err
