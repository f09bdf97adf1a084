"""What the database takes for a quarter: a page that reads one cannot do without it."""

from django.db.models import CheckConstraint, Q

CODES = [f"{year}Q{number}" for year in range(2000, 2201) for number in range(1, 5)]


def holds_a_quarter(field: str, name: str) -> CheckConstraint:
    """Return a constraint that a column holds '2026Q1' or the like, of 2000 to 2200.

    Each is named: of a pattern SQLite knows only what this program adds to its own connections, and
    Django cannot read a table of SQLite's back whose SQL has a single sign between two commas.
    """
    return CheckConstraint(
        condition=Q(**{f"{field}__in": CODES}),
        name=name,
        violation_error_message="Skriv kvartalet som 2026Q1.",
    )
