from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_AMOUNTS, VIEW_BILLINGRUN
from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.agreement import agreed_by, status_of
from albertslund_it.web.clock import today
from albertslund_it.web.forms import DateField, KronerField, PlainForm, PlainSelect
from albertslund_it.web.lists import ListPage
from albertslund_it.web.query import number_in
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device, Unit
from inventory.organisation.presenters import unit_choices
from leasing.billing.presenters.runs import run_in_sentence
from leasing.charges.presenters import rows_of_charge, rows_of_effect, rows_of_settlement
from leasing.charges.selectors.charges import charges_with_runs, unit_that_pays
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


class UnitField(forms.ModelChoiceField):
    """The unit that pays, grouped by department."""

    def __init__(self, **kwargs):
        super().__init__(
            queryset=Unit.objects.select_related("department"), widget=PlainSelect(), **kwargs
        )

    def choose(self) -> None:
        """Fill in the choices: of today, not of when the program started."""
        self.widget.choices = [("", "Vælg enhed"), *unit_choices(Unit.objects.all())]


class ChargeForm(PlainForm, forms.Form):
    """A one-off amount."""

    charged_on = DateField(
        label="Dato", help_text="Opkræves i den første kørsel, hvis kvartal slutter efter datoen."
    )
    unit = UnitField(label="Enhed, der betaler")
    amount_ore = KronerField(
        label="Beløb",
        help_text="Kroner uden moms. Skriv minus foran for at give penge tilbage.",
    )
    text = forms.CharField(label="Tekst", max_length=200, help_text="Står på lederens regning.")
    serial_number = forms.CharField(label="Udstyrets serienummer", max_length=40, required=False)
    is_sure = forms.BooleanField(required=False)  # shown where there is something to be sure of

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].choose()

    def clean_serial_number(self):
        wanted = self.cleaned_data["serial_number"].strip().upper()
        if not wanted:
            return None
        device = devices_by_serial_number([wanted]).get(wanted)
        if device is None:
            raise forms.ValidationError(
                f"Serienummer »{wanted}« findes ikke. {doubt(wanted) or 'Ret det'}."
            )
        return device


class SettlementForm(PlainForm, forms.Form):
    """What the lessor settles a lease for, and from when it costs nothing more."""

    stops_on = DateField(
        label="Leasingen stopper fra", help_text="Den første dag uden ydelse. Står på regningen."
    )
    amount_ore = KronerField(label="Indfrielsesbeløb", help_text="Fra leasinggivers faktura.")
    unit = UnitField(label="Enhed, der betaler")
    text = forms.CharField(label="Tekst", max_length=200, help_text="Står på lederens regning.")
    is_sure = forms.BooleanField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].choose()


@permission_required(MANAGE_AMOUNTS, raise_exception=True)
def charge_new(request):
    """Enter a one-off amount; `?udstyr=` and `?modpost=` fill in what is known."""
    form = ChargeForm(request.POST or None, initial=suggestion(request))
    return _saved_or_shown(request, form, None)


def suggestion(request) -> dict:
    """Fill in a new charge: for a device, or against another charge."""
    filled = {"charged_on": today()}
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
    if found.run_code or not request.user.has_perm(MANAGE_AMOUNTS):
        if request.method == "POST":
            messages.error(request, f"»{found.text}« kan ikke ændres.")
        return render(request, "leasing/charges/locked.html", {"charge": found})
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
                return redirect("charge-list")
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
        for reason in refused.reasons:
            messages.error(request, reason)
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
