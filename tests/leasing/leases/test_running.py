"""Which leases run, asked of the database: the same as laying the terms of each end to end."""

from datetime import date, timedelta

import pytest

from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.leases.selectors.running import running_on
from leasing.models import LeaseTerm
from tests import builders as make
from tests.leasing.pages import queries_of

pytestmark = pytest.mark.django_db

STARTS = (date(2026, 1, 31), date(2026, 2, 28), date(2027, 11, 29), date(2027, 11, 30))
ENDS = (date(2026, 7, 31), date(2026, 8, 28), date(2028, 2, 29), date(2028, 5, 29))


@pytest.fixture
def leases():
    for index, (starts_on, quarters) in enumerate((s, q) for s in STARTS for q in (1, 2, 16)):
        make.lease(f"PF-{index:03}", starts_on=starts_on, quarters=quarters)
    make.lease("STOPPET", starts_on=STARTS[0], stops_on=date(2026, 7, 31))
    make.lease("ALDRIG", starts_on=STARTS[0], stops_on=STARTS[0])
    for serial, prices in (("KORT-LANG", (1, 2)), ("LANG-KORT", (2, 1)), ("LANGT", (16, 16))):
        made = make.lease(serial, starts_on=date(2027, 11, 30), quarters=prices[0])
        LeaseTerm.objects.create(lease=made, position=2, price_ore=100, quarters=prices[1])
    make.lease("UDEN-PRIS").terms.all().delete()


def days():
    """Return the days about every end and start."""
    return sorted({day + timedelta(days=n) for day in STARTS + ENDS for n in range(-2, 4)})


def test_it_is_those_whose_laid_out_terms_hold_the_day(leases):
    for day in days():
        running = set(running_on(day).values_list("device", flat=True))

        assert running == set(quarter_costs(None, day)), day


def test_nothing_runs_where_nothing_is_leased():
    assert not running_on(STARTS[0]).exists()


def test_a_list_of_what_waits_costs_the_same_for_any_number(cast, client_of, settings):
    settings.TODAY = date(2026, 11, 23)
    client, page = client_of(cast.helpdesk), "/udstyr/?waits=shelf&sorter=unit"
    for number in range(3):
        make.lease(f"A-{number}")
    few = queries_of(client, page)
    for number in range(30):
        make.lease(f"B-{number}")

    assert queries_of(client, page) == few
