"""Why an amount is what it is: the two values of F at its ends, and what is billed of it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from django.db.models import Q

from albertslund_it.common.quarters import Quarter
from inventory.models import Device, Unit
from leasing.cost_table.facts import (
    billing_start,
    cost_holder_id,
    heirs_up_to,
    last_covered_quarter,
    lease_facts,
)
from leasing.cost_table.moment import snapshot
from leasing.domain.accrual import Term, accrued, quarter_position, span_of, term_on
from leasing.domain.allocation import LeaseFacts
from leasing.models import InvoiceLine, Lease

ONE_DAY, EVERY = timedelta(days=1), Q()


@dataclass(frozen=True, slots=True)
class Value:
    """F on a day, with the term and the numbers it is worked out from."""

    day: date
    amount_ore: int
    term: Term
    done: int
    length: int

    @property
    def whole(self) -> int:
        """Return the days of the whole term, as F counts them: N·L."""
        return self.term.quarters * self.length


@dataclass(frozen=True, slots=True)
class HeldInterval:
    """An interval that a unit held the item in a quarter: F at both ends."""

    start: Value
    end: Value

    @property
    def amount_ore(self) -> int:
        return self.end.amount_ore - self.start.amount_ore

    @property
    def last_day(self) -> date:
        return self.end.day - ONE_DAY

    @property
    def days(self) -> int:
        return (self.end.day - self.start.day).days


@dataclass
class Why:
    """What a unit pays of a lease in a quarter by today's facts, and what is billed of it.

    `elsewhere_ore` is what another department was billed while the unit belonged there. Of a
    quarter that is billed, what closed units had is the `heir`'s: it has theirs too, and where it
    is another unit, the difference is not the unit's own.
    """

    device: Device
    lease: Lease
    unit: Unit
    quarter: Quarter
    stays: list[HeldInterval] = field(default_factory=list)
    lines: list[InvoiceLine] = field(default_factory=list)
    elsewhere_ore: int = 0
    heir: Unit | None = None

    @property
    def target_ore(self) -> int:
        return sum(stay.amount_ore for stay in self.stays)

    @property
    def billed_ore(self) -> int:
        return sum(line.amount_ore for line in self.lines) + self.elsewhere_ore

    @property
    def pending_ore(self) -> int:
        return self.target_ore - self.billed_ore


def why(lease: Lease, unit: Unit, quarter: Quarter, mine: Q = EVERY) -> Why:
    """Work out a unit's share of a lease in a quarter, step by step.

    `mine` chooses the bills that the reader may see; of others the amount alone is given.
    """
    found = Why(lease.device, lease, unit, quarter)
    with snapshot():
        [facts] = lease_facts(Device.objects.filter(pk=lease.device_id))
        heirs, units = heirs_up_to(last_covered_quarter()), {unit.id}
        if str(quarter) <= heirs.until:
            units |= {one for one, heir in heirs.of.items() if heir == unit.id}
            found.heir = Unit.objects.filter(pk=heirs.of.get(unit.id, 0)).first()
        found.stays = list(_stays(facts, units, quarter))
        billed = InvoiceLine.objects.filter(lease=lease, unit__in=units, period=str(quarter))
        own = billed.filter(mine).select_related("invoice__run")
        found.lines = list(own.order_by("invoice__run", "id"))
        others = billed.exclude(pk__in=[line.pk for line in found.lines])
        found.elsewhere_ore = sum(others.order_by().values_list("amount_ore", flat=True))
    return found


def _stays(facts: LeaseFacts, units: Collection[int], quarter: Quarter) -> Iterator[HeldInterval]:
    """Yield the stays at some units inside the quarter, cut where a new term begins."""
    began, ended = span_of(facts.terms, facts.stops_on)
    start = max(quarter.starts_on, began, billing_start())
    end = min(quarter.ends_before, ended)
    holder = cost_holder_id()
    changes = [(date.min, None), *facts.placements, (date.max, None)]
    for (day, placed), (until, _) in pairwise(changes):
        first, last = max(day, start), min(until, end)
        if first < last and (placed or holder) in units:
            yield HeldInterval(_value(facts, first), _value(facts, last))


def _value(facts: LeaseFacts, day: date) -> Value:
    term = term_on(facts.terms, day - ONE_DAY if day >= facts.terms[-1].ends_before else day)
    done, length = quarter_position(term, day)
    return Value(day, accrued(facts.terms, facts.stops_on, day), term, done, length)
