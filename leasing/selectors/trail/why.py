"""Why an amount is what it is: the two values of F at its ends, and what is billed of it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from albertslund_it.common.quarters import Quarter
from inventory.models import Device, Unit
from leasing.domain.accrual import Term, accrued, quarter_position, span_of, term_on
from leasing.domain.allocation import LeaseFacts
from leasing.models import InvoiceLine, Lease
from leasing.selectors.facts import cost_holder_id, lease_facts, one_moment
from leasing.selectors.window import billing_start

ONE_DAY = timedelta(days=1)


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
        """Give the days of the whole term, as F counts them: N·L."""
        return self.term.quarters * self.length


@dataclass(frozen=True, slots=True)
class Part:
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
    """What a unit pays of a lease in a quarter by today's facts, and what is billed of it."""

    device: Device
    lease: Lease
    unit: Unit
    quarter: Quarter
    parts: list[Part] = field(default_factory=list)
    lines: list[InvoiceLine] = field(default_factory=list)

    @property
    def target_ore(self) -> int:
        return sum(part.amount_ore for part in self.parts)

    @property
    def billed_ore(self) -> int:
        return sum(line.amount_ore for line in self.lines)

    @property
    def pending_ore(self) -> int:
        return self.target_ore - self.billed_ore


def why(lease: Lease, unit: Unit, quarter: Quarter) -> Why:
    """Work out a unit's share of a lease in a quarter, step by step."""
    found = Why(lease.device, lease, unit, quarter)
    with one_moment():
        [facts] = lease_facts(Device.objects.filter(pk=lease.device_id))
        found.parts = list(_parts(facts, unit, quarter))
        found.lines = list(
            InvoiceLine.objects.filter(lease=lease, unit=unit, period=str(quarter))
            .select_related("invoice__run")
            .order_by("invoice__run", "id")
        )
    return found


def _parts(facts: LeaseFacts, unit: Unit, quarter: Quarter):
    """Give the stays of the unit inside the quarter, cut where a new term begins."""
    began, ended = span_of(facts.terms, facts.stops_on)
    start = max(quarter.starts_on, began, billing_start())
    end = min(quarter.ends_before, ended)
    holder = cost_holder_id()
    changes = [(date.min, None), *facts.placements, (date.max, None)]
    for (day, placed), (until, _) in pairwise(changes):
        first, last = max(day, start), min(until, end)
        if first < last and (placed or holder) == unit.id:
            yield Part(_value(facts, first), _value(facts, last))


def _value(facts: LeaseFacts, day: date) -> Value:
    term = term_on(facts.terms, day - ONE_DAY if day >= facts.terms[-1].ends_before else day)
    done, length = quarter_position(term, day)
    return Value(day, accrued(facts.terms, facts.stops_on, day), term, done, length)
