from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render

from albertslund_it.common.permissions import IMPORT_INVENTORY, VIEW_DEVICE
from albertslund_it.web.clock import today
from albertslund_it.web.forms import PlainForm
from inventory.models import Unit
from inventory.organisation.selectors.scope import units_seen_by
from inventory.organisation.services import save_coding


class CodingForm(PlainForm, forms.ModelForm):
    """What a posting to a unit needs."""

    class Meta:
        model = Unit
        fields = ("account", "cost_centre", "psp_element", "ean")
        help_texts = {
            "account": "8 cifre, fx 49100010.",
            "cost_centre": "10 cifre. Udfyld enten dette eller PSP-elementet.",
            "psp_element": "Skrives som XG-0000000204-00001.",
            "ean": "13 cifre. Vises, så man kan kende enheden; Opus bruger det ikke.",
        }


@permission_required(VIEW_DEVICE, raise_exception=True)
def unit_coding(request, pk):
    """Mend a unit's account and cost object."""
    unit = get_object_or_404(units_seen_by(request.user, today()), pk=pk)
    if not request.user.has_perm(IMPORT_INVENTORY):
        raise PermissionDenied
    form = CodingForm(request.POST or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        save_coding(unit_id=pk, actor=request.user, **form.cleaned_data)
        messages.success(request, f"Konteringen for {unit.name} er gemt.")
        return redirect("unit-detail", pk)
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "inventory/organisation/unit_coding.html",
        {"unit": unit, "form": form},
        status=status,
    )
