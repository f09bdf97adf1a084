"""What kinds of line and days left are called, and where the lines of a run are."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from leasing.cost_share.selectors.pending_lines import AT_END
from leasing.models import KIND_NAMES, Kind


def run_lines_url(code: str) -> str:
    """Return the list of all lines of a run."""
    return f"{reverse('lines')}?afdeling=alle&koersel={code}"


def items_asked(code: str) -> dict[str, str]:
    """Return what asks for the lines of what is leased on the last day of a run's own quarter."""
    return {"koersel": code, "fra": code, "til": code, "slags": Kind.CURRENT, "paa": AT_END}


def named_kinds(kinds: Iterable[Kind]) -> list[tuple[Kind, str]]:
    """Return each kind of line with its name."""
    return [(kind, KIND_NAMES[kind]) for kind in kinds]


def days_left(deadline: date, today: date) -> str:
    """Return how long there is to a deadline."""
    days = (deadline - today).days
    if days < 0:
        return "fristen er udløbet"
    if days == 0:
        return "sidste dag er i dag"
    return f"{days} dage tilbage" if days > 1 else "1 dag tilbage"
