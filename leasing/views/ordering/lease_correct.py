from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import today
from albertslund_it.web.forms import DateField, KronerField, PlainForm
from inventory.selectors.scope import devices_seen_by
from leasing.selectors.device_list import leases_of
from leasing.selectors.handling.consequences import Plan, consequence_of
from leasing.services.leases import correct_lease, faults_of_correction

REGISTER = "leasing.register_deliveries"


class LeaseForm(PlainForm, forms.Form):
    """The first day of a lease, and the price of its first term."""

    starts_on = DateField(
        label="Leasingstart", error_messages={"required": "Skriv, hvornår leasingen starter."}
    )
    price_ore = KronerField(
        label="Leasingpris",
        help_text="For hele løbetiden, i kr. uden moms.",
        error_messages={"required": "Skriv prisen for hele løbetiden."},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)


@permission_required("inventory.view_device", raise_exception=True)
def lease_correct(request, pk):
    """Correct a lease that was entered wrongly: what that changes is shown first, then saved."""
    device = get_object_or_404(devices_seen_by(request.user, today()), pk=pk)
    if not request.user.has_perm(REGISTER):
        raise PermissionDenied
    lease = leases_of([device.pk]).get(device.pk)
    if lease is None or not lease.laid:
        raise Http404
    first, *extensions = lease.laid
    seen = f"{lease.starts_on} {first.price_ore}"
    initial = {"starts_on": lease.starts_on, "price_ore": first.price_ore, "seen": seen}
    form = LeaseForm(request.POST or None, initial=initial)
    refused, consequence, shown = None, None, ""
    if request.method == "POST" and form.is_valid():
        starts_on, price_ore = form.cleaned_data["starts_on"], form.cleaned_data["price_ore"]
        values = {"starts_on": starts_on, "price_ore": price_ore}
        shown = f"{starts_on} {price_ore}"
        try:
            # What is typed after the consequences were shown is shown again first.
            if request.POST.get("handling") == "gem" and request.POST.get("shown") == shown:
                told = form.cleaned_data["seen"]
                changes = correct_lease(
                    serial_number=device.serial_number, actor=request.user, seen=told, **values
                )
                said = "rettet" if changes.differences else "uændret: alt stod der i forvejen"
                messages.success(request, f"Leasingen er {said}.")
                return redirect("device-detail", pk)
            if reasons := faults_of_correction(lease, **values):
                raise Refused(*reasons)
            prices = [(price_ore, first.quarters), *((t.price_ore, t.quarters) for t in extensions)]
            plan = Plan(starts_on=starts_on, prices=prices)
            consequence = consequence_of({device.pk: plan}, today())
        except Refused as error:
            refused = error
    context = {
        "device": device,
        "lease": lease,
        "first": first,
        "form": form,
        "consequence": consequence,
        "shown": shown,
        "reasons": refused.reasons if refused else [],
    }
    status = 422 if refused or form.errors else 200
    return render(request, "leasing/ordering/lease_correct.html", context, status=status)
