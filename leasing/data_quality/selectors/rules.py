"""The standing rules of data quality, and what they find: how many, and what they cost."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet

from albertslund_it.common.permissions import SEE_LAST_SEEN, VIEW_EMPLOYEE
from albertslund_it.web.database.rows import among
from inventory.organisation.selectors.scope import (
    devices_seen_by,
    employees_seen_by,
    sees_all,
    units_seen_by,
)
from inventory.placements.selectors import placements_in_force
from leasing.approvals.selectors.one_pc import counted_placements
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.cost_table.moment import one_moment
from leasing.data_quality.selectors import sets

MOST = 5


class Of(Enum):
    """What a rule finds: leased devices, devices whether leased or not, people, or units."""

    LEASED = "leased"
    DEVICES = "devices"
    PEOPLE = "people"
    UNITS = "units"


SCOPES: dict[Of, Callable[[User, date], QuerySet[Model]]] = {
    Of.LEASED: devices_seen_by,
    Of.DEVICES: devices_seen_by,
    Of.PEOPLE: employees_seen_by,
    Of.UNITS: units_seen_by,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A standing rule: `find` returns what breaks it on a day; `needs` says who may know.

    `price` says what devices cost a quarter, by their ids, where it is not what units pay.
    """

    key: str
    of: Of
    find: Callable[[date], QuerySet[Model]]
    needs: str = ""
    is_late: bool = False
    price: Callable[[Collection[int]], dict[int, int]] | None = None


RULES = (
    Rule("overdue", Of.DEVICES, sets.overdue_returns, is_late=True),
    Rule("unreturned", Of.DEVICES, sets.unreturned, is_late=True, price=sets.instalments),
    Rule("unreceived", Of.DEVICES, sets.unreceived, is_late=True, price=sets.instalments),
    Rule("leavers", Of.LEASED, sets.held_by_leavers, is_late=True),
    Rule("coming", Of.PEOPLE, sets.coming_too_long, VIEW_EMPLOYEE, is_late=True),
    Rule("several", Of.PEOPLE, sets.with_too_many, VIEW_EMPLOYEE),
    Rule("moved", Of.LEASED, sets.with_changed_unit),
    Rule("stock", Of.LEASED, sets.long_in_stock),
    Rule("unused", Of.LEASED, sets.leased_but_unused, SEE_LAST_SEEN),
    Rule("nobody", Of.LEASED, sets.without_user),
    Rule("unpriced", Of.DEVICES, sets.unpriced),
    Rule("coding", Of.UNITS, sets.without_coding),
    Rule("exceptions", Of.PEOPLE, sets.with_ending_exception, VIEW_EMPLOYEE),
)
BY_KEY = {rule.key: rule for rule in RULES}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: how many, and what they cost in the quarter; `units` of a unit rule."""

    rule: Rule
    count: int
    quarter_ore: int
    units: tuple[Model, ...] = ()


def rules_for(user: User) -> list[Rule]:
    """Return the rules that a user may know the count of."""
    return [rule for rule in RULES if not rule.needs or user.has_perm(rule.needs)]


@one_moment()
def findings_for(user: User, today: date) -> list[Finding]:
    """Return what each rule finds, within what the user sees; late ones first, then the dearest.

    The number of queries is that of the rules, whatever they find.
    """
    seen = _seen_by(user, today)
    found = {rule: rule.find(today) for rule in rules_for(user)}
    ids = {rule: _ids(rule, rows, seen.get(rule.of)) for rule, rows in found.items()}
    devices = {**ids, **_devices_of_people(ids, today), **_devices_of_units(ids, today)}
    costs = quarter_costs({pk for each in devices.values() for pk in each}, today)
    findings = []
    for rule, rows in found.items():
        counted = [pk for pk in ids[rule] if rule.of is not Of.LEASED or pk in costs]
        prices = rule.price(devices[rule]) if rule.price else costs
        amount = sum(prices.get(pk, 0) for pk in devices[rule])
        units = tuple(one for one in rows if one.pk in ids[rule]) if rule.of is Of.UNITS else ()
        findings.append(Finding(rule, len(counted), amount, units))
    return sorted(
        findings, key=lambda one: (not (one.count and one.rule.is_late), -one.quarter_ore)
    )


def costly_findings(user: User, today: date) -> list[Finding]:
    """Return all that is late, then the dearest of the others; five, or all that is late."""
    found = [finding for finding in findings_for(user, today) if finding.count]
    late = [finding for finding in found if finding.rule.is_late]
    others = [one for one in found if not one.rule.is_late and one.quarter_ore]
    return late + others[: max(0, MOST - len(late))]


def _seen_by(user: User, today: date) -> dict[Of, set[int]]:
    """Return the ids within a user's scope, read once for all rules; none for who sees all."""
    if sees_all(user):
        return {}
    read = {scope: _pks(scope(user, today)) for scope in set(SCOPES.values())}
    return {of: set(read[scope]) for of, scope in SCOPES.items()}


def _pks(rows: QuerySet[Model]) -> list[int]:
    return list(rows.order_by().values_list("pk", flat=True))


def _ids(rule: Rule, found: QuerySet[Model], seen: Collection[int] | None) -> list[int]:
    """Return the ids of what a rule finds, of those that are seen."""
    # Units are shown, and so read as rows once.
    ids = [unit.pk for unit in found] if rule.of is Of.UNITS else _pks(found)
    return ids if seen is None else [pk for pk in ids if pk in seen]


def _devices_of_people(ids: Mapping[Rule, list[int]], today: date) -> dict[Rule, list[int]]:
    """Return the devices that the people whom rules find have, and so cost."""
    people = {rule: set(found) for rule, found in ids.items() if rule.of is Of.PEOPLE}
    everyone = {pk for found in people.values() for pk in found}
    if not everyone:
        return {rule: [] for rule in people}
    held = counted_placements(today).filter(employee__in=among(everyone, int)).order_by()
    rows = list(held.values_list("employee", "device"))
    return {rule: [pk for one, pk in rows if one in found] for rule, found in people.items()}


def _devices_of_units(ids: Mapping[Rule, list[int]], today: date) -> dict[Rule, list[int]]:
    """Return the devices at the units that rules find, and so cost."""
    devices: dict[Rule, list[int]] = {}
    for rule, found in ids.items():
        if rule.of is Of.UNITS:
            held = placements_in_force(today).filter(unit__in=among(found, int)).order_by()
            devices[rule] = list(held.values_list("device", flat=True)) if found else []
    return devices
