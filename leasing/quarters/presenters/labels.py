"""What kinds of line and days left are called, and where the lines of a run are."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from leasing.cost_share.selectors.pending_lines import AT_END, UP_TO
from leasing.models import KIND_NAMES, Kind
from leasing.quarters.selectors.run_table import RunTable


def run_lines_url(code: str) -> str:
    """Return the list of all lines of a run."""
    return f"{reverse('lines')}?afdeling=alle&koersel={code}"


def items_asked(code: str) -> dict[str, str]:
    """Return what asks for the lines of what is leased on the last day of a run's own quarter."""
    return {"koersel": code, "fra": code, "til": code, "slags": Kind.CURRENT, "paa": AT_END}


def asked_of_table(code: str, table: RunTable, up_to: str = "") -> dict[str, str]:
    """Return what a run's table asks the list of lines for, after whose: of its run and quarters.

    `up_to` is the run whose costs are told as they were known when it was closed.
    """
    known = f"&koersel={UP_TO}{up_to}" if up_to else ""
    return {
        "of_run": f"&koersel={code}",
        "of_items": f"&{urlencode(items_asked(code))}",
        "of_before": f"&fra={table.before}&til={table.before}{known}",
        "of_quarter": f"&fra={table.quarter}&til={table.quarter}{known}",
    }


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
