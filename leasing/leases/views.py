from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import REGISTER_DELIVERIES, VIEW_DEVICE
from albertslund_it.web.clock import today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.query import page_before
from inventory.models import Device
from inventory.organisation.selectors.scope import devices_seen_by
from leasing.billing.presenters.consequences import rows_of_consequence
from leasing.billing.selectors.consequences import Consequence, Plan, consequence_of
from leasing.leases.forms import LeaseCorrectionForm
from leasing.leases.selectors.leases import leases_of
from leasing.leases.services.corrections import correct_lease, faults_of_correction


@permission_required(VIEW_DEVICE, raise_exception=True)
def lease_correct(request, pk):
    """Correct a lease that was entered wrongly: what that changes is shown first, then saved."""
    device = get_object_or_404(devices_seen_by(request.user, today()), pk=pk)
    if not request.user.has_perm(REGISTER_DELIVERIES):
        raise PermissionDenied
    lease = leases_of([device.pk]).get(device.pk)
    if lease is None or not lease.laid:
        raise Http404
    initial = {"starts_on": lease.starts_on, "price_ore": lease.laid[0].price_ore}
    form = LeaseCorrectionForm(request.POST or None, initial=initial)
    status, consequence = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = {name: form.cleaned_data[name] for name in ("starts_on", "price_ore")}
            if reasons := faults_of_correction(lease, **values):
                return _page(request, device, lease, form, status_of(form, Refused(*reasons)))
            try:
                changes = correct_lease(
                    serial_number=device.serial_number,
                    actor=request.user,
                    is_sure=form.cleaned_data["is_sure"],
                    agree=agreed_by(
                        request.POST, lambda: rows_of_consequence(_effect(device, **values))
                    ),
                    **values,
                )
            except Refused as refused:
                status, consequence = status_of(form, refused), _effect(device, **values)
            else:
                said = "rettet" if changes.differences else "uændret: alt stod der i forvejen"
                messages.success(request, f"Leasingen er {said}.")
                return redirect(page_before(request, reverse("device-detail", args=[pk])))
    return _page(request, device, lease, form, status, consequence)


def _effect(device: Device, *, starts_on, price_ore: int) -> Consequence:
    """Work out what the correction does, to the lease as it is now."""
    first, *extensions = leases_of([device.pk])[device.pk].laid
    prices = [(price_ore, first.quarters), *((t.price_ore, t.quarters) for t in extensions)]
    return consequence_of({device.pk: Plan(starts_on=starts_on, prices=prices)}, today())


def _page(request, device, lease, form, status=200, consequence=None):
    context = {
        "device": device,
        "lease": lease,
        "first": lease.laid[0],
        "form": form,
        "consequence": consequence,
        "rows": consequence and [*rows_of_consequence(consequence)],
    }
    return render(request, "leasing/leases/correct.html", context, status=status)
