"""A day as a person types it: '1-12-2026', '1/12', '011226', '1. december', 'i morgen'."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

LONGEST = 40
WORDS = {
    "i dag": 0,
    "idag": 0,
    "i morgen": 1,
    "imorgen": 1,
    "i overmorgen": 2,
    "i går": -1,
    "igår": -1,
    "i forgårs": -2,
}
WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MONTH_NAMES = (
    *("januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september"),
    *("oktober", "november", "december"),
)
_NAMED = {
    name[:length]: number for number, name in enumerate(MONTH_NAMES, 1) for length in (3, len(name))
}
_NUMBERS = re.compile(
    r"([0-9]{1,2})[-.,/ ]{1,3}([0-9]{1,2})(?:[-.,/ ]{1,3}([0-9]{4}|[0-9]{2}))?[.]?"
)
_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})")
_NAME = re.compile(r"([0-9]{1,2})[.]? ?([a-zæøå]{3,9})[.]?(?: ([0-9]{4}|[0-9]{2}))?")
_CALLED = re.compile(r"^(?:d\.|d |den )[ ]?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_WEEKDAY = re.compile(r"(?:på )?(" + "|".join(WEEKDAYS) + ")")
_AHEAD = re.compile(r"om ([0-9]{1,3}|en|et) (dag|dage|uge|uger|måned|måneder|år)")


@lru_cache(maxsize=1024)
def shown_day(day: date) -> str:
    """Return a day as a person reads it: of tens of thousands of rows most have the same few."""
    return f"{day:%d-%m-%Y}"


def day_in(text: str, today: date) -> date | None:
    """Return the day that a text means; None where it means none.

    A day without its year is the one nearest to today, and a weekday the next one.

    Raises:
        ValueError: when it is written as a day, and no calendar has it.
    """
    typed = " ".join(text.casefold().split())
    if not typed or len(typed) > LONGEST:
        return None
    typed = _CALLED.sub("", typed)
    if typed in WORDS:
        return today + timedelta(days=WORDS[typed])
    if found := _WEEKDAY.fullmatch(typed):
        ahead = (WEEKDAYS.index(found[1]) - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead)
    if found := _AHEAD.fullmatch(typed):
        return _ahead(today, found[1], found[2])
    if parts := next(_parts_of(typed), None):
        return _day(*parts, today)
    return None


def _parts_of(typed: str) -> Iterator[tuple[int, int, str]]:
    """Return day, month and the year as it is written, if it is."""
    if found := _ISO.fullmatch(typed):
        yield int(found[3]), int(found[2]), found[1]
    for pattern in (_NUMBERS, _DIGITS):
        if found := pattern.fullmatch(typed):
            yield int(found[1]), int(found[2]), found[3] or ""
    if (found := _NAME.fullmatch(typed)) and (month := _NAMED.get(found[2])):
        yield int(found[1]), month, found[3] or ""


def _day(day: int, month: int, written_year: str, today: date) -> date:
    if written_year:
        year = int(written_year)
        return date(year + 2000 if len(written_year) == 2 else year, month, day)
    near = []
    for year in (today.year + 1, today.year, today.year - 1):
        try:
            near.append(date(year, month, day))
        except ValueError:  # 29 February
            continue
    if not near:
        raise ValueError(f"{day}-{month}")
    return min(near, key=lambda one: abs(one - today))


def _ahead(today: date, number: str, unit: str) -> date:
    count = int(number) if number.isdecimal() else 1
    if unit.startswith("dag"):
        return today + timedelta(days=count)
    if unit.startswith("uge"):
        return today + timedelta(weeks=count)
    return today + (relativedelta(years=count) if unit == "år" else relativedelta(months=count))
