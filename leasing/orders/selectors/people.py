"""People found as they are typed: by initials or any part of the name, in any case, æ, ø, å too.

The letters are folded by plain functions of the database: on SQLite a LIKE that knows æ, ø and å
is a call into Python for every person.
"""

from datetime import date

from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Lower, Replace, StrIndex
from django.db.models.lookups import Exact, GreaterThan

from albertslund_it.common.names import DANISH_LETTERS
from inventory.models import Employee
from inventory.models.organisation import in_danish_order

SHOWN = 8


def folded(field: str) -> Func:
    """Return a field in lower case, on both databases."""
    text: Func = Lower(F(field))
    for letter in DANISH_LETTERS:  # PostgreSQL has done it already; SQLite knows a–z only
        text = Replace(text, Value(letter.upper()), Value(letter))
    return text


def has_words(text: str, of: str = "") -> Q:
    """Match people whose initials or a part of whose name begins with each word of a text.

    `of` is how the rows point at the person: `employee__`.
    """
    found = Q()
    for word in text.casefold().replace("-", " ").split():
        name = Replace(Concat(Value(" "), folded(f"{of}name")), Value("-"), Value(" "))
        starts: GreaterThan[int] = GreaterThan(StrIndex(name, Value(f" {word}")), 0)
        initials: Exact[int] = Exact(StrIndex(folded(f"{of}initials"), Value(word)), 1)
        found &= Q(starts) | Q(initials)
    return found


def people_matching(text: str, on: date) -> list[Employee]:
    """Return the first people who match and have not left; exact initials come first."""
    here = Employee.objects.filter(Q(left_on=None) | Q(left_on__gt=on)).select_related("unit")
    typed = text.strip()
    exact = list(here.filter(initials__in={typed, typed.upper(), typed.lower()}.difference({""})))
    others = here.filter(has_words(typed)).exclude(pk__in=[person.pk for person in exact])
    ordered = others.order_by(in_danish_order("name"), "initials")
    return exact + list(ordered[: SHOWN - len(exact)])
