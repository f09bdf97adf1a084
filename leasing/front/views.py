from django.shortcuts import render

from albertslund_it.common.permissions import (
    HANDLE_ORDERS,
    SEE_LAST_SEEN,
    VIEW_BILLINGRUN,
    VIEW_DEVICE,
    VIEW_EMPLOYEE,
)
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now as moment_now
from albertslund_it.web.clock import today
from inventory.organisation.selectors.scope import devices_seen_by, sees_all
from leasing.approvals.presenters import approval_tasks
from leasing.approvals.selectors.tasks import to_decide
from leasing.billing.selectors.outstanding import outstanding
from leasing.billing.selectors.quarter_costs import cost_of
from leasing.billing.views import is_computed_now
from leasing.confirmation.presenters import confirmation_tasks
from leasing.confirmation.selectors.first import round_work
from leasing.cost_share.selectors.minute import minute_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.selectors.tasks import share_tasks
from leasing.cost_share.views import task_links
from leasing.cost_share.views.share import shades_chart
from leasing.data_quality.presenters import finding_rows
from leasing.data_quality.selectors.rules import costly_findings
from leasing.data_quality.selectors.sets import in_stock
from leasing.front.selectors import (
    leader_tasks,
    leaver_tasks,
    lessor_tasks,
    money_tasks,
    quarter_tasks,
)
from leasing.mail.presenters import mail_tasks
from leasing.mail.selectors import unsent_mails
from leasing.models import BillingRun
from leasing.movements.presenters import loss_tasks
from leasing.movements.selectors.losses import running_breaches
from leasing.orders.presenters.tasks import order_tasks
from leasing.orders.selectors.tasks import open_lines_by_status


def front(request):
    """Show what waits for the user, by role."""
    user, day = request.user, today()
    now = is_computed_now(request)
    context = {"is_computed": now, "tasks": [], "today": day}
    if user.has_perm(VIEW_BILLINGRUN):
        context |= _for_finance(day, now)
    if user.has_perm(SEE_LAST_SEEN):
        context["has_tasks"] = True
        if now:
            context["findings"] = finding_rows(costly_findings(user, day))
            context["leased"] = cost_of(None, day)
            context["stock"] = cost_of(in_stock(day), day)
    if user.has_perm(HANDLE_ORDERS):
        moment = moment_now()
        losses = loss_tasks(running_breaches(moment), moment)
        helpdesk = [*order_tasks(open_lines_by_status()), *losses]
        context["tasks"] = [*task_links.linked(helpdesk), *context["tasks"]]
    context["sees_nothing"] = not user.has_perm(VIEW_DEVICE)
    if not (sees_all(user) or context["sees_nothing"]):
        context |= _for_leaders(user, day, now)
    first = [
        *approval_tasks(to_decide(user, day)),
        *confirmation_tasks(round_work(user, day)),
        *share_tasks(user, day),
    ]
    if user.has_perm(HANDLE_ORDERS):
        first += mail_tasks(unsent_mails())
    context["tasks"] = [*task_links.linked(first), *context["tasks"]]
    return render(request, "leasing/front/front.html", context)


def _for_finance(day, now: bool) -> dict:
    context = {"has_tasks": True, "latest": BillingRun.objects.order_by("-id").first()}
    if not now:
        return context | {"tasks": task_links.linked(quarter_tasks(day))}
    standing = outstanding(day)
    return context | {
        "standing": standing,
        "year_ore": standing.of_year(day.year).total.cost_ore,
        "tasks": task_links.linked(
            [
                *money_tasks(standing, day),
                *quarter_tasks(day, standing),
                *lessor_tasks(day),
                *leader_tasks(day),
            ]
        ),
    }


def _for_leaders(user, day, now: bool) -> dict:
    payers = payers_seen_by(user, day)
    context = {"is_leader": True, "payers": payers}
    if not now:
        return context
    minutes = [minute_of(payer, Quarter.of(day), day) for payer in payers]
    waiting = leaver_tasks(day, devices_seen_by(user, day)) if user.has_perm(VIEW_EMPLOYEE) else ()
    return context | {
        "minutes": [
            (found, shades_chart(found, f"kvartaler-{i}", until=Quarter(day.year, 4)))
            for i, found in enumerate(minutes)
        ],
        "tasks": task_links.linked(waiting),
    }
