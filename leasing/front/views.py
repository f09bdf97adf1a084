from datetime import date

from django.contrib.auth.models import User
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
from leasing.billing.selectors.outstanding import Outstanding, outstanding
from leasing.billing.selectors.quarter_costs import cost_of
from leasing.buyout.presenters import buyout_tasks
from leasing.buyout.selectors.candidates import yes_waiting
from leasing.cost_share.selectors.minute import minute_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.views import task_links
from leasing.cost_share.views.share import shades_chart
from leasing.cost_table.moment import one_moment
from leasing.data_quality.presenters import finding_rows
from leasing.data_quality.selectors.rules import costly_findings
from leasing.data_quality.selectors.sets import in_stock
from leasing.domain.tasks import Task
from leasing.front.presenters import (
    leader_tasks,
    leaver_tasks,
    lessor_tasks,
    money_tasks,
    quarter_tasks,
)
from leasing.front.selectors import (
    cost_of_leavers,
    leader_work,
    lessor_work,
    quarter_work,
    years_to_supplement,
)
from leasing.lease_end.presenters import end_tasks
from leasing.lease_end.selectors.board import right_to_decide, undecided_sum
from leasing.mail.presenters import mail_tasks
from leasing.mail.selectors import unsent_mails
from leasing.models import BillingRun
from leasing.movements.presenters import loss_tasks
from leasing.movements.selectors.losses import running_breaches
from leasing.orders.presenters.tasks import order_tasks
from leasing.orders.selectors.tasks import open_lines_by_status


@one_moment()
def front(request):
    """Show what waits for the user, by role; nothing is written, so it is all of one moment."""
    user, day = request.user, today()
    context = {"today": day, "sees_nothing": not user.has_perm(VIEW_DEVICE)}
    tasks = task_links.tasks_of(user, day)
    if right_to_decide(user, day).is_given:
        tasks += end_tasks(undecided_sum(user, day))
    if user.has_perm(HANDLE_ORDERS):
        moment = moment_now()
        tasks += mail_tasks(unsent_mails())
        tasks += buyout_tasks(yes_waiting(day))
        tasks += order_tasks(open_lines_by_status())
        tasks += loss_tasks(running_breaches(moment), moment)
    if user.has_perm(VIEW_BILLINGRUN):
        standing = outstanding(day)
        context |= {
            "has_tasks": True,
            "latest": BillingRun.objects.order_by("-id").first(),
            "standing": standing,
            "year_ore": standing.of_year(day.year).total.cost_ore,
        }
        tasks += _finance_tasks(standing, day)
    if user.has_perm(SEE_LAST_SEEN):
        context |= {
            "has_tasks": True,
            "findings": finding_rows(costly_findings(user, day)),
            "leased": cost_of(None, day),
            "stock": cost_of(in_stock(day), day),
        }
    if user.has_perm(VIEW_DEVICE) and not sees_all(user):
        context |= _for_leaders(user, day)
        if user.has_perm(VIEW_EMPLOYEE):
            tasks += leaver_tasks(cost_of_leavers(day, devices_seen_by(user, day)), day)
    context["tasks"] = task_links.linked(tasks)
    return render(request, "leasing/front/front.html", context)


def _finance_tasks(standing: Outstanding, day: date) -> list[Task]:
    """Return what waits of the money."""
    return [
        *money_tasks(standing, years_to_supplement(standing, day)),
        *quarter_tasks(quarter_work(day), standing),
        *lessor_tasks(lessor_work(day)),
        *leader_tasks(leader_work(day), day),
    ]


def _for_leaders(user: User, day: date) -> dict[str, object]:
    """Return each payer's figures and chart."""
    payers = payers_seen_by(user, day)
    minutes = [minute_of(payer, Quarter.of(day), day) for payer in payers]
    until = Quarter(day.year, 4)
    return {
        "is_leader": True,
        "payers": payers,
        "minutes": [
            (found, shades_chart(found, f"kvartaler-{i}", until=until))
            for i, found in enumerate(minutes)
        ],
    }
