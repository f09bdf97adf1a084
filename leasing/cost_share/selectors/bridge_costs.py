"""What two quarters cost somebody, lease by lease, and of what kind each difference is: in SQL.

A lease is added up over the own units, and held against the days that it runs at all. From one
quarter to the next the steps are kept, and only the shifts are looked at lease by lease.
"""

import json
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.replica import reading_connection
from leasing.domain.change import ENDED, NEW, ODD, PART

# Kinds that the rows alone do not explain: other terms follow the first, or others have had it.
TERMS, MOVE = "terms", "move"

# The rows of both quarters, found by one index that has all which is asked for. SQLite would take
# the primary key, which has not: so it is told.
_TOUCHED = """
    SELECT l.lease_id, l.model_id,
        CASE l.period WHEN %(early)s THEN l.amount_ore ELSE 0 END AS early,
        CASE l.period WHEN %(late)s THEN l.amount_ore ELSE 0 END AS late,
        CASE l.period WHEN %(early)s THEN l.days ELSE 0 END AS early_days,
        CASE l.period WHEN %(late)s THEN l.days ELSE 0 END AS late_days
    FROM leasing_cost l {index} WHERE l.period IN (%(early)s, %(late)s) {own}
"""
_SHIFTED = """
    SELECT l.lease_id, l.model_id, l.early_ore AS early, l.late_ore AS late,
        l.early_days, l.late_days
    FROM leasing_costshift l WHERE l.period = %(late)s {own}
"""
# `held` is made once: PostgreSQL would work the days out again wherever a kind asks for them.
_FOUND = """
WITH added AS (
    SELECT lease_id, MIN(model_id) AS model_id,
        CAST(SUM(early) AS bigint) AS early, CAST(SUM(late) AS bigint) AS late,
        SUM(early_days) AS early_days, SUM(late_days) AS late_days
    FROM ({touched}) AS touched GROUP BY lease_id HAVING SUM(early) <> SUM(late)
), held AS MATERIALIZED (
    SELECT added.*, {early_runs} AS early_runs, {late_runs} AS late_runs FROM added
), found AS (
    SELECT held.*, CASE
        WHEN early_runs = 0 THEN '{NEW}'
        WHEN late_runs = 0 THEN '{ENDED}'
        WHEN early_days <> early_runs OR late_days <> late_runs THEN '{MOVE}'
        WHEN early_runs <> %(early_length)s OR late_runs <> %(late_length)s THEN '{PART}'
        WHEN lease_id IN (SELECT lease_id FROM leasing_leaseterm WHERE position > 1) THEN '{TERMS}'
        ELSE '{ODD}' END AS kind
    FROM held {but}
)
"""
# The days that it runs at all: the own ones where nobody else has any, which the key alone tells.
_RUNS = """
CASE WHEN {which}_days = %({which}_length)s OR NOT EXISTS (
    SELECT 1 FROM leasing_cost c {key}
    WHERE c.lease_id = added.lease_id AND c.period = %({which})s AND NOT c.unit_id {own}
) THEN {which}_days ELSE (
    SELECT COALESCE(SUM(c.days), 0) FROM leasing_cost c {key}
    WHERE c.lease_id = added.lease_id AND c.period = %({which})s
) END
"""
_KINDS = """
SELECT kind, lease, COUNT(*), CAST(SUM(early) AS bigint), CAST(SUM(late) AS bigint), MAX(is_no_pc),
    MAX(early_days), MAX(late_days), MAX(early_runs), MAX(late_runs)
FROM (
    SELECT found.*, CASE WHEN kind IN ('{TERMS}', '{MOVE}') THEN lease_id END AS lease,
        CASE WHEN {no_pc} THEN 1 ELSE 0 END AS is_no_pc
    FROM found
) AS known GROUP BY kind, lease
"""
_STEPS = """
SELECT kind, NULL, SUM(leases), CAST(SUM(early_ore) AS bigint), CAST(SUM(late_ore) AS bigint),
    MAX(CASE WHEN {no_pc} THEN 1 ELSE 0 END), 0, 0, 0, 0
FROM leasing_coststep l WHERE l.period = %(late)s {own} GROUP BY kind
"""
_ROWS = """
SELECT found.lease_id, device.id, device.serial_number, model.name, found.early, found.late
FROM found
JOIN leasing_lease lease ON lease.id = found.lease_id
JOIN inventory_device device ON device.id = lease.device_id
JOIN inventory_devicemodel model ON model.id = device.model_id
WHERE found.kind = %(kind)s OR found.lease_id {among_leases}
ORDER BY ABS(found.late - found.early) DESC, device.serial_number {by_sign}
LIMIT %(limit)s OFFSET %(offset)s
"""


class Differing(NamedTuple):
    """Leases of a kind that cost the own units something else; or one, whose kind says no more.

    The days are those that the own units had it, and that it ran.
    """

    kind: str
    lease_id: int | None
    leases: int
    early_ore: int
    late_ore: int
    has_no_pc: int
    early_days: int
    late_days: int
    early_runs: int
    late_runs: int

    @property
    def is_inwards(self) -> bool:
        """Return whether the own units had more of it in the later quarter."""
        gained = self.late_days * self.early_runs - self.early_days * self.late_runs
        return (gained or self.late_ore - self.early_ore) > 0


class LeaseRow(NamedTuple):
    """A lease with what two quarters of it cost the own units."""

    lease_id: int
    device_id: int
    serial_number: str
    model_name: str
    early_ore: int
    late_ore: int


class CostsOfTwo:
    """Two quarters' kept costs of some units, None for all; `but` are leases to leave out."""

    def __init__(
        self, early: Quarter, late: Quarter, unit_ids: Collection[int] | None, but: Collection[int]
    ) -> None:
        self.asked: dict[str, Any] = {
            "early": str(early),
            "late": str(late),
            "early_length": early.days,
            "late_length": late.days,
        }
        self.are_kept = early.next() == late and not but
        is_told = connection.vendor != "postgresql"
        key = "INDEXED BY sqlite_autoindex_leasing_cost_1" if is_told else ""
        self.words = {
            "index": "INDEXED BY cost_of_units" if is_told else "",
            "own": "",
            "early_runs": "early_days",
            "late_runs": "late_days",
            "but": f"WHERE NOT lease_id {self._among('but', but)}" if but else "",
        }
        if unit_ids is not None:
            own = self._among("own", unit_ids)
            self.words |= {
                "own": f"AND l.unit_id {own}",
                "early_runs": _RUNS.format(which="early", key=key, own=own),
                "late_runs": _RUNS.format(which="late", key=key, own=own),
            }

    def differing(self, no_pcs: Collection[int], change_ore: int) -> list[Differing]:
        """Add the leases up that cost something else, by kind, and to the change in all.

        `no_pcs` are models. Each lease is looked at where the kept steps do not add up: a version
        that wrote none goes on running while a register is brought up to this one.
        """
        if self.are_kept:
            kept = self.kept(no_pcs)
            if sum(one.late_ore - one.early_ore for one in kept) == change_ore:
                return kept
        return self.looked_at(no_pcs)

    def kept(self, no_pcs: Collection[int]) -> list[Differing]:
        """Add up the steps from one quarter to the next, and look at the shifts alone."""
        words = {"no_pc": f"model_id {self._among('no_pcs', no_pcs)}"}
        steps = self._read(_STEPS, words) + self._read(_FOUND + _KINDS, words, _SHIFTED)
        return [Differing(*row) for row in steps]

    def looked_at(self, no_pcs: Collection[int]) -> list[Differing]:
        """Look at every lease."""
        words = {"no_pc": f"model_id {self._among('no_pcs', no_pcs)}"}
        return [Differing(*row) for row in self._read(_FOUND + _KINDS, words)]

    def rows(self, kind: str, leases: Collection[int], limit: int, offset: int) -> list[LeaseRow]:
        """Read leases of a kind, and some by name, the largest difference first."""
        words = {
            "among_leases": self._among("leases", leases),
            "by_sign": 'COLLATE "C"' if connection.vendor == "postgresql" else "",
        }
        self.asked |= {"kind": kind, "limit": limit, "offset": offset}
        return [LeaseRow(*row) for row in self._read(_FOUND + _ROWS, words)]

    def _among(self, name: str, ids: Collection[int]) -> str:
        if connection.vendor == "postgresql":
            self.asked[name] = list(ids)
            return f"= ANY(%({name})s)"
        self.asked[name] = json.dumps(list(ids))
        return f"IN (SELECT value FROM json_each(%({name})s))"

    def _read(
        self, statement: str, words: dict[str, str], touched: str = _TOUCHED
    ) -> list[tuple[Any, ...]]:
        words = words | self.words | {"touched": touched.format(**self.words)}
        words |= {
            "NEW": NEW,
            "ENDED": ENDED,
            "PART": PART,
            "ODD": ODD,
            "TERMS": TERMS,
            "MOVE": MOVE,
        }
        with reading_connection().cursor() as cursor:
            cursor.execute(statement.format(**words), self.asked)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
