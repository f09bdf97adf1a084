from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now as moment_now
from albertslund_it.web.clock import today
from inventory.selectors.scope import devices_seen_by, sees_all
from leasing.models import BillingRun
from leasing.selectors.confirmation.first import confirmation_tasks, is_before_the_first_run
from leasing.selectors.handling.losses import loss_tasks
from leasing.selectors.ordering.approval_tasks import approval_tasks, mail_tasks
from leasing.selectors.ordering.order_tasks import order_tasks
from leasing.selectors.outstanding import outstanding
from leasing.selectors.quality.faults import costly_faults
from leasing.selectors.readiness import cost_of, in_stock
from leasing.selectors.share.bearers import bearers_seen_by
from leasing.selectors.share.share import known_share_of
from leasing.selectors.tasks import Task, leaver_tasks, lessor_tasks, money_tasks, quarter_tasks
from leasing.views.later import is_computed_now
from leasing.views.quality.faults import linked
from leasing.views.share.share import quarter_chart

SEES_RUNS = "leasing.view_billingrun"
SEES_PEOPLE = "inventory.view_employee"
HANDLES = "leasing.handle_orders"
SEES_DEVICES_UNUSED = "inventory.see_last_seen"
HANDLES_ORDERS = "leasing.handle_orders"


def front(request):
    """Show what waits for the user, by role."""
    user, day = request.user, today()
    now = is_computed_now(request)
    context = {"is_computed": now, "tasks": [], "today": day}
    if user.has_perm(SEES_RUNS):
        context |= _for_finance(day, now)
    if user.has_perm(SEES_DEVICES_UNUSED):
        context["has_tasks"] = True
        if now:
            context["faults"] = linked(costly_faults(user, day))
            context["leased"] = cost_of(None, day)
            context["stock"] = cost_of(in_stock(day), day)
    if user.has_perm(HANDLES):
        context["tasks"] = [*_linked(loss_tasks(moment_now())), *context["tasks"]]
        context["tasks"] = [*_linked(order_tasks()), *context["tasks"]]
    if not sees_all(user):
        context |= _for_leaders(user, day, now)
    context["tasks"] = [*_linked(confirmation_tasks(user, day)), *context["tasks"]]
    first = [*approval_tasks(user, day), *(mail_tasks() if user.has_perm(HANDLES_ORDERS) else ())]
    context["tasks"] = [*_linked(first), *context["tasks"]]
    return render(request, "leasing/front.html", context)


def _for_finance(day, now: bool) -> dict:
    context = {"has_tasks": True, "latest": BillingRun.objects.order_by("-id").first()}
    if not now:
        return context | {"tasks": _linked(quarter_tasks(day))}
    standing = outstanding(day)
    return context | {
        "standing": standing,
        "year_ore": standing.of_year(day.year).total.cost_ore,
        "tasks": _linked(
            [*money_tasks(standing, day), *quarter_tasks(day, standing), *lessor_tasks()]
        ),
    }


def _for_leaders(user, day, now: bool) -> dict:
    bearers = bearers_seen_by(user, day)
    context = {"is_leader": True, "bearers": bearers}
    if not now:
        return context
    shares = [known_share_of(bearer, Quarter.of(day), day) for bearer in bearers]
    waiting = leaver_tasks(day, devices_seen_by(user, day)) if user.has_perm(SEES_PEOPLE) else ()
    return context | {
        "shares": [
            (found, quarter_chart(found, f"kvartaler-{i}")) for i, found in enumerate(shares)
        ],
        "tasks": _linked(waiting),
    }


def _linked(tasks) -> list[tuple[Task, str]]:
    """Give each task with the address where it is done."""
    return [(task, task_url(task)) for task in tasks]


# Where a task is done, whatever it is about: (address name, query).
PAGES = {
    "confirm": ("confirm", ""),
    "corrections": ("corrections", ""),
    "mails": ("mail-list", "?status=venter"),
    "objections": ("objection-list", "?stand=aaben"),
}


def task_url(task: Task) -> str:
    """Give the page that a task lands on: the filtered list, or the quarter."""
    if task.key == "orders":
        return f"{reverse('order-list')}?{urlencode({'status': task.about})}"
    if task.key in PAGES:
        name, query = PAGES[task.key]
        return reverse(name) + query
    if task.key == "lessor":
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
    """Give the way to the first rebilling; later on, the lines that are not billed."""
    if is_before_the_first_run():
        return reverse("first-rebilling")
    first, last = task.about.split("-")
    query = {"afdeling": "alle", "koersel": "ikke-opkraevet", "fra": first, "til": last}
    return f"{reverse('lines')}?{urlencode(query)}"
