"""The page where one device leaves the register, or where that is undone."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_DEVICE
from albertslund_it.web.clock import today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.query import page_before
from inventory.organisation.selectors.scope import devices_seen_by
from leasing.lease_end.services.departures import come_back, leave_register
from leasing.leases.selectors.leases import leasing_of
from leasing.movements.presenters import departure_in_words, where
from leasing.movements.selectors.states import device_state
from leasing.returns.forms import DepartureForm
from leasing.returns.presenters import (
    stands_before_departure,
    unit_or_stock,
    what_coming_back_does,
    who_has_it_again,
)


@permission_required(VIEW_DEVICE, raise_exception=True)
def device_departure(request, pk):
    """Let a device leave the register; if it has, say what undoing that does, and undo it."""
    device = get_object_or_404(devices_seen_by(request.user, today()), pk=pk)
    if not request.user.has_perm(HANDLE_ORDERS):
        raise PermissionDenied
    state = device_state(device.pk)
    if request.POST.get("trin") == "fortryd" or (state.departure and request.method == "GET"):
        return _undo(request, state)
    how = request.GET.get("hvordan", "")
    form, status = DepartureForm(request.POST or None, today=today(), how=how), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                leave_register(
                    devices=[device],
                    actor=request.user,
                    today=today(),
                    agree=agreed_by(request.POST, lambda: _stands(device_state(pk))),
                    **form.facts,
                )
            except Refused as refused:
                status, state = status_of(form, refused), device_state(pk)
            else:
                day = f"{form.cleaned_data['left_on']:%d-%m-%Y}"
                messages.success(request, f"{device} er ude af registeret fra den {day}.")
                return redirect(page_before(request, reverse("device-detail", args=[pk])))
    context = {
        "form": form,
        "device": state.device,
        "where": where(state.on(today())),
        "stands": list(_stands(state)),
    }
    return render(request, "leasing/returns/leave.html", context, status=status)


def _stands(state):
    return stands_before_departure(state, leasing_of(state.device, today()))


def _undo(request, state):
    if request.method == "POST":
        try:
            back = come_back(device=state.device, actor=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            runs = " Leasingen løber igen." if back.lease_runs else ""
            now = unit_or_stock(device_state(back.device.pk).on(today()))
            messages.success(request, f"{back.device} er i registeret igen: {now}.{runs}")
        return redirect("device-detail", state.device.pk)
    context = {
        "device": state.device,
        "departure": departure_in_words(state.departure, today()),
        "holder": who_has_it_again(state),
        "lease": what_coming_back_does(state),
    }
    return render(request, "leasing/returns/come_back.html", context)
