"""What the database takes for a quarter: a page that reads one cannot do without it."""

from django.db.models import CheckConstraint, Q
from django.db.models.functions import Length, Substr
from django.db.models.lookups import Exact, In

DIGITS = list("0123456789")


def holds_a_quarter(field: str, name: str) -> CheckConstraint:
    """Return a constraint that a column holds '2026Q1' or the like, of 2000 to 2199.

    Sign by sign: of a pattern SQLite knows only what this program adds to its own connections.
    """
    signs = (["2"], ["0", "1"], DIGITS, DIGITS, ["Q"], ["1", "2", "3", "4"])
    condition = Q(Exact(Length(field), 6))
    for place, allowed in enumerate(signs, start=1):
        condition &= Q(In(Substr(field, place, 1), allowed))
    return CheckConstraint(
        condition=condition,
        name=name,
        violation_error_message="Skriv kvartalet som 2026Q1.",
    )
