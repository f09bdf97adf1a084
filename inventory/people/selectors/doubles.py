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
    left, pairs = set(), defaultdict(list)
    alike: dict[tuple[Likeness, object], list[int]] = defaultdict(list)
    rows = _people(of).values_list("pk", "name", "mail", "unit", "left_on")
    for pk, name, mail, unit, left_on in rows:
        alike[Likeness.NAME, (unit, match_key(name))].append(pk)
        if mail:
            alike[Likeness.MAIL, mail.casefold()].append(pk)
        if left_on and left_on <= on:
            left.add(pk)
    for (why, _), ids in alike.items():
        for pair in combinations(ids, 2) if len(ids) <= MOST_ALIKE else ():
            if pair not in apart and not left.issuperset(pair):
                pairs[pair].append(why)
    return [
        Double(*pair, tuple(sorted(why)))
        for pair, why in sorted(pairs.items())
        if of is None or of.pk in pair
    ]


def _people(of: Employee | None) -> QuerySet[Employee]:
    people = Employee.objects.exclude(initials__startswith=ANONYMOUS).order_by("pk")
    if of is None:
        return people
    near = Q(unit=of.unit_id)
    return people.filter(near | Q(mail__iexact=of.mail) if of.mail else near)
