"""The lines of a run, worked out from today's facts: a closing writes them, a preview adds them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from inventory.models import Device
from leasing.billing.selectors.facts import charges_to_bill, leases_with_differences
from leasing.billing.selectors.window import Window
from leasing.domain.accrual import term_on
from leasing.domain.allocation import CHARGE, CURRENT, Difference, LeaseFacts, fast
from leasing.models import Charge


class RunLine(NamedTuple):
    """A line before it has a number and an invoice; dates as ISO text, amounts in øre."""

    kind: str
    period: str
    lease_id: int | None
    unit_id: int
    charge_id: int | None
    serial_number: str
    model_name: str
    sub_agreement: str
    price_ore: int | None
    first_day: str
    last_day: str
    days: int
    amount_ore: int
    text: str


def run_lines(
    window: Window,
    on_lease: Callable[[LeaseFacts, list[Difference]], None] | None = None,
    *,
    devices: QuerySet[Device] | None = None,
) -> Iterator[RunLine]:
    """Yield the lines of a window's run: the leases' in the order of devices, then the charges.

    `on_lease(facts, left_behind)` is told of each lease, and of what stays pending of it. Of a
    queryset of devices only theirs are worked out.
    """
    for lease, differences in leases_with_differences(window, devices=devices):
        left_behind = []
        for difference in differences:
            if difference.period in window.taken:
                yield lease_line(lease, difference)
            else:
                left_behind.append(difference)
        if on_lease:
            on_lease(lease, left_behind)
    yield from map(charge_line, charges_to_bill(window))


def lease_line(lease: LeaseFacts, difference: Difference) -> RunLine:
    """Write a lease's difference as a line."""
    period, unit, kind, amount, first, last, days = difference
    price = term_on(lease.terms, last).price_ore if lease.terms else None
    return fast(
        RunLine,
        (
            kind,
            period,
            lease.lease_id,
            unit,
            None,
            lease.serial_number,
            lease.model_name,
            lease.sub_agreement,
            price,
            first.isoformat(),
            last.isoformat(),
            days,
            amount,
            "",
        ),
    )


def charge_line(charge: Charge) -> RunLine:
    """Write a charge as a line."""
    day = charge.charged_on.isoformat()
    return RunLine(
        kind=CHARGE,
        period=str(Quarter.of(charge.charged_on)),
        lease_id=None,
        unit_id=charge.unit_id,
        charge_id=charge.id,
        serial_number=charge.device.serial_number if charge.device else "",
        model_name=charge.device.model.name if charge.device else "",
        sub_agreement="",
        price_ore=None,
        first_day=day,
        last_day=day,
        days=0,
        amount_ore=charge.amount_ore,
        text=charge.text,
    )


@dataclass(slots=True)
class LineSum:
    """Lines added up."""

    lines: int = 0
    held_at_end: int = 0
    amount_ore: int = 0


@dataclass
class RunTotals:
    """What a run's lines add up to, keyed (unit id, period, kind, model name)."""

    last_day: str
    sums: dict[tuple[int, str, str, str], LineSum] = field(
        default_factory=lambda: defaultdict(LineSum)
    )

    @classmethod
    def of(cls, window: Window) -> "RunTotals":
        return cls(window.current.last_day.isoformat() if window.current else "")

    def add(self, line: RunLine) -> None:
        """Take in a line."""
        into = self.sums[line.unit_id, line.period, line.kind, line.model_name]
        into.lines += 1
        into.amount_ore += line.amount_ore
        if line.kind == CURRENT and line.last_day == self.last_day:
            into.held_at_end += 1

    def by_unit(self) -> dict[int, LineSum]:
        """Add up each unit's lines."""
        units: dict[int, LineSum] = defaultdict(LineSum)
        for (unit, *_), part in self.sums.items():
            whole = units[unit]
            whole.lines += part.lines
            whole.held_at_end += part.held_at_end
            whole.amount_ore += part.amount_ore
        return units

    @property
    def amount_ore(self) -> int:
        return sum(part.amount_ore for part in self.sums.values())
