from datetime import date

from django.contrib.auth.models import User
from django.shortcuts import redirect, render
from django.utils import timezone

from albertslund_it.common.permissions import (
    CLOSE_QUARTER,
    EXPORT_REBILLING,
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    MANAGE_AMOUNTS,
    RECONCILE,
    SEE_LAST_SEEN,
    VIEW_BILLINGRUN,
    VIEW_DEVICE,
)
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now as moment_now
from albertslund_it.web.clock import today
from inventory.organisation.selectors.scope import sees_all
from leasing.billing.selectors.outstanding import Outstanding, outstanding
from leasing.billing.selectors.quarter_costs import cost_of
from leasing.buyout.presenters import buyout_tasks
from leasing.buyout.selectors.candidates import yes_waiting
from leasing.cost_share.selectors.minute import minute_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.views import task_links
from leasing.cost_share.views.share import lead_of
from leasing.cost_table.moment import one_moment
from leasing.data_quality.presenters.findings import FindingRow, finding_rows
from leasing.data_quality.selectors.counted import is_counted_for, last_counted_for
from leasing.data_quality.selectors.findings import costliest, costly_findings
from leasing.data_quality.selectors.sets import in_stock
from leasing.domain.tasks import Task
from leasing.front.presenters.board import (
    MOST,
    columns_of,
    greeting,
    how_many,
    queue_named,
    urgent_things,
    waiting_costs,
)
from leasing.front.presenters.tasks import (
    leader_tasks,
    lessor_tasks,
    money_tasks,
    quarter_tasks,
)
from leasing.front.selectors.board import (
    open_line_count,
    open_objections,
    queues_on,
    shelf_on,
)
from leasing.front.selectors.work import (
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
from leasing.movements.selectors.losses import open_breaches
from leasing.orders.selectors.received import waiting_mail_count
from leasing.people.selectors.onboarding import unready
from leasing.setup.selectors.standing import is_to_begin
from leasing.stocktake.presenters import stocktake_tasks
from leasing.stocktake.selectors.progress import stocktake_work

# Whoever may none of this does none of what waits of the money: it waits for others.
DOES = (CLOSE_QUARTER, EXPORT_REBILLING, IMPORT_INVENTORY, MANAGE_AMOUNTS, RECONCILE)


@one_moment()
def front(request):
    """Show what waits for the user, by role; nothing is written, so it is all of one moment."""
    user, day = request.user, today()
    if is_to_begin(user):
        return redirect("setup")
    context = {"today": day, "sees_nothing": not user.has_perm(VIEW_DEVICE)}
    tasks = task_links.tasks_of(user, day)
    if right_to_decide(user, day).is_given:
        tasks += end_tasks(undecided_sum(user, day))
    tasks += stocktake_tasks(stocktake_work(user, day))
    if user.has_perm(VIEW_BILLINGRUN):
        standing = outstanding(day)
        context |= {
            "has_tasks": True,
            "latest": BillingRun.objects.order_by("-id").first(),
            "standing": standing,
            "year_ore": standing.of_year(day.year).total.cost_ore,
        }
        tasks = _finance_tasks(standing, day) + tasks
    found = []
    if user.has_perm(SEE_LAST_SEEN):
        counted = last_counted_for(user, day) if is_counted_for(user) else None
        costly = costliest(counted.findings) if counted else costly_findings(user, day)
        found = finding_rows(costly, user)
        context |= {"has_tasks": True, "counted": counted, "findings": found}
    if user.has_perm(VIEW_DEVICE) and not sees_all(user):
        context |= _for_leaders(user, day)
        context["decisions"] = task_links.with_buttons(tasks)
    if user.has_perm(HANDLE_ORDERS):
        tasks = [*mail_tasks(unsent_mails()), *buyout_tasks(yes_waiting(day)), *tasks]
        context |= _board(request, found, day)
        # The open "not ours" are urgent, and stand there.
        others = [task for task in tasks if task.key != "objections"]
        context["tasks"] = task_links.with_buttons(others)
        return render(request, "leasing/front/board.html", context)
    if user.has_perm(SEE_LAST_SEEN):
        context |= {"leased": cost_of(None, day), "stock": cost_of(in_stock(day), day)}
    only_reads = user.has_perm(VIEW_BILLINGRUN) and not any(map(user.has_perm, DOES))
    context["only_reads"] = only_reads
    context["tasks"] = task_links.with_buttons(tasks, only_reads=only_reads)
    return render(request, "leasing/front/front.html", context)


def _board(request, found: list[FindingRow], day: date) -> dict[str, object]:
    """Return what the helpdesk's board shows, of the faults that were found too."""
    moment = timezone.localtime(moment_now())
    urgent = urgent_things(
        open_breaches(),
        [row for row in found if row.finding.rule.is_late],
        open_objections(day),
        unready(day),
        moment,
        day,
    )
    others = [row for row in found if not row.finding.rule.is_late]
    chosen = queue_named(request.GET.get("kolonne", ""))
    queues = queues_on(day)
    return {
        "greeting": greeting(moment),
        "urgent": urgent[:MOST],
        "less_urgent": urgent[MOST:],
        "columns": columns_of(queues, chosen, waiting_mail_count(), day),
        "how_many": how_many(open_line_count(), queues),
        "waiting_costs": waiting_costs(others, request.user),
        "shelf": shelf_on(day),
    }


def _finance_tasks(standing: Outstanding, day: date) -> list[Task]:
    """Return what waits of the money, the quarters that are to be billed first."""
    found = [
        *quarter_tasks(quarter_work(day), standing),
        *money_tasks(standing, years_to_supplement(standing, day)),
        *lessor_tasks(lessor_work(day)),
        *leader_tasks(leader_work(day), day),
    ]
    return sorted(found, key=lambda task: task.key != "overdue")


def _for_leaders(user: User, day: date) -> dict[str, object]:
    """Return the first screen of each payer."""
    payers = payers_seen_by(user, day)
    minutes = [minute_of(payer, Quarter.of(day), day) for payer in payers]
    return {
        "is_leader": True,
        "payers": payers,
        "leads": [lead_of(found, day, f"aaret-{at}") for at, found in enumerate(minutes)],
    }
