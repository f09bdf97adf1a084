from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from albertslund_it.common.permissions import IMPORT_INVENTORY, VIEW_DEVICE
from albertslund_it.common.sentences import listed
from albertslund_it.web.clock import today
from albertslund_it.web.query import page_before
from inventory.organisation.forms import CodingForm
from inventory.organisation.selectors.scope import units_seen_by
from inventory.organisation.services import save_coding


@permission_required(VIEW_DEVICE, raise_exception=True)
def unit_coding(request, pk):
    """Mend a unit's account and cost object."""
    unit = get_object_or_404(units_seen_by(request.user, today()), pk=pk)
    if not request.user.has_perm(IMPORT_INVENTORY):
        raise PermissionDenied
    back = page_before(request, reverse("unit-detail", args=[pk]))
    form = CodingForm(request.POST or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        save_coding(unit_id=pk, actor=request.user, **form.cleaned_data)
        if missing := unit.missing_coding:
            messages.warning(request, f"{unit.name} mangler stadig {listed(missing)}.")
        else:
            messages.success(request, f"Konteringen for {unit.name} er gemt.")
        return redirect(back)
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "inventory/organisation/unit_coding.html",
        {"unit": unit, "form": form, "back": back},
        status=status,
    )
