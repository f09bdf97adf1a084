"""What the rules find of what some units have, added up by the database.

A head may have fifty thousand devices, and where only numbers are shown it is not read which. What
these rules say in Python of each device is said here in SQL; a test holds the two together.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.replica import reading_connection
from leasing.billing.selectors.costs import pc_model_ids
from leasing.cost_table.facts import NOBODY, cost_holder_id


@dataclass(frozen=True, slots=True)
class RuleSum:
    """How much a rule finds, and what it costs; of a lease that is over, what can be billed."""

    count: int
    ore: int


# Where what is leased is, of what the units have, and all but the few that are looked at singly.
_PLACED = """
p.unit_id {units} AND p.starts_on <= %(on)s AND p.ends_before > %(on)s AND NOT p.device_id {apart}
"""
# What runs on the day, by who has it. No two are true of one device.
_RUNNING = """
SELECT '{key}', COUNT(*), CAST(SUM(c.quarter_ore) AS bigint)
FROM leasing_costplacement p JOIN leasing_cost c
    ON c.lease_id = p.lease_id AND c.period = %(quarter)s AND c.unit_id = p.unit_id
    AND c.unit_id {units}
WHERE {placed} AND c.first_day <= %(on)s AND c.last_day >= %(on)s AND {rule}
"""
_OF_HOLDERS = {
    "leavers": "p.employee_id {leavers}",
    "nobody": """p.employee_id IS NULL AND NOT p.is_shared
        AND p.unit_id <> %(holder)s AND p.model_id {pcs}""",
    "moved": """p.employee_id IS NOT NULL AND NOT p.employee_id {leavers}
        AND p.unit_id <> %(holder)s AND NOT EXISTS (
            SELECT 1 FROM inventory_employee e WHERE e.id = p.employee_id AND e.unit_id = p.unit_id
        ) AND (p.employee_id, p.unit_id) NOT IN (
            SELECT employee_id, unit_id FROM inventory_employee_also_employed_at
        )""",
}
_ENDED = """
SELECT 'ended', COUNT(*), CAST(SUM(p.instalment_ore) AS bigint) FROM leasing_costplacement p
WHERE {placed} AND p.lease_ends_before <= %(on)s
AND NOT p.device_id IN (SELECT device_id FROM inventory_departure WHERE left_on <= %(on)s)
"""
KEYS = frozenset({*_OF_HOLDERS, "ended"})


def sums_of(
    keys: Collection[str],
    on: date,
    units: Collection[int],
    *,
    leavers: Collection[int],
    apart: Collection[int],
) -> dict[str, RuleSum]:
    """Add up what some of these rules find of what units have on a day, but of what is `apart`.

    The day is one of a quarter that is kept. What has a lease that never ran is to be apart.
    """
    asked: dict[str, Any] = {
        "on": on.isoformat(),
        "quarter": str(Quarter.of(on)),
        "holder": cost_holder_id() or NOBODY,
    }

    def among(name: str, ids: Collection[int]) -> str:
        if connection.vendor == "postgresql":
            asked[name] = list(ids)
            return f"= ANY(%({name})s)"
        asked[name] = json.dumps(list(ids))
        return f"IN (SELECT value FROM json_each(%({name})s))"

    words = {
        name: among(name, ids)
        for name, ids in (
            ("units", units),
            ("apart", apart),
            ("pcs", pc_model_ids()),
            ("leavers", leavers),
        )
    }
    placed = _PLACED.format(**words)
    parts = [
        _RUNNING.format(key=key, placed=placed, rule=rule.format(**words), **words)
        for key, rule in _OF_HOLDERS.items()
        if key in keys
    ]
    if "ended" in keys:
        parts.append(_ENDED.format(placed=placed))
    found = {key: RuleSum(0, 0) for key in keys}
    if parts:
        with reading_connection().cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), asked)
            found |= {key: RuleSum(count, ore or 0) for key, count, ore in cursor.fetchall()}
    return found
