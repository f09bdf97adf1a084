"""What each leader is asked to look through: what they had in the quarters that will be billed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet

from albertslund_it.common.agreement import digest_of
from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter, quarters_between
from inventory.models import Device, Placement, Unit
from inventory.organisation.selectors.scope import units_seen_by
from leasing.billing.selectors.outstanding import window_up_to
from leasing.billing.selectors.window import last_closed_quarter
from leasing.cost_table.facts import NOBODY, billing_start, cost_holder_id, lease_facts
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import span_of
from leasing.domain.allocation import Period, UnitShare, split
from leasing.models import Confirmation, ConfirmationRound, Objection

YES, NO, SILENT = "yes", "no", "silent"


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A leased item that a unit has had in the quarters, and what its leader has said of it.

    `days` are those held while leased, quarter by quarter, `until` the last of them; `is_here`
    says that the unit still has it on the day of the list. `leased` is `[from, to)`.
    """

    device_id: int
    serial_number: str
    model_name: str
    unit: Unit
    amount_ore: int
    days: tuple[int, ...]
    until: date
    is_here: bool
    leased: tuple[date, date]
    answer: str


@dataclass
class RoundProgress:
    """How far a round is for one department, or for all of them."""

    name: str = ""
    department_id: int | None = None
    items: int = 0
    confirmed: int = 0
    objected: int = 0
    amount_ore: int = 0

    @property
    def silent(self) -> int:
        return self.items - self.confirmed - self.objected

    @property
    def has_answered(self) -> bool:
        return self.items > 0 and self.silent == 0


def latest_round() -> ConfirmationRound | None:
    """Return the round that was started last."""
    return ConfirmationRound.objects.order_by("-id").first()


def quarters_asked(on: date) -> list[Quarter]:
    """Return the quarters that will be billed: those begun and not closed, else the next one."""
    closed = last_closed_quarter()
    first = closed.next() if closed else Quarter.of(billing_start())
    return list(quarters_between(first, max(first, Quarter.of(on))))


def items_of(
    units: QuerySet[Unit], on: date, devices: QuerySet[Device] | None = None
) -> list[ListedDevice]:
    """Return what some units will be billed for, by unit in Danish order, what has left too."""
    with one_moment():
        by_id = {unit.id: unit for unit in units.select_related("department")}
        order = {unit: position for position, unit in enumerate(by_id)}
        periods = _periods(on)
        objected = set(Objection.objects.filter(outcome="").values_list("device", "unit"))
        confirmed = _confirmed()
        holder, found = cost_holder_id() or NOBODY, []
        for facts in lease_facts(devices):
            shares: dict[int, dict[str, UnitShare]] = defaultdict(dict)
            for (code, unit), share in split(facts, periods, holder).items():
                if unit in by_id:
                    shares[unit][code] = share
            leased = span_of(facts.terms, facts.stops_on)
            here = _unit_on(facts.placements, on) if leased[0] <= on < leased[1] else None
            for unit, held in shares.items():
                key = (facts.device_id, unit)
                found.append(
                    ListedDevice(
                        facts.device_id,
                        facts.serial_number,
                        facts.model_name,
                        by_id[unit],
                        sum(share.amount_ore for share in held.values()),
                        tuple(held[p.code].days if p.code in held else 0 for p in periods),
                        max(share.last_day for share in held.values()),
                        unit == here,
                        leased,
                        NO if key in objected else YES if key in confirmed else SILENT,
                    )
                )
    return sorted(found, key=lambda item: (order[item.unit.id], item.serial_number))


def _periods(on: date) -> list[Period]:
    quarters = quarters_asked(on)
    codes = {str(quarter) for quarter in quarters}
    return [period for period in window_up_to(quarters[-1]).periods if period.code in codes]


def _confirmed() -> set[tuple[int, int]]:
    """Return the (device, unit) that the latest round has a yes to."""
    yes = Confirmation.objects.filter(round=latest_round())
    return set(yes.values_list("device", "unit"))


def _unit_on(placements: Sequence[tuple[date, int | None]], on: date) -> int | None:
    before = [unit for starts_on, unit in placements if starts_on <= on]
    return before[-1] if before else None


def devices_placed_at(units: QuerySet[Unit]) -> QuerySet[Device]:
    """Return the devices that some units have or have had."""
    return Device.objects.filter(placements__unit__in=units).distinct()


def agreement_of(items: Sequence[ListedDevice]) -> str:
    """Name a list as it was seen: its devices, units, days and amounts, not the answers."""
    return digest_of((item.device_id, item.unit.id, *item.days, item.amount_ore) for item in items)


def progress(on: date) -> list[RoundProgress]:
    """Return how far the latest round is, department by department."""
    rows: dict[int, RoundProgress] = {}
    for item in items_of(Unit.objects.filter(is_cost_holder=False), on):
        if department := item.unit.department:
            row = rows.setdefault(department.id, RoundProgress(department.name, department.id))
            row.items += 1
            row.confirmed += item.answer == YES
            row.objected += item.answer == NO
            row.amount_ore += item.amount_ore
    return sorted(rows.values(), key=lambda row: danish_key(row.name))


def total_progress(rows: Sequence[RoundProgress]) -> RoundProgress:
    """Add the departments up."""
    return RoundProgress(
        items=sum(row.items for row in rows),
        confirmed=sum(row.confirmed for row in rows),
        objected=sum(row.objected for row in rows),
        amount_ore=sum(row.amount_ore for row in rows),
    )


@dataclass(frozen=True, slots=True)
class Holding:
    """Who had an item at a unit, or what it was used for, and the days in each quarter."""

    name: str
    days: list[int]


def holders_at(items: Sequence[ListedDevice], on: date) -> list[tuple[ListedDevice, list[Holding]]]:
    """Return each item with those who had it in the quarters, the first one first."""
    quarters, start = quarters_asked(on), billing_start()
    rows = Placement.objects.filter(device__in={item.device_id for item in items})
    moves: dict[int, list[Placement]] = defaultdict(list)
    for placement in rows.select_related("employee").order_by("device", "starts_on"):
        moves[placement.device_id].append(placement)
    return [(item, _holdings(item, moves[item.device_id], quarters, start)) for item in items]


def _holdings(
    item: ListedDevice, moves: Sequence[Placement], quarters: Sequence[Quarter], start: date
) -> list[Holding]:
    days: dict[str, list[int]] = {}
    ends = [move.starts_on for move in moves[1:]] + [date.max]
    for move, end in zip(moves, ends, strict=True):
        if move.unit_id != item.unit.id:
            continue
        begin, end = max(move.starts_on, item.leased[0], start), min(end, item.leased[1])
        held = [max(0, (min(end, q.ends_before) - max(begin, q.starts_on)).days) for q in quarters]
        if any(held):
            who = move.employee.name if move.employee else move.used_for
            known = days.get(who, [0] * len(quarters))
            days[who] = [a + b for a, b in zip(known, held, strict=True)]
    return [Holding(who, held) for who, held in days.items()]


def item_on_list(device: Device, units: QuerySet[Unit], on: date) -> ListedDevice | None:
    """Return a device as it is on the list of some units; where they have it today, that one."""
    items = items_of(units, on, Device.objects.filter(pk=device.pk))
    return max(items, key=lambda item: (item.is_here, item.until), default=None)


def open_objection(device: Device, user: User, on: date) -> Objection | None:
    """Return what is said of a device at the user's units and not answered yet."""
    said = Objection.objects.filter(device=device, unit__in=units_seen_by(user, on), outcome="")
    return said.first()


ANSWERED_DAYS = 60


def silent_departments(today: date) -> list[RoundProgress]:
    """Return the departments that have not answered the open round; none when it is over."""
    asked = latest_round()
    if asked is None or asked.due_on < today:
        return []
    return [one for one in progress(today) if not one.has_answered]


def answered_objections(user: User, on: date) -> QuerySet[Objection]:
    """Return the objections of the units a user sees, answered within 60 days, latest first."""
    return (
        Objection.objects.exclude(outcome="")
        .filter(
            unit__in=units_seen_by(user, on),
            settled_at__date__gt=on - timedelta(days=ANSWERED_DAYS),
        )
        .select_related("device__model", "unit")
        .order_by("-settled_at", "-id")
    )
