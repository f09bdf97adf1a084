"""People in the register who may be one and the same."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from albertslund_it.common.names import match_key
from albertslund_it.web.database.rows import among
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


def suspected_doubles(
    on: date, of: Employee | None = None, at: Collection[int] | None = None
) -> list[Double]:
    """Return pairs with the same mail in any case, or the same name at the same unit.

    Pairs of whom somebody has said that they are two people are left out, and so are pairs who have
    both left by a day: nothing more comes of them. Only those with `of`, where it is given, or of
    who is employed `at` some units.
    """
    apart = set(NotSamePerson.objects.values_list("first", "second"))
    rows = _rows_at(at) if at is not None else list(_people(of).values_list(*_ROW))
    near = {row[0] for row in rows if at is not None and row[4] in at}
    left = {row[0] for row in rows if row[-1] is not None and row[-1] <= on}
    pairs = defaultdict(list)
    named, mailed = _Alike(), _Alike()
    for pk, initials, name, mail, unit, _ in rows:
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
        if (of is None or of.pk in pair) and (at is None or not near.isdisjoint(pair))
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


_ROW = ("pk", "initials", "name", "mail", "unit", "left_on")


def _rows_at(units: Collection[int]) -> list[tuple[Any, ...]]:
    """Read who is employed at some units, and whoever has the mail of one of them in any case."""
    there = Employee.objects.filter(unit__in=among(units, int)).order_by()
    rows = list(there.values_list(*_ROW))
    if any(mail for _, _, _, mail, *_ in rows):
        mails = there.exclude(mail="").values_list(Upper("mail"))
        alike = Employee.objects.alias(upper=Upper("mail")).exclude(mail="")
        others = alike.filter(~Q(unit__in=among(units, int)), upper__in=mails).order_by()
        rows += others.values_list(*_ROW)
    return sorted(rows)


def _people(of: Employee | None) -> QuerySet[Employee]:
    people = Employee.objects.order_by("pk")
    if of is None:
        return people
    near = Q(unit=of.unit_id)
    return people.filter(near | Q(mail__iexact=of.mail) if of.mail else near)
