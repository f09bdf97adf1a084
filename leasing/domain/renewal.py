"""What comes after the terms that are agreed: planned, or assumed to be leased again."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from leasing.domain.accrual import Term, terms_in_order
from leasing.domain.assumptions import Assumptions

PLANNED, ASSUMED = "planned", "assumed"

# What a whole term of a model costs, and its quarters; None for a model without a price.
PriceOf = Callable[[str], tuple[int, int] | None]


class Expiring(NamedTuple):
    """Leases that run out alike: their first day without cost, who holds them, the last term.

    Those that are decided to be bought or returned are not among them: nothing follows.
    """

    ends_before: date
    unit_id: int
    model_name: str
    price_ore: int
    quarters: int


class Coming(NamedTuple):
    """Terms to come: so many items of a model at a unit, each for the term's price."""

    shade: str
    unit_id: int
    model_name: str
    term: Term
    number: int
    is_extension: bool = False


def renewals(
    expiring: Mapping[Expiring, int], until: date, price_of: PriceOf, assumed: Assumptions
) -> Iterator[Coming]:
    """Yield what follows leases that run out before `until`, and what is assumed to be added."""
    less = {key: -count for key, count in assumed.more.items() if count < 0}
    for one, count in sorted(expiring.items()):
        start = one.ends_before
        if start >= until:
            continue
        key = (one.unit_id, one.model_name)
        if less.get(key) and assumed.more_from and start >= assumed.more_from:
            dropped = min(count, less[key])
            less[key] -= dropped
            count -= dropped
        if not count or not assumed.renews:
            continue
        if assumed.extended_quarters > 0 and start < until:
            term = _at_the_same_price(one, start, assumed.extended_quarters)
            yield Coming(ASSUMED, one.unit_id, one.model_name, term, count, is_extension=True)
            start = term.ends_before
        model = assumed.models.get(one.model_name, one.model_name)
        before = (one.price_ore, one.quarters)
        yield from again(one.unit_id, model, count, start, until, price_of, assumed, before)
    for (unit, model), count in sorted(assumed.more.items()):
        if count > 0 and assumed.more_from:
            start = assumed.more_from
            yield from again(unit, model, count, start, until, price_of, assumed)


def again(
    unit: int,
    model: str,
    count: int,
    start: date,
    until: date,
    price_of: PriceOf,
    assumed: Assumptions,
    before: tuple[int, int] | None = None,
) -> Iterator[Coming]:
    """Lease items of a model from a day on, term after term; `before` is for want of a price."""
    while start < until:
        price = price_of(model) or before
        if price is None:
            return
        price_ore, quarters = assumed.prices_ore.get(model, price[0]), price[1]
        if assumed.price_change_from and start >= assumed.price_change_from:
            price_ore = (price_ore * (10_000 + assumed.price_change) + 5_000) // 10_000
        [term] = terms_in_order(start, [(price_ore, quarters)])
        yield Coming(ASSUMED, unit, model, term, count)
        start = term.ends_before


def _at_the_same_price(one: Expiring, start: date, quarters: int) -> Term:
    [term] = terms_in_order(start, [(one.price_ore * quarters // one.quarters, quarters)])
    return term
