"""What the leases that run still cost, by fiscal year: the remaining obligation, lease by lease."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from leasing.cost_table.facts import lease_facts
from leasing.domain.accrual import accrued, span_of
from leasing.domain.allocation import LeaseFacts

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
    """Add up what is left of every term from tomorrow on: F(end of the year) − F(its start)."""
    years: dict[int, int] = defaultdict(int)
    count = 0
    for _, _, amounts in _left(today):
        count += 1
        for year, amount in amounts.items():
            years[year] += amount
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
    tomorrow = today + ONE_DAY
    for facts in lease_facts():
        began, ended = span_of(facts.terms, facts.stops_on)
        start = max(tomorrow, began)
        if start >= ended:
            continue
        amounts = {}
        for year in range(start.year, (ended - ONE_DAY).year + 1):
            until = accrued(facts.terms, facts.stops_on, date(year + 1, 1, 1))
            since = accrued(facts.terms, facts.stops_on, max(start, date(year, 1, 1)))
            amounts[year] = until - since
        yield facts, ended, amounts
