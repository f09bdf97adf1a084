"""The pages about one device: a warranty swap, a loss, and what is found again."""

import uuid
from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_DEVICE
from albertslund_it.common.serial_numbers import is_bar_code
from albertslund_it.web.agreement import agreed_by, status_of
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms import DateField, PlainForm
from inventory.organisation.selectors.scope import devices_seen_by
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.mail.selectors import MailState, state_of_mails
from leasing.models import LossReport
from leasing.movements.selectors.replacements import NEW, STOCK, replacements_for
from leasing.movements.selectors.states import DeviceState, states_of, where
from leasing.movements.services.losses import LossFacts, Replacement, found_again, report_loss
from leasing.movements.services.swaps import swap


class SwapForm(PlainForm, forms.Form):
    """The serial number of the machine that came instead."""

    new_number = forms.CharField(
        label="Den nye maskines serienummer",
        max_length=40,
        error_messages={"required": "Skriv eller scan den nye maskines serienummer."},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}
        ),
    )
    warranty_until = DateField(
        label="Garanti til", required=False, help_text="Kun hvis den er en anden end før."
    )
    is_sure = forms.BooleanField(
        label="Det er serienummeret, selv om det ligner en stregkode", required=False
    )
    old_number = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_bar_code(str(self.data.get("new_number", "")).strip()):
            del self.fields["is_sure"]


NO_NEW = (
    "Du har skrevet, hvorfor der ikke tages en fra lageret. Vælg den, der skal bestilles, eller "
    "slet begrundelsen."
)


class LossForm(PlainForm, forms.Form):
    """What happened, and whether the person is to have another one."""

    kind = forms.ChoiceField(label="Hvad er der sket", choices=LossReport.Kind.choices)
    discovered_on = DateField(
        label="Opdaget dato", error_messages={"required": "Skriv, hvornår det blev opdaget."}
    )
    discovered_at = forms.TimeField(
        label="Opdaget klokken",
        input_formats=["%H:%M", "%H.%M"],
        help_text="Fristen på 72 timer regnes herfra.",
        error_messages={
            "required": "Skriv klokkeslættet, fx 8.30.",
            "invalid": "Skriv klokkeslættet som 8.30.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    police_number = forms.CharField(
        label="Politiets journalnummer",
        required=False,
        max_length=60,
        help_text="Tomt, indtil det er meldt til politiet.",
    )
    encrypted = forms.ChoiceField(
        label="Er disken krypteret?",
        choices=[("", "Vælg"), *LossReport.Encrypted.choices],
        error_messages={"required": "Vælg ja, nej eller ved ikke."},
    )
    note = forms.CharField(
        label="Bemærkning",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    # What is offered may be taken meanwhile, by this very form too: the service says so.
    replacement = forms.RegexField(
        rf"^({STOCK}|{NEW})-[0-9]{{1,9}}$",
        label="En anden i stedet",
        required=False,
        widget=forms.Select,
        error_messages={"invalid": "Vælg fra listen."},
    )
    past_stock_because = forms.CharField(
        label="Hvorfor ikke en fra lageret",
        required=False,
        max_length=200,
        help_text="Kun når der bestilles en ny, selv om der står en på lageret.",
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["replacement"].widget.choices = [("", "Ingen lige nu"), *choices]
        if not (choices or self.is_bound):
            del self.fields["replacement"], self.fields["past_stock_because"]

    def clean_replacement(self):
        """Return (model id, stock device id), one of them None; None for no replacement."""
        kind, _, pk = self.cleaned_data["replacement"].partition("-")
        if not pk:
            return None
        return (None, int(pk)) if kind == STOCK else (int(pk), None)

    def clean(self):
        data = super().clean()
        model = (data.get("replacement") or (None, None))[0]
        if data.get("past_stock_because") and model is None and "replacement" not in self.errors:
            self.add_error("replacement", NO_NEW)
        return data

    @property
    def moment(self) -> datetime:
        data = self.cleaned_data
        at = datetime.combine(data["discovered_on"], data["discovered_at"])
        return timezone.make_aware(at)


@permission_required(VIEW_DEVICE, raise_exception=True)
def device_swap(request, pk):
    """Put the serial number of the machine that the warranty sent on a device."""
    state = _state(request, pk)
    device = state.device
    form = SwapForm(request.POST or None, initial={"old_number": device.serial_number})
    if request.method == "POST" and form.is_valid():
        try:
            is_new = swap(device=device, actor=request.user, **form.cleaned_data)
        except Refused as refused:
            _refuse(form, refused)
        else:
            new = form.cleaned_data["new_number"].strip().upper()
            said = "er ombyttet til" if is_new else "var allerede ombyttet til"
            messages.success(request, f"{form.cleaned_data['old_number']} {said} {new}.")
            return redirect("device-detail", pk)
    return _page(request, "leasing/movements/swap.html", form, state)


@permission_required(VIEW_DEVICE, raise_exception=True)
def device_loss(request, pk):
    """Report a device lost or stolen, and order another one in the same form."""
    state = _state(request, pk)
    offers = replacements_for(state, today())
    moment = timezone.localtime(now())
    initial = {
        "discovered_on": f"{moment:%d-%m-%Y}",
        "discovered_at": f"{moment:%H.%M}",
        "token": uuid.uuid4(),
    }
    form, status = LossForm(request.POST or None, initial=initial, choices=offers), None
    if request.method == "POST" and form.is_valid():
        try:
            report, order = report_loss(
                device=state.device,
                facts=_facts_of(form),
                replacement=_replacement_of(form),
                actor=request.user,
                today=today(),
                now=now(),
                agree=agreed_by(request.POST, lambda: _stands(_state(request, pk))),
            )
        except Refused as refused:
            status, state = status_of(form, refused), _state(request, pk)
        else:
            _tell(request, report, order)
            return redirect("device-detail", pk)
    if state.loss and request.method == "GET":
        messages.warning(request, f"{state.device} er allerede meldt.")
        return redirect("device-detail", pk)
    return _page(request, "leasing/movements/loss.html", form, state, status)


def _stands(state: DeviceState) -> list[tuple[str, str]]:
    """Say where a device is and what that costs, for whoever reports it lost or swaps it."""
    cost = quarter_costs([state.device.pk], today()).get(state.device.pk, 0)
    return [
        (str(state.device), state.told),
        (f"Udgiften for {where(state.on(today()))}", f"{format_kroner(cost)} i kvartalet"),
    ]


@require_POST
@permission_required(VIEW_DEVICE, raise_exception=True)
def device_found(request, pk):
    """Note that a lost device has been found today."""
    state = _state(request, pk)
    if state.loss is None:
        messages.success(request, f"{state.device} er ikke meldt bortkommet.")
        return redirect("device-detail", pk)
    try:
        found_again(report_id=state.loss.pk, found_on=today(), actor=request.user, today=today())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{state.device} er meldt fundet.")
    return redirect("device-detail", pk)


def _state(request, pk) -> DeviceState:
    """Find the device: out of scope it does not exist, and not everybody may handle it."""
    device = get_object_or_404(devices_seen_by(request.user, today()), pk=pk)
    if not request.user.has_perm(HANDLE_ORDERS):
        raise PermissionDenied
    return states_of([device.pk])[device.pk]


def _facts_of(form) -> LossFacts:
    data = form.cleaned_data
    return LossFacts(
        data["kind"], form.moment, data["encrypted"], data["police_number"], data["note"]
    )


def _replacement_of(form) -> Replacement | None:
    data = form.cleaned_data
    if not data.get("replacement"):
        return None
    model, stock = data["replacement"]
    return Replacement(data["token"], model, stock, data["past_stock_because"])


SECURITY = {
    MailState.SENT: "It-sikkerhed har fået en mail.",
    MailState.WAITS: "Ring til it-sikkerhed nu: mailen til dem er ikke sendt endnu.",
    MailState.NOBODY: (
        "Ring til it-sikkerhed nu: deres mailadresse mangler i indstillingerne, så de har ikke "
        "fået besked."
    ),
}


def _tell(request, report, order) -> None:
    device, kind = report.device, report.get_kind_display().lower()
    messages.success(request, f"{device} er meldt {kind}. Leasingen løber, til den er afregnet.")
    if report.kind == LossReport.Kind.STOLEN:
        told = state_of_mails([f"loss-{report.pk}"])
        tell = messages.success if told is MailState.SENT else messages.warning
        tell(request, SECURITY[told])
    if order:
        messages.success(request, f"Bestilling {order.number} på en anden er oprettet.")


def _refuse(form, refused: Refused) -> None:
    for reason in refused.reasons:
        form.add_error(None, reason)


def _page(request, template: str, form, state: DeviceState, status: int | None = None):
    place = where(state.on(today()))
    context = {"form": form, "state": state, "device": state.device, "where": place}
    context["stands"] = _stands(state)
    return render(request, template, context, status=status or (422 if form.errors else 200))
