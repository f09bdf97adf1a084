"""Mails to the heads whom a reorganisation concerns: agreed to, carried out, or taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from inventory.models import Department
from leasing.approvals.selectors.approvals import heads_of
from leasing.mail.services import Draft, write_mails
from leasing.models import Reorganisation, ReorganisationStep
from leasing.reorganisation.presenters import SUBJECTS, in_words
from leasing.reorganisation.selectors.money import Payment, money_of
from leasing.reorganisation.selectors.plan import Outlook


@dataclass(frozen=True)
class HeadLetter:
    """What a department's head is told: the steps that concern it, and what it pays otherwise."""

    department: Department
    steps: list[str]
    payment: Payment | None
    quarter: str

    @property
    def key(self) -> str:
        return str(self.department.pk)


def letters_of(plan: Outlook) -> list[HeadLetter]:
    """Return a letter for each department whose units or costs change, before anything does."""
    money = money_of(plan)
    payments = {one.department_id: one for one in money.departments if one.department_id}
    steps: dict[int, list[str]] = {pk: [] for pk in payments}
    for effect in plan.effects:
        for department in _concerned(plan, effect.step):
            steps.setdefault(department, []).append(in_words(effect.step))
    return [
        HeadLetter(plan.departments[pk], told, payments.get(pk), money.quarter.label)
        for pk, told in sorted(steps.items())
    ]


def _concerned(plan: Outlook, step: ReorganisationStep) -> set[int]:
    units = [plan.units[pk] for pk in (step.unit_id, step.successor_id) if pk]
    found = {step.department_id, *(unit.department_id for unit in units)}
    found |= {plan.department_after[unit.id] for unit in units}
    return {pk for pk in found if pk}


def tell_heads(
    letters: Iterable[HeadLetter],
    *,
    reorganisation: Reorganisation,
    news: str,
    today: date,
    now: datetime,
) -> None:
    """Write to each department's heads, or to its own address where it has none."""
    subject = SUBJECTS[news].format(
        day=f"{reorganisation.starts_on:%d-%m-%Y}", title=reorganisation.title
    )
    write_mails(
        drafts=[
            Draft(
                [user.email for user in heads_of(one.department, today) if user.email]
                or one.department.head_mail,
                subject,
                {"letter": one, "found": reorganisation, "news": news},
                f"reorganisation-{reorganisation.pk}-{news}-{now:%Y%m%d%H%M%S}-{one.department.pk}",
            )
            for one in letters
        ],
        template="reorganisation",
        now=now,
    )
