"""What is under a forecast's planned and assumed amounts: terms to come, alike ones together."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.billing.selectors.remembered import is_remembered, remembered
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
    count: int
    starts_on: date
    ends_before: date
    price_ore: int
    amount_ore: int


class Span(NamedTuple):
    """The quarters, the shade and the model that are asked about; None is any model."""

    first: Quarter
    last: Quarter
    shade: str
    model_name: str | None = None


def coming_rows(payer: Payer, span: Span, today: date) -> list[ComingRow]:
    """Return the terms to come that cost a payer something in some quarters; worked out once.

    They add up to the forecast's amount of that shade: a term's quarters are differences of one F.
    """
    name = _name(payer, span, today)
    rows = remembered(name, lambda: [tuple(row) for row in _rows(payer, span, today)])
    return [ComingRow._make(row) for row in rows]


def is_at_hand(payer: Payer, span: Span, today: date) -> bool:
    """Tell whether `coming_rows` has nothing left to work out."""
    return is_remembered(_name(payer, span, today))


def _name(payer: Payer, span: Span, today: date) -> str:
    return f"coming|{payer.known_as}|{span}|{today}"


def _rows(payer: Payer, span: Span, today: date) -> list[ComingRow]:
    counts: dict[Coming, int] = defaultdict(int)
    for one in coming_of(basis_of(payer, today)):
        if one.shade == span.shade and span.model_name in (None, one.model_name):
            counts[one._replace(count=0)] += one.count
    units = dict(Unit.objects.values_list("id", "name"))
    rows = _costing(counts, span, units)
    return sorted(
        rows, key=lambda row: (danish_key(row.unit), danish_key(row.model_name), row.starts_on)
    )


def _costing(counts: dict[Coming, int], span: Span, units: dict[int, str]) -> Iterator[ComingRow]:
    costs: dict[Term, int] = {}  # many have the same term
    for one, count in counts.items():
        term = one.term
        if term not in costs:
            terms = (term,)
            costs[term] = accrued(terms, None, span.last.ends_before)
            costs[term] -= accrued(terms, None, span.first.starts_on)
        if costs[term] and count:
            yield ComingRow(
                one.shade,
                one.is_extension,
                units[one.unit_id],
                one.model_name,
                count,
                term.starts_on,
                term.ends_before,
                term.price_ore,
                count * costs[term],
            )
