"""What is under a forecast's planned and assumed amounts: terms to come, alike ones together."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from operator import itemgetter
from typing import NamedTuple, TypeVar

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.cost_share.selectors.forecast import ALL_UNITS, basis_of, terms_to_come
from leasing.cost_share.selectors.payers import Payer
from leasing.domain.accrual import costs_between
from leasing.domain.renewal import Coming

Named = TypeVar("Named", int, str)


class ComingRow(NamedTuple):
    """So many items of a model at a unit, for a term; what it costs in the quarters asked about."""

    shade: str
    is_extension: bool
    unit: str
    model_name: str
    number: int
    starts_on: date
    ends_before: date
    price_ore: int
    amount_ore: int


class ComingSpan(NamedTuple):
    """The quarters, the shade and the model that are asked about; None is any model."""

    first: Quarter
    last: Quarter
    shade: str
    model_name: str | None = None


def coming_rows(payer: Payer, span: ComingSpan, today: date) -> list[ComingRow]:
    """Return the terms to come that cost a payer something in some quarters.

    They add up to the forecast's amount of that shade: a term's quarters are differences of one F.
    """
    days = (span.first.starts_on, span.last.ends_before)
    numbers: dict[Coming, Counter[int]] = defaultdict(Counter)
    for follows, places in terms_to_come(basis_of(payer, today)):
        for one in follows:
            if one.shade == span.shade and span.model_name in (None, one.model_name):
                of_units = numbers[one._replace(unit_id=ALL_UNITS, number=0)]
                for unit, number in places:
                    of_units[unit] += number
    names = dict(Unit.objects.values_list("id", "name"))
    # Thousands of rows are of few units and models, whose names are put in order once.
    of_unit = _places({unit: names[unit] for of_units in numbers.values() for unit in of_units})
    of_model = _places({one.model_name: one.model_name for one in numbers})
    rows = []
    for one, of_units in numbers.items():
        [cost] = costs_between(one.term, days)
        if cost:
            after = of_model[one.model_name], one.term.starts_on
            rows += [
                ((of_unit[unit], *after), one, names[unit], number, number * cost)
                for unit, number in of_units.items()
                if number
            ]
    rows.sort(key=itemgetter(0))
    return [
        ComingRow(
            one.shade,
            one.is_extension,
            unit,
            one.model_name,
            number,
            one.term.starts_on,
            one.term.ends_before,
            one.term.price_ore,
            amount,
        )
        for _, one, unit, number, amount in rows
    ]


def _places(names: Mapping[Named, str]) -> dict[Named, int]:
    """Return the place of each by its name."""
    in_order = sorted(names, key=lambda one: danish_key(names[one]))
    return {one: place for place, one in enumerate(in_order)}
