"""The map of change: each move once, where it went, and what it means."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inventory.models import Unit
from leasing.cost_share.selectors.moves import flows_of, moves_between, place_names, places_of
from leasing.cost_share.selectors.payers import STOCK
from leasing.cost_table.facts import cost_holder_id, lease_facts
from leasing.domain.accrual import instalment, span_of, terms_in_order
from leasing.domain.allocation import unit_on
from tests import builders as make
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import DAYS, FACTS, World, rolled_back
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.town import TODAY, Town

PAGE = "/egenbetaling/flytninger/"
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


class Always(TestCase):
    @histories(60)
    @given(st.lists(FACTS, min_size=4, max_size=20), DAYS, DAYS)
    def test_what_was_there_and_what_moved_is_what_is_there(self, facts, one, other):
        first, last = sorted((one, other))
        with rolled_back():
            world = World()
            for fact in facts:
                world.enter(fact)
            moves = [tuple(m) for m in moves_between(first + timedelta(1), last)]
            department_of = dict(Unit.objects.values_list("id", "department"))
            holder, expected = cost_holder_id(), Counter()
            for lease in lease_facts():
                began, ended = span_of(lease.terms, lease.stops_on)
                if began <= first and last < ended:
                    expected[department_of[unit_on(lease, last, holder)]] += 1
                    expected[department_of[unit_on(lease, first, holder)]] -= 1
                else:
                    moves = [move for move in moves if move[0] != lease.device_id]
            found = Counter()
            for move in moves:
                assert move[6] != move[7]
                found[move[7]] += 1
                found[move[6]] -= 1
            assert {k: v for k, v in found.items() if v} == {
                str(k or STOCK): v for k, v in expected.items() if v
            }
            flows = flows_of(moves_between(first, last), place_names())
            places = places_of(flows, place_names())
            assert sum(place.net_ore for place in places) == 0
            assert sum(place.given for place in places) == sum(flow.count for flow in flows)


def test_an_instalment_is_a_whole_lease_quarter():
    terms = terms_in_order(date(2026, 2, 15), [(559066, 16), (20000, 2)])
    # ⌊559066/16⌋ = 34941, then ⌊559066·2/16⌋ − 34941 = 69883 − 34941
    assert instalment(terms, date(2026, 2, 15)) == 34941
    assert instalment(terms, date(2026, 5, 14)) == 34941
    assert instalment(terms, date(2026, 5, 15)) == 34942
    assert instalment(terms, date(2030, 3, 1)) == 10000
    assert instalment(terms, date(2040, 1, 1)) == 10000
    assert instalment(terms, date(2020, 1, 1)) == 34941


def test_a_flow_opens_its_devices(town, cast, client_of):
    # PF000005 went from the school to the library on 15 February 2026.
    [move] = moves_between(*FEBRUARY)
    assert (move.serial_number, move.from_unit, move.to_unit, move.quarter_ore) == (
        "PF000005",
        "Ærtebjerg Skole",
        "Biblioteket",
        34941,
    )
    client = client_of(cast.auditor)
    tree = read(client, f"{PAGE}?fra=01-02-2026&til=28-02-2026")
    links = set(tree.xpath("//table//a[contains(@href, 'fraafd')]/@href"))
    [link] = links
    opened = read(client, link)
    assert "PF000005" in text_of(opened)
    [said] = tree.xpath("//*[local-name()='svg']/*[local-name()='desc']/text()")
    assert said == "Dagtilbud & Skole til Kultur, Fritid & Ejendomme: 1 stk."
    text = text_of(tree).replace("\xa0", " ")
    assert "−349,41" in text
    assert "+349,41" in text


def test_what_is_new_or_over_has_not_moved(town):
    # Handed out on the lease's first day: new. Given away after its end: costs nobody anything.
    make.lease("PF000090", unit=town.first, starts_on=date(2026, 7, 1))
    over = make.lease("PF000091", unit=town.first, stops_on=date(2026, 7, 1))
    make.placement(over.device, date(2026, 7, 1), town.library)
    # Within a department: the department pays before and after.
    within = make.lease("PF000092", unit=town.first)
    make.placement(within.device, date(2026, 7, 1), town.second)
    taken = make.lease("PF000093", unit=town.first)
    make.placement(taken.device, date(2026, 7, 1), None)
    days = (date(2026, 7, 1), date(2026, 7, 31))
    found = [(m.serial_number, m.from_key, m.to_key) for m in moves_between(*days)]
    assert found == [("PF000093", str(town.school.pk), STOCK)]
    assert moves_between(date(2026, 7, 2), date(2026, 7, 31)) == []


def test_wrong_addresses(town, cast, client_of):
    client = client_of(cast.finance)
    assert client.get(f"{PAGE}?fraafd=1").status_code == 404
    assert client.get(f"{PAGE}?fraafd=0&tilafd=it-lager").status_code == 404
    for query in ("fra=x", "fra=02-02-2026&til=01-02-2026"):
        response = client.get(f"{PAGE}?{query}")
        assert response.status_code == 422
        assert "Der er en fejl at rette" in response.content.decode()
    assert 'value="02-02-2026"' in response.content.decode()


def test_queries_do_not_grow_with_rows(town, cast, client_of):
    client, page = client_of(cast.finance), f"{PAGE}?fra=01-01-2026"
    flow = f"{page}&fraafd={town.school.pk}&tilafd={town.culture.pk}"
    before = [queries_of(client, one) for one in (page, flow)]
    for number in range(27):
        lease = make.lease(f"PX{number:06d}", unit=town.first)
        make.placement(lease.device, date(2026, 2, 3), town.library)
    assert [queries_of(client, one) for one in (page, flow)] == before
