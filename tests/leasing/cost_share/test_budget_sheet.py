"""The budget sheet: everything on it adds up, and the transfer sums to zero."""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.money import parse_kroner
from leasing.cost_share.presenters.words import SHADE_NAMES
from leasing.cost_share.selectors.budget_sheet import budget_sheet, in_whole_thousands
from leasing.cost_share.selectors.forecast import forecast_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.models import Booking, Budget, Settings
from tests import builders as make
from tests.leasing.pages import assert_every_figure_opens_its_lines, figures, read
from tests.leasing.town import TODAY, Town
from tests.libreoffice import recalculated


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    found = Town()
    make.price()
    return found


@pytest.fixture
def payers(town, cast):
    return payers_seen_by(cast.finance, TODAY)


def added(rows):
    return [sum(column) for column in zip(*rows, strict=True)] or [0] * 4


@given(st.integers(-(10**12), 10**12))
def test_whole_thousands_are_the_nearest(ore):
    rounded = in_whole_thousands(ore)
    assert rounded % 100_000 == 0
    assert -50_000 <= ore - rounded < 50_000


@pytest.mark.parametrize("in_thousands", [False, True])
def test_everything_on_the_sheet_adds_up(town, payers, in_thousands):
    Budget.objects.create(unit=town.first, year=2027, amount_ore=1_234_567)
    Budget.objects.create(unit=town.library, year=2028, amount_ore=987_654_321)
    for payer in payers:
        sheet = budget_sheet(payer, TODAY, in_thousands=in_thousands)
        assert sheet.years == [2027, 2028, 2029, 2030]
        assert added(one.need for one in sheet.units) == sheet.sums
        assert added(amounts for _, amounts in sheet.by_shade) == sheet.sums
        for one in (unit for unit in sheet.units if unit.shades):
            assert added(amounts for _, amounts in one.shades) == one.need
            assert {shade for shade, _ in one.shades} <= set(SHADE_NAMES)
        assert sheet.transfer_sums == [0, 0, 0, 0]
        if in_thousands:
            assert all(a % 100_000 == 0 for one in sheet.transfers for a in one.amounts)
        else:
            forecast = forecast_of(payer, TODAY)
            assert sheet.sums == [forecast.total_ore(year=year) for year in sheet.years]


def test_all_four_years_are_whole_in_may(town, cast):
    may = date(2026, 5, 4)
    [everybody, *_] = payers_seen_by(cast.finance, may)
    sheet = budget_sheet(everybody, may)
    # With everything leased again the pcs cost about the same each year: no year stops half-way.
    assert sheet.years == [2027, 2028, 2029, 2030]
    assert min(sheet.sums) > 0.85 * max(sheet.sums)  # one of nine, in stock, is not


def test_a_unit_gets_what_it_needs_and_does_not_have(town, payers):
    Budget.objects.create(unit=town.first, year=2027, amount_ore=100_00)
    [everybody, *_] = payers
    sheet = budget_sheet(everybody, TODAY)
    need = {one.unit: one.need for one in sheet.units}
    transfers = [one for one in sheet.transfers if one.unit == town.first]
    assert [one.amounts for one in transfers] == [
        [need[town.first][0] - 100_00, *need[town.first][1:]]
    ]
    given = [one for one in sheet.transfers if one.unit.is_cost_holder]
    assert {one.coding.account for one in given} == {"40000000"}
    paid = added(one.amounts for one in sheet.transfers if one not in given)
    assert [-amount for amount in given[0].amounts] == paid
    # The stock is Fælles IT's own: it needs it, and nobody transfers it.
    assert town.holder in need


def test_the_account_is_the_one_that_is_booked_on(town, payers):
    Settings.objects.update(
        booking=Booking.SALE, sale_account="49400000", sale_income_account="49700000"
    )
    sheet = budget_sheet(payers[0], TODAY)
    assert {one.coding.account for one in sheet.units} == {"49400000"}
    assert {o.coding.account for o in sheet.transfers if o.unit.is_cost_holder} == {"49700000"}


def test_a_missing_account_is_named(town, payers, client_of, cast):
    town.first.account = ""
    town.first.save()
    text = client_of(cast.finance).get(reverse("budget-sheet")).content.decode()
    assert "Artskonto mangler" in text


def test_every_amount_opens_what_it_is_made_of(town, cast, client_of):
    Budget.objects.create(unit=town.first, year=2027, amount_ore=1_234_567)
    client = client_of(cast.finance)
    url = reverse("budget-sheet")
    assert assert_every_figure_opens_its_lines(client, f"{url}?afdeling=alle") > 10

    tree = read(client, f"{url}?afdeling=alle")
    closed = tree.xpath("(//table)[position() < 3]//td[@class='num'][not(a)]")
    rows = [one.getparent() for one in closed if parse_kroner(one.text_content())]
    assert {row.findtext("th").strip() for row in rows} == {town.holder.name}

    forecasts = figures(tree, f"{reverse('share-forecast')}?")
    assert forecasts
    for address, amount in forecasts:
        [figure] = read(client, address).xpath("//dd[@class='figure-value']")
        assert parse_kroner(figure.text_content()) == amount, address

    transfers = tree.xpath("//tr[td/a[starts-with(@href, $budgets)]]", budgets=reverse("budgets"))
    assert len(transfers) > 3
    for row in transfers:
        name = row.xpath("string(th)")
        for link in row.iterfind("td/a"):
            [left] = read(client, link.get("href")).xpath(
                "//tbody/tr[contains(th, $name)]", name=name
            )
            said = (left[at].text_content().strip() for at in (2, 3))
            budget, expected = (0 if text == "–" else parse_kroner(text) for text in said)
            assert parse_kroner(link.text_content()) == expected - budget, name


@pytest.mark.parametrize("beloeb", ["kr", "tkr"])
def test_the_workbook_holds_exact_cells_in_libreoffice(
    town, cast, client_of, payers, tmp_path, beloeb
):
    town.first.name = '=HYPERLINK("http://x";"y")'
    town.first.save()
    sheet = budget_sheet(payers[0], TODAY, in_thousands=beloeb == "tkr")
    response = client_of(cast.finance).get(f"{reverse('budget-sheet')}?beloeb={beloeb}&hent=xlsx")
    path = tmp_path / "budgetark.xlsx"
    path.write_bytes(b"".join(response.streaming_content))

    [cell] = {
        cell.data_type
        for row in openpyxl.load_workbook(io.BytesIO(path.read_bytes()))["Budgetark"].iter_rows()
        for cell in row
        if cell.value == town.first.name
    }
    assert cell == "s"
    book = recalculated(path, tmp_path)
    rows = list(book["Budgetark"].iter_rows(values_only=True))
    per = 100_000 if beloeb == "tkr" else 100
    [heading] = [index for index, row in enumerate(rows) if row[0] == "Afdeling"]
    assert rows[heading] == (
        "Afdeling", "Enhedsnr", "Enhed", "Artskonto", "Omkostningssted", "PSP-element", "Slags",
        2027, 2028, 2029, 2030,
    ) or rows[heading][7:] == ("2027", "2028", "2029", "2030")  # fmt: skip
    expected = [
        [one.unit.number, SHADE_NAMES[shade], *(amount / per for amount in amounts)]
        for one in sheet.units
        for shade, amounts in one.shades
    ]
    assert [[row[1], row[6], *row[7:]] for row in rows[heading + 1 : -1]] == expected
    assert [round(value * per) for value in rows[-1][7:]] == sheet.sums
    assert {row[3] for row in rows[heading + 1 : -1]} == {"40000000"}

    moved = list(book["Omplacering"].iter_rows(values_only=True))
    assert [round(value, 2) for value in moved[-1][6:]] == [0, 0, 0, 0]
    assert any(value < 0 for value in moved[-2][6:])


@pytest.mark.django_db
def test_an_empty_sheet_says_so(cast, client_of, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    text = client_of(cast.finance).get(reverse("budget-sheet")).content.decode()
    assert "Her er ingen udgift i 2027–2030" in text
    assert "Der er intet at omplacere" in text
