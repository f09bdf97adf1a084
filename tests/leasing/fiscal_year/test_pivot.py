"""What a year costs, however it is cut, and what is left of the leases."""

from datetime import date
from io import BytesIO
from itertools import permutations

import openpyxl
import pytest

from leasing.billing.selectors.outstanding import outstanding
from leasing.fiscal_year.selectors.obligation import remainders, remaining_obligation
from leasing.fiscal_year.selectors.pivot import DIMENSIONS, amounts_of, pivot
from tests import builders as make
from tests.leasing.pages import (
    assert_every_figure_opens_its_lines,
    queries_of,
    read,
    text_of,
)
from tests.leasing.town import TODAY, Town

PAGE = "/kvartaler/udgift/"


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


@pytest.mark.parametrize(("down", "across"), list(permutations(DIMENSIONS, 2)))
def test_every_cut_has_the_total_of_the_overview(town, down, across):
    table = pivot(amounts_of(2026, TODAY), down, across)
    assert table.total_ore == outstanding(TODAY).of_year(2026).total.cost_ore
    assert sum(total for *_, total in table.rows) == table.total_ore


def test_departments_by_quarter_are_the_overviews_own_cells(town):
    table = pivot(amounts_of(2026, TODAY), "afdeling", "kvartal")
    whole = outstanding(TODAY).of_year(2026)
    assert [name for name, *_ in table.rows] == [row.name for row in whole.rows]
    assert [values for _, values, _ in table.rows] == [
        [cell.cost_ore for cell in row.cells] for row in whole.rows
    ]


def test_what_is_left_of_a_lease_by_year(db):
    """T14 from 1 January 2026, seen on 31 December 2026: F(1 January) of each year, 559066/4."""
    make.cost_holder()
    make.lease(unit=make.unit())
    left = remaining_obligation(date(2026, 12, 31))
    # F: 139766, 279533, 419299, 559066
    assert left.years == [(2027, 139767), (2028, 139766), (2029, 139767)]
    assert left.total_ore == 559066 - 139766
    assert remaining_obligation(date(2029, 12, 31)).years == []


def test_what_is_left_from_tomorrow_and_of_a_stopped_lease(db):
    make.cost_holder()
    make.lease(unit=make.unit(), stops_on=date(2026, 4, 1))
    # On 31 January: F(1 April) − F(1 February) = 34941 − 559066·31/1440 = 34941 − 12035
    assert remaining_obligation(date(2026, 1, 31)).years == [(2026, 34941 - 12035)]
    assert remaining_obligation(date(2026, 4, 1)).leases == 0


def test_the_page_is_cut_by_its_address(town, cast, client_of):
    client = client_of(cast.auditor)
    assert "Afdeling og kvartal" in text_of(read(client, PAGE))
    page = text_of(read(client, f"{PAGE}?raekker=model&kolonner=slags"))
    assert "Model og slags" in page
    assert "Skærm 27" in page
    assert "Kvartal og afdeling" in text_of(
        read(client, f"{PAGE}?raekker=kvartal&kolonner=kvartal")
    )


def test_the_same_as_excel(town, cast, client_of):
    response = client_of(cast.finance).get(f"{PAGE}?raekker=enhed&hent=xlsx")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0]]
    assert rows[0][0] == "Enhed"
    named = [row for row in rows if row[0] == "1001 Ærtebjerg Skole"]
    table = pivot(amounts_of(2026, TODAY), "enhed", "kvartal")
    [expected] = [total for name, _, total in table.rows if name == "1001 Ærtebjerg Skole"]
    assert round(named[0][-1] * 100) == expected


def test_the_page_costs_the_same_for_three_and_thirty(town, cast, client_of):
    client = client_of(cast.finance)
    three = queries_of(client, PAGE)
    for n in range(20):
        make.lease(f"NY{n:04}", unit=town.second)
    assert queries_of(client, PAGE) == three


# Which address an amount opens is the same on both; that the sums agree is a property, tried on both.
@pytest.mark.once
@pytest.mark.parametrize(
    ("down", "across"),
    [("afdeling", "kvartal"), ("enhed", "model"), ("model", "slags"), ("kvartal", "enhed")],
)
def test_every_amount_opens_its_lines(town, cast, client_of, down, across):
    url = f"{PAGE}?aar=2026&raekker={down}&kolonner={across}&vis=beregning"
    assert assert_every_figure_opens_its_lines(client_of(cast.finance), url) > 6


# Which address an amount opens is the same on both; that the sums agree is a property, tried on both.
@pytest.mark.once
def test_every_amount_of_the_year_end_opens_its_lines(town, cast, client_of):
    url = "/kvartaler/aar/2026/?vis=beregning"
    assert assert_every_figure_opens_its_lines(client_of(cast.finance), url) > 6


def test_what_is_left_opens_the_leases_it_is_made_of(town, client_of, cast):
    obligation = remaining_obligation(TODAY)
    assert len(obligation.years) > 1
    for year, amount in obligation.years:
        assert sum(row.amount_ore for row in remainders(year, TODAY)) == amount
    every = remainders(None, TODAY)
    assert len(every) == obligation.leases
    assert sum(row.amount_ore for row in every) == obligation.total_ore

    client = client_of(cast.finance)
    page = read(client, f"{PAGE}?vis=beregning")
    links = page.xpath("//a[contains(@href, 'restforpligtelse')]")
    assert len(links) == len(obligation.years) + 1
    for link in links:
        opened = text_of(read(client, link.get("href")))
        assert link.text in opened


def test_what_is_left_is_narrowed_by_model_and_a_bad_year_is_said(town, client_of, cast):
    client = client_of(cast.finance)
    address = f"{PAGE}restforpligtelse/"
    [model, *_] = {row.model_name for row in remainders(None, TODAY)}
    shown = read(client, f"{address}?model={model}").xpath("//table/tbody/tr")
    assert len(shown) == sum(row.model_name == model for row in remainders(None, TODAY))
    assert not read(client, f"{address}?aar=x").xpath("//table/tbody/tr")
