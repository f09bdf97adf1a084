"""People found as they are typed: by initials, mail or any part of the name, in any spelling."""

from datetime import date

from django.db.models import F, Q, QuerySet

from albertslund_it.web.database.folding import begins_words
from inventory.models import Employee
from inventory.models.organisation import in_danish_order

SHOWN = 8
COMING = " (kommende)"  # as somebody without initials is written


def has_words(text: str, of: str = "") -> Q:
    """Match people with a name, initials or a mail in which each word of a text begins a word.

    `of` is how the rows point at the person: `employee__`.
    """
    return begins_words(F(f"{of}found_by"), text.strip().removesuffix(COMING))


def people_matching(
    text: str, on: date, within: QuerySet[Employee] | None = None
) -> list[Employee]:
    """Return the first people who match and have not left; exact initials come first."""
    people = Employee.objects.all() if within is None else within
    here = people.filter(Q(left_on=None) | Q(left_on__gt=on)).select_related("unit")
    typed = text.strip()
    # Said that they have some, for the index has those alone.
    spelled = here.exclude(initials="").filter(initials__in={typed, typed.upper(), typed.lower()})
    exact = list(spelled.order_by()[:SHOWN])
    others = here.filter(has_words(typed)).exclude(pk__in=[person.pk for person in exact])
    ordered = others.order_by(in_danish_order("name"), "initials")
    return exact + list(ordered[: SHOWN - len(exact)])
