"""The facts that a lease says it was billed from, held against what its lines say."""

from dataclasses import replace
from datetime import date

from leasing.billing.selectors.window import Window
from leasing.domain.accrual import terms_in_order
from leasing.domain.allocation import Heirs, LeaseFacts, differences


def is_billed_by_its_text(
    facts: LeaseFacts, window: Window, cost_holder: int, heirs: Heirs
) -> bool:
    """Return whether the closed quarters hold exactly what the stored text of a lease gives.

    That is what the text promises; a lease that has none promises nothing. Where the text is that
    of today's facts, the full recomputation tells the same.
    """
    if facts.billed_text in (None, facts.text):
        return True
    try:
        as_billed = _facts_of(facts, facts.billed_text)
    except ValueError:
        return False
    return not differences(as_billed, window.periods, None, cost_holder, heirs)


def _facts_of(facts: LeaseFacts, text: str) -> LeaseFacts:
    """Read 'start|stop|price/quarters …| day>unit …' back into facts."""
    start, stop, prices, moves = text.split("|")
    starts_on = date.fromisoformat(start)
    terms = []
    for price in prices.split():
        price_ore, quarters = price.split("/")
        terms.append((int(price_ore), int(quarters)))
    placements = []
    for move in moves.split():
        day, unit = move.split(">")
        placements.append((date.fromisoformat(day), int(unit) if unit else None))
    return replace(
        facts,
        terms=terms_in_order(starts_on, terms),
        starts_on=starts_on,
        stops_on=date.fromisoformat(stop) if stop else None,
        placements=placements,
    )
