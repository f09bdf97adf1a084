"""Budgets beside what a year is expected to cost, and who enters and reads them."""

import io
from datetime import date

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.roles import HEAD, UNIT_LEADER
from leasing.cost_share.selectors.budget import budget_against, budget_of, budget_table, units_over
from leasing.cost_share.selectors.forecast import forecast_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.services.budgets import enter_budgets
from leasing.imports.importers.files import import_file
from leasing.models import Budget
from tests import builders as make
from tests.leasing.town import TODAY, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


@pytest.fixture
def payers(town, cast):
    return {payer.name: payer for payer in payers_seen_by(cast.finance, TODAY)}


@pytest.fixture
def finance(client_of, cast, town):
    return client_of(cast.finance)


def budget(unit, amount_ore, year=2026):
    return Budget.objects.create(unit=unit, year=year, amount_ore=amount_ore)


def enter(client, payer, **fields):
    address = f"{reverse('budgets-enter')}?afdeling={payer.key}&aar=2026"
    return client.post(address, fields)


def test_without_a_budget_nothing_is_left_and_nothing_passed(payers):
    against = budget_against(payers["Dagtilbud & Skole"], 2026, TODAY)
    assert (against.budget_ore, against.left_ore, against.passes) == (None, None, False)
    assert against.forecast_ore > against.billed_ore > 0


def test_a_budget_lasts_to_the_last_ore(town, payers):
    payer = payers["Dagtilbud & Skole"]
    expected = forecast_of(payer, TODAY).total_ore(year=2026)
    one = budget(town.first, expected - 100)
    other = budget(town.second, 100)
    assert budget_of(payer, 2026) == expected
    against = budget_against(payer, 2026, TODAY)
    assert (against.left_ore, against.passes) == (0, False)

    other.amount_ore = 99
    other.save()
    against = budget_against(payer, 2026, TODAY)
    assert (against.left_ore, against.passes) == (-1, True)
    assert budget_of(payer, 2027) is None
    one.delete()
    assert budget_of(payer, 2026) == 99


def test_the_rows_add_up_to_the_whole_of_every_payer_and_year(town, payers):
    for unit in (town.first, town.mover, town.library, town.holder):
        budget(unit, 123_45)
    for payer in payers.values():
        for year in (2026, 2027, 2028):
            table = budget_table(payer, year, TODAY)
            assert sum(row.forecast_ore for row in table.rows) == table.against.forecast_ore
            assert sum(row.billed_ore for row in table.rows) == table.against.billed_ore
            assert sum(table.sums) == table.against.forecast_ore
            has = [row.budget_ore for row in table.rows if row.budget_ore is not None]
            assert sum(has) == (table.against.budget_ore or 0)


def test_a_unit_that_has_left_keeps_its_bill_here_and_has_its_budget_where_it_is(town, payers):
    budget(town.mover, 500_000_00)
    [old] = [
        row
        for row in budget_table(payers["Dagtilbud & Skole"], 2026, TODAY).rows
        if row.unit == town.mover
    ]
    [new] = [
        row
        for row in budget_table(payers["Kultur, Fritid & Ejendomme"], 2026, TODAY).rows
        if row.unit == town.mover
    ]
    assert (old.is_former, old.budget_ore, old.billed_ore) == (True, None, 2 * 34941 + 1)
    assert (new.is_former, new.budget_ore, new.billed_ore) == (False, 500_000_00, 0)


def test_the_units_over_come_by_most_first(town, payers):
    budget(town.first, 1)
    budget(town.library, 1)
    budget(town.second, 900_000_00)
    over = units_over(payers["Hele kommunen"], 2026, TODAY)
    assert {row.unit for row in over} == {town.first, town.library}
    assert over[0].over_ore >= over[1].over_ore > 0
    assert over[0].over_ore == over[0].forecast_ore - 1


# --- entering


def test_finance_enters_changes_and_removes(town, payers, finance, cast):
    payer = payers["Dagtilbud & Skole"]
    first, second = f"unit_{town.first.id}", f"unit_{town.second.id}"
    response = enter(finance, payer, **{first: "12.000,50", second: "1000"})
    assert response.status_code == 302
    assert dict(Budget.objects.values_list("unit", "amount_ore")) == {
        town.first.id: 1200050,
        town.second.id: 100000,
    }
    seen = {f"seen_{town.first.id}": "1200050", f"seen_{town.second.id}": "100000"}
    enter(finance, payer, **{first: "", second: "1000"}, **seen)
    assert list(Budget.objects.values_list("unit", "amount_ore")) == [(town.second.id, 100000)]
    entries = LogEntry.objects.filter(content_type__model="budget")
    assert {entry.actor for entry in entries} == {cast.finance}
    assert {entry.action for entry in entries} == {LogEntry.Action.CREATE, LogEntry.Action.DELETE}


def test_what_is_wrong_is_told_and_nothing_typed_is_lost(town, payers, finance):
    response = enter(
        finance,
        payers["Dagtilbud & Skole"],
        **{f"unit_{town.first.id}": "tusind", f"unit_{town.second.id}": "77,25"},
    )
    text = response.content.decode()
    assert response.status_code == 422
    assert "Skriv beløbet i kroner" in text
    assert 'value="tusind"' in text
    assert 'value="77,25"' in text
    assert not Budget.objects.exists()

    below = enter(finance, payers["Dagtilbud & Skole"], **{f"unit_{town.first.id}": "-1"})
    assert below.status_code == 422
    assert "et budget kan ikke være under nul" in below.content.decode()


def test_what_another_has_entered_meanwhile_is_not_written_over(town, cast):
    budget(town.first, 5000)
    with pytest.raises(Refused, match="en anden har imens skrevet 50,00"):
        enter_budgets(
            year=2026,
            typed={town.first.id: 7000},
            seen={town.first.id: None},
            actor=cast.finance,
            today=TODAY,
        )
    same = enter_budgets(
        year=2026,
        typed={town.first.id: 5000},
        seen={town.first.id: None},
        actor=cast.finance,
        today=TODAY,
    )
    assert not same.differences
    # What is left as it was seen is nobody's wish.
    enter_budgets(
        year=2026,
        typed={town.first.id: 1},
        seen={town.first.id: 1},
        actor=cast.finance,
        today=TODAY,
    )
    assert Budget.objects.get().amount_ore == 5000


def test_leaders_read_their_own_and_enter_nothing(town, cast, client_of):
    head = cast.with_access("hanne", HEAD, department=town.culture)
    leader = cast.with_access("ulla", UNIT_LEADER, unit=town.library)
    budget(town.first, 777_77)
    for user in (head, leader):
        client = client_of(user)
        for name in ("budgets", "budget-sheet"):
            page = client.get(reverse(name))
            text = page.content.decode()
            assert page.status_code == 200
            assert "Biblioteket" in text
            assert "Ærtebjerg" not in text
            assert "777,77" not in text
            assert "Skriv budgetter" not in text
            for key in (str(town.school.id), "alle", "it-lager"):
                for more in ("", "&hent=xlsx"):
                    assert client.get(f"{reverse(name)}?afdeling={key}{more}").status_code == 404
        assert client.get(reverse("budgets-enter")).status_code == 403


def test_a_unit_of_another_department_cannot_be_slipped_into_the_form(town, payers, finance):
    enter(finance, payers["Kultur, Fritid & Ejendomme"], **{f"unit_{town.first.id}": "10"})
    assert not Budget.objects.exists()


# --- the page


def test_the_page_warns_and_shows_those_over(town, finance):
    budget(town.first, 1)
    budget(town.second, 900_000_00)
    text = finance.get(reverse("budgets")).content.decode()
    assert "1 enhed ventes at overskride sit budget for 2026" in " ".join(text.split())
    only = finance.get(f"{reverse('budgets')}?kun=over").content.decode()
    assert "Ærtebjerg Skole" in only
    assert "Åmoseskolen" not in only


@pytest.mark.parametrize("year", ["2025", "2031", "x", "²"])
def test_years_out_of_reach_are_not_there(finance, year):
    assert finance.get(f"{reverse('budgets')}?aar={year}").status_code == 404
    assert finance.get(f"{reverse('budgets-enter')}?aar={year}").status_code == 404


def test_the_file_can_be_taken_in_again(town, finance, cast):
    budget(town.first, 1234567)
    response = finance.get(f"{reverse('budgets')}?afdeling={town.school.id}&hent=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    sheet = book.active
    for row in range(sheet.max_row, 1, -1):
        if sheet.cell(row, 5).value is None:
            sheet.delete_rows(row)
    sheet.cell(2, 5).value = 99.5
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    import_file(kind="budgets", stream=stream, filename="b.xlsx", actor=cast.finance, today=TODAY)
    assert list(Budget.objects.values_list("unit", "amount_ore")) == [(town.first.id, 9950)]


@pytest.mark.parametrize("name", ["budgets", "budget-sheet", "budgets-enter"])
def test_more_units_ask_no_more_of_the_database(town, finance, name):
    def queries():
        address = f"{reverse(name)}?afdeling={town.school.id}"
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert finance.get(address).status_code == 200
        return len(found)

    def add(first, last):
        for number in range(first, last):
            unit = make.unit(f"50{number:02}", department=town.school)
            make.lease(f"MANGE{number:02}", unit=unit, starts_on=date(2026, 1, 1))
            budget(unit, 1000)

    add(0, 3)
    queries()
    few = queries()
    add(3, 30)
    queries()
    assert queries() <= few
