"""A forecast under other assumptions beside the one we have; and the scenarios that are kept."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import DeviceModel, Unit
from inventory.organisation.selectors.scope import sees_all
from leasing.cost_share.selectors.forecast import Forecast, forecasts_of, last_quarter
from leasing.cost_share.selectors.payers import Payer, payers_seen_by
from leasing.domain.assumptions import Assumptions
from leasing.models import LeasePrice, Scenario

YEARS = 4


class Effect(NamedTuple):
    """A year's cost as it is and as it would be, in øre."""

    base_ore: int
    changed_ore: int

    @property
    def change_ore(self) -> int:
        return self.changed_ore - self.base_ore


@dataclass(frozen=True)
class EffectRow:
    """A unit's (or everything's) effects, year by year."""

    label: str
    effects: list[Effect]

    @property
    def change_ore(self) -> int:
        return sum(effect.change_ore for effect in self.effects)


@dataclass(frozen=True)
class WhatIf:
    """The four budget years to come: the units that change, and all together.

    `begins` is the first quarter that costs anybody something else, and `begins_ore` how much all.
    """

    years: list[int]
    units: list[EffectRow]
    total: EffectRow
    begins: Quarter | None
    begins_ore: int

    @property
    def base_ore(self) -> int:
        return sum(effect.base_ore for effect in self.total.effects)

    @property
    def changed_ore(self) -> int:
        return sum(effect.changed_ore for effect in self.total.effects)

    @property
    def by_year(self) -> list[tuple[int, Effect]]:
        return list(zip(self.years, self.total.effects, strict=True))


def compare(payer: Payer, today: date, assumptions: Assumptions) -> WhatIf:
    """Hold a payer's forecast under some assumptions against the one without any."""
    # Of what has been nothing is assumed.
    span = Quarter.of(today), last_quarter(today)
    base, changed = forecasts_of(payer, today, [Assumptions(), assumptions], span=span)
    years = [year for year in base.years if year > today.year][:YEARS]
    sums = [{year: _by_unit(one, year) for year in years} for one in (base, changed)]
    units = Unit.objects.in_bulk(base.unit_ids | changed.unit_ids)

    def effects(unit: int) -> list[Effect]:
        return [Effect(*(one[year].get(unit, 0) for one in sums)) for year in years]

    rows = [EffectRow(units[pk].name, effects(pk)) for pk in units]
    total = [
        Effect(
            sum(row.effects[at].base_ore for row in rows),
            sum(row.effects[at].changed_ore for row in rows),
        )
        for at in range(len(years))
    ]
    moved = [row for row in rows if any(effect.change_ore for effect in row.effects)]
    moved.sort(key=lambda row: danish_key(row.label))
    begins = _first_difference(base, changed)
    begins_ore = 0
    if begins:
        code = str(begins)
        begins_ore = changed.total_ore(period=code) - base.total_ore(period=code)
    return WhatIf(years, moved, EffectRow("I alt", total), begins, begins_ore)


def _first_difference(base: Forecast, changed: Forecast) -> Quarter | None:
    """Return the first quarter that costs a unit something else; None where none does."""
    nothing = [0] * len(base.quarters)
    differing = [
        next(at for at, (one, other) in enumerate(zip(before, after, strict=True)) if one != other)
        for line in base.lines.keys() | changed.lines.keys()
        if (before := base.lines.get(line, nothing)) != (after := changed.lines.get(line, nothing))
    ]
    return base.quarters[min(differing)] if differing else None


def _by_unit(forecast: Forecast, year: int) -> dict[int, int]:
    sums = forecast.of_year(year, lambda line: line[1])
    return {unit: sum(shades.values()) for unit, shades in sums.items()}


def models_to_choose() -> list[DeviceModel]:
    """Return the models that have a price, by name."""
    models = DeviceModel.objects.filter(pk__in=LeasePrice.objects.order_by().values("model"))
    return sorted(models, key=lambda model: danish_key(model.name))


def units_to_choose(payer: Payer) -> list[Unit]:
    """Return the units that may get more or fewer: those that pay themselves."""
    units = Unit.objects.in_use().filter(is_cost_holder=False)
    return list(units if payer.unit_ids is None else units.filter(pk__in=payer.unit_ids))


def scenarios_seen_by(user: User) -> QuerySet[Scenario]:
    """Return a user's own scenarios; who sees every department sees the shared ones too."""
    shared = Q(is_shared=True) if sees_all(user) else Q()
    return Scenario.objects.filter(Q(created_by=user) | shared if shared else Q(created_by=user))


def payer_of(scenario: Scenario, today: date) -> Payer | None:
    """Return whose costs a scenario is about, as its maker sees them today; None if no longer."""
    for payer in payers_seen_by(scenario.created_by, today):
        if payer.key == scenario.bearer:
            return payer
    return None
