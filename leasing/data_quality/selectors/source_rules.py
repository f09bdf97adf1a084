"""The rules about what other sources say: the MDM, the lessor's list, and the register itself."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.permissions import SEE_LAST_SEEN, VIEW_ALL_DEPARTMENTS, VIEW_EMPLOYEE
from albertslund_it.web.database.rows import among
from inventory.models import Employee
from inventory.people.selectors.doubles import Double, Likeness, suspected_doubles
from leasing.data_quality.selectors import sets
from leasing.data_quality.selectors.facts import Facts
from leasing.data_quality.selectors.rule import Of, Rule
from leasing.sources.selectors import differences, lessor


class Mistyped(Rule):
    """What is leased under a number that is one sign from another one on the lessor's list."""

    key, of, needs = "mistyped", Of.DEVICES, VIEW_ALL_DEPARTMENTS

    def found(self, facts: Facts) -> Collection[int]:
        return lessor.mistyped_numbers(facts.on).keys()

    def told(self, facts: Facts, ids: Collection[int]) -> Mapping[int, object]:
        numbers = lessor.mistyped_numbers(facts.on)
        return {pk: numbers[pk] for pk in ids}


class Unmanaged(Rule):
    """The leased pc's that a unit has and the MDM has not, or not any more."""

    key, needs = "unmanaged", SEE_LAST_SEEN

    def found(self, facts: Facts) -> Collection[int]:
        return [pk for pk in differences.ids_not_in_mdm(facts.on) if pk in facts.leases]

    def told(self, facts: Facts, ids: Collection[int]) -> Mapping[int, object]:
        return sets.last_seen(ids)


@dataclass(frozen=True, slots=True)
class SeenOnly:
    """What the MDM says of a machine that the register does not have."""

    id: int
    model: str
    login: str
    last_seen: date | None


class Unregistered(Rule):
    """What the MDM has and the register has not: known by its number alone, and so at no cost."""

    key, of, needs = "unregistered", Of.SEEN, SEE_LAST_SEEN

    def found(self, facts: Facts) -> Collection[str]:
        return differences.numbers_in_mdm_alone()

    def told(self, facts: Facts, ids: Collection[str]) -> Mapping[str, object]:
        return {
            one.serial_number: SeenOnly(one.pk, one.model_name, one.login, one.last_seen)
            for one in differences.in_mdm_not_in_register(facts.on)
        }


@dataclass(frozen=True, slots=True)
class LooksLike:
    """Whom somebody may be the same person as, and why."""

    id: int
    name: str
    initials: str
    why: tuple[Likeness, ...]


class Doubles(Rule):
    """People who may be one: the same mail in any case, or the same name at the same unit."""

    key, of, needs = "doubles", Of.PEOPLE, VIEW_EMPLOYEE

    def found(self, facts: Facts) -> Collection[int]:
        # Of a pair the later one: a pair is one fault, and one of the two is to go.
        return {one.second_id for one in suspected_doubles(facts.on, at=facts.units)}

    def told(self, facts: Facts, ids: Collection[int]) -> Mapping[int, object]:
        likes: dict[int, list[Double]] = defaultdict(list)
        for one in suspected_doubles(facts.on):
            if one.second_id in ids:
                likes[one.second_id].append(one)
        wanted = {one.first_id for found in likes.values() for one in found}
        rows = Employee.objects.filter(pk__in=among(wanted, int)).order_by()
        names = {pk: (name, initials) for pk, name, initials in rows.values_list(*NAMED)}
        return {
            pk: LooksLike(found[0].first_id, *names[found[0].first_id], found[0].why)
            for pk, found in likes.items()
        }


NAMED = ("pk", "name", "initials")

RULES: tuple[Rule, ...] = (Mistyped(), Unmanaged(), Unregistered(), Doubles())
