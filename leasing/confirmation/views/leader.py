from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import OBJECT_TO_DEVICE
from albertslund_it.common.quarters import span_label
from albertslund_it.web.clock import now, today
from albertslund_it.web.query import numbers_in
from inventory.models import Device
from inventory.organisation.selectors.scope import devices_seen_by, units_seen_by
from leasing.confirmation.forms import ObjectionForm
from leasing.confirmation.selectors.items import (
    NO,
    SILENT,
    agreement_of,
    devices_placed_at,
    holders_at,
    item_on_list,
    items_of,
    latest_round,
    open_objection,
    quarters_asked,
)
from leasing.confirmation.services import confirm, object_to_device

PER_PAGE = 200


@permission_required(OBJECT_TO_DEVICE, raise_exception=True)
def confirmation(request):
    """Show a leader what they pay for; take their answers."""
    units, day = units_seen_by(request.user, today()), today()
    if request.method == "POST":
        chosen = None if "all" in request.POST else request.POST.getlist("device")
        ids = None if chosen is None else numbers_in(chosen)
        try:
            count = confirm(
                units=units,
                device_ids=ids,
                actor=request.user,
                today=day,
                now=now(),
                seen=request.POST.get("seen", ""),
            )
        except Refused as refused:
            for reason in refused.reasons:
                messages.error(request, reason)
        else:
            messages.success(request, f"Tak. {count} stk. er bekræftet.")
        return redirect(request.get_full_path())
    items = items_of(units, day, devices_placed_at(units))
    asked = latest_round()
    page = Paginator(items, PER_PAGE).get_page(request.GET.get("side"))
    context = {
        "round": asked,
        "is_over": bool(asked and asked.due_on < day),
        "items": holders_at(list(page), day),
        "quarters": quarters_asked(day),
        "span": span_label(quarters_asked(day)).lower(),
        "days": [sum(days) for days in zip(*(item.days for item in items), strict=True)],
        "seen": agreement_of(items),
        "page": page,
        "amount_ore": sum(item.amount_ore for item in items),
        "silent": sum(item.answer == SILENT for item in items),
        "objected": sum(item.answer == NO for item in items),
    }
    return render(request, "leasing/confirmation/leader.html", context)


@permission_required(OBJECT_TO_DEVICE, raise_exception=True)
def objection_new(request, pk):
    """Let a leader say that a device is not theirs."""
    day = today()
    device = get_object_or_404(Device.objects.select_related("model"), pk=pk)
    is_seen = devices_seen_by(request.user, day).filter(pk=pk).exists()
    # What has left is not seen any more, but the bill that it will be on may be objected to.
    if not is_seen and item_on_list(device, units_seen_by(request.user, day), day) is None:
        raise Http404
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            object_to_device(
                device=device,
                units=units_seen_by(request.user, day),
                actor=request.user,
                today=day,
                now=now(),
                **form.cleaned_data,
            )
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            messages.success(request, f"It-helpdesk ser på {device}. Du får svar her.")
            return redirect("confirm")
    status = 422 if request.method == "POST" else 200
    waiting = open_objection(device, request.user, day)
    context = {"device": device, "form": form, "waiting": waiting}
    return render(request, "leasing/confirmation/objection_new.html", context, status=status)
