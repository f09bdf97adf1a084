"""What happens to a device when its lease ends, in words: the same on every page and mail."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from albertslund_it.common.quarters import Quarter
from inventory.models import Departure
from leasing.domain.lease_end import Fate
from leasing.lease_end.selectors.term_ends import TermEnd
from leasing.models import EndChoice

ONE_DAY = timedelta(days=1)
OPEN = "open"
# What is to be looked at is marked so; what is settled is not.
STYLES = {Fate.UNDECIDED: "warn", Fate.OVERDUE: "bad", Fate.BUYOUT: "good", Fate.RETURN: "good",
          Fate.EXTENDED: "good"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """What happens at an end: a mark's words and style, and what is said beside it."""

    words: str
    style: str
    detail: str = ""


def what_happens(end: TermEnd, on: date) -> Happening:
    """Return what happens to a device at the end of a term, as things stand on a day."""
    fate = end.fate(on)
    return Happening(_words(end, fate), STYLES.get(fate, ""), _detail(end))


def _words(end: TermEnd, fate: Fate) -> str:
    last_day = f"{end.last_day:%d-%m-%Y}"
    if fate == Fate.GONE:
        return f"{Departure.How(end.left_how).label} {end.left_on:%d-%m-%Y}"
    if fate == Fate.EXTENDED and end.extension:
        return f"Forlænges til {end.extension.ends_before - ONE_DAY:%d-%m-%Y}"
    if fate == Fate.STOPPED:
        return f"Stoppet {end.stops_on:%d-%m-%Y}"
    if fate == Fate.BUYOUT:
        return f"Frikøbes ved udløb {last_day}"
    if fate == Fate.RETURN:
        return f"Leveres tilbage ved udløb {last_day}"
    if fate == Fate.OVERDUE:
        return f"Udløbet {last_day}, intet besluttet"
    return f"Udløber {last_day}, intet besluttet" if fate == Fate.UNDECIDED else f"Til {last_day}"


def _detail(end: TermEnd) -> str:
    decided = end.decided
    if not decided.decided_at:
        return decided.reason
    said = f"besluttet {decided.decided_at:%d-%m-%Y}"
    if decided.decided_by:
        said += f" af {decided.decided_by}"
    return f"{said}: {decided.reason}" if decided.reason else said


def choice_shown(end: TermEnd) -> str:
    """Return the choice at an end as lists and files name it; '' where there is none."""
    choice = EndChoice.EXTENSION if end.extension else end.decided.choice
    return str(EndChoice(choice).label) if choice else ""


def board_url(
    *, quarter: Quarter | None = None, fate: str = "", agreement_id: int | None = None
) -> str:
    """Return the board of ends, narrowed to what is asked for."""
    asked = {
        "kvartal": str(quarter) if quarter else "",
        "valg": fate,
        "underaftale": agreement_id,
    }
    query = urlencode({key: value for key, value in asked.items() if value})
    return f"/udloeb/?{query}" if query else "/udloeb/"
