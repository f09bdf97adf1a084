from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import OBJECT_TO_DEVICE, VIEW_EMPLOYEE
from albertslund_it.common.quarters import span_label
from albertslund_it.web.clock import now, today
from albertslund_it.web.lists.picking import BulkAction, Picking
from albertslund_it.web.query import Addresses, number_in, numbers_in, page_before
from albertslund_it.web.refusals import tell_refusal
from inventory.models import Device, Unit
from inventory.organisation.selectors.scope import devices_seen_by, units_seen_by
from leasing.confirmation.forms import ObjectionForm
from leasing.confirmation.selectors.items import (
    NO,
    SILENT,
    agreement_of,
    holders_at,
    item_on_list,
    items_of,
    latest_round,
    open_objection,
    per_unit,
    quarters_asked,
)
from leasing.confirmation.services import confirm, object_to_device

PER_PAGE = 50
ALL, OBJECTED = "alt", "ikke-vores"


@permission_required(OBJECT_TO_DEVICE, raise_exception=True)
def confirmation(request):
    """Show a leader what they pay for; take their answers."""
    seen_units, day = units_seen_by(request.user, today()), today()
    unit = seen_units.filter(pk=number_in(request.GET.get("enhed", "")) or 0).first()
    units = seen_units.filter(pk=unit.pk) if unit else seen_units
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
            tell_refusal(request, refused)
        else:
            messages.success(request, f"Tak. {count} stk. er bekræftet.")
        return redirect(_address(unit, vis=ALL if request.GET.get("vis") == ALL else ""))
    everything = items_of(seen_units, day, had_there=True)
    items = [item for item in everything if unit is None or item.unit.pk == unit.pk]
    asked, quarters, seen = latest_round(), quarters_asked(day), agreement_of(items)
    span = span_label(quarters).lower()
    silent = [item for item in items if item.answer == SILENT]
    if asked and silent and "alle" in request.GET:
        context: dict[str, object] = {
            "unit": unit,
            "seen": seen,
            "per_unit": per_unit(silent),
            "count": len(silent),
            "amount_ore": sum(item.amount_ore for item in silent),
            "span": span,
            "back": _address(unit),
        }
        return render(request, "leasing/confirmation/all.html", context)
    objected, wanted = [item for item in items if item.answer == NO], request.GET.get("vis")
    shows_objected = bool(objected and wanted == OBJECTED)
    # What is answered is folded away while something still waits for an answer.
    is_folded = bool(asked and 0 < len(silent) < len(items) and wanted not in {ALL, OBJECTED})
    shown = objected if shows_objected else silent if is_folded else items
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("side"))
    at = Addresses()
    context = {
        "round": asked,
        "unit": unit,
        "units": per_unit(everything),
        "is_folded": is_folded,
        "shows_objected": shows_objected,
        "count": len(items),
        "shown_ore": sum(item.amount_ore for item in shown),
        "silent_ore": sum(item.amount_ore for item in silent),
        "confirm_all": f"{_address(unit)}{'&' if unit else '?'}alle=1",
        "show_all": _address(unit, vis=ALL),
        "show_silent": _address(unit),
        "show_objected": _address(unit, vis=OBJECTED),
        "is_over": bool(asked and asked.due_on < day),
        "items": [
            (
                item,
                holders,
                len(holders) > 1,
                at.of("device-detail", item.device_id),
                at.of("objection-new", item.device_id),
            )
            for item, holders in holders_at(list(page), day)
        ],
        "sees_people": request.user.has_perm(VIEW_EMPLOYEE),
        "quarters": quarters,
        "span": span,
        "days": [sum(days) for days in zip(*(item.days for item in shown), strict=True)],
        "seen": seen,
        "page": page,
        "picking": _picking(seen, span) if asked and silent else None,
        "shows": f"{unit.pk if unit else ''} {'' if is_folded else wanted or ALL}",
        "amount_ore": sum(item.amount_ore for item in items),
        "silent": len(silent),
        "objected": len(objected),
    }
    return render(request, "leasing/confirmation/leader.html", context)


def _picking(seen: str, span: str) -> Picking:
    """Return what a leader says of several lines."""
    return Picking(
        "device",
        value=lambda item: item.device_id,
        actions=(BulkAction("De valgte stemmer"),),
        posts=True,
        takes_all=False,
        carried=(("seen", seen),),
        per=f"for {span}",
    )


def _address(unit: Unit | None, *, vis: str = "") -> str:
    """Return the list's address, of one unit or with other lines than those not answered."""
    asked: dict[str, object] = {"enhed": unit.pk} if unit else {}
    asked |= {"vis": vis} if vis else {}
    return f"{reverse('confirm')}?{urlencode(asked)}" if asked else reverse("confirm")


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
            messages.success(
                request, f"It-helpdesk ser på {device}. Svaret kommer under »Stemmer listen?«."
            )
            return redirect(page_before(request, reverse("confirm")))
    status = 422 if request.method == "POST" else 200
    waiting = open_objection(device, request.user, day)
    context = {"device": device, "form": form, "waiting": waiting}
    return render(request, "leasing/confirmation/objection_new.html", context, status=status)
