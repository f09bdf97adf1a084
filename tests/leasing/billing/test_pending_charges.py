"""The charges that no run holds, added up, are those that a run would bill one by one."""

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from albertslund_it.common.quarters import Quarter
from leasing.billing.selectors.facts import charges_to_bill
from leasing.billing.selectors.outstanding import pending_charges, window_up_to
from leasing.billing.selectors.run_lines import charge_line
from tests import builders as make
from tests.leasing.closed import close

TODAY = date(2026, 8, 20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def units(settings):
    """Charge two units: billed, of several quarters, with and without a device, too early, late."""
    settings.TODAY = TODAY
    make.cost_holder()
    one, two = make.unit(), make.unit("1002", "Nabo")
    t14 = make.lease("PF1", unit=one).device
    t16 = make.device("PF2", model=make.model("T16"))
    make.charge(one, text="Lukket")
    close("2026Q1")
    for number, (unit, day, device) in enumerate(
        (
            (one, date(2025, 12, 31), None),
            (one, date(2026, 3, 31), t14),
            (one, date(2026, 4, 1), t14),
            (one, date(2026, 4, 1), t14),
            (one, date(2026, 6, 30), t16),
            (two, date(2026, 6, 30), None),
            (two, date(2026, 7, 1), t16),
            (two, date(2026, 10, 1), None),
        )
    ):
        make.charge(unit, 1000 + number, day, f"Nr. {number}", device=device)
    return one, two


def one_by_one(window, unit_ids=None, periods=None):
    sums = Counter()
    for line in map(charge_line, charges_to_bill(window, unit_ids)):
        if periods is None or line.period in periods:
            sums[line.period, line.unit_id, line.kind, line.model_name, "lines"] += 1
            sums[line.period, line.unit_id, line.kind, line.model_name, "ore"] += line.amount_ore
    return sums


def added_up(*asked):
    sums = Counter()
    for one in pending_charges(*asked):
        sums[(*one[:4], "lines")] += one.lines
        sums[(*one[:4], "ore")] += one.amount_ore
    return sums


def test_the_sums_are_those_of_the_lines(units):
    one, two = units
    window = window_up_to(Quarter.of(TODAY))
    asked = ((), ([one.pk],), ([two.pk], {"2026Q2"}), (None, {"2026Q1", "2026Q3"}), ([],))
    for more in asked:
        assert added_up(window, *more) == one_by_one(window, *more)
    assert added_up(window)["2026Q2", one.pk, "charge", "T14", "ore"] == 1002 + 1003
    assert "2026Q4" not in {one.period for one in pending_charges(window)}


def test_they_are_read_once_in_a_day_of_many(units):
    window = window_up_to(Quarter.of(TODAY))
    with CaptureQueriesContext(connection) as queries:
        list(pending_charges(window))
    few = len(queries)
    for number in range(40):
        make.charge(units[0], 500, date(2026, 8, 1 + number % 9), f"Mere {number}")
    with CaptureQueriesContext(connection) as queries:
        assert sum(one.lines for one in pending_charges(window)) == 6 + 40
    assert len(queries) == few
