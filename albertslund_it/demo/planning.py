"""What finance and the leaders have planned: budgets, and a "what if" that a leader shares."""

from datetime import date

from django.contrib.auth.models import User

from albertslund_it.demo.helpdesk import Desk
from inventory.models import Unit
from leasing.cost_share.selectors.forecast import forecast_of
from leasing.cost_share.selectors.payers import EVERYBODY, payers_seen_by
from leasing.cost_share.services.budgets import BudgetFacts, save_budgets
from leasing.cost_share.services.scenarios import save_scenario

PLANNER = "leder"
DEARER = "15 % dyrere pc'er"
WHOLE = 50_000  # budgets are in whole 500 kr.
# In hundredths of what the year is expected to cost, by turns: some keep it, some pass it.
SHARES = (110, 105, 100, 120, 92)


def plan(desk: Desk, finance: User) -> None:
    """Give each unit a budget for this year and the next, and share a scenario with finance."""
    everybody = next(one for one in payers_seen_by(finance, desk.today) if one.key == EVERYBODY)
    forecast = forecast_of(everybody, desk.today)
    units = list(Unit.objects.filter(is_cost_holder=False).order_by("number"))
    save_budgets(
        rows=[
            BudgetFacts(year, unit.number, _whole(sum(expected.values()) * share // 100))
            for year in (desk.today.year, desk.today.year + 1)
            for sums in [forecast.of_year(year, lambda line: line[1])]
            for unit, share in zip(units, SHARES * len(units), strict=False)
            if (expected := sums.get(unit.pk))
        ],
        actor=finance,
        today=desk.today,
    )
    planner = User.objects.get(username=PLANNER)
    save_scenario(
        name=DEARER,
        payer=payers_seen_by(planner, desk.today)[0].key,
        assumptions={"pris": "15", "pris_fra": f"{date(desk.today.year + 1, 1, 1):%d-%m-%Y}"},
        is_shared=True,
        actor=planner,
        now=desk.moment(3, 14),
    )


def _whole(amount: int) -> int:
    return -(-max(amount, 0) // WHOLE) * WHOLE
