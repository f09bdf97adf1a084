"""What is under a forecast's planned and assumed amounts: terms to come, alike ones together."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.cost_share.selectors.forecast import basis_of, coming_of
from leasing.cost_share.selectors.payers import Payer
from leasing.domain.accrual import Term, accrued
from leasing.domain.renewal import Coming


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
    numbers: dict[Coming, int] = defaultdict(int)
    for one in coming_of(basis_of(payer, today)):
        if one.shade == span.shade and span.model_name in (None, one.model_name):
            numbers[one._replace(number=0)] += one.number
    units = dict(Unit.objects.values_list("id", "name"))
    rows = _costing(numbers, span, units)
    return sorted(
        rows, key=lambda row: (danish_key(row.unit), danish_key(row.model_name), row.starts_on)
    )


def _costing(
    numbers: dict[Coming, int], span: ComingSpan, units: dict[int, str]
) -> Iterator[ComingRow]:
    costs: dict[Term, int] = {}  # many have the same term
    for one, number in numbers.items():
        term = one.term
        if term not in costs:
            terms = (term,)
            costs[term] = accrued(terms, None, span.last.ends_before)
            costs[term] -= accrued(terms, None, span.first.starts_on)
        if costs[term] and number:
            yield ComingRow(
                one.shade,
                one.is_extension,
                units[one.unit_id],
                one.model_name,
                number,
                term.starts_on,
                term.ends_before,
                term.price_ore,
                number * costs[term],
            )
