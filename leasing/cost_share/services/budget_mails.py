"""Mails to a head as the department's budget of the year is used up: once for each mark."""

from collections.abc import Iterator
from datetime import date, datetime

from leasing.approvals.selectors.approvals import heads_of
from leasing.cost_share.selectors.budget_use import MARKS, BudgetUse, budget_uses
from leasing.mail.services import write_mail
from leasing.models import Mail
from leasing.settings.selectors import modules_off


def write_budget_mails(*, today: date, now: datetime) -> Iterator[Mail]:
    """Write to the heads whose budget has passed a mark that they have not been told of.

    Of two marks that are passed at once, the higher is told. What is told is kept by the mail's
    key, so a budget that changes does not make it be told again.
    """
    told = set(
        Mail.objects.filter(key__startswith=f"budget-{today.year}-").values_list("key", flat=True)
    )
    for use in budget_uses(today):
        is_told = any(_key(use, mark) in told for mark in MARKS if mark >= use.passed)
        if use.passed and not is_told and (mail := _write(use, today, now)):
            yield mail


def _key(use: BudgetUse, mark: int) -> str:
    return f"budget-{use.year}-{use.payer.key}-{mark}"


def _write(use: BudgetUse, today: date, now: datetime) -> Mail | None:
    department = use.payer.department
    if department is None:
        return None
    recipients = [user.email for user in heads_of(department, today) if user.email]
    how_much = "Hele" if use.passed == max(MARKS) else f"{use.passed} % af"
    return write_mail(
        recipients=recipients or [department.head_mail],
        subject=f"{how_much} pc-budgettet for {use.year} er brugt: {department.name}",
        template="budget",
        context={
            "use": use,
            "day": today,
            "has_scenarios": "uses_scenarios" not in modules_off(),
        },
        now=now,
        key=_key(use, use.passed),
    )
