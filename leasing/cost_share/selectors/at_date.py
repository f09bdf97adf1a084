"""The time machine: what a payer had on a day and what a quarter of it costs, and two days apart.

It is how that day looks by what is known today: a move entered late counts from the day it was, and
a unit belongs to the department that it has today, or where it is asked for to the one it had then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, overload

from django.db import connection

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.replica import reading_connection
from inventory.models import Department, Unit
from inventory.organisation.selectors.before import departments_on
from leasing.billing.selectors.costs import HeldSum, held_on, is_kept, pc_model_ids
from leasing.cost_share.selectors.payers import STOCK, Payer
from leasing.cost_table.facts import NOBODY, cost_holder_id
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import term_on, terms_in_order
from leasing.models import COST_HOLDER_NAME, LeaseTerm

COME, GONE, MOVED, PRICE, SAME = "kommet", "vaek", "flyttet", "pris", "uaendret"
# In the order of the page.
DIFFERENCES = (COME, GONE, MOVED, PRICE, SAME)


class HeldRow(NamedTuple):
    """An item on a day, or on two: what its quarter cost then, and costs on the later day."""

    device_id: int
    serial_number: str
    model_name: str
    unit: str
    kind: str
    before_ore: int
    amount_ore: int

    @property
    def change_ore(self) -> int:
        return self.amount_ore - self.before_ore


@dataclass
class DaySum:
    """Items and øre of the earlier day and of the day itself."""

    key: str = ""
    label: str = ""
    items_before: int = 0
    items: int = 0
    before_ore: int = 0
    amount_ore: int = 0

    @property
    def change_ore(self) -> int:
        return self.amount_ore - self.before_ore

    def add(self, before: tuple[int, int], now: tuple[int, int]) -> None:
        """Take in items and øre as they were and as they are."""
        self.items_before += before[0]
        self.before_ore += before[1]
        self.items += now[0]
        self.amount_ore += now[1]


@dataclass
class Day:
    """A day added up, beside an earlier one where `earlier` is given.

    `groups` are units, or everybody's departments by the payers' keys; `kinds` tell the
    differences apart. Each of them adds up to `total`.
    """

    day: date
    earlier: date | None
    total: DaySum
    pcs: int
    groups: list[DaySum]
    kinds: list[DaySum]


class Sql(NamedTuple):
    """A piece of SQL with its parameters."""

    text: str
    params: tuple[Any, ...] = ()


# Where the item of a lease `{lease}` is on a day, or NULL where nobody carries the stock.
UNIT_ON = """COALESCE((
    SELECT p.unit_id FROM inventory_placement p JOIN leasing_lease l ON l.device_id = p.device_id
    WHERE l.id = {lease} AND p.starts_on <= %s ORDER BY p.starts_on DESC LIMIT 1), %s)"""


def _held(payer: Payer, day: date, leases: Sql | None = None) -> Sql:
    """Choose (lease, unit, model, øre of the quarter) of what a payer has on a day.

    Of a quarter that is kept whole, its rows tell; where an item has come back within the quarter,
    or before the billing start, its placements. Nothing from before that costs anybody anything.
    """
    code, that_day = str(Quarter.of(day)), day.isoformat()
    at = (that_day, cost_holder_id() or NOBODY)
    if is_kept(day):
        # The few that came back are found apart: the index that has all else does not tell of it,
        # and SQLite is told of the one that has them.
        told = "INDEXED BY cost_come_back" if connection.vendor == "sqlite" else ""
        text = f"""SELECT c.lease_id, c.unit_id, c.model_id, c.quarter_ore FROM leasing_cost c
            WHERE c.period = %s AND c.first_day <= %s AND c.last_day >= %s AND NOT EXISTS (
                SELECT 1 FROM leasing_cost b {told} WHERE b.period = %s AND NOT b.is_unbroken
                AND b.unit_id = c.unit_id AND b.lease_id = c.lease_id
                AND b.unit_id <> {UNIT_ON.format(lease="b.lease_id")})"""
        found = Sql(text, (code, that_day, that_day, code, *at))
    else:
        text = f"""SELECT * FROM (
            SELECT c.lease_id, {UNIT_ON.format(lease="c.lease_id")} AS unit_id, c.model_id,
            COALESCE((SELECT MAX(k.quarter_ore) FROM leasing_cost k
                WHERE k.lease_id = c.lease_id AND k.period = %s), 0) AS quarter_ore
            FROM leasing_costlease c WHERE c.starts_on <= %s AND c.ends_before > %s) c
            WHERE TRUE"""
        found = Sql(text, (*at, code, that_day, that_day))
    units = Sql(f" AND c.unit_id <> {NOBODY}")
    if payer.unit_ids is not None:
        units = _within("c.unit_id", payer.unit_ids)
    some = Sql("") if leases is None else Sql(f" AND c.lease_id IN ({leases.text})", leases.params)
    return Sql(found.text + units.text + some.text, found.params + units.params + some.params)


def _within(column: str, ids: Iterable[int]) -> Sql:
    params = tuple(ids)
    marks = ", ".join(["%s"] * len(params)) or "NULL"
    return Sql(f" AND {column} IN ({marks})", params)


def _two_days(payer: Payer, earlier: date, day: date, leases: Sql | None, priced: Sql) -> Sql:
    """Choose each lease of either day: (lease, kind, unit and øre as it was, and as it is)."""
    then, now = _held(payer, earlier, leases), _held(payer, day, leases)
    text = f"""SELECT lease_id, CASE
            WHEN before_unit IS NULL THEN '{COME}' WHEN unit IS NULL THEN '{GONE}'
            WHEN before_unit <> unit THEN '{MOVED}'
            WHEN lease_id IN ({priced.text}) THEN '{PRICE}' ELSE '{SAME}' END AS kind,
            before_unit, unit, before_ore, ore
        FROM (
            SELECT lease_id, MAX(before_unit) AS before_unit, MAX(unit) AS unit,
                MAX(before_ore) AS before_ore, MAX(ore) AS ore
            FROM (
                SELECT t.lease_id, t.unit_id AS before_unit, NULL AS unit,
                    t.quarter_ore AS before_ore, NULL AS ore FROM ({then.text}) t
                UNION ALL
                SELECT n.lease_id, NULL, n.unit_id, NULL, n.quarter_ore FROM ({now.text}) n
            ) u GROUP BY lease_id
        ) pairs"""
    return Sql(text, priced.params + then.params + now.params)


def _ids(values: Sequence[int]) -> Sql:
    return Sql(", ".join(map(str, values)) or "NULL")


def _with_another_price(earlier: date, day: date) -> list[int]:
    """Return the leases whose terms in force on two days cost differently; one term costs alike."""
    several = LeaseTerm.objects.filter(position__gt=1).order_by().values("lease")
    rows = LeaseTerm.objects.filter(lease__in=several).order_by("lease_id", "position")
    found = []
    for (lease, starts_on), group in groupby(
        rows.values_list("lease", "lease__starts_on", "price_ore", "quarters"), itemgetter(0, 1)
    ):
        laid = terms_in_order(starts_on, [row[2:] for row in group])
        before, now = term_on(laid, earlier), term_on(laid, day)
        if before.price_ore * now.quarters != now.price_ore * before.quarters:
            found.append(lease)
    return found


def _began(earlier: date, day: date) -> Sql:
    """Choose the leases that began after a day, up to another."""
    text = "SELECT lease_id FROM leasing_costlease WHERE starts_on > %s AND starts_on <= %s"
    return Sql(text, (earlier.isoformat(), day.isoformat()))


def _ended(earlier: date, day: date) -> Sql:
    """Choose the leases that ran on a day no more, and did on an earlier one or began since."""
    text = "SELECT lease_id FROM leasing_costlease WHERE ends_before > %s AND ends_before <= %s"
    return Sql(text, (earlier.isoformat(), day.isoformat()))


def _moved_or_priced(earlier: date, day: date, priced: Sql) -> Sql:
    text = f"""SELECT l.id FROM inventory_placement p
            JOIN leasing_lease l ON l.device_id = p.device_id
            WHERE p.starts_on > %s AND p.starts_on <= %s
        UNION ALL
        SELECT lease_id FROM leasing_costlease WHERE lease_id IN ({priced.text})"""
    return Sql(text, (earlier.isoformat(), day.isoformat(), *priced.params))


def _may_differ(earlier: date, day: date, priced: Sql) -> Sql:
    """Choose the leases that began, ended, moved or got another price after a day, up to another.

    All others are the same at the same unit on both, or not there on either. It is for who has
    everything: what some units have is sooner read as a whole.
    """
    chosen = _began(earlier, day), _ended(earlier, day), _moved_or_priced(earlier, day, priced)
    text = " UNION ALL ".join(one.text for one in chosen)
    return Sql(text, tuple(param for one in chosen for param in one.params))


def _read(asked: Sql) -> list[tuple[Any, ...]]:
    with reading_connection().cursor() as cursor:
        cursor.execute(asked.text, asked.params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@dataclass
class HeldRows(Sequence[HeldRow]):
    """What a payer had on a day, or what is different on two, read where it is sliced.

    Without an earlier day all is `SAME`, in the order of the serial numbers; the differences come
    kind by kind.
    """

    payer: Payer
    day: date
    earlier: date | None = None
    kind: str = ""
    found: "Day | None" = field(default=None, compare=False)

    def __len__(self) -> int:
        return self.sums.items if self.earlier is None else sum(map(_count, self._kinds))

    @property
    def sums(self) -> DaySum:
        """Return the rows added up."""
        if self.found is None:
            self.found = day_of(self.payer, self.day, self.earlier)
        if self.earlier is None:
            return self.found.total
        whole = DaySum()
        for one in self._kinds:
            whole.add((one.items_before, one.before_ore), (one.items, one.amount_ore))
        return whole

    @property
    def _kinds(self) -> list[DaySum]:
        if self.found is None:
            self.found = day_of(self.payer, self.day, self.earlier)
        return [k for k in self.found.kinds if (k.key == self.kind if self.kind else k.key != SAME)]

    def __iter__(self) -> Iterator[HeldRow]:
        return iter(self[:])

    @overload
    def __getitem__(self, wanted: int) -> HeldRow: ...

    @overload
    def __getitem__(self, wanted: slice) -> list[HeldRow]: ...

    def __getitem__(self, wanted: int | slice) -> HeldRow | list[HeldRow]:
        if isinstance(wanted, int):
            return self[wanted : wanted + 1][0]
        with one_moment():
            start = wanted.start or 0
            count = (1 << 40) if wanted.stop is None else max(0, wanted.stop - start)
            names = dict(Unit.objects.values_list("id", "name"))
            return [_row(names, *row) for row in _read(self._page(start, count))]

    def _page(self, start: int, count: int) -> Sql:
        if self.earlier is None:
            held = _held(self.payer, self.day)
            rows = f"""(SELECT lease_id, '{SAME}' AS kind, NULL AS before_unit, unit_id AS unit,
                NULL AS before_ore, quarter_ore AS ore FROM ({held.text}) held)"""
            params = held.params
        else:
            priced = _ids(_with_another_price(self.earlier, self.day))
            is_everything = self.payer.unit_ids is None and self.kind != SAME
            some = _may_differ(self.earlier, self.day, priced) if is_everything else None
            pairs = _two_days(self.payer, self.earlier, self.day, some, priced)
            chosen = f"= '{self.kind}'" if self.kind else f"<> '{SAME}'"
            rows = f"(SELECT * FROM ({pairs.text}) pairs WHERE kind {chosen})"
            params = pairs.params
        kinds = " ".join(f"WHEN '{kind}' THEN {at}" for at, kind in enumerate(DIFFERENCES))
        as_bytes = ' COLLATE "C"' if connection.vendor == "postgresql" else ""
        text = f"""SELECT d.id, d.serial_number, m.name, r.kind, r.before_unit, r.unit,
                r.before_ore, r.ore
            FROM {rows} r JOIN leasing_lease l ON l.id = r.lease_id
            JOIN inventory_device d ON d.id = l.device_id
            JOIN inventory_devicemodel m ON m.id = d.model_id
            ORDER BY CASE r.kind {kinds} END, d.serial_number{as_bytes} LIMIT %s OFFSET %s"""
        return Sql(text, (*params, count, start))


def _count(one: DaySum) -> int:
    return one.items or one.items_before


def _row(
    names: dict[int, str],
    device: int,
    serial_number: str,
    model_name: str,
    kind: str,
    before_unit: int | None,
    unit: int | None,
    before_ore: int | None,
    ore: int | None,
) -> HeldRow:
    name = names[unit or before_unit or NOBODY]
    if before_unit and kind == MOVED:
        name = f"{names[before_unit]} → {name}"
    return HeldRow(device, serial_number, model_name, name, kind, before_ore or 0, ore or 0)


def _held_sums(payer: Payer, day: date) -> list[HeldSum]:
    if is_kept(day):
        return held_on(day, payer.unit_ids)
    held = _held(payer, day)
    text = f"""SELECT unit_id, model_id, COUNT(*), SUM(quarter_ore) FROM ({held.text}) held
        GROUP BY unit_id, model_id"""
    return [
        HeldSum(unit, model, items, int(ore))
        for unit, model, items, ore in _read(Sql(text, held.params))
    ]


def day_of(payer: Payer, day: date, earlier: date | None = None, *, as_then: bool = False) -> Day:
    """Add up what a payer had on a day; `as_then` everybody's by the departments of each day."""
    with one_moment():
        units = Unit.objects.in_bulk()
        departments = Department.objects.in_bulk() if payer.is_everybody else {}
        pc_models = pc_model_ids()
        at = {d: departments_on(d) for d in (day, earlier) if d and payer.is_everybody and as_then}

        def payer_of(unit: Unit, on: date) -> tuple[str, str]:
            if not payer.is_everybody:
                return str(unit.pk), unit.name
            known = at[on][unit.pk] if as_then else unit.department_id
            return (str(known), departments[known].name) if known else (STOCK, COST_HOLDER_NAME)

        groups: dict[tuple[str, str], DaySum] = defaultdict(DaySum)
        total, pcs = DaySum("", "I alt"), 0
        for unit, model, items, ore in _held_sums(payer, day):
            groups[payer_of(units[unit], day)].add((0, 0), (items, ore))
            total.add((0, 0), (items, ore))
            pcs += items if model in pc_models else 0
        for unit, _, items, ore in _held_sums(payer, earlier) if earlier else ():
            groups[payer_of(units[unit], earlier or day)].add((items, ore), (0, 0))
            total.add((items, ore), (0, 0))
        kinds = _kinds(payer, day, earlier, total) if earlier else []
    for (key, label), one in groups.items():
        one.key, one.label = key, label
    return Day(
        day,
        earlier,
        total,
        pcs,
        sorted(groups.values(), key=lambda one: (one.key == STOCK, danish_key(one.label))),
        kinds,
    )


def _kinds(payer: Payer, day: date, earlier: date, total: DaySum) -> list[DaySum]:
    """Add up what may differ, kind by kind; all that is left of the total is the same."""
    kinds, same = {}, DaySum(SAME)
    same.add((total.items_before, total.before_ore), (total.items, total.amount_ore))
    for kind, items_before, before_ore, items, ore in _kind_sums(payer, day, earlier):
        before, now = (items_before, int(before_ore or 0)), (items, int(ore or 0))
        kinds[kind] = DaySum(kind)
        kinds[kind].add(before, now)
        same.add((-before[0], -before[1]), (-now[0], -now[1]))
    if same.items:
        kinds[SAME] = same
    return [kinds[kind] for kind in DIFFERENCES if kind in kinds]


def _kind_sums(payer: Payer, day: date, earlier: date) -> Iterator[tuple[Any, ...]]:
    """Yield each kind of what is not the same with its items and øre, as they were and are.

    Where a cost holder carries what nobody does, everybody has each lease as long as it runs: what
    came and went is told by the leases' days, and need not be held against the other day.
    """
    priced = _ids(_with_another_price(earlier, day))
    some, kinds = None, f"<> '{SAME}'"
    if payer.unit_ids is None and cost_holder_id():
        some, kinds = _moved_or_priced(earlier, day, priced), f"IN ('{MOVED}', '{PRICE}')"
        for kind, on, leases in (
            (COME, day, _began(earlier, day)),
            (GONE, earlier, _ended(earlier, day)),
        ):
            held = _held(payer, on, leases)
            text = f"SELECT COUNT(*), SUM(quarter_ore) FROM ({held.text}) held"
            [(items, ore)] = _read(Sql(text, held.params))
            if items:
                yield (kind, 0, 0, items, ore) if kind == COME else (kind, items, ore, 0, 0)
    elif payer.unit_ids is None:
        some = _may_differ(earlier, day, priced)
    pairs = _two_days(payer, earlier, day, some, priced)
    text = f"""SELECT kind, COUNT(before_unit), SUM(before_ore), COUNT(unit), SUM(ore)
        FROM ({pairs.text}) pairs WHERE kind {kinds} GROUP BY kind"""
    yield from _read(Sql(text, pairs.params))
