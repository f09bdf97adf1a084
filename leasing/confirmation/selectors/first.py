"""Is everything ready for the first rebilling?"""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import QuerySet

from albertslund_it.common.permissions import OBJECT_TO_DEVICE, SETTLE_OBJECTION
from albertslund_it.common.quarters import Quarter
from inventory.models import Device, Unit
from inventory.organisation.selectors.scope import units_seen_by
from leasing.billing.selectors.outstanding import Outstanding, outstanding
from leasing.billing.selectors.quarter_costs import cost_of, cost_of_pcs
from leasing.confirmation.selectors.asked import Asked, people_to_ask
from leasing.confirmation.selectors.items import (
    RoundProgress,
    Silence,
    latest_round,
    progress,
    quarters_asked,
    silence_of,
    total_progress,
)
from leasing.cost_table.moment import one_moment
from leasing.data_quality.selectors.sets import in_stock, without_coding
from leasing.models import BillingRun, ConfirmationRound, Objection


@dataclass(frozen=True)
class Meter:
    """How much of something is in place."""

    done: int
    all: int

    @property
    def is_full(self) -> bool:
        return self.done >= self.all


@dataclass(frozen=True)
class FirstRebilling:
    """What the first rebilling waits for, and what it is about.

    The meters are of the leased pcs that a unit has, the units that can be posted on, and the
    departments that have answered.
    """

    placed: Meter
    coded: Meter
    answered: Meter
    standing: Outstanding
    round: ConfirmationRound | None
    departments: list[RoundProgress]
    is_over: bool
    asked: list[Asked]
    quarters: list[Quarter]

    @property
    def total(self) -> RoundProgress:
        return total_progress(self.departments)

    @property
    def rows(self) -> list[tuple[RoundProgress, Asked | None]]:
        """Return each department with those who are asked for it."""
        by_department = {one.key: one for one in self.asked}
        return [(row, by_department.get(f"d{row.department_id}")) for row in self.departments]

    @property
    def unreachable(self) -> list[Asked]:
        """Return the departments that nobody can be asked for."""
        return [one for one in self.asked if one.unit_id is None and not one.recipients]

    @property
    def missing(self) -> list[Asked]:
        """Return those who have somebody that the round has not asked yet."""
        return [one for one in self.asked if one.missing]

    @property
    def silent(self) -> list[Asked]:
        """Return those who can be reminded: somebody can be written to, and something waits."""
        return [one for one in self.asked if one.recipients and one.silent]


@one_moment()
def first_rebilling(today: date) -> FirstRebilling:
    """Gather how ready the municipality is to be billed for the first time."""
    asked = latest_round()
    departments = progress(today)
    is_over = bool(asked and asked.due_on < today)
    answered = sum(row.has_answered or (is_over and not row.objected) for row in departments)
    return FirstRebilling(
        placed=_placed_pcs(today),
        coded=_coded_units(today),
        answered=Meter(answered if asked else 0, len(departments)),
        standing=outstanding(today),
        round=asked,
        departments=departments,
        is_over=is_over,
        asked=people_to_ask(today, asked),
        quarters=quarters_asked(today),
    )


def _placed_pcs(today: date) -> Meter:
    pcs = Device.objects.filter(model__category__is_pc=True)
    leased = cost_of_pcs(today).count
    shelf = cost_of(pcs.filter(id__in=in_stock(today).values("id")), today).count
    return Meter(leased - shelf, leased)


def _coded_units(today: date) -> Meter:
    units = Unit.objects.filter(is_cost_holder=False, placements__isnull=False).distinct().count()
    return Meter(units - without_coding(today).count(), units)


@dataclass(frozen=True)
class Unanswered:
    """How much waits for an answer, and until when."""

    silence: Silence
    due_on: date


@dataclass(frozen=True)
class RoundWork:
    """What of a round waits for a user: their own answers, and objections to settle."""

    unanswered: Unanswered | None
    quarters: list[Quarter]
    objections: int


def round_work(user: User, today: date) -> RoundWork:
    """Return what of a round a user is to do."""
    unanswered, objections = None, 0
    if user.has_perm(OBJECT_TO_DEVICE):
        unanswered = unanswered_of(units_seen_by(user, today), today)
    if user.has_perm(SETTLE_OBJECTION):
        objections = Objection.objects.filter(outcome="").count()
    return RoundWork(unanswered, quarters_asked(today) if unanswered else [], objections)


def unanswered_of(units: QuerySet[Unit], today: date) -> Unanswered | None:
    """Return what the open round has no answer to yet; None where it has all, or is over."""
    asked = latest_round()
    if asked is None or asked.due_on < today:
        return None
    silence = silence_of(units, today)
    return Unanswered(silence, asked.due_on) if silence.count else None


def is_before_the_first_run() -> bool:
    """Return whether nothing has ever been billed."""
    return not BillingRun.objects.exists()
