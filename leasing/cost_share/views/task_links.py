"""Where the tasks of the front page and of a leader's list are done."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from leasing.approvals.presenters import approval_tasks
from leasing.approvals.selectors.tasks import to_decide
from leasing.confirmation.presenters import confirmation_tasks
from leasing.confirmation.selectors.first import is_before_the_first_run, round_work
from leasing.cost_share.presenters.tasks import share_tasks
from leasing.cost_share.selectors.payers import EVERYBODY
from leasing.cost_share.selectors.pending_lines import NOT_BILLED
from leasing.cost_share.selectors.tasks import share_tasks_of
from leasing.domain.tasks import Task

# Where a task is done, whatever it is about: (address name, what follows).
PAGES = {
    "answers": ("decisions", "#indsigelser"),
    "buyouts": ("buyout-list", "?svar=yes&valg=nej"),
    "confirm": ("confirm", ""),
    "corrections": ("corrections", ""),
    "ends": ("end-board", "?valg=open"),
    "mails": ("mail-list", "?status=venter"),
    "objections": ("objection-list", "?stand=aaben"),
    "silent": ("first-rebilling", "#bekraeftelser"),
    "wishes": ("decisions", "#udloeb"),
}


def tasks_of(user: User, day: date) -> list[Task]:
    """Return what a person is to decide of what they pay for, what others wait for first."""
    return [
        *approval_tasks(to_decide(user, day)),
        *confirmation_tasks(round_work(user, day)),
        *share_tasks(share_tasks_of(user, day), day),
    ]


def linked(tasks: Iterable[Task]) -> list[tuple[Task, str]]:
    """Return each task with the address where it is done."""
    return [(task, task_url(task)) for task in tasks]


def task_url(task: Task) -> str:
    """Return the page that a task lands on: the filtered list, or the quarter."""
    if task.key == "orders":
        return f"{reverse('order-list')}?{urlencode({'status': task.about})}"
    if task.key in PAGES:
        name, query = PAGES[task.key]
        return reverse(name) + query
    if task.key in {"lessor", "no_invoice"}:
        return reverse("reconciliation", args=[task.about])
    if task.key in {"close", "post", "fetch", "supplement"}:
        return reverse("quarter-detail", args=[task.about])
    if task.key == "overdue":
        return overdue_url(task)
    if task.key == "stolen":
        return reverse("device-detail", args=[task.about])
    if task.key == "approvals":
        if task.about:
            return reverse("approval-detail", args=[task.about])
        return f"{reverse('approval-list')}?status=afventer"
    if task.key == "coding":
        return reverse("import-kind", args=["units"])
    return f"{reverse('device-list')}?{urlencode({'waits': task.key})}"


def overdue_url(task: Task) -> str:
    """Return the way to the first rebilling; later on, the lines that are not billed."""
    if is_before_the_first_run():
        return reverse("first-rebilling")
    first, last = task.about.split("-")
    query = {"afdeling": EVERYBODY, "koersel": NOT_BILLED, "fra": first, "til": last}
    return f"{reverse('lines')}?{urlencode(query)}"
