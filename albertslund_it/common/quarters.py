"""Calendar quarters and month arithmetic on civil dates."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_CODE = re.compile(r"([0-9]{4})Q([1-4])")


@lru_cache(maxsize=1 << 16)
def add_months(day: date, months: int) -> date:
    """Add whole months, staying on the last day of a shorter month (31 January + 3 = 30 April)."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter; sorts in time, prints as '2026Q1'."""

    year: int
    number: int

    @classmethod
    def parse(cls, code: str) -> "Quarter":
        """Read '2026Q1'; raises ValueError with a Danish sentence."""
        match = _CODE.fullmatch(code.strip().upper())
        if not match or not 2000 <= int(match[1]) <= 2200:
            raise ValueError(f"»{code}« er ikke et kvartal. Skriv det som 2026Q1 (Q1–Q4)")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Return the quarter that holds a day."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def starts_on(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def ends_before(self) -> date:
        return self.next().starts_on

    @property
    def last_day(self) -> date:
        return self.ends_before - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.ends_before - self.starts_on).days

    @property
    def label(self) -> str:
        return f"{self.number}. kvartal {self.year}"

    @property
    def short_label(self) -> str:
        return f"{self.number}. kvt. {self.year}"

    def next(self, count: int = 1) -> "Quarter":
        """Return the quarter `count` later (earlier, when negative)."""
        years, index = divmod(self.year * 4 + self.number - 1 + count, 4)
        return Quarter(years, index + 1)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


def quarters_between(first: Quarter, last: Quarter) -> Iterator[Quarter]:
    """Return the quarters from `first` to `last`, both included."""
    while first <= last:
        yield first
        first = first.next()


def span_label(quarters: Sequence[Quarter], *, short: bool = False) -> str:
    """Name quarters in a row: '1.–3. kvartal 2026', '4. kvartal 2026 – 1. kvartal 2027'.

    `short` says 'kvt.' instead.
    """
    first, last = quarters[0], quarters[-1]
    name, end = (q.short_label if short else q.label for q in (first, last))
    if first == last:
        return end
    return f"{first.number}.–{end}" if first.year == last.year else f"{name} – {end}"
