"""The deadlines of a calendar in Danish; nothing of them names a person or a device."""

from dataclasses import dataclass
from datetime import date

from leasing.calendar_feed.selectors import Deadline, DeadlineKind
from leasing.lease_end.presenters import board_url


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An all-day event; `uid` is the same as long as it is the same deadline."""

    uid: str
    day: date
    summary: str
    description: str
    url: str


def event_of(deadline: Deadline, site: str) -> CalendarEvent:
    """Return a deadline as a calendar shows it, with the way to the board at the site."""
    url = site + board_url(quarter=deadline.quarter, agreement_id=deadline.sub_agreement_id)
    summary, description = _words(deadline)
    return CalendarEvent(
        f"{deadline.kind}-{deadline.key.replace(':', '-')}@pc-leasing",
        deadline.day,
        summary,
        f"{description}\n\n{url}",
        url,
    )


def _words(one: Deadline) -> tuple[str, str]:
    undecided = f"{one.count} stk. uden beslutning"
    if one.kind == DeadlineKind.ANSWER:
        return (
            f"Svar leasinggiver om {one.sub_agreement}: {undecided}",
            f"Leasinggiver skal senest i dag vide, hvad der skal ske med underaftale "
            f"{one.sub_agreement}.",
        )
    if one.kind == DeadlineKind.BUYOUT:
        return (
            f"Sidste dag for frikøb, {one.sub_agreement}: {undecided}",
            f"Frikøb kan ikke vælges efter i dag for det, der udløber i {one.quarter.label}.",
        )
    return (
        f"Udløb {one.quarter.label}, {one.sub_agreement}: {undecided}",
        f"Den første leasing uden beslutning i {one.quarter.label} har sidste dag i dag: frikøb, "
        "forlængelse eller returnering.",
    )
