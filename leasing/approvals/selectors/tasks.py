"""What waits on the front page of exceptions and mails."""

from collections.abc import Iterator
from datetime import date

from django.contrib.auth.models import User

from leasing.approvals.selectors.approvals import cost_of_exceptions, waiting_for
from leasing.domain.tasks import Task
from leasing.models import Mail

MOST = 200


def approval_tasks(user: User, today: date) -> Iterator[Task]:
    """Yield the exceptions that a head is to decide, with what they cost a quarter at most."""
    approvals = list(waiting_for(user, today).select_related("line", "employee")[:MOST])
    if not approvals:
        return
    costs = cost_of_exceptions(approvals, today).values()
    names = [approval.employee.name for approval in approvals[:3]]
    count = f"{len(approvals)} dispensation{'er' if len(approvals) > 1 else ''}"
    yield Task(
        "approvals",
        f"{count} venter på dit svar",
        ", ".join(names) + (" …" if len(approvals) > 3 else ""),
        about=str(approvals[0].pk) if len(approvals) == 1 else "",
        amount_ore=sum(cost.quarter_to_ore for cost in costs) if costs else None,
        note="pr. kvartal" if not any(cost.is_range for cost in costs) else "højst, pr. kvartal",
    )


def mail_tasks() -> Iterator[Task]:
    """Tell of mails that could not be sent."""
    unsent = Mail.objects.filter(sent_at=None)
    if count := unsent.count():
        subjects = list(unsent.order_by("-id").values_list("subject", flat=True)[:2])
        yield Task(
            "mails",
            f"{count} mail{'s' if count > 1 else ''} er ikke sendt",
            "; ".join(subjects) + (" …" if count > 2 else ""),
        )
