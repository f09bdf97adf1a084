"""Departments added up as they were, and as they are today; each page says which."""

from datetime import date

import pytest

from inventory.models import UnitBefore
from inventory.organisation.selectors.before import departments_on
from leasing.cost_share.selectors.at_date import day_of
from leasing.cost_share.selectors.payers import EVERYBODY, Payer
from leasing.fiscal_year.selectors.pivot import amounts_of, pivot
from tests.files import take_in
from tests.leasing.reorganisation.changing import carried_out
from tests.leasing.town import TODAY, Town

pytestmark = pytest.mark.django_db
EVERYONE = Payer(EVERYBODY, "Hele kommunen", None)


@pytest.fixture
def town(settings):
    settings.TODAY = TODAY
    town = Town()
    for day, to in ((date(2026, 8, 1), town.culture), (date(2026, 10, 1), town.school)):
        carried_out(day, ("move", town.first, {"department": to}))
    return town


def test_a_unit_belongs_where_it_did_on_a_day(town):
    on = [date(2026, 7, 31), date(2026, 8, 1), date(2026, 9, 30), date(2026, 10, 1)]
    found = [departments_on(day)[town.first.pk] for day in on]
    assert found == [town.school.pk, town.culture.pk, town.culture.pk, town.school.pk]


def test_the_day_is_added_up_by_the_departments_of_then_or_of_today(town, cast, client_of):
    day = date(2026, 9, 1)

    def items(**options):
        groups = day_of(EVERYONE, day, **options).groups
        return {one.label: one.items for one in groups}

    now, then = items(), items(as_then=True)
    moved = then[town.culture.name] - now[town.culture.name]
    assert moved == 4
    assert now[town.school.name] - then[town.school.name] == moved
    assert sum(now.values()) == sum(then.values())
    client = client_of(cast.finance)
    url = "/egenbetaling/dengang/?afdeling=alle&dag=01-09-2026"
    assert "Afdelingerne, som de er i dag" in client.get(url).content.decode()
    assert "som de var på dagen." in client.get(f"{url}&efter=dengang").content.decode()
    assert client.get(f"{url}&efter=x").status_code == 404


def test_the_year_is_cut_by_the_bills_or_by_todays_departments(town, cast, client_of):
    """The club was billed at the school's; it is culture's today."""
    then = pivot(amounts_of(2026, TODAY), "afdeling", "kvartal")
    now = pivot(amounts_of(2026, TODAY, by_today=True), "afdeling", "kvartal")
    assert then.total_ore == now.total_ore
    of = {row.name: row.total_ore for row in then.rows}
    of_now = {row.name: row.total_ore for row in now.rows}
    billed = sum(
        line.amount_ore
        for run in town.runs
        for invoice in run.invoices.all()
        for line in invoice.lines.filter(unit=town.mover)
    )
    assert billed > 0
    assert of_now[town.culture.name] - of[town.culture.name] == billed
    client = client_of(cast.finance)
    shown = client.get("/kvartaler/udgift/?efter=idag").content.decode()
    assert "Alt står hos afdelingen, som den er i dag" in shown
    assert "/egenbetaling/linjer/" not in shown
    shown = client.get("/kvartaler/udgift/").content.decode()
    assert "som den var dengang" in shown


def test_a_file_moves_a_unit_today_says_so_and_keeps_what_it_was(town):
    row = f"Afdeling;Enhedsnr;Enhed\n{town.culture.name};1002;Åmoseskolen"
    report = take_in("units", row, dry_run=True)
    assert "flytter fra Dagtilbud & Skole til Kultur, Fritid & Ejendomme i dag" in str(
        report.warnings
    )
    assert not UnitBefore.objects.filter(unit=town.second).exists()
    take_in("units", row)
    kept = UnitBefore.objects.get(unit=town.second)
    assert kept.department == town.school
    take_in("units", row)
    assert UnitBefore.objects.filter(unit=town.second).count() == 1
