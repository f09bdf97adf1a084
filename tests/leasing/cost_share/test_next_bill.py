"""Næste regning: what the next closing bills, and one figure under one name on all leaders' pages."""

import re
from collections import defaultdict
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.money import parse_kroner
from albertslund_it.roles import HEAD
from leasing.billing.selectors.window import next_window
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.selectors.share import share_of
from leasing.cost_share.services.letters import write_letters
from leasing.models import InvoiceLine, Mail, Settings
from tests import builders as make
from tests.cast import Cast
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import FACTS, QUARTERS, World, rolled_back
from tests.leasing.pages import assert_every_figure_opens_its_lines, read, text_of, total_of_lines
from tests.leasing.town import TODAY, Town, close

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def next_bills(payers, today):
    """Return what each payer is told, by key."""
    return {one.key: share_of(one, next_window(today).last, today).next_bill for one in payers}


def billed_by(run, payer):
    own = InvoiceLine.objects.filter(payer.billed, invoice__run=run)
    return sum(own.values_list("amount_ore", flat=True)), own.count()


class TestItIsTheInvoiceThatTheClosingWrites(TestCase):
    @histories(25)
    @given(
        st.lists(FACTS, max_size=8),
        st.sampled_from([None, *QUARTERS[:3]]),
        st.lists(FACTS, max_size=4),
        st.sampled_from([date(2026, 11, 23), date(2027, 1, 20), date(2027, 3, 3)]),
    )
    def test_for_random_facts(self, facts, closed, late, today):
        with rolled_back():
            world = World()
            for fact in facts:
                world.enter(fact)
            if closed:
                world.close(closed, today)
            for fact in late:
                world.enter(fact)
            payers = payers_seen_by(Cast().finance, today)
            told = next_bills(payers, today)
            run = world.close(next_window(today).current, today)
            for one in payers:
                bill = told[one.key]
                assert (bill.amount_ore, bill.lines) == billed_by(run, one), one
                assert bill.code == run.code


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    town = Town()
    town.school.head_mail = "skole@albertslund.example"
    town.school.save()
    return town


@pytest.fixture
def head(town, cast):
    # A pc that is on its way makes the year's forecast more than what is agreed on.
    make.price()
    make.order_line(make.unit("1001"), status="ordered")
    return cast.with_access("hanne", HEAD, department=town.school)


def test_before_a_quarter_begins_it_is_what_its_first_day_would_bill(town, cast):
    close("2026Q4")
    [bill] = next_bills(
        [b for b in payers_seen_by(cast.finance, TODAY) if b.department == town.school], TODAY
    ).values()
    assert (bill.code, bill.is_open, bill.opens_on) == ("2027Q1", False, date(2027, 1, 1))
    run = close("2027Q1", date(2027, 1, 1))
    assert bill.amount_ore == run.invoices.get(department=town.school).total_ore > 0


@pytest.mark.parametrize("path", ["/", "/egenbetaling/", "/egenbetaling/brev/"])
def test_a_leader_sees_it_and_its_lines(town, head, client_of, path):
    client = client_of(head)
    tree = read(client, path)
    [link] = [a for a in tree.xpath("//a[contains(@href, 'koersel=2026Q3')]") if is_next(a)]
    shown = parse_kroner(link.text_content())
    assert total_of_lines(client, link.get("href")) == shown
    assert "i rettelser til tidligere kvartaler" in text_of(tree)
    assert assert_every_figure_opens_its_lines(client, path) > 1
    run = close("2026Q3")
    assert run.invoices.get(department=town.school).total_ore == shown


def is_next(link):
    return not re.search(r"&(fra|til)=", link.get("href"))


def test_the_letter_of_a_quarter_billed_with_others_says_so(db, settings, client_of, cast):
    settings.TODAY = TODAY
    make.cost_holder()
    make.lease(unit=make.unit())
    close("2026Q3")
    user = cast.with_access("hanne", HEAD, department=make.department())
    for quarter in ("2026Q1", "2026Q2", "2026Q3"):
        text = text_of(read(client_of(user), f"/egenbetaling/brev/?kvartal={quarter}"))
        # F at 1 October: ⌊559066 · 3 / 16⌋
        assert "Regningen for 1.–3. kvartal 2026 er 1.048,24 kr." in text
        assert "1.–3. kvartal 2026 koster i alt 1.048,24 kr." in text
        assert "Forskellen på" not in text


LEADERS_PAGES = [
    "/",
    "/egenbetaling/",
    "/egenbetaling/?kvartal=2026Q3",
    "/egenbetaling/prognose/",
    "/budgetter/",
]


def figures_of(tree):
    """Return every key figure of a page: (its label, what it says)."""
    for figure in tree.xpath("//div[@class='figure']"):
        yield text_of(figure.find("dt")), text_of(figure.xpath("dd[@class='figure-value']")[0])
    for figure in tree.xpath("//dl[@class='lead-figure']"):
        label = " ".join(figure.find("dt").text.split())
        yield label, text_of(figure.find("dd"))


@pytest.mark.parametrize("closed", [(), ("2026Q3",), ("2026Q3", "2026Q4")])
def test_the_same_label_is_the_same_figure_on_all_leaders_pages(
    town, head, cast, client_of, closed
):
    Settings.objects.update(mails_letters=True)
    for code in closed:
        write_letters(run=close(code), today=TODAY, now=NOW)
    client, said = client_of(head), defaultdict(set)
    for path in LEADERS_PAGES:
        tree = read(client, path)
        for label, figure in figures_of(tree):
            said[label].add(figure)
    mail = Mail.objects.filter(key__startswith="letter-", recipients=town.school.head_mail).first()
    letters = [text_of(read(client, "/egenbetaling/brev/")), *([mail.text] if mail else [])]
    for text in letters:
        [(quarter, figure)] = re.findall(r"Næste regning ?, ([^:]*):\s([−\d.,]+)\skr\.", text)
        said[f"Næste regning, {quarter}"].add(f"{figure} kr.")
    bridge = read(client, "/egenbetaling/forskel/?fra=2026Q2&til=2026Q3")
    foot = " ".join(bridge.xpath("string((//table//tr)[last()]/td[last()])").split())
    said["Udgift, 3. kvartal 2026"].add(f"{foot} kr.")
    assert {label: len(found) for label, found in said.items() if len(found) > 1} == {}
    assert {"Forventet regnskab 2026", "Udgift, 3. kvartal 2026"} <= said.keys()
    # The whole year is said once: nothing else on these pages is a figure of all of it.
    years = [label for label in said if "2026" in label and "4. kvartal" not in label]
    assert sorted(label for label in years if "Udgift i 2026" in label) == [
        "Udgift i 2026 til og med 3. kvartal"
    ]


def test_the_bar_is_the_figure_beside_it(town, head, client_of):
    tree = read(client_of(head), "/egenbetaling/")
    [bar] = tree.xpath("//figure//table/tbody/tr[th='4. kvt. 2026']/td[last()]")
    figures = dict(figures_of(tree))
    assert f"{text_of(bar)} kr." == figures["Forventet udgift, 4. kvartal 2026"]
    year = sum(
        parse_kroner(text_of(cell))
        for cell in tree.xpath("//figure//table/tbody/tr[contains(th, '2026')]/td[last()]")
    )
    assert year == parse_kroner(figures["Forventet regnskab 2026"])


@pytest.mark.parametrize("path", ["/", "/egenbetaling/"])
def test_the_line_of_the_year_ends_at_the_figure_beside_it(town, head, client_of, path):
    tree = read(client_of(head), path)
    [end] = tree.xpath(
        "//figure//table[contains(caption, 'mod budgettet')]//tr[th='4. kvt.']/td[2]"
    )
    assert f"{text_of(end)} kr." == dict(figures_of(tree))["Forventet regnskab 2026"]
