"""Is everything ready for the first rebilling?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import QuerySet

from albertslund_it.common.permissions import OBJECT_TO_DEVICE, SETTLE_OBJECTION
from albertslund_it.common.quarters import Quarter, span_label
from inventory.models import Device, Unit
from inventory.organisation.selectors.scope import units_seen_by
from leasing.billing.selectors.outstanding import Outstanding, outstanding
from leasing.billing.selectors.quarter_costs import cost_of
from leasing.confirmation.selectors.asked import Asked, people_to_ask
from leasing.confirmation.selectors.items import (
    SILENT,
    Progress,
    devices_placed_at,
    items_of,
    latest_round,
    progress,
    quarters_asked,
    whole_of,
)
from leasing.data_quality.selectors.sets import in_stock, without_coding
from leasing.domain.tasks import Task
from leasing.models import BillingRun, ConfirmationRound, Objection


@dataclass(frozen=True)
class Meter:
    """How much of something is in place."""

    name: str
    done: int
    all: int
    help: str

    @property
    def is_full(self) -> bool:
        return self.done >= self.all


@dataclass(frozen=True)
class FirstRebilling:
    """What the first rebilling waits for, and what it is about."""

    meters: list[Meter]
    standing: Outstanding
    round: ConfirmationRound | None
    departments: list[Progress]
    is_over: bool
    asked: list[Asked]
    quarters: list[Quarter]

    @property
    def whole(self) -> Progress:
        return whole_of(self.departments)

    @property
    def rows(self) -> list[tuple[Progress, Asked | None]]:
        """Return each department with those who are asked for it."""
        by_department = {one.department_id: one for one in self.asked if one.unit_id is None}
        return [(row, by_department.get(row.department_id)) for row in self.departments]

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


def first_rebilling(today: date) -> FirstRebilling:
    """Gather how ready the municipality is to be billed for the first time."""
    asked = latest_round()
    departments = progress(today)
    is_over = bool(asked and asked.due_on < today)
    pcs = Device.objects.filter(model__category__is_pc=True)
    all_pcs = cost_of(pcs, today).count
    shelf = cost_of(pcs.filter(id__in=in_stock(today).values("id")), today).count
    holding = Unit.objects.filter(is_cost_holder=False, placements__isnull=False).distinct()
    units = holding.count()
    answered = sum(row.has_answered or (is_over and not row.objected) for row in departments)
    meters = [
        Meter("Leasede pc'er med en enhed", all_pcs - shelf, all_pcs, "Resten bærer Fælles IT."),
        Meter(
            "Enheder med fuld kontering",
            units - without_coding(today).count(),
            units,
            "Uden kontering kan Opus-filen ikke laves.",
        ),
        Meter(
            "Ledere, der har bekræftet",
            answered if asked else 0,
            len(departments),
            "Tavshed tæller som ja efter fristen." if asked else "Ingen er spurgt endnu.",
        ),
    ]
    people = people_to_ask(today, asked)
    quarters = quarters_asked(today)
    return FirstRebilling(meters, outstanding(today), asked, departments, is_over, people, quarters)


def confirmation_tasks(user: User, today: date) -> Iterator[Task]:
    """Yield what waits of a round: an answer from a leader, objections for the helpdesk."""
    if user.has_perm(OBJECT_TO_DEVICE):
        costs, due_on = unanswered_of(units_seen_by(user, today), today)
        if costs:
            yield Task(
                "confirm",
                f"Stemmer listen? {len(costs)} stk. venter på dit svar",
                f"Svar senest den {due_on:%d-%m-%Y}. Derefter regner vi dem som jeres.",
                amount_ore=sum(costs.values()),
                note=f"for {span_label(quarters_asked(today)).lower()}",
            )
    settles = user.has_perm(SETTLE_OBJECTION)
    if settles and (count := Objection.objects.filter(outcome="").count()):
        yield Task(
            "objections",
            f"{count} indsigelse{'r' if count > 1 else ''}: »Ikke vores«",
            "Flyt udstyret, eller skriv, hvorfor det bliver.",
        )


def unanswered_of(
    units: QuerySet[Unit], today: date
) -> tuple[dict[tuple[int, int], int], date | None]:
    """Return what each unanswered (device, unit) will be billed, and until when to answer.

    Nothing once the round is over, or where there is none.
    """
    asked = latest_round()
    if asked is None or asked.due_on < today:
        return {}, None
    silent = [
        item for item in items_of(units, today, devices_placed_at(units)) if item.answer == SILENT
    ]
    return {(item.device_id, item.unit.id): item.amount_ore for item in silent}, asked.due_on


def is_before_the_first_run() -> bool:
    """Tell whether nothing has ever been billed."""
    return not BillingRun.objects.exists()
