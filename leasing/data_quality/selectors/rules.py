"""The standing rules of data quality, and what they find: how many, and what they cost."""

from collections.abc import Callable
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
    """A standing rule: `find` returns what breaks it on a day; `needs` says who may know."""

    key: str
    of: Of
    find: Callable[[date], QuerySet[Model]]
    needs: str = ""
    is_late: bool = False


RULES = (
    Rule("overdue", Of.DEVICES, sets.overdue_returns, is_late=True),
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
    found = {rule: _seen_by(user, rule, today) for rule in rules_for(user)}
    ids = {rule: _ids(rule, rows) for rule, rows in found.items()}
    devices = {rule: _devices(rule, ids[rule], today) for rule in found}
    costs = quarter_costs({pk for each in devices.values() for pk in each}, today)
    findings = []
    for rule, rows in found.items():
        counted = [pk for pk in ids[rule] if rule.of is not Of.LEASED or pk in costs]
        amount = sum(costs.get(pk, 0) for pk in devices[rule])
        units = tuple(rows) if rule.of is Of.UNITS else ()
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


def _seen_by(user: User, rule: Rule, today: date) -> QuerySet[Model]:
    found = rule.find(today)
    if sees_all(user):
        return found
    return found.filter(pk__in=SCOPES[rule.of](user, today).values("pk"))


def _ids(rule: Rule, found: QuerySet[Model]) -> list[int]:
    if rule.of is Of.UNITS:  # which are shown, and so read as rows once
        return [unit.pk for unit in found]
    return list(found.order_by().values_list("pk", flat=True))


def _devices(rule: Rule, ids: list[int], today: date) -> list[int]:
    """Return the devices that a rule's findings cost: those that the people or units have."""
    if rule.of in {Of.LEASED, Of.DEVICES} or not ids:
        return ids
    if rule.of is Of.PEOPLE:
        held = counted_placements(today).filter(employee__in=among(ids, int))
    else:
        held = placements_in_force(today).filter(unit__in=among(ids, int))
    return list(held.order_by().values_list("device", flat=True))
