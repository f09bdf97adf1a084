"""One order: how each line stands, and what is next."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_EMPLOYEE, VIEW_ORDER
from albertslund_it.web.clock import now, today
from inventory.history.presenters import history_shown
from inventory.history.views import shown_history
from leasing.approvals.selectors.scope import sees_who_asked
from leasing.models import Status
from leasing.notes.views import notes_shown
from leasing.orders.forms.order import CancelForm
from leasing.orders.presenters.order_page import next_steps
from leasing.orders.selectors.order_page import history_of_order, lines_on_page, mails_of
from leasing.orders.selectors.received import mail_behind
from leasing.orders.selectors.scope import lines_seen_by, orders_seen_by
from leasing.orders.services.orders import cancel_line


@permission_required(VIEW_ORDER, raise_exception=True)
def order_detail(request, pk):
    """Show one order; out of scope it does not exist."""
    user, day = request.user, today()
    order = get_object_or_404(
        orders_seen_by(user, day).select_related("created_by", "scenario"), pk=pk
    )
    people, handles = user.has_perm(VIEW_EMPLOYEE), user.has_perm(HANDLE_ORDERS)
    lines = lines_on_page(order, user, day)
    history = history_of_order(order, user, with_people=people, shown=shown_history(request))
    context = {
        "order": order,
        "lines": lines,
        "steps": list(next_steps(lines)),
        "is_draft": all(one.line.status == Status.DRAFT for one in lines),
        "received": mail_behind(order),
        "mails": mails_of(order) if handles else (),
        "handles": handles,
        "sees_people": people,
        "sees_who_asked": sees_who_asked(user, order, day),
        "notes": notes_shown(user, "order", order, "order-notes"),
        "history": history and history_shown(history),
    }
    return render(request, "leasing/orders/order_detail.html", context)


@permission_required(VIEW_ORDER, raise_exception=True)
def order_cancel(request, pk):
    """Cancel what of a line is not handed out."""
    line = get_object_or_404(
        lines_seen_by(request.user, today()).select_related("order", "model", "unit", "employee"),
        pk=pk,
    )
    if not request.user.has_perm(HANDLE_ORDERS):
        raise PermissionDenied
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancelled = cancel_line(
                line_id=pk, reason=form.cleaned_data["reason"], actor=request.user, now=now()
            )
        except Refused as error:
            for reason in error.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _said(cancelled))
            return redirect("order-detail", line.order_id)
    status = 422 if request.method == "POST" else 200
    context = {"line": line, "order": line.order, "form": form}
    return render(request, "leasing/orders/order_cancel.html", context, status=status)


def _said(line) -> str:
    said = f"{line} er annulleret."
    if line.supplier_order_number:
        said += f" Husk at afbestille hos ATEA: deres nummer er {line.supplier_order_number}."
    return said
