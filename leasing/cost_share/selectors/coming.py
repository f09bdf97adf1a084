"""What is under a forecast's planned and assumed amounts: terms to come, alike ones together."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar, overload

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


class ComingSums(NamedTuple):
    """All rows added up."""

    amount_ore: int


NO_SUMS = ComingSums(0)


@dataclass(frozen=True, slots=True)
class ComingRows(Sequence[ComingRow]):
    """Rows by unit and model, made where they are sliced: there are thousands and few are shown."""

    found: Sequence[tuple[str, Coming, int, int]] = ()
    sums: ComingSums = NO_SUMS

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, wanted: int) -> ComingRow: ...

    @overload
    def __getitem__(self, wanted: slice) -> list[ComingRow]: ...

    def __getitem__(self, wanted: int | slice) -> ComingRow | list[ComingRow]:
        if isinstance(wanted, int):
            return _row(*self.found[wanted])
        return [_row(*one) for one in self.found[wanted]]


def _row(unit: str, one: Coming, number: int, cost: int) -> ComingRow:
    term = one.term
    return ComingRow(
        one.shade,
        one.is_extension,
        unit,
        one.model_name,
        number,
        term.starts_on,
        term.ends_before,
        term.price_ore,
        number * cost,
    )


def coming_rows(payer: Payer, span: ComingSpan, today: date) -> ComingRows:
    """Return the terms to come that cost a payer something in some quarters.

    They add up to the forecast's amount of that shade: a term's quarters are differences of one F.
    """
    days = (span.first.starts_on, span.last.ends_before)
    numbers: dict[Coming, Counter[int]] = defaultdict(Counter)
    for follows, places in terms_to_come(basis_of(payer, today, (span.first, span.last))):
        for one in follows:
            if one.shade == span.shade and span.model_name in (None, one.model_name):
                of_units = numbers[one._replace(unit_id=ALL_UNITS, number=0)]
                for unit, number in places:
                    of_units[unit] += number
    # Thousands of rows are of few terms, models and units, which are put in order alone.
    of_model = _places({one.model_name: one.model_name for one in numbers})
    by_unit: dict[int, list[tuple[Coming, int, int]]] = defaultdict(list)
    total = 0
    for one in sorted(numbers, key=lambda one: (of_model[one.model_name], one.term.starts_on)):
        [cost] = costs_between(one.term, days)
        if cost:
            for unit, number in numbers[one].items():
                if number:
                    by_unit[unit].append((one, number, cost))
                    total += number * cost
    names = dict(Unit.objects.filter(pk__in=by_unit).values_list("id", "name"))
    in_order = sorted(by_unit, key=_places(names).__getitem__)
    rows = [(names[unit], *row) for unit in in_order for row in by_unit[unit]]
    return ComingRows(rows, ComingSums(total))


def _places(names: Mapping[Named, str]) -> dict[Named, int]:
    """Return the place of each by its name."""
    in_order = sorted(names, key=lambda one: danish_key(names[one]))
    return {one: place for place, one in enumerate(in_order)}
