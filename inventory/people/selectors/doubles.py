"""People in the register who may be one and the same."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

from django.db.models import Q, QuerySet

from albertslund_it.common.names import match_key
from inventory.models import Employee, NotSamePerson
from inventory.models.organisation import ANONYMOUS

# What more than so many share, as the mail of an office, says nothing of who they are.
MOST_ALIKE = 6


class Likeness(StrEnum):
    """Why two may be one."""

    MAIL = "mail"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Double:
    """Two people, by id, the lower one first, who may be one; `why` is in the order of Likeness."""

    first_id: int
    second_id: int
    why: tuple[Likeness, ...]


def suspected_doubles(on: date, of: Employee | None = None) -> list[Double]:
    """Return pairs with the same mail in any case, or the same name at the same unit.

    Pairs of whom somebody has said that they are two people are left out, and so are pairs who have
    both left by a day: nothing more comes of them. Only those with `of`, where it is given.
    """
    apart = set(NotSamePerson.objects.values_list("first", "second"))
    people = _people(of)
    left = set(people.filter(left_on__lte=on).values_list("pk", flat=True))
    pairs = defaultdict(list)
    named, mailed = _Alike(), _Alike()
    for pk, initials, name, mail, unit in people.values_list(
        "pk", "initials", "name", "mail", "unit"
    ):
        if initials.startswith(ANONYMOUS):
            continue
        named.add(pk, (unit, match_key(name)))
        if mail:
            mailed.add(pk, mail.casefold())
    for why, alike in ((Likeness.NAME, named), (Likeness.MAIL, mailed)):
        for ids in alike.several.values():
            for pair in combinations(ids, 2) if len(ids) <= MOST_ALIKE else ():
                if pair not in apart and not left.issuperset(pair):
                    pairs[pair].append(why)
    return [
        Double(*pair, tuple(sorted(why)))
        for pair, why in sorted(pairs.items())
        if of is None or of.pk in pair
    ]


class _Alike:
    """Who has each key: most are alone with theirs, and only those who are not get a list."""

    def __init__(self) -> None:
        self._first: dict[object, int] = {}
        self.several: dict[object, list[int]] = {}

    def add(self, pk: int, key: object) -> None:
        first = self._first.setdefault(key, pk)
        if first != pk:
            self.several.setdefault(key, [first]).append(pk)


def _people(of: Employee | None) -> QuerySet[Employee]:
    people = Employee.objects.order_by("pk")
    if of is None:
        return people
    near = Q(unit=of.unit_id)
    return people.filter(near | Q(mail__iexact=of.mail) if of.mail else near)
