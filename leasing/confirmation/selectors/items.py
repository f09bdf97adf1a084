"""What each leader is asked to look through: what they had in the quarters that will be billed."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from albertslund_it.common.agreement import digest_of
from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.database.put_together import given, put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Device, Placement, Unit
from inventory.organisation.selectors.scope import units_seen_by
from inventory.placements.selectors import placements_in_force
from leasing.billing.selectors.window import last_closed_quarter
from leasing.cost_table.facts import billing_start, cost_holder_id
from leasing.cost_table.moment import one_moment
from leasing.cost_table.once import once_a_moment
from leasing.models import Confirmation, ConfirmationRound, Cost, CostTotal, Objection

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


@once_a_moment
def latest_round() -> ConfirmationRound | None:
    """Return the round that was started last."""
    return next(iter(_rounds()), None)


@put_together_once
def _rounds() -> QuerySet[ConfirmationRound]:
    return ConfirmationRound.objects.order_by("-id")[:1]


def quarters_asked(on: date) -> list[Quarter]:
    """Return the quarters that will be billed: those begun and not closed, else the next one."""
    closed = last_closed_quarter()
    first = closed.next() if closed else Quarter.of(billing_start())
    return list(quarters_between(first, max(first, Quarter.of(on))))


def items_of(
    units: QuerySet[Unit], on: date, device: Device | None = None, *, had_there: bool = False
) -> list[ListedDevice]:
    """Return what some units will be billed for, by unit in Danish order, what has left too.

    It may be narrowed to one device, or to what the units `had_there` themselves.
    """
    codes = codes_asked(on)
    with one_moment():
        by_id = {unit.id: unit for unit in units.select_related("department")}
        order = {unit: position for position, unit in enumerate(by_id)}
        held: dict[tuple[int, int], list[CarriedRow]] = defaultdict(list)
        narrowed = {"device": device.pk} if device else {}
        of_stock = had_there and cost_holder_id() in by_id
        for row in _carried(codes, of_stock, units=by_id, **narrowed):
            held[row[0], row[1]].append(CarriedRow._make(row))
        answers = _answers()
        here = set(_placed(on, units=by_id)) if held else set()
    found = [
        _listed(rows, codes, by_id[key[1]], answers.get(key, SILENT), is_placed=key in here, on=on)
        for key, rows in held.items()
    ]
    return sorted(found, key=lambda item: (order[item.unit.id], item.serial_number))


def codes_asked(on: date) -> tuple[str, ...]:
    """Return the codes of the quarters that will be billed."""
    return tuple(str(quarter) for quarter in quarters_asked(on))


@dataclass(frozen=True, slots=True)
class Silence:
    """What some units have not answered for: how many items, and what they will be billed."""

    count: int
    amount_ore: int


def silence_of(units: QuerySet[Unit], on: date) -> Silence:
    """Add up what is SILENT of what the units had there, as `items_of` lists it."""
    codes, asked = codes_asked(on), latest_round()
    with one_moment():
        at = list(units.order_by().values_list("id", flat=True))
        silent = _costs_of(codes, cost_holder_id() in at, at)
        # By the lease: each cost has it, its device would have to be looked up.
        here = {"unit": OuterRef("unit"), "device__lease": OuterRef("lease")}
        said = Confirmation.objects.filter(round=asked, **here)
        silent = silent.exclude(Exists(said))
        silent = silent.exclude(Exists(Objection.objects.filter(outcome="", **here)))
        items = silent.values("lease", "unit").annotate(ore=Sum("amount_ore"))
        sums = items.aggregate(count=Count("lease"), amount_ore=Sum("ore"))
    return Silence(sums["count"], sums["amount_ore"] or 0)


def _costs_of(codes: tuple[str, ...], of_stock: bool, units: Collection[int]) -> QuerySet[Cost]:
    """Choose what units carry in some quarters; `of_stock`, of what they have had themselves.

    The cost holder alone carries what it may never have had, and the others nothing else.
    """
    at = among(units, int)
    costs = Cost.objects.filter(period__in=codes, unit__in=at).order_by()
    if of_stock:
        there = Device.objects.filter(placements__unit__in=at).distinct()
        costs = costs.filter(lease__device__in=there)
    return costs


@put_together_once
def _carried(
    codes: tuple[str, ...],
    of_stock: bool,
    *,
    units: Collection[int],
    device: int | None = None,
) -> QuerySet[Cost, tuple[Any, ...]]:
    costs = _costs_of(codes, of_stock, units)
    if device is not None:
        costs = costs.filter(lease__device=given(device))
    return costs.values_list(*CarriedRow._fields)


class CarriedRow(NamedTuple):
    """What a unit carries of a device in a quarter, with the device and its lease."""

    lease__device: int
    unit_id: int
    period: str
    amount_ore: int
    days: int
    last_day: date
    lease__device__serial_number: str
    lease__device__model__name: str
    lease__kept_cost__starts_on: date
    lease__kept_cost__ends_before: date


def _listed(
    rows: Sequence[CarriedRow],
    codes: Sequence[str],
    unit: Unit,
    answer: str,
    *,
    is_placed: bool,
    on: date,
) -> ListedDevice:
    one = rows[0]
    leased = (one.lease__kept_cost__starts_on, one.lease__kept_cost__ends_before)
    days = {row.period: row.days for row in rows}
    return ListedDevice(
        one.lease__device,
        one.lease__device__serial_number,
        one.lease__device__model__name,
        unit,
        sum([row.amount_ore for row in rows]),
        tuple([days.get(code, 0) for code in codes]),
        max([row.last_day for row in rows]),
        is_placed and leased[0] <= on < leased[1],
        leased,
        answer,
    )


def _answers() -> dict[tuple[int, int], str]:
    """Return what leaders have said of a (device, unit): the latest round's yes, and every no."""
    asked = latest_round()
    answers = dict.fromkeys(_confirmed(asked=asked.pk) if asked else (), YES)
    return answers | dict.fromkeys(_objected(), NO)


@put_together_once
def _confirmed(*, asked: int) -> QuerySet[Confirmation, tuple[int, int]]:
    said = Confirmation.objects.filter(round=given(asked)).order_by()
    return said.values_list("device", "unit")


@put_together_once
def _objected() -> QuerySet[Objection, tuple[int, int]]:
    return Objection.objects.filter(outcome="").order_by().values_list("device", "unit")


@put_together_once
def _placed(on: date, *, units: Collection[int]) -> QuerySet[Placement, tuple[int, int | None]]:
    placed = placements_in_force(on).filter(unit__in=among(units, int)).order_by()
    return placed.values_list("device", "unit")


def agreement_of(items: Sequence[ListedDevice]) -> str:
    """Name a list as it was seen: its devices, units, days and amounts, not the answers."""
    return digest_of((item.device_id, item.unit.id, *item.days, item.amount_ore) for item in items)


def per_unit(items: Sequence[ListedDevice]) -> list[tuple[Unit, int, int]]:
    """Return each unit on a list, with how many devices it has there and what they cost."""
    found: dict[int, tuple[Unit, int, int]] = {}
    for item in items:
        _, count, amount_ore = found.get(item.unit.id, (item.unit, 0, 0))
        found[item.unit.id] = (item.unit, count + 1, amount_ore + item.amount_ore)
    return list(found.values())


def progress(on: date) -> list[RoundProgress]:
    """Return how far the latest round is, department by department."""
    codes = codes_asked(on)
    units = Unit.objects.filter(is_cost_holder=False, department__isnull=False).order_by()
    with one_moment():
        payers = {
            unit: (department, name)
            for unit, department, name in units.values_list("id", "department", "department__name")
        }
        held = Cost.objects.filter(period__in=codes).order_by()
        totals = CostTotal.objects.filter(period__in=codes, row_count__gt=0).order_by()
        of_units = totals.values_list("unit").annotate(Sum("row_count"), Sum("amount_ore"))
        sums = {unit: (items, ore) for unit, items, ore in of_units}
        if len(codes) > 1:  # what a unit has had in two of them is one item
            counted = held.values_list("unit").annotate(Count("lease", distinct=True))
            sums = {unit: (items, sums[unit][1]) for unit, items in counted}
        answers = _answers()
        of_answered = held.filter(lease__device__in=among({device for device, _ in answers}, int))
        answered = set(of_answered.values_list("lease__device", "unit"))
    rows: dict[int, RoundProgress] = {}
    for unit, (items, amount_ore) in sums.items():
        if department := payers.get(unit):
            row = _row_of(department, rows)
            row.items += items
            row.amount_ore += amount_ore
    for device, unit in answered:
        answer = answers.get((device, unit))
        if answer and (department := payers.get(unit)):
            row = _row_of(department, rows)
            row.confirmed += answer == YES
            row.objected += answer == NO
    return sorted(rows.values(), key=lambda row: danish_key(row.name))


def _row_of(department: tuple[int, str], rows: dict[int, RoundProgress]) -> RoundProgress:
    ident, name = department
    return rows.setdefault(ident, RoundProgress(name, ident))


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
    items = items_of(units, on, device)
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
