from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import (
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    MANAGE_AMOUNTS,
    REGISTER_DELIVERIES,
    VIEW_EMPLOYEE,
)
from albertslund_it.web.clock import now
from albertslund_it.web.lists.pages import ListPage
from inventory.acts.presenters import TOO_LATE, words_of
from inventory.acts.selectors.written import rows_of
from inventory.acts.services.undoing import why_not
from inventory.models import Act
from leasing.jobs.views.asking import answer_with, ask_or_do
from leasing.undo.presenters import counts_in_words, rows_in_words, waiting_in_words
from leasing.undo.selectors.acts import (
    SHOWN,
    acts_of,
    acts_with_age,
    counts_of,
    going_back,
    waiting_back,
    wrote_much,
)
from leasing.undo.selectors.hindrances import all_hindrances, oldest_kept
from leasing.undo.services import undo_act
from leasing.undo.tables import ActTable
from leasing.undo.views.jobs import undone_told, where_to

# Whoever may do something that can be undone.
DOERS = (HANDLE_ORDERS, IMPORT_INVENTORY, REGISTER_DELIVERIES, MANAGE_AMOUNTS)


def may_do_something(user) -> bool:
    """Return whether a user may do anything that is kept as an act."""
    return any(user.has_perm(right) for right in DOERS)


class ActList(ListPage):
    """What the user has done, the latest first."""

    permission_required = ()
    table_class = ActTable
    template_name = "leasing/undo/list.html"
    title = "Mine seneste handlinger"
    file_name = "handlinger"

    def has_permission(self):
        return may_do_something(self.request.user)

    def rows(self):
        return acts_with_age(self.request.user, now())


@login_required
def act_detail(request, pk):
    """Show what would go back, and what stands in the way."""
    return _page(request, _own(request, pk))


@login_required
@require_POST
def act_undo(request, pk):
    """Put everything back; what stands in the way is shown with what was to go back."""
    act = _own(request, pk)
    try:
        if wrote_much(act):
            return answer_with(request, _asked(request, act))
        undo_act(act_id=act.pk, actor=request.user, now=now())
    except Refused as refused:
        return _page(request, _own(request, pk), refused.reasons)
    messages.success(request, undone_told(act))
    return redirect(where_to(act))


def _asked(request, act: Act):
    return ask_or_do(
        request,
        kind="undo",
        title=f"Fortryd: {act.title}",
        arguments={"act": act.pk, "back": reverse("act-detail", args=[act.pk])},
        permissions=[act.permission],
    )


def _own(request, pk: int) -> Act:
    if not may_do_something(request.user):
        raise PermissionDenied
    act = get_object_or_404(acts_of(request.user), pk=pk)
    if not request.user.has_perm(act.permission):
        raise PermissionDenied
    return act


def _page(request, act: Act, reasons: list[str] | None = None):
    written = rows_of(act)
    if reasons is None:
        never = why_not(act, request.user, oldest_kept(now())) or ("" if written else TOO_LATE)
        reasons, status = [never] if never else words_of(all_hindrances(act, written)), 200
    else:
        status = 422
    rows, names = going_back(written, with_people=request.user.has_perm(VIEW_EMPLOYEE))
    context = {
        "act": act,
        "reasons": reasons,
        "counts": [
            *counts_in_words(counts_of(written)),
            *waiting_in_words(waiting_back(act)),
        ],
        "rows": rows_in_words(rows, names),
        "shown": SHOWN,
        "takes_long": wrote_much(act),
        "undo_url": reverse("act-undo", args=[act.pk]),
    }
    return render(request, "leasing/undo/detail.html", context, status=status)
