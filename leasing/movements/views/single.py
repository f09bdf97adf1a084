"""The pages about one device: a warranty swap, a loss, and what is found again."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_DEVICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.query import page_before
from inventory.acts.presenters import tag_of
from inventory.models import Act
from inventory.organisation.selectors.scope import devices_seen_by
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.mail.selectors import MailState, state_of_mails
from leasing.models import LossReport
from leasing.movements.forms import BreachForm, LossForm, SwapForm
from leasing.movements.presenters import replacement_choices, where, whole_story
from leasing.movements.selectors.replacements import replacements_for
from leasing.movements.selectors.states import DeviceState, device_state
from leasing.movements.services.acts import moved_as
from leasing.movements.services.losses import decide_breach, found_again, report_loss
from leasing.movements.services.swaps import swap


@permission_required(VIEW_DEVICE, raise_exception=True)
def device_swap(request, pk):
    """Put the serial number of the machine that the warranty sent on a device."""
    state = _state(request, pk)
    device = state.device
    # A number that was mistyped is put right here too: the address gives the right one.
    initial = {"old_number": device.serial_number, "new_number": request.GET.get("nyt", "")[:40]}
    form = SwapForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        act = moved_as(
            Act.Kind.SWAP, devices=[device], starts_on=today(), actor=request.user, now=now()
        )
        try:
            with act as done:
                is_new = swap(device=device, actor=request.user, **form.cleaned_data)
        except Refused as refused:
            _refuse(form, refused)
        else:
            new = form.cleaned_data["new_number"].strip().upper()
            said = "er ombyttet til" if is_new else "var allerede ombyttet til"
            told = f"{form.cleaned_data['old_number']} {said} {new}."
            messages.success(request, told, extra_tags=tag_of(done.act))
            return redirect(page_before(request, reverse("device-detail", args=[pk])))
    return _page(request, "leasing/movements/swap.html", form, state)


@permission_required(VIEW_DEVICE, raise_exception=True)
def device_loss(request, pk):
    """Report a device lost or stolen, and order another one in the same form."""
    state = _state(request, pk)
    offers = replacement_choices(replacements_for(state, today()))
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
                facts=form.facts,
                replacement=form.wanted,
                actor=request.user,
                today=today(),
                now=now(),
                agree=agreed_by(request.POST, lambda: _stands(_state(request, pk))),
            )
        except Refused as refused:
            status, state = status_of(form, refused), _state(request, pk)
        else:
            _tell(request, report, order)
            return redirect(page_before(request, reverse("device-detail", args=[pk])))
    if state.loss and request.method == "GET":
        messages.warning(request, f"{state.device} er allerede meldt.")
        return redirect("device-detail", pk)
    return _page(request, "leasing/movements/loss.html", form, state, status)


def _stands(state: DeviceState) -> list[tuple[str, str]]:
    """Return where a device is and what that costs, for whoever reports it lost or swaps it."""
    cost = quarter_costs([state.device.pk], today()).get(state.device.pk, 0)
    whole = f"hele {Quarter.of(today()).label}"
    return [
        (str(state.device), whole_story(state)),
        (
            f"Udgiften for {where(state.on(today()))}",
            f"{format_kroner(cost)} i {whole}",
        ),
    ]


@permission_required(VIEW_DEVICE, raise_exception=True)
def device_breach(request, pk):
    """Note whether the breach of personal data of a stolen device is notified, or why not."""
    state = _state(request, pk)
    report = state.loss
    if report is None or report.kind != LossReport.Kind.STOLEN:
        messages.warning(request, f"{state.device} er ikke meldt stjålet.")
        return redirect("device-detail", pk)
    initial = {"breach": report.breach, "reason": report.breach_reason}
    form = BreachForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            decide_breach(report_id=report.pk, actor=request.user, now=now(), **form.cleaned_data)
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, f"Det er noteret, hvad der er afgjort om {state.device}.")
            return redirect("device-detail", pk)
    context = {
        "form": form,
        "device": state.device,
        "report": report,
        "is_over": report.breach_deadline <= now(),
    }
    status = 422 if form.errors else 200
    return render(request, "leasing/movements/breach.html", context, status=status)


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
    return device_state(device.pk)


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
