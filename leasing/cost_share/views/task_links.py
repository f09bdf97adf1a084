"""Where the tasks of the front page and of a leader's list are done."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from albertslund_it.common.permissions import VIEW_DEVICE
from inventory.organisation.selectors.scope import sees_all
from leasing.approvals.presenters import approval_tasks
from leasing.approvals.selectors.tasks import to_decide
from leasing.confirmation.presenters import confirmation_tasks
from leasing.confirmation.selectors.first import is_before_the_first_run, round_work
from leasing.cost_share.presenters.tasks import share_tasks
from leasing.cost_share.selectors.payers import EVERYBODY
from leasing.cost_share.selectors.pending_lines import NOT_BILLED
from leasing.cost_share.selectors.tasks import share_tasks_of
from leasing.data_quality.presenters.idle import idle_tasks
from leasing.data_quality.selectors.idle import idle_cost
from leasing.domain.tasks import Task

# Where a task is done, whatever it is about: (address name, what follows).
PAGES = {
    "approvals": ("approval-list", "?status=afventer"),
    "answers": ("decisions", "#indsigelser"),
    "buyouts": ("buyout-list", "?svar=yes&valg=nej"),
    "confirm": ("confirm", ""),
    "corrections": ("corrections", ""),
    "idle": ("idle", ""),
    "ends": ("end-board", "?valg=open"),
    "mails": ("mail-list", "?status=venter"),
    "objections": ("objection-list", "?stand=aaben"),
    "received": ("received-list", "?status=venter"),
    "stocktakes": ("stocktake-list", "?stand=aaben"),
    "silent": ("first-rebilling", "#bekraeftelser"),
    "stocktake": ("stocktake-list", "?stand=aaben"),
    "wishes": ("decisions", "#udloeb"),
}
# Where a task about one thing is done.
ABOUT_ONE = {
    "approvals": "approval-detail",
    "close": "quarter-detail",
    "fetch": "quarter-detail",
    "lessor": "reconciliation",
    "no_invoice": "reconciliation",
    "post": "quarter-detail",
    "stocktake": "stocktake",
    "stolen": "device-detail",
    "supplement": "quarter-detail",
}

# What the button of a task says.
VERBS = {
    "answers": "Læs svaret",
    "approvals": "Svar",
    "close": "Gå til kvartalet",
    "coding": "Ret kontering",
    "confirm": "Se listen",
    "corrections": "Se dem",
    "ends": "Vælg",
    "fetch": "Hent filen",
    "idle": "Se dem",
    "lessor": "Afstem",
    "no_invoice": "Afstem",
    "objections": "Se dem",
    "overdue": "Opkræv dem",
    "post": "Skriv bilagsnummeret",
    "silent": "Se svarene",
    "stocktake": "Tæl",
    "wishes": "Vælg",
}


class TaskButton(NamedTuple):
    """A task as one meets it: where it is done, and what its button says."""

    task: Task
    url: str
    verb: str


def tasks_of(user: User, day: date) -> list[Task]:
    """Return what a person is to decide of what they pay for.

    A leader is first told of what is paid for and not used, then of what others wait for.
    """
    return [
        *(idle_tasks(idle_cost(user, day), day) if _is_told_of_idle(user) else ()),
        *approval_tasks(to_decide(user, day)),
        *confirmation_tasks(round_work(user, day)),
        *share_tasks(share_tasks_of(user, day), day),
    ]


def _is_told_of_idle(user: User) -> bool:
    """Return whether somebody pays for a part, and may open the page of what is not used."""
    return user.has_perm(VIEW_DEVICE) and not sees_all(user)


def decisions_of(user: User, day: date) -> list[TaskButton]:
    """Return what a person is to decide, with the button of each."""
    return with_buttons(tasks_of(user, day))


def with_buttons(tasks: Iterable[Task], *, only_reads: bool = False) -> list[TaskButton]:
    """Return each task with the address where it is done, and the verb of its button.

    Who `only_reads` does none of them, and looks at it there.
    """
    return [
        TaskButton(task, task_url(task), "Se" if only_reads else VERBS.get(task.key, "Åbn"))
        for task in tasks
    ]


def task_url(task: Task) -> str:
    """Return the page that a task lands on: the filtered list, or the quarter."""
    if task.key == "orders":
        return f"{reverse('order-list')}?{urlencode({'status': task.about})}"
    if task.key == "overdue":
        return overdue_url(task)
    if task.about and task.key in ABOUT_ONE:
        return reverse(ABOUT_ONE[task.key], args=[task.about])
    if task.key in PAGES:
        name, query = PAGES[task.key]
        return reverse(name) + query
    if task.key == "coding":
        return reverse("finding", args=["coding"])  # who may import mends it from there
    return f"{reverse('device-list')}?{urlencode({'waits': task.key})}"


def overdue_url(task: Task) -> str:
    """Return the way to the first rebilling; later on, the lines that are not billed."""
    if is_before_the_first_run():
        return reverse("first-rebilling")
    first, last = task.about.split("-")
    query = {"afdeling": EVERYBODY, "koersel": NOT_BILLED, "fra": first, "til": last}
    return f"{reverse('lines')}?{urlencode(query)}"
