"""What is decided about ends: for one lease and for many, changed, taken back, and too late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from auditlog.models import LogEntry

from albertslund_it.common.errors import Refused
from inventory.models import Departure, Unit
from leasing.domain.lease_end import Fate
from leasing.lease_end.presenters import what_happens
from leasing.lease_end.selectors.term_ends import last_ends, term_ends
from leasing.lease_end.selectors.undecided import undecided_ends
from leasing.lease_end.services.decisions import WantedEnd, decide_ends
from leasing.models import EndDecision, LeaseTerm, Settings
from tests import builders as make
from tests.leasing.lease_end.deciding import DAY, NOW, decide, decision_of

pytestmark = pytest.mark.django_db
END = date(2030, 1, 1)


@pytest.fixture
def leases(db):
    make.cost_holder()
    return [make.lease(f"PF00000{number}", unit=make.unit()) for number in (1, 2, 3)]


def of(leases, position=1):
    found = LeaseTerm.objects.filter(lease__in=leases, position=position)
    return list(found.order_by("lease").values_list("pk", flat=True))


def decide_of(term_ids, choice, *, today=DAY, units=None, reason="", quarters=0, price_ore=0):
    prices = dict.fromkeys(term_ids, price_ore)
    wanted = WantedEnd(choice, reason, quarters, prices)
    return decide_ends(
        term_ids=term_ids, wanted=wanted, actor=None, today=today, now=NOW, units=units
    )


def refused(action, *args, **values):
    before = list(EndDecision.objects.values()), list(LeaseTerm.objects.values())
    with pytest.raises(Refused) as error:
        action(*args, **values)
    assert (list(EndDecision.objects.values()), list(LeaseTerm.objects.values())) == before
    return error.value.reasons


def test_many_are_decided_at_once_with_a_reason(leases):
    decide_of(of(leases), "return", reason="  Slidte   maskiner ")
    assert [decision_of(lease) for lease in leases] == ["return"] * 3
    assert {one.reason for one in EndDecision.objects.all()} == {"Slidte maskiner"}
    end = last_ends([leases[0].pk])[leases[0].pk]
    assert what_happens(end, DAY).words == "Leveres tilbage ved udløb 31-12-2029"


def test_the_same_again_changes_nothing_and_has_no_history(leases):
    decide_of(of(leases), "extension", quarters=2, price_ore=60000)
    entries = LogEntry.objects.count()
    assert decide_of(of(leases), "extension", quarters=2, price_ore=60000).differences == []
    assert LogEntry.objects.count() == entries


def test_an_extension_that_has_not_begun_is_changed_with_all_after_it(leases):
    [lease, *_] = leases
    decide_of(of([lease]), "extension", quarters=2, price_ore=60000)
    decide_of(of([lease], 2), "extension", quarters=1, price_ore=20000)
    decide_of(of([lease], 3), "return")
    decide_of(of([lease]), "extension", quarters=4, price_ore=100000)
    ends = term_ends([lease.pk])[lease.pk]
    assert [(end.term.quarters, end.term.price_ore) for end in ends] == [(16, 559066), (4, 100000)]
    assert [decision_of(lease, position) for position in (1, 2)] == ["extension", ""]
    assert LogEntry.objects.filter(action=LogEntry.Action.DELETE).count() == 4


def test_a_choice_is_taken_back_with_its_extension(leases):
    [lease, *_] = leases
    decide_of(of([lease]), "extension", quarters=2, price_ore=60000)
    decide("undecided", reason="Leasinggiver hævede prisen")
    assert (decision_of(lease), lease.terms.count()) == ("", 1)
    assert EndDecision.objects.get().reason == "Leasinggiver hævede prisen"
    assert last_ends([lease.pk])[lease.pk].fate(END) == Fate.OVERDUE


def test_an_extension_that_has_begun_stands(leases):
    [lease, *_] = leases
    decide_of(of([lease]), "extension", quarters=2, price_ore=60000)
    [said] = refused(decide, "undecided", today=END)
    assert said.startswith("Forlængelsen af PF000001 begyndte den 01-01-2030, så valget har virket")
    assert refused(decide_of, of([lease]), "return", today=END) == [said]
    decide("return", today=END)  # of the extension's own end
    assert decision_of(lease, 2) == "return"


def test_a_buyout_is_refused_after_its_last_day_and_where_it_is_not_allowed(leases):
    last = date(2029, 12, 1)  # the fourth year's last day, 31 December 2029, less 30 days
    assert refused(decide, "buyout", today=last + timedelta(days=1)) == [
        "Frikøb af PF000001 skulle være valgt senest den 01-12-2029."
    ]
    decide("buyout", today=last)
    Settings.objects.update(allows_buyout=False)
    assert refused(decide, "buyout", serial_number="PF000002") == [
        "PF000002 kan ikke frikøbes: kommunen har ikke slået frikøb til."
    ]


def test_each_that_cannot_be_is_named_and_none_is_written(leases):
    Departure.objects.create(device=leases[0].device, left_on=DAY, how="returned")
    leases[1].stops_on = date(2026, 6, 1)
    leases[1].save()
    assert refused(decide_of, of(leases), "extension", quarters=2, price_ore=0) == [
        "PF000001 er ude af registeret fra den 02-03-2026.",
        "Angiv prisen for hele løbetiden i kroner, over nul, fx 1.200,00.",
        "Leasingen af PF000002 er stoppet fra den 01-06-2026. Fjern stoppet, før den forlænges.",
        "Angiv prisen for hele løbetiden i kroner, over nul, fx 1.200,00.",
    ]
    assert "1–4 kvartaler" in refused(decide_of, of(leases)[2:], "extension", quarters=5)[0]


def test_whoever_decides_for_own_units_cannot_for_others(leases):
    others = make.lease("PF000009", unit=make.unit("200", "Anden skole"))
    units = Unit.objects.exclude(number="200")
    assert "ikke på listen" in refused(decide_of, of([others]), "return", units=units)[0]
    decide_of(of(leases), "return", units=units)
    assert "ikke på listen" in refused(decide_of, [10**12], "return")[0]


def test_the_order_of_decisions_leaves_no_trace(leases):
    one, two, _ = leases
    decide_of(of([one]), "return")
    decide_of(of([one]), "extension", quarters=4, price_ore=90000)
    decide_of(of([two]), "extension", quarters=1, price_ore=20000)
    decide_of(of([two]), "", reason="")
    decide_of(of([two]), "extension", quarters=4, price_ore=90000)
    first, second = (
        [(end.term, end.decided.choice) for end in term_ends([lease.pk])[lease.pk]]
        for lease in (one, two)
    )
    assert first == second


def test_many_are_decided_with_as_many_queries_as_one(leases, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        decide_of(of(leases), "extension", quarters=2, price_ore=60000)


def test_a_new_reason_for_the_same_choice_is_written_and_keeps_the_extension(leases):
    [lease, *_] = leases
    decide_of(of([lease]), "extension", quarters=2, price_ore=60000)
    decide_of(of([lease], 2), "return")
    terms = of([lease]) + of([lease], 2)
    decide_of(of([lease]), "extension", quarters=2, price_ore=60000, reason="Ny pc er forsinket")
    assert of([lease]) + of([lease], 2) == terms
    assert decision_of(lease, 2) == "return"
    assert last_ends([lease.pk])[lease.pk].fate(DAY) == Fate.RETURN
    assert EndDecision.objects.get(term__position=1).reason == "Ny pc er forsinket"
    decide_of(of([lease]), "extension", quarters=2, price_ore=60000)  # none given: it stays
    assert EndDecision.objects.get(term__position=1).reason == "Ny pc er forsinket"


def test_a_departure_noted_ahead_leaves_nothing_to_decide(leases):
    Departure.objects.create(device=leases[0].device, left_on=date(2030, 1, 5), how="returned")
    ends = last_ends([lease.pk for lease in leases])
    assert ends[leases[0].pk].fate(date(2029, 12, 1)) == Fate.GONE
    assert what_happens(ends[leases[0].pk], date(2029, 12, 1)).words == (
        "Ude af registeret fra 05-01-2030"
    )
    waiting = undecided_ends(date(2029, 12, 1), date(2029, 12, 31))
    assert [end.lease_id for end in waiting] == [lease.pk for lease in leases[1:]]


def test_the_day_of_a_decision_is_copenhagens_and_its_reason_for_those_who_see_people(leases):
    late = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)  # half past midnight, 1 June
    decide("return", now=late, reason="Anna Berg rejser")
    end = last_ends([leases[0].pk])[leases[0].pk]
    assert what_happens(end, DAY).detail == "besluttet 01-06-2026"
    assert what_happens(end, DAY, with_people=True).detail.endswith(": Anna Berg rejser")
