"""What the standing rules find on a day, what it costs, and what of it is accepted for now."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db.models import QuerySet

from albertslund_it.common.permissions import SEE_LAST_SEEN
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Employee
from inventory.organisation.selectors.scope import sees_all, unit_list_seen_by
from leasing.approvals.selectors.one_pc import counted_of
from leasing.billing.selectors.costs import held_on, is_kept
from leasing.cost_table.moment import one_moment
from leasing.data_quality.selectors import of_units
from leasing.data_quality.selectors.facts import Facts, lost_devices
from leasing.data_quality.selectors.rule import Id, Of, Rule
from leasing.data_quality.selectors.rules import RULES, rules_for
from leasing.data_quality.selectors.sets import leases_that_never_ran
from leasing.models import AcceptedFinding, Lease

MOST = 5
# What an accepted finding of each kind is about.
SUBJECTS = {
    Of.LEASED: "device",
    Of.DEVICES: "device",
    Of.PEOPLE: "employee",
    Of.UNITS: "unit",
    Of.SEEN: "serial_number",
}
DEVICES = (Of.LEASED, Of.DEVICES)
NOTHING = of_units.RuleSum(0, 0)
ABOUT = tuple(sorted(set(SUBJECTS.values())))


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: the øre of each thing by its id; `accepted` are left out of the counts."""

    rule: Rule
    open: Mapping[Id, int]
    accepted: Mapping[Id, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.open)

    @property
    def accepted_count(self) -> int:
        return len(self.accepted)

    @property
    def quarter_ore(self) -> int:
        return sum(self.open.values())

    @property
    def accepted_ore(self) -> int:
        return sum(self.accepted.values())


@dataclass(frozen=True, slots=True)
class CountedFinding:
    """How much a rule found when it was last counted."""

    rule: Rule
    count: int
    quarter_ore: int
    accepted_count: int = 0


Found = TypeVar("Found", bound=Finding | CountedFinding)


@dataclass(frozen=True)
class Seen:
    """What a user sees on a day: the facts, and the people and units; None for all."""

    facts: Facts
    people: set[int] | None = None
    units: set[int] | None = None

    def keeps(self, of: Of, ids: Iterable[Id]) -> list[Id]:
        """Keep what is seen, without the stock and what has left for who sees only some units."""
        if self.units is None or self.people is None:
            return list(ids)
        seen: Collection[int] = self.facts.placed
        if of is Of.PEOPLE:
            seen = self.people
        elif of is Of.UNITS:
            seen = self.units
        return [pk for pk in ids if pk in seen]


def seen_by(user: User, today: date) -> Seen:
    """Return what a user sees on a day."""
    if sees_all(user):
        return Seen(Facts(today))
    units = {unit.pk for unit in unit_list_seen_by(user, today)}
    return Seen(Facts(today, units), set(_employed_at(units=units)), units)


@put_together_once
def _employed_among(*, units: Collection[int], people: Collection[int]) -> QuerySet[Employee, int]:
    some = Employee.objects.filter(pk__in=among(people, int), unit__in=among(units, int))
    return some.order_by().values_list("pk", flat=True)


def told_apart(today: date, rules: Iterable[Rule]) -> set[Id]:
    """Return the few that the database may not add up: accepted, lost, or of no quarter."""
    return set(_never_ran()).union(lost_devices(), *accepted_ids(today, rules).values())


@put_together_once
def _never_ran() -> QuerySet[Lease, int]:
    """Choose the devices whose leases never ran."""
    return leases_that_never_ran().order_by().values_list("device", flat=True)


@put_together_once
def _employed_at(*, units: Collection[int]) -> QuerySet[Employee, int]:
    there = Employee.objects.filter(unit__in=among(units, int)).order_by()
    return there.values_list("pk", flat=True)


@one_moment()
def findings_for(user: User, today: date) -> Sequence[Finding | CountedFinding]:
    """Return what each rule finds, within what the user sees; late ones first, then the dearest.

    The number of queries is that of the rules, whatever they find.
    """
    rules = rules_for(user)
    if looks_at_each(user, today):
        return in_order(findings_of(rules, seen_by(user, today)))
    units = {unit.pk for unit in unit_list_seen_by(user, today)}
    return in_order(counted_at(rules, units, today))


def looks_at_each(user: User, today: date) -> bool:
    """Return whether what a user sees is looked at device by device, even where it is only counted.

    To a leader, of whom the rules ask less, the database adds it up.
    """
    return sees_all(user) or user.has_perm(SEE_LAST_SEEN) or not is_kept(today)


def counted_at(rules: Iterable[Rule], units: Collection[int], today: date) -> list[CountedFinding]:
    """Count what rules find of what some units have, of those that ask little of each device.

    What is to be told apart is few, and the rules look at it: what is accepted or found for another
    reason. All else the database adds up.
    """
    rules, facts = list(rules), Facts(today, units)
    summed = [rule for rule in rules if rule.key in of_units.KEYS]
    found = {rule: rule.found(facts) for rule in rules if rule not in summed}
    people = {pk for rule, ids in found.items() if rule.of is Of.PEOPLE for pk in ids}
    people = set(_employed_among(units=units, people=people)) if people else set()
    held = _held_by(people, facts)
    apart = {pk for devices in held.values() for pk in devices} | told_apart(today, summed)
    for rule, ids in found.items():
        if rule.of in DEVICES:
            apart.update(ids)
    seen = Seen(Facts(today, units, devices=apart), people, set(units))
    for rule in summed:
        found[rule] = rule.found(seen.facts)
    kept = {rule: seen.keeps(rule.of, found[rule]) for rule in rules}
    sums = of_units.sums_of(
        [rule.key for rule in summed], today, units, leavers=seen.facts.leavers, apart=apart
    )
    return [
        CountedFinding(
            one.rule,
            one.count + sums.get(one.rule.key, NOTHING).count,
            one.quarter_ore + sums.get(one.rule.key, NOTHING).ore,
            one.accepted_count,
        )
        for one in _valued(kept, held, seen.facts)
    ]


def in_order(found: Iterable[Found]) -> list[Found]:
    """Return findings in the order of a page: late ones first, then the dearest."""
    return sorted(found, key=lambda one: (not (one.count and one.rule.is_late), -one.quarter_ore))


@one_moment()
def finding_for(rule: Rule, user: User, today: date) -> tuple[Finding, Facts]:
    """Return what one rule finds, within what the user sees, and the facts it was found in."""
    seen = seen_by(user, today)
    [finding] = findings_of([rule], seen)
    return finding, seen.facts


@one_moment()
def all_findings(today: date) -> list[Finding]:
    """Return what each rule finds in the whole municipality."""
    return findings_of(RULES, Seen(Facts(today)))


def costly_findings(user: User, today: date) -> list[Finding | CountedFinding]:
    """Return what a user is to see first of all, found now."""
    return costliest(findings_for(user, today))


def costliest(findings: Iterable[Found]) -> list[Found]:
    """Return all that is late, then the dearest of the others; five, or all that is late."""
    found = [finding for finding in findings if finding.count]
    late = [finding for finding in found if finding.rule.is_late]
    others = [one for one in found if not one.rule.is_late and one.quarter_ore]
    return late + others[: max(0, MOST - len(late))]


@one_moment()  # so that what is read of it is brought up to date
def open_ids(rule: Rule, today: date) -> list[Id]:
    """Return the ids of what a rule finds and nobody has accepted; a list narrows them further."""
    hidden = accepted_ids(today, [rule])[rule.key]
    return [pk for pk in rule.found(Facts(today)) if pk not in hidden]


def findings_of(rules: Iterable[Rule], seen: Seen) -> list[Finding]:
    """Return what rules find, with what each thing costs in the quarter."""
    found = {rule: seen.keeps(rule.of, rule.found(seen.facts)) for rule in rules}
    people = {pk for rule, ids in found.items() if rule.of is Of.PEOPLE for pk in ids}
    return _valued(found, _held_by(people, seen.facts), seen.facts)


def _valued(
    found: Mapping[Rule, list[Id]], held: Mapping[int, list[int]], facts: Facts
) -> list[Finding]:
    hidden = accepted_ids(facts.on, found)
    return [
        _finding(rule, _amounts(rule, ids, facts, held), hidden[rule.key])
        for rule, ids in found.items()
    ]


def _finding(rule: Rule, amounts: Mapping[Id, int], hidden: Collection[Id]) -> Finding:
    if not hidden:
        return Finding(rule, amounts)
    accepted = {pk: ore for pk, ore in amounts.items() if pk in hidden}
    return Finding(rule, {pk: o for pk, o in amounts.items() if pk not in accepted}, accepted)


def _amounts(
    rule: Rule, ids: list[Id], facts: Facts, held: Mapping[int, list[int]]
) -> dict[Id, int]:
    """Return what each thing that is found costs; of what must be leased, only what is."""
    if rule.of is Of.SEEN or not ids:
        return dict.fromkeys(ids, 0)
    if rule.of is Of.UNITS:
        costs = Counter[int]()
        for one in held_on(facts.on, ids):
            costs[one.unit_id] += one.quarter_ore
        return {pk: costs[pk] for pk in ids}
    if rule.of is Of.PEOPLE:
        return {pk: sum(facts.costs.get(one, 0) for one in held.get(pk, ())) for pk in ids}
    prices = rule.prices(facts, ids)
    if rule.of is Of.LEASED:
        return {pk: prices.get(pk, 0) for pk in ids if pk in facts.costs}
    return {pk: prices.get(pk, 0) for pk in ids}


def _held_by(people: Collection[int], facts: Facts) -> Mapping[int, list[int]]:
    """Return the pc's that people have, and so cost."""
    held = defaultdict(list)
    if people:
        for person, device in counted_of(facts.on, people=people):
            held[person].append(device)
    return held


def accepted_on(day: date) -> QuerySet[AcceptedFinding]:
    """Return what is accepted on a day: from when it was said, to its last day."""
    return AcceptedFinding.objects.filter(accepted_on__lte=day, until__gte=day)


def accepted_ids(day: date, rules: Iterable[Rule]) -> dict[str, set[Id]]:
    """Return the ids of what is accepted on a day, by the key of the rule."""
    subjects = {rule.key: SUBJECTS[rule.of] for rule in rules}
    found: dict[str, set[Id]] = {key: set() for key in subjects}
    for key, *about in _accepted(day):
        if subject := subjects.get(key):
            found[key].add(about[ABOUT.index(subject)])
    return found


@put_together_once
def _accepted(day: date) -> QuerySet[AcceptedFinding, tuple[Any, ...]]:
    return accepted_on(day).order_by().values_list("rule", *ABOUT)
