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


# What is said of who has a device, of those whose lease runs, and before it what few have at all.
# No two are true of one device.
_OF_HOLDERS = {
    "leavers": ("p.employee_id {leavers}", "TRUE"),
    "nobody": (
        "(p.employee_id IS NULL AND p.used_for = '')",
        "p.unit_id <> %(holder)s AND c.model_id {pcs}",
    ),
    "moved": (
        "p.employee_id IS NOT NULL",
        """p.unit_id <> %(holder)s AND e.unit_id <> p.unit_id
        AND (p.employee_id, p.unit_id) NOT IN (
            SELECT employee_id, unit_id FROM inventory_employee_also_employed_at
        )""",
    ),
}
_PEOPLE = "LEFT JOIN inventory_employee e ON e.id = p.employee_id"
# Where a device is, of those that the units have, and all but the few that are looked at singly.
_PLACED = """
p.starts_on <= %(on)s AND p.unit_id {units} AND NOT p.device_id {apart} AND NOT EXISTS (
    SELECT 1 FROM inventory_placement later WHERE later.device_id = p.device_id
    AND later.starts_on > p.starts_on AND later.starts_on <= %(on)s
)
"""
# By the quarter's rows of the units, which one index has in order with what they cost.
_RUNNING = """
SELECT CASE {cases} ELSE '' END AS rule, COUNT(*), CAST(SUM(c.quarter_ore) AS bigint)
FROM leasing_cost c JOIN leasing_lease l ON l.id = c.lease_id
JOIN inventory_placement p ON p.device_id = l.device_id AND p.unit_id = c.unit_id {people}
WHERE c.period = %(quarter)s AND c.unit_id {units}
AND c.first_day <= %(on)s AND c.last_day >= %(on)s AND ({any}) AND {placed}
GROUP BY 1
"""
_ENDED = """
SELECT 'ended', COUNT(*), CAST(SUM(k.price_ore / k.quarters) AS bigint)
FROM leasing_costlease k JOIN leasing_lease l ON l.id = k.lease_id
JOIN inventory_placement p ON p.device_id = l.device_id
WHERE k.ends_before <= %(on)s AND {placed}
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

    words = {name: among(name, ids) for name, ids in (("units", units), ("apart", apart))}
    words["placed"] = _PLACED.format(**words)
    told = [key for key in _OF_HOLDERS if key in keys]
    found = {key: RuleSum(0, 0) for key in keys}
    with reading_connection().cursor() as cursor:
        if told:
            lists = {"pcs": among("pcs", pc_model_ids()), "leavers": among("leavers", leavers)}
            texts = {key: [one.format(**lists) for one in _OF_HOLDERS[key]] for key in told}
            words["cases"] = " ".join(
                f"WHEN {a} AND {b} THEN '{key}'" for key, (a, b) in texts.items()
            )
            words["any"] = " OR ".join(first for first, _ in texts.values())
            words["people"] = _PEOPLE if "moved" in keys else ""
            cursor.execute(_RUNNING.format(**words), asked)
            found |= {key: RuleSum(count, ore) for key, count, ore in cursor.fetchall() if key}
        if "ended" in keys:
            cursor.execute(_ENDED.format(**words), asked)
            found |= {key: RuleSum(count, ore or 0) for key, count, ore in cursor.fetchall()}
    return found
