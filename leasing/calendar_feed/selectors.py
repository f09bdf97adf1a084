"""The deadlines of a user's calendar, and whose calendar a secret address is."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db.models import Count

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.common.quarters import Quarter, add_months
from inventory.organisation.selectors.scope import devices_seen_by, sees_all
from leasing.cost_table.moment import one_moment
from leasing.domain.lease_end import last_buyout_day
from leasing.lease_end.selectors.questions import open_questions
from leasing.lease_end.selectors.undecided import undecided_leases
from leasing.models import CalendarFeed, LessorQuestion, Settings

ONE_DAY = timedelta(days=1)
YEARS = 5
# The days of a buyout are as many as the days on which leases began: only those that come soon.
BUYOUT_MONTHS_AHEAD = 12


class DeadlineKind(StrEnum):
    """What is to be done by a day."""

    ANSWER = "answer"
    EXPIRY = "expiry"
    BUYOUT = "buyout"


@dataclass(frozen=True, slots=True)
class Deadline:
    """What is to be done by a day about a sub-agreement, and how many devices are undecided.

    `key` is the same as long as it is the same deadline, whatever its day and its count.
    """

    kind: DeadlineKind
    day: date
    sub_agreement: str
    sub_agreement_id: int
    quarter: Quarter
    count: int
    key: str


@dataclass(frozen=True, slots=True)
class _AlikeEnds:
    """Undecided leases of a sub-agreement that began and end on the same days."""

    sub_agreement: str
    sub_agreement_id: int
    starts_on: date
    ends_before: date
    count: int

    @property
    def last_day(self) -> date:
        return self.ends_before - ONE_DAY


def digest_of_secret(secret: str) -> str:
    """Return what is kept of a secret address."""
    return hashlib.sha256(secret.encode()).hexdigest()


def feed_of(user: User) -> CalendarFeed | None:
    """Return the address that a user has, as far as it is known."""
    return CalendarFeed.objects.filter(user=user).first()


def reader_of(secret: str) -> User | None:
    """Return whose calendar a secret address is; None where it lets nobody in, or no longer."""
    if not Settings.objects.filter(uses_calendar_feed=True).exists():
        return None
    feeds = CalendarFeed.objects.select_related("user")
    feed = feeds.filter(secret_digest=digest_of_secret(secret), user__is_active=True).first()
    return feed.user if feed and feed.user.has_perm(VIEW_DEVICE) else None


def deadlines_of(user: User, today: date) -> list[Deadline]:
    """Return the deadlines within what a user may see today, the first one first."""
    with one_moment():
        ends = _undecided(user, today)
    found = [*_expiries(ends), *_buyouts(ends, today)]
    if sees_all(user):
        found += _answers(ends)
    return sorted(found, key=lambda one: (one.day, one.kind, one.sub_agreement))


def _undecided(user: User, today: date) -> list[_AlikeEnds]:
    """Count the undecided leases of five years that a user sees, alike ones together."""
    rows = undecided_leases(today, add_months(today, 12 * YEARS))
    if not sees_all(user):
        rows = rows.filter(lease__device__in=devices_seen_by(user, today).order_by().values("pk"))
    alike = ("lease__sub_agreement__number", "lease__sub_agreement", "starts_on", "ends_before")
    counted = rows.order_by().values_list(*alike).annotate(Count("pk"))
    return [_AlikeEnds(*row) for row in counted]


def _expiries(ends: list[_AlikeEnds]) -> Iterator[Deadline]:
    """Yield one deadline a sub-agreement and quarter: the first last day in it."""
    first: dict[tuple[str, int, Quarter], date] = {}
    counts: Counter[tuple[str, int, Quarter]] = Counter()
    for one in ends:
        place = one.sub_agreement, one.sub_agreement_id, Quarter.of(one.last_day)
        first[place] = min(one.last_day, first.get(place, one.last_day))
        counts[place] += one.count
    for (number, pk, quarter), day in first.items():
        key = f"{pk}:{quarter}"
        count = counts[number, pk, quarter]
        yield Deadline(DeadlineKind.EXPIRY, day, number, pk, quarter, count, key)


def _buyouts(ends: list[_AlikeEnds], today: date) -> Iterator[Deadline]:
    """Yield one deadline a sub-agreement and day: the last on which a buyout can be decided."""
    settings = Settings.objects.get()
    if not settings.allows_buyout:
        return
    until = add_months(today, BUYOUT_MONTHS_AHEAD)
    counts: Counter[tuple[date, str, int, Quarter]] = Counter()
    for one in ends:
        day = last_buyout_day(one.starts_on, one.ends_before, settings.buyout_margin_days)
        if today <= day <= until:
            place = day, one.sub_agreement, one.sub_agreement_id, Quarter.of(one.last_day)
            counts[place] += one.count
    for (day, number, pk, quarter), count in counts.items():
        key = f"{pk}:{quarter}:{day}"
        yield Deadline(DeadlineKind.BUYOUT, day, number, pk, quarter, count, key)


def _answers(ends: list[_AlikeEnds]) -> Iterator[Deadline]:
    """Yield the lessor's open questions: they are about all departments."""
    for question in open_questions().select_related("sub_agreement"):
        quarter = Quarter.of(question.expires_from)
        yield Deadline(
            DeadlineKind.ANSWER,
            question.answer_by,
            question.sub_agreement.number,
            question.sub_agreement_id,
            quarter,
            _waiting(question, ends),
            str(question.pk),
        )


def _waiting(question: LessorQuestion, ends: list[_AlikeEnds]) -> int:
    """Count what waits of the sub-agreement on the question's days."""
    return sum(
        one.count
        for one in ends
        if one.sub_agreement_id == question.sub_agreement_id
        and question.expires_from <= one.last_day <= question.expires_to
    )
