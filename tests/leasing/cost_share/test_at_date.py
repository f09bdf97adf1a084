"""The share and the devices of any day, and what is different between two."""

from collections import Counter
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from albertslund_it.common.quarters import Quarter
from albertslund_it.roles import HEAD, UNIT_LEADER
from inventory.models import Unit
from leasing.cost_share.presenters.words import DIFFERENCE_NAMES
from leasing.cost_share.selectors.at_date import SAME, HeldRows, day_of
from leasing.cost_share.selectors.cells import held_by
from leasing.cost_share.selectors.payers import EVERYBODY, OWN_UNITS, STOCK, Payer, payers_seen_by
from leasing.cost_share.selectors.share import share_of
from leasing.cost_table.moment import one_moment
from leasing.models import LeaseTerm
from tests import builders as make
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import CLOSINGS, DAYS, FACTS, World, rolled_back
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.town import TODAY, Town

PAGE = "/egenbetaling/dengang/"


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


@pytest.fixture
def school(town, cast):
    return next(b for b in payers_seen_by(cast.finance, TODAY) if b.key == str(town.school.pk))


def rows_on(*asked) -> list:
    return list(HeldRows(*asked))


def payers_of(world) -> list[Payer]:
    first, third = world.units["1001"], world.units["2001"]
    own = first.department
    everybody = Payer(EVERYBODY, "Hele kommunen", None)
    in_school = frozenset(own.units.values_list("pk", flat=True))
    return [
        everybody,
        everybody.of_unit(third.pk),
        Payer(str(own.pk), own.name, in_school, own),
        Payer(STOCK, "it-lager", frozenset({Unit.objects.get(is_cost_holder=True).pk})),
        Payer(OWN_UNITS, "Mine", frozenset({first.pk, third.pk})),
    ]


class Always(TestCase):
    @histories(50)
    @given(st.lists(FACTS, min_size=4, max_size=16), CLOSINGS, st.lists(FACTS, max_size=6))
    def test_a_quarters_last_day_is_what_its_share_holds(self, facts, closings, later):
        with rolled_back():
            world = World()
            for fact in facts:
                world.enter(fact)
            for quarter in closings:
                world.close(quarter)
            for fact in later:
                world.enter(fact)
            with one_moment():
                names = dict(Unit.objects.values_list("id", "name"))
                quarters = (Quarter(2026, 1), Quarter(2026, 3), Quarter(2027, 2))
                for payer in payers_of(world):
                    for quarter in quarters:
                        kept = held_by(payer, quarter.last_day)
                        day = day_of(payer, quarter.last_day)
                        held = rows_on(payer, quarter.last_day)
                        assert day.total.items == kept.items == len(held)
                        assert day.total.amount_ore == kept.pcs_quarter_ore  # all are pcs
                        by_unit = Counter(one.unit for one in held)
                        assert by_unit == {names[u]: n for u, n in kept.by_unit.items() if n}
                # That is where the share has it from; which quarter is asked for differs.
                for number, payer in enumerate(payers_of(world), start=len(facts)):
                    quarter = quarters[number % 3]
                    share = share_of(payer, quarter, date(2026, 11, 23))
                    assert share.held == held_by(payer, quarter.last_day)

    @histories(50)
    @given(st.lists(FACTS, min_size=4, max_size=20), DAYS, DAYS)
    def test_every_grouping_is_the_difference(self, facts, one, other):
        earlier, day = sorted((one, other))
        with rolled_back():
            world = World()
            for fact in facts:
                world.enter(fact)
            with one_moment():
                for payer in payers_of(world):
                    found = day_of(payer, day, earlier)
                    now, then = day_of(payer, day).total, day_of(payer, earlier).total
                    total = found.total
                    assert (total.items, total.amount_ore) == (now.items, now.amount_ore)
                    assert (total.items_before, total.before_ore) == (then.items, then.amount_ore)
                    for sums in (found.groups, found.kinds):
                        assert sum(each.items for each in sums) == now.items
                        assert sum(each.items_before for each in sums) == then.items
                        assert sum(each.change_ore for each in sums) == total.change_ore
                    rows = rows_on(payer, day, earlier) + rows_on(payer, day, earlier, SAME)
                    assert sum(row.change_ore for row in rows) == total.change_ore


def test_without_moves_a_day_is_the_quarters_share(db):
    make.cost_holder()
    unit = make.unit()
    make.lease("PF000001", unit=unit)
    make.lease("PF000002", unit=unit, starts_on=date(2026, 2, 15))
    payer = Payer(str(unit.department_id), "Min", frozenset({unit.pk}), unit.department)
    day = date(2026, 3, 1)
    # F over the first quarter: ⌊559066/16⌋ = 34941; and 45 days of the 89 of the lease's first
    # quarter, ⌊559066·45/(16·89)⌋ = 17667
    assert [one.amount_ore for one in rows_on(payer, day)] == [34941, 17667]
    share = share_of(payer, Quarter(2026, 1), TODAY)
    assert day_of(payer, day).total.amount_ore == share.total.amount_ore == 34941 + 17667


def test_two_days_tell_what_went_and_what_moved_inside(town, school):
    before, after = date(2026, 2, 14), date(2026, 2, 15)
    rows = rows_on(school, after, before)
    assert [(row.serial_number, DIFFERENCE_NAMES[row.kind], row.unit) for row in rows] == [
        ("PF000005", "Væk", "Ærtebjerg Skole")
    ]
    # PF000002 went to the other school on 10 March; it was entered after the quarter was closed.
    rows = rows_on(school, date(2026, 3, 10), date(2026, 3, 9))
    assert [(row.serial_number, DIFFERENCE_NAMES[row.kind], row.unit) for row in rows] == [
        ("PF000002", "Flyttet imellem enheder", "Ærtebjerg Skole → Åmoseskolen")
    ]


def test_a_price_is_another_price_only_when_the_term_says_so(town, school):
    lease = make.lease("PF000050", unit=town.first, quarters=2, price_ore=100000)
    LeaseTerm.objects.create(lease=lease, position=2, price_ore=20000, quarters=1)
    # Half the price a quarter from 1 July: 50000 øre, then 20000. Nothing else has changed price,
    # though the quarters of the others are an øre apart.
    rows = rows_on(school, date(2026, 7, 1), date(2026, 6, 30), "pris")
    assert [(row.serial_number, row.before_ore, row.amount_ore) for row in rows] == [
        ("PF000050", 50000, 20000)
    ]


def test_before_the_billing_start_nothing_costs_anything(town, school, cast, client_of):
    make.lease("PF000051", unit=town.first, starts_on=date(2025, 11, 17))
    day = day_of(school, date(2025, 12, 1))
    assert (day.total.items, day.total.amount_ore) == (1, 0)
    text = text_of(read(client_of(cast.finance), f"{PAGE}?afdeling={school.key}&dag=01-12-2025"))
    assert "Før 01-01-2026 blev intet opkrævet" in text


def test_the_page_opens_its_differences(town, school, cast, client_of):
    client = client_of(cast.finance)
    page = f"{PAGE}?afdeling={school.key}&dag=15-02-2026&mod=14-02-2026"
    tree = read(client, page)
    text = text_of(tree)
    assert "som vi kender den i dag" in text
    [link] = tree.xpath("//a[normalize-space(text())='Væk']/@href")
    assert "PF000005" in text_of(read(client, link))
    # The days may be given in any order: the later one is the day.
    swapped = read(client, f"{PAGE}?afdeling={school.key}&dag=14-02-2026&mod=15-02-2026")
    assert swapped.xpath("//a[normalize-space(text())='Væk']/@href") == [link]
    # Everybody's page has the departments; each opens its own.
    tree = read(client, f"{PAGE}?afdeling=alle&dag=15-02-2026")
    assert "PF000001" not in text_of(tree)
    [link] = tree.xpath(f"//a[normalize-space(text())='{town.school.name}']/@href")
    assert "PF000001" in text_of(read(client, link))


def test_what_is_wrong_is_said_and_kept(town, cast, client_of):
    client = client_of(cast.finance)
    response = client.get(f"{PAGE}?dag=31-02-2026&mod=01-01-2026")
    assert response.status_code == 422
    assert 'value="31-02-2026"' in response.content.decode()
    assert client.get(f"{PAGE}?hvad=x").status_code == 404
    for query in ("dag=31-12-9999", "dag=24-11-2026&mod=31-12-9999", "dag=01-01-0001"):
        response = client.get(f"{PAGE}?{query}")
        assert response.status_code == 422
        assert "er forkert. Skriv datoen som" in response.content.decode()


def rows_in(response) -> list[tuple]:
    return list(load_workbook(BytesIO(b"".join(response.streaming_content))).active.values)


def test_the_workbook_has_every_device(town, cast, client_of):
    client = client_of(cast.finance)
    rows = rows_in(client.get(f"{PAGE}?afdeling=alle&dag=01-05-2026&hent=xlsx"))
    everybody = payers_seen_by(cast.finance, TODAY)[0]
    assert rows[-1][0] == "I alt"
    assert {row[0] for row in rows[1:-1]} == {
        one.serial_number for one in rows_on(everybody, date(2026, 5, 1))
    }
    assert "PF000008" in {row[0] for row in rows}


@pytest.mark.parametrize(
    "query",
    ["dag=01-03-2026", "dag=01-05-2026&mod=01-02-2026", "dag=01-05-2026&mod=01-02-2026&hvad=vaek"],
)
def test_nothing_of_another_department_is_told(town, cast, client_of, query):
    head = cast.with_access("hanne", HEAD, department=town.school)
    leader = cast.with_access("ejnar2", UNIT_LEADER, unit=town.second)
    for user in (head, leader):
        client = client_of(user)
        text = text_of(read(client, f"{PAGE}?{query}"))
        for foreign in ("Biblioteket", "Kultur", "PF000008", "Ungdomsklubben", "Fælles IT"):
            assert foreign not in text
        file = rows_in(client.get(f"{PAGE}?{query}&hent=xlsx"))
        assert "PF000008" not in str(file)
        for foreign in (town.culture.pk, "alle", "it-lager"):
            assert client.get(f"{PAGE}?afdeling={foreign}&{query}").status_code == 404
        assert client.get(f"{PAGE}?enhed={town.library.pk}&{query}").status_code == 404
    # Where it went is not told; that it went is.
    text = text_of(read(client_of(head), f"{PAGE}?dag=15-02-2026&mod=14-02-2026"))
    assert "PF000005 Væk" in text
    # The leader of one unit sees neither the other units of the department.
    text = text_of(read(client_of(leader), f"{PAGE}?{query}"))
    assert "Ærtebjerg" not in text


@pytest.mark.parametrize("query", ["", "dag=01-03-2026&mod=01-02-2026"])
def test_queries_do_not_grow_with_rows(town, school, cast, client_of, query):
    client = client_of(cast.finance)
    pages = [f"{PAGE}?afdeling={key}&{query}" for key in (school.key, "alle")]
    before = [queries_of(client, page) for page in pages]
    for number in range(27):
        lease = make.lease(f"PX{number:06d}", unit=town.first)
        make.placement(lease.device, date(2026, 2, 3), town.library)
    assert [queries_of(client, page) for page in pages] == before
