"""How many faults there were, and what they cost: by day, and now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User

from inventory.organisation.selectors.scope import sees_all
from leasing.data_quality.selectors.findings import CountedFinding, Finding
from leasing.models import FindingCount, RuleOwner

WEEK = timedelta(days=7)
WEEKS = 12


@dataclass(frozen=True, slots=True)
class FaultCount:
    """What a rule found on a day, in the whole municipality."""

    day: date
    count: int
    quarter_ore: int


@dataclass(frozen=True)
class Trend:
    """What a rule finds now, and what it found before, a day for each week."""

    now: FaultCount
    before: tuple[FaultCount, ...] = ()

    @property
    def since(self) -> FaultCount | None:
        """Return the latest that is a week old or older, to compare with."""
        old = [one for one in self.before if one.day <= self.now.day - WEEK]
        return old[-1] if old else None

    @property
    def change(self) -> int:
        """Return how many more there are than a week ago."""
        return self.now.count - self.since.count if self.since else 0

    @property
    def costs(self) -> bool:
        """Return whether there are kroner to draw on several days."""
        return bool(self.before) and any(one.quarter_ore for one in self.points)

    @property
    def points(self) -> tuple[FaultCount, ...]:
        return (*self.before, self.now)


def trends_of(
    findings: Iterable[Finding | CountedFinding], user: User, today: date
) -> dict[str, Trend]:
    """Return how each rule has gone, by its key; nothing to who sees only a part of what it is of.

    Of each week the last day that was counted, and of today what is found now.
    """
    if not sees_all(user):
        return {}
    first = today - WEEKS * WEEK
    known: dict[str, dict[tuple[int, int], FaultCount]] = defaultdict(dict)
    rows = FindingCount.objects.filter(day__gt=first, day__lt=today).order_by("day")
    for rule, day, count, quarter_ore in rows.values_list("rule", "day", "count", "quarter_ore"):
        known[rule][day.isocalendar()[:2]] = FaultCount(day, count, quarter_ore)
    return {
        one.rule.key: Trend(
            FaultCount(today, one.count, one.quarter_ore), tuple(known[one.rule.key].values())
        )
        for one in findings
    }


def owners() -> dict[str, RuleOwner]:
    """Return who has been given a rule to see to, by its key."""
    return {one.rule: one for one in RuleOwner.objects.select_related("user")}
