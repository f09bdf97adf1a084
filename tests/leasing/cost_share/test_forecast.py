"""The forecast is what will be billed, as long as nothing changes, and no lease costs its price twice."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.money import parse_kroner
from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from albertslund_it.roles import HEAD
from leasing.cost_share.selectors.forecast import (
    ASSUMED,
    BILLED,
    CONTRACTED,
    PLANNED,
    forecast_of,
    year_of,
)
from leasing.cost_share.selectors.payers import EVERYBODY, Payer
from leasing.cost_share.selectors.share import share_of
from leasing.cost_table.moment import one_moment
from leasing.domain.assumptions import Assumptions
from leasing.models import EndChoice, EndDecision, InvoiceLine, LeaseTerm
from tests import builders as make
from tests.histories import histories
from tests.leasing import town as town_of
from tests.leasing.billing.test_closing_properties import CLOSINGS, FACTS, World, rolled_back
from tests.leasing.cost_share.test_bridge import SOME_PAYERS, payers_of
from tests.leasing.pages import (
    COMING,
    assert_every_figure_opens_its_lines,
    figures,
    queries_of,
    read,
    text_of,
)

DAY = date(2026, 11, 23)
ALL = Payer(EVERYBODY, "Hele kommunen", None)
NO_RENEWAL = Assumptions(renews=False)
PROPERTY = histories(50)


def filled(facts, closings=()):
    world = World()
    for fact in facts:
        world.enter(fact)
    for quarter in closings:
        world.close(quarter)
    return world


class Always(TestCase):
    @PROPERTY
    @given(
        st.lists(
            st.tuples(
                st.dates(date(2026, 1, 1), date(2027, 6, 30)),
                st.integers(1, 2_000_000),
                st.integers(1, 12),
            ),
            min_size=1,
            max_size=5,
        ),
        CLOSINGS,
    )
    def test_billed_and_forecast_are_the_price_of_every_lease(self, leases, closings):
        with rolled_back():
            world = filled(())
            for number, (starts_on, price, quarters) in enumerate(leases):
                unit = world.units["1001" if number % 2 else None]
                make.lease(
                    f"PX{number:06d}",
                    unit=unit,
                    starts_on=starts_on,
                    price_ore=price,
                    quarters=quarters,
                )
            for quarter in closings:
                world.close(quarter)
            found = forecast_of(ALL, DAY, NO_RENEWAL)
            assert found.total_ore() == sum(price for _, price, _ in leases)
            assert {cell.shade for cell in found.cells} <= {BILLED, CONTRACTED}

    @PROPERTY
    @given(st.lists(FACTS, min_size=3, max_size=14), CLOSINGS, st.lists(FACTS, max_size=5))
    def test_an_unchanged_world_is_billed_as_forecast(self, facts, closings, later):
        with rolled_back():
            world = filled(facts, closings)
            for fact in later:
                world.enter(fact)
            expected = defaultdict(int)
            for cell in forecast_of(ALL, DAY, NO_RENEWAL).cells:
                expected[cell.period, cell.unit_id] += cell.amount_ore
            last = max(closings)
            for ahead in range(1, 4):
                world.close(last.next(ahead))
            billed = defaultdict(int)
            for line in InvoiceLine.objects.all():
                billed[line.period, line.unit_id] += line.amount_ore
            until = str(last.next(3))
            held = {key: amount for key, amount in expected.items() if key[0] <= until and amount}
            assert held == {key: amount for key, amount in billed.items() if amount}

    @PROPERTY
    @given(st.lists(FACTS, min_size=3, max_size=14), CLOSINGS, SOME_PAYERS)
    def test_billed_and_contracted_are_what_the_share_calls_the_cost(self, facts, closings, chosen):
        with rolled_back():
            world = filled(facts, closings)
            with one_moment():
                for payer in chosen(payers_of(world)):
                    now = Quarter.of(DAY)
                    sums = forecast_of(payer, DAY).by_quarter()
                    assert forecast_of(payer, DAY, by_unit=False).by_quarter() == sums
                    _assert_years_are_the_same_alone(payer)
                    for cost in share_of(payer, now, DAY, now.next(8)).quarters:
                        shades = sums.get(str(cost.quarter), {})
                        assert shades.get(BILLED, 0) == cost.billed_ore
                        assert shades.get(CONTRACTED, 0) == cost.pending_ore


def _assert_years_are_the_same_alone(payer):
    """What is worked out of one year is what all quarters have of it."""
    whole = forecast_of(payer, DAY)
    for year in range(DAY.year - 1, DAY.year + 6):
        alone = year_of(payer, DAY, year)
        assert alone.of_year(year, tuple) == whole.of_year(year, tuple)
        quarters = (str(q) for q in whole.quarters if q.year == year)
        together = forecast_of(
            payer, DAY, by_unit=False, span=(Quarter(year, 1), Quarter(year, 4))
        ).by_quarter()
        assert together == {code: whole.by_quarter()[code] for code in quarters}


@pytest.fixture
def town(db):
    make.cost_holder()
    unit = make.unit("1001", "Skolen")
    t14 = make.model()
    make.price(t14, date(2026, 1, 1), 559066)
    return unit


def own(unit):
    return Payer(str(unit.department_id), "Min", frozenset({unit.pk}), unit.department)


def test_the_quarters_reach_sixteen_ahead_and_four_whole_years(town):
    found = forecast_of(own(town), date(2026, 5, 1))
    assert str(found.quarters[0]) == "2026Q1"
    assert str(found.quarters[-1]) == "2030Q4"
    assert found.years == [2026, 2027, 2028, 2029, 2030]


def test_what_runs_out_is_leased_again_at_todays_price(town):
    make.lease("PF000001", unit=town, starts_on=date(2026, 1, 1), quarters=4, price_ore=100000)
    found = forecast_of(own(town), DAY)
    assert found.total_ore(shade=CONTRACTED) == 100000
    # From 1 January 2027, 16 quarters of 559066: all of it by the end of 2030.
    assert found.total_ore(shade=ASSUMED) == 559066
    assert found.total_ore(shade=ASSUMED, period="2027Q1") == 34941
    raised = Assumptions(price_change=1500, price_change_from=date(2027, 1, 1))
    # 559066 · 1,15 = 642925,9
    assert forecast_of(own(town), DAY, raised).total_ore(shade=ASSUMED) == 642926
    late = Assumptions(price_change=1500, price_change_from=date(2027, 1, 2))
    assert forecast_of(own(town), DAY, late).total_ore(shade=ASSUMED) == 559066
    other = Assumptions(prices_ore={"T14": 160000})
    assert forecast_of(own(town), DAY, other).total_ore(shade=ASSUMED) == 160000


def test_another_model_an_extension_and_more_or_fewer(town):
    make.price(make.model("P16v"), date(2026, 1, 1), 1600000)
    for number in (1, 2):
        make.lease(
            f"PF00000{number}",
            unit=town,
            starts_on=date(2026, 1, 1),
            quarters=4,
            price_ore=100000,
        )

    def assumed(**what):
        found = forecast_of(own(town), DAY, Assumptions(**what))
        sums = defaultdict(int)
        for cell in found.cells:
            if cell.shade == ASSUMED:
                sums[cell.model_name] += cell.amount_ore
        return sums

    assert assumed() == {"T14": 2 * 559066}
    assert assumed(models={"T14": "P16v"}) == {"P16v": 2 * 1600000}
    # Two quarters more at 25.000 each, then T14 from 1 July 2027 to the end of 2030: 14 of 16.
    assert assumed(extended_quarters=2) == {"T14": 2 * (50000 + 559066 * 14 // 16)}
    fewer = {(town.pk, "T14"): -1}
    assert assumed(more=fewer, more_from=date(2027, 1, 1)) == {"T14": 559066}
    assert assumed(more=fewer, more_from=date(2027, 1, 2)) == {"T14": 2 * 559066}
    more = {(town.pk, "P16v"): 3}
    assert assumed(more=more, more_from=date(2030, 10, 1)) == {
        "T14": 2 * 559066,
        "P16v": 3 * 100000,
    }


def test_what_is_decided_stopped_or_in_stock_is_not_leased_again(town):
    quarters = {"starts_on": date(2026, 1, 1), "quarters": 4, "price_ore": 100000}
    make.lease("PF000001", unit=None, **quarters)
    make.lease("PF000002", unit=town, stops_on=date(2026, 12, 1), **quarters)
    going = make.lease("PF000003", unit=town, **quarters)
    make.decided(going, EndChoice.RETURN)
    assert forecast_of(ALL, DAY).total_ore(shade=ASSUMED) == 0
    EndDecision.objects.all().delete()
    make.decided(going, EndChoice.EXTENSION)
    found = forecast_of(ALL, DAY)
    # The extension is a term like others; then it is leased again: 12 of 16.
    assert found.total_ore(shade=CONTRACTED, year=2027) == 100000
    assert found.total_ore(shade=PLANNED) == 0
    assert found.total_ore(shade=ASSUMED) == 559066 * 12 // 16


def test_an_order_on_its_way_is_planned_and_replaces_what_it_replaces(town):
    old = make.lease("PF000001", unit=town, quarters=4, price_ore=100000)
    line = make.order_line(town, quantity=1, reason="replacement", replaces=old.device)
    line.order.wanted_on = DAY + timedelta(days=39)  # 1 January 2027
    line.order.save()
    found = forecast_of(own(town), DAY)
    assert found.total_ore(shade=PLANNED) == 559066
    assert found.total_ore(shade=ASSUMED) == 0
    last = [cell for cell in found.cells if cell.period == "2027Q1"]
    assert [cell.shade for cell in last] == [PLANNED]
    assert LeaseTerm.objects.count() == 1


@pytest.fixture
def whole_town(db, settings):
    """The town with what is on its way, what is extended and what runs out."""
    settings.TODAY = town_of.TODAY
    town = town_of.Town()
    make.price(make.model("T14"))
    short = {"starts_on": date(2026, 1, 10), "quarters": 6, "price_ore": 100003}
    for number in range(3):
        make.lease(f"PF00010{number}", unit=town.first, **short)
    extended = make.lease("PF000110", unit=town.library, **short)
    make.decided(extended, EndChoice.EXTENSION)
    make.order_line(town.second, quantity=2)
    return town


# Which address an amount opens is the same on both; that the sums agree is a property, tried on both.
@pytest.mark.once
@pytest.mark.parametrize(
    "page",
    [
        "egenbetaling/prognose/?",
        "egenbetaling/prognose/?aar=2027&",
        "egenbetaling/prognose/?aar=2029&",
        "budgetter/?",
        "budgetter/?aar=2027&",
        "budgetter/ark/?",
    ],
)
def test_every_amount_opens_what_it_is_made_of(whole_town, cast, client_of, page):
    town, opened = whole_town, set()
    head = cast.with_access("hanna", HEAD, department=town.school)
    for user, key in (
        (head, f"{town.school.pk}"),
        (head, f"{town.school.pk}&enhed={town.first.pk}"),
        (cast.finance, "alle"),
        (cast.finance, "it-lager"),
    ):
        client, address = client_of(user), f"/{page}afdeling={key}"
        assert assert_every_figure_opens_its_lines(client, address) > 1
        addresses = [one for one, _ in figures(read(client, address), COMING)]
        opened |= {key for a in addresses for key in (PLANNED, ASSUMED) if f"slags={key}" in a}
    assert opened >= {PLANNED}
    assert opened >= {ASSUMED} or page.endswith(("prognose/?", "budgetter/?"))  # none this year


def test_what_is_to_come_is_told_apart(whole_town, cast, client_of):
    page = f"{COMING}?afdeling=alle&fra=2027Q3&til=2027Q4"
    client = client_of(cast.finance)
    planned = text_of(read(client, f"{page}&slags=planned"))
    assert "Bestilt, på vej" in planned
    assumed = read(client, f"{page}&slags=assumed&model=T14&enhed={whole_town.first.pk}")
    # Three alike are one row: 5.590,66 for four years, of which 10 July to 31 December is asked.
    [row] = assumed.xpath("//table/tbody/tr")
    assert text_of(row).startswith("T14 Leases igen 3 10-07-2027 09-07-2031 5.590,66")


def test_wrong_addresses_of_what_is_to_come(whole_town, cast, client_of):
    head = client_of(cast.with_access("hanna", HEAD, department=whole_town.school))
    whole = f"{COMING}?fra=2027Q1&til=2027Q4&slags=planned"
    assert head.get(whole).status_code == 200
    assert "Forudsat i prognosen" in text_of(read(head, COMING))
    for wrong in (
        whole.replace("planned", "billed"),
        whole.replace("2027Q1", "2020Q1"),
        f"{whole}&afdeling=alle",
        f"{whole}&enhed={whole_town.library.pk}",
        f"{whole}&enhed=x",
    ):
        assert head.get(wrong).status_code == 404, wrong
    assert head.get(f"{whole}&hent=xlsx").status_code == 200
    assert "ingen kolonne »findes«" in text_of(read(head, f"{whole}&sorter=findes"))


def test_what_is_to_come_in_its_order_and_in_another(whole_town, cast, client_of):
    client = client_of(cast.finance)
    page = f"{COMING}?afdeling=alle&fra=2027Q1&til=2030Q4&slags=assumed"

    def rows(address):
        cells = read(client, address).xpath("//table/tbody/tr")
        return [[text_of(cell) for cell in row.xpath("td|th")] for row in cells]

    found = rows(page)
    assert [row[0] for row in found] == sorted((row[0] for row in found), key=danish_key)
    assert len({row[0] for row in found}) > 1
    by_amount = sorted(found, key=lambda row: parse_kroner(row[-1]), reverse=True)
    assert rows(f"{page}&sorter=-amount_ore") == by_amount


def test_queries_do_not_grow_with_what_is_to_come(whole_town, cast, client_of):
    client = client_of(cast.finance)
    page = f"{COMING}?afdeling=alle&fra=2027Q1&til=2029Q4&slags=assumed"
    before = queries_of(client, page)
    for number in range(20):
        make.lease(
            f"PG{number:06d}",
            unit=make.unit(f"30{number:02d}"),
            starts_on=date(2026, 1, 1 + number),
            quarters=6,
            price_ore=100003,
        )
    assert queries_of(client, page) == before
