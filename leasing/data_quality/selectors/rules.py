"""The standing rules of data quality, all of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from albertslund_it.common.permissions import VIEW_EMPLOYEE
from albertslund_it.web.database.rows import among
from inventory.models import Device
from leasing.approvals.selectors.one_pc import counted_of
from leasing.data_quality.selectors import device_rules, sets, source_rules
from leasing.data_quality.selectors.facts import Facts
from leasing.data_quality.selectors.rule import Of, Rule, SetRule, ids_by


@dataclass(frozen=True, slots=True)
class HeldPc:
    """A pc that counts for a person, and what it costs in the quarter."""

    serial_number: str
    quarter_ore: int


@dataclass(frozen=True, slots=True)
class HeldPcs:
    """The pc's that count for a person; the one that was there first can best be spared."""

    pcs: tuple[HeldPc, ...]

    @property
    def spare(self) -> str:
        """Return the serial number of the one to be spared; '' of who has but one."""
        return self.pcs[0].serial_number if len(self.pcs) > 1 else ""


def held_pcs(facts: Facts, people: Collection[int]) -> dict[int, HeldPcs]:
    """Return the pc's that count for people, the one that came first in front."""
    held = list(counted_of(facts.on, people=people))
    ids = [device for _, device in held]
    rows = Device.objects.filter(pk__in=among(ids, int)).order_by()
    numbers = dict(rows.values_list("pk", "serial_number"))
    by_person: defaultdict[int, list[tuple[date, HeldPc]]] = defaultdict(list)
    for person, device in held:
        since = at.starts_on if (at := facts.placed.get(device)) else date.max
        one = HeldPc(numbers[device], facts.costs.get(device, 0))
        by_person[person].append((since, one))
    order = {
        pk: sorted(pcs, key=lambda one: (one[0], one[1].serial_number))
        for pk, pcs in by_person.items()
    }
    return {pk: HeldPcs(tuple(pc for _, pc in pcs)) for pk, pcs in order.items()}


class OfPeople(SetRule):
    """A rule about people: only who may read their names may know what it finds."""

    needs = VIEW_EMPLOYEE


class WithSeveral(Rule):
    """Those who have more pc's than they may, or are to have with what is on order."""

    key, of, needs = "several", Of.PEOPLE, VIEW_EMPLOYEE

    def found(self, facts: Facts) -> Collection[int]:
        return sets.with_too_many(facts.on, facts.units)

    def told(self, facts: Facts, ids: Collection[int]) -> Mapping[int, object]:
        return held_pcs(facts, ids)


class WithEndingException(OfPeople):
    """Those whose exception from the rule is about to end."""

    def told(self, facts: Facts, ids: Collection[int]) -> Mapping[int, object]:
        return held_pcs(facts, ids)


class ComingTooLong(OfPeople):
    """Those whose first day has come, and who have no initials yet."""

    is_late = True


RULES: tuple[Rule, ...] = (
    *device_rules.RULES,
    *source_rules.RULES,
    ComingTooLong("coming", Of.PEOPLE, ids_by(sets.coming_too_long)),
    OfPeople("closed", Of.PEOPLE, ids_by(sets.at_closed_units)),
    WithSeveral(),
    WithEndingException("exceptions", Of.PEOPLE, sets.with_ending_exception),
    SetRule("coding", Of.UNITS, ids_by(sets.without_coding)),
)
BY_KEY = {rule.key: rule for rule in RULES}


def rules_for(user: User) -> list[Rule]:
    """Return the rules that a user may know the count of."""
    return [rule for rule in RULES if not rule.needs or user.has_perm(rule.needs)]
