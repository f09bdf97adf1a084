from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_AMOUNTS, VIEW_BILLINGRUN
from albertslund_it.web.clock import today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.query import number_in, page_before
from albertslund_it.web.refusals import tell_refusal
from inventory.models import Device
from leasing.billing.presenters.runs import run_in_sentence
from leasing.charges.forms import ChargeForm, SettlementForm
from leasing.charges.presenters import rows_of_charge, rows_of_effect, rows_of_settlement, run_name
from leasing.charges.selectors.charges import charges_with_runs, is_billed, unit_that_pays
from leasing.charges.selectors.effects import effect_of_charge, effect_of_settlement
from leasing.charges.services import delete_charge, save_charge, settle_device
from leasing.charges.tables import ChargeFilter, ChargeTable
from leasing.leases.selectors.leases import leasing_of
from leasing.models import Charge, Lease


class ChargeList(ListPage):
    """Every one-off amount, billed or not."""

    permission_required = VIEW_BILLINGRUN
    table_class = ChargeTable
    filter_class = ChargeFilter
    template_name = "leasing/charges/list.html"
    title = "Engangsbeløb"
    file_name = "engangsbeloeb"

    def rows(self):
        return charges_with_runs().order_by("-charged_on", "-id")


@permission_required(MANAGE_AMOUNTS, raise_exception=True)
def charge_new(request):
    """Enter a one-off amount; `?udstyr=` and `?modpost=` fill in what is known."""
    form = ChargeForm(request.POST or None, initial=suggestion(request))
    return _saved_or_shown(request, form, None)


def suggestion(request) -> dict[str, object]:
    """Fill in a new charge: for a device, or against another charge."""
    filled: dict[str, object] = {"charged_on": today()}
    device, against = request.GET.get("udstyr", ""), request.GET.get("modpost", "")
    if found := Device.objects.filter(pk=number_in(device) or 0).first():
        filled |= {"serial_number": found, "unit": unit_that_pays(found, today())}
    if charge := charges_with_runs().filter(pk=number_in(against) or 0).first():
        filled |= {
            "unit": charge.unit,
            "amount_ore": -charge.amount_ore,
            "text": f"Modpost: {charge.text}"[:200],
            "serial_number": charge.device or "",
        }
    return filled


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def charge(request, pk):
    """Show a one-off amount; change it until it is billed."""
    found = get_object_or_404(charges_with_runs(), pk=pk)
    if is_billed(found) or not request.user.has_perm(MANAGE_AMOUNTS):
        if request.method == "POST":
            messages.error(request, f"»{found.text}« kan ikke ændres.")
        context = {"charge": found, "run": run_name(found)}
        return render(request, "leasing/charges/locked.html", context)
    initial = {
        "charged_on": found.charged_on,
        "unit": found.unit,
        "amount_ore": found.amount_ore,
        "text": found.text,
        "serial_number": found.device or "",
    }
    form = ChargeForm(request.POST or None, initial=initial)
    return _saved_or_shown(request, form, found)


def _saved_or_shown(request, form: ChargeForm, found):
    """Save what was shown; else show what it does, or what is wrong."""
    status, effect = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values, pk = {**form.cleaned_data}, found and found.pk
            values["device"] = values.pop("serial_number")
            is_sure = values.pop("is_sure")
            shown = partial(effect_of_charge, charge=Charge(pk=pk, **values), today=today())
            agree = agreed_by(request.POST, lambda: rows_of_effect(shown()))
            done_by = {"actor": request.user, "today": today(), "is_sure": is_sure, "agree": agree}
            try:
                saved = save_charge(charge_id=pk, **values, **done_by)
            except Refused as refused:
                status, effect = status_of(form, refused), shown()
            else:
                messages.success(request, f"»{saved.text}« til {saved.unit.name} er gemt.")
                return redirect(page_before(request, reverse("charge-list")))
    context = {"form": form, "charge": found, "effect": effect}
    context["as_it_is"] = rows_of_charge(found) if found else None
    if effect:
        context |= {"rows": [*rows_of_effect(effect)], "run": run_in_sentence(effect.run)}
    return render(request, "leasing/charges/form.html", context, status=status)


@require_POST
@permission_required(MANAGE_AMOUNTS, raise_exception=True)
def charge_delete(request, pk):
    """Delete a one-off amount that is not billed."""
    try:
        agree = agreed_by(request.POST, lambda: rows_of_charge(charges_with_runs().get(pk=pk)))
        delete_charge(charge_id=pk, agree=agree)
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(request, "Beløbet er slettet. Det kan ses i hændelsesloggen.")
    return redirect("charge-list")


@permission_required(MANAGE_AMOUNTS, raise_exception=True)
def device_settle(request, pk):
    """Settle the lease of a device that is lost: it stops, and a unit pays the lessor's price."""
    device = get_object_or_404(Device.objects.select_related("model"), pk=pk)
    lease = get_object_or_404(Lease, device=device)
    initial = {
        "stops_on": lease.stops_on or today(),
        "unit": unit_that_pays(device, today()),
        "text": f"Indfrielse af {device.model.name} {device.serial_number}",
    }
    form = SettlementForm(request.POST or None, initial=initial)
    status, effect = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = {**form.cleaned_data, "device": device, "today": today()}
            is_sure = values.pop("is_sure")
            shown = partial(effect_of_settlement, **values)
            agree = agreed_by(request.POST, lambda: rows_of_settlement(shown()))
            try:
                settle_device(actor=request.user, is_sure=is_sure, agree=agree, **values)
            except Refused as refused:
                status, effect = status_of(form, refused), shown()
            else:
                messages.success(request, f"Leasingen af {device} er stoppet, og beløbet er gemt.")
                return redirect("device-detail", pk)
    leasing = leasing_of(device, today())
    context = {"form": form, "device": device, "leasing": leasing, "effect": effect}
    if effect:
        context |= {
            "rows": [*rows_of_settlement(effect)],
            "run": run_in_sentence(effect.charge.run),
        }
    return render(request, "leasing/charges/settle.html", context, status=status)
