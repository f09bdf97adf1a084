"""The standing rules of data quality, all of them."""

from collections.abc import Collection

from django.contrib.auth.models import User

from albertslund_it.common.permissions import VIEW_EMPLOYEE
from leasing.data_quality.selectors import device_rules, sets, source_rules
from leasing.data_quality.selectors.facts import Facts
from leasing.data_quality.selectors.rule import Of, Rule, SetRule, ids_by


class OfPeople(SetRule):
    """A rule about people: only who may read their names may know what it finds."""

    needs = VIEW_EMPLOYEE


class WithSeveral(Rule):
    """Those who have more pc's than they may, or are to have with what is on order."""

    key, of, needs = "several", Of.PEOPLE, VIEW_EMPLOYEE

    def found(self, facts: Facts) -> Collection[int]:
        return sets.with_too_many(facts.on, facts.units)


class ComingTooLong(OfPeople):
    """Those whose first day has come, and who have no initials yet."""

    is_late = True


RULES: tuple[Rule, ...] = (
    *device_rules.RULES,
    *source_rules.RULES,
    ComingTooLong("coming", Of.PEOPLE, ids_by(sets.coming_too_long)),
    OfPeople("closed", Of.PEOPLE, ids_by(sets.at_closed_units)),
    WithSeveral(),
    OfPeople("exceptions", Of.PEOPLE, sets.with_ending_exception),
    SetRule("coding", Of.UNITS, ids_by(sets.without_coding)),
)
BY_KEY = {rule.key: rule for rule in RULES}


def rules_for(user: User) -> list[Rule]:
    """Return the rules that a user may know the count of."""
    return [rule for rule in RULES if not rule.needs or user.has_perm(rule.needs)]
