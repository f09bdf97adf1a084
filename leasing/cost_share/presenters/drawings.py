"""The drawings of a share: the same colours in the same order on every page."""

from collections.abc import Sequence
from datetime import date

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.drawings.charts import (
    HATCHED,
    OPEN,
    OUTLINED,
    SOLID,
    Chart,
    Series,
    quarter_chart,
)
from albertslund_it.web.drawings.flows import Bars, lying_bars
from albertslund_it.web.drawings.lines import (
    Burn,
    BurnPart,
    Line,
    LineChart,
    burn_chart,
    line_chart,
)
from leasing.cost_share.presenters.words import SHADE_NAMES
from leasing.cost_share.selectors.forecast import BILLED, CONTRACTED
from leasing.cost_share.selectors.minute import Minute
from leasing.cost_share.selectors.trend import TrendPoint
from leasing.cost_share.selectors.what_if import WhatIf
from leasing.domain.renewal import ASSUMED, PLANNED

# Told apart by pattern as well as by colour.
STYLES = {BILLED: SOLID, CONTRACTED: HATCHED, PLANNED: OPEN, ASSUMED: OUTLINED}


def shades_chart(
    ident: str, name: str, quarters: Sequence[tuple[Quarter, dict[str, int]]]
) -> Chart:
    """Draw quarters by shade; of the shades those that there are."""
    return quarter_chart(
        ident=ident,
        title=f"Udgift pr. kvartal, {name}",
        quarters=[quarter for quarter, _ in quarters],
        series=[
            Series(SHADE_NAMES[shade], style, [amounts.get(shade, 0) for _, amounts in quarters])
            for shade, style in STYLES.items()
            if shade == BILLED or any(amounts.get(shade) for _, amounts in quarters)
        ],
    )


def share_chart(minute: Minute) -> Chart:
    """Draw a share's quarters, those to come with them."""
    quarters = [(one.quarter, one.amounts) for one in minute.quarters]
    return shades_chart("kvartaler", minute.share.payer.name, quarters)


def year_burn(minute: Minute, today: date, ident: str = "aaret") -> Burn:
    """Draw the year as it adds up, against its budget."""
    found = minute.year_quarters
    gone = sum(_gone(one.quarter, today) for one, _ in found) / len(found)
    return burn_chart(
        ident=ident,
        title=f"{minute.share.quarter.year} mod budgettet, {minute.share.payer.name}",
        parts=[
            BurnPart(f"{one.quarter.number}. kvt.", one.total_ore, is_closed)
            for one, is_closed in found
        ],
        gone=gone,
        budget_ore=minute.budget_ore,
    )


def trend_chart(points: Sequence[TrendPoint], name: str) -> LineChart | None:
    """Draw what a pc costs, beside the others; nothing of less than two quarters."""
    lines = [
        Line("Jer", "own", [one.own.ore for one in points]),
        Line("Kommunen", "all", [one.everybody.ore for one in points]),
        Line("Lignende", "alike", [one.alike.ore if one.alike else None for one in points]),
    ]
    known = [line for line in lines if any(value is not None for value in line.values)]
    if len(points) < 2 or lines[0] not in known:
        return None
    return line_chart(
        ident="pris",
        title=f"Hvad en pc koster i kvartalet, {name}",
        labels=[one.quarter.short_label.replace(" 20", " ") for one in points],
        lines=known,
    )


def _gone(quarter: Quarter, today: date) -> float:
    """Return how much of a quarter has passed, from 0 to 1."""
    days = (quarter.ends_before - quarter.starts_on).days
    return min(1, max(0, (today - quarter.starts_on).days / days))


def years_chart(found: WhatIf) -> Bars:
    """Draw each year as it would be, and as it is in the forecast."""
    return lying_bars(
        ident="virkning-aar",
        title="Udgift pr. budgetår",
        names=("Hvis", "Prognose"),
        rows=[(str(year), one.changed_ore, one.base_ore) for year, one in found.by_year],
    )
