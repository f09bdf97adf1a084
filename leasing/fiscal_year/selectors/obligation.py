"""What the leases that run still cost, by fiscal year: the remaining obligation, lease by lease."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count

from inventory.models import Device
from leasing.cost_table.facts import lease_facts
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import Term, accrued, span_of, terms_in_order
from leasing.domain.allocation import LeaseFacts
from leasing.models import CostLease, LeaseTerm

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Obligation:
    """What is left of every term, added up by fiscal year."""

    years: list[tuple[int, int]]
    leases: int

    @property
    def total_ore(self) -> int:
        return sum(amount for _, amount in self.years)


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of one lease, of one year or of all."""

    device_id: int
    serial_number: str
    model_name: str
    sub_agreement: str
    starts_on: date
    last_day: date
    amount_ore: int


def remaining_obligation(today: date) -> Obligation:
    """Add up what is left of every term from tomorrow on: F(end of the year) − F(its start).

    Leases of one term that begin and end alike have the same left, so it is worked out once.
    """
    years: dict[int, int] = defaultdict(int)
    count = 0
    with one_moment():
        several = LeaseTerm.objects.filter(position__gt=1).values("lease")
        alike = (
            CostLease.objects.filter(ends_before__gt=today + ONE_DAY)
            .exclude(lease__in=several)
            .values_list("starts_on", "ends_before", "runs_out", "price_ore", "quarters")
            .annotate(Count("lease"))
            .order_by()
        )
        found = [
            (number, _amounts(terms_in_order(began, [(price, quarters)]), stops_on, today))
            for began, ended, runs_out, price, quarters, number in alike
            for stops_on in [None if runs_out else ended]
        ]
        found += [
            (1, _amounts(facts.terms, facts.stops_on, today))
            for facts in lease_facts(Device.objects.filter(lease__in=several))
        ]
    for number, amounts in found:
        count += number if amounts else 0
        for year, amount in amounts.items():
            years[year] += number * amount
    return Obligation(sorted(years.items()), count)


def remainders(year: int | None, today: date) -> list[Remainder]:
    """Return what is left of each lease of a year, or of all years: the lines of the obligation."""
    found = []
    for facts, ended, amounts in _left(today):
        if year is not None and year not in amounts:
            continue
        found.append(
            Remainder(
                facts.device_id,
                facts.serial_number,
                facts.model_name,
                facts.sub_agreement,
                facts.starts_on,
                ended - ONE_DAY,
                sum(amounts.values()) if year is None else amounts[year],
            )
        )
    return found


def _left(today: date) -> Iterator[tuple[LeaseFacts, date, dict[int, int]]]:
    """Yield each lease with days left, the day after its last, and the rest by year in øre."""
    for facts in lease_facts():
        if amounts := _amounts(facts.terms, facts.stops_on, today):
            yield facts, span_of(facts.terms, facts.stops_on)[1], amounts


def _amounts(terms: tuple[Term, ...], stops_on: date | None, today: date) -> dict[int, int]:
    """Return what is left of a lease after today, in øre by year; nothing of one that is over."""
    began, ended = span_of(terms, stops_on)
    start = max(today + ONE_DAY, began)
    if start >= ended:
        return {}
    amounts = {}
    for year in range(start.year, (ended - ONE_DAY).year + 1):
        until = accrued(terms, stops_on, date(year + 1, 1, 1))
        amounts[year] = until - accrued(terms, stops_on, max(start, date(year, 1, 1)))
    return amounts
