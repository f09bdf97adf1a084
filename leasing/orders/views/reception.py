from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS, MANAGE_AMOUNTS, REGISTER_DELIVERIES
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import FIELD, NotAsShown, agreed_by, refuse_unless_seen
from leasing.models import OrderedDevice, SubAgreement
from leasing.orders.forms.reception import ReceptionForm
from leasing.orders.presenters.queues import next_tag
from leasing.orders.presenters.reception import (
    names_in_short,
    rows_of_ordered,
    rows_of_reception,
)
from leasing.orders.selectors.numbers import order_id_of
from leasing.orders.selectors.queues import Queue, next_in
from leasing.orders.selectors.reception import (
    INVENTORY_PREFIX,
    Reception,
    awaited_orders,
    devices_on,
    models_to_receive,
    usual_terms,
)
from leasing.orders.services.reception import (
    RAISE,
    STOCK,
    PriceMissing,
    TooMany,
    lines_of_number,
    receive,
    take_off,
)

NEEDED = (HANDLE_ORDERS, REGISTER_DELIVERIES)
AWAITED_SHOWN = 50
REASONS_SHOWN = 20
LABELS = 100  # on one sheet's address
REMEMBERED = "levering"


@permission_required(NEEDED, raise_exception=True)
def delivery(request):
    """Take in what came on an order: shown first, then saved."""
    number = _number(request)
    if not number:
        return _choose(request)
    try:
        lines = lines_of_number(number)
    except Refused as refused:
        return _choose(request, number, refused)
    groups = models_to_receive(lines)
    if request.method != "POST":
        return _page(request, number, lines, ReceptionForm(groups, initial=_remembered(request)))
    form = ReceptionForm(groups, request.POST)
    if not form.is_valid() or request.POST.get("handling") == "ret":
        return _page(request, number, lines, form)
    return _take_in(request, number, lines, form)


def _number(request) -> str:
    """Return the number asked for: an order's, by its id too, or the lessor's."""
    order = request.GET.get("bestilling", "").strip()
    number = f"B{order}" if order.isdecimal() else order or request.GET.get("nummer", "").strip()
    return number[:60]


def _take_in(request, number: str, lines, form: ReceptionForm):
    is_saving = request.POST.get("handling") == "gem"
    surplus = request.POST.get("rest", "")
    asked = {
        "number": number,
        "scans": form.scans(),
        "sub_agreement": form.cleaned_data["sub_agreement"],
        "starts_on": form.cleaned_data["starts_on"],
        "actor": request.user,
        "today": today(),
        "now": now(),
        "surplus": surplus if surplus in (STOCK, RAISE) else "",
    }
    try:
        try:
            agree = _agree(request) if is_saving else None
            reception = receive(**asked, agree=agree, dry_run=not is_saving)
        except NotAsShown as changed:
            for reason in changed.reasons:
                messages.warning(request, reason)
            reception = receive(**asked, dry_run=True)
    except Refused as refused:
        return _page(request, number, lines, form, refused)
    if reception.is_saved or not reception.new:
        request.session[REMEMBERED] = {
            "sub_agreement": reception.sub_agreement,
            "starts_on": f"{reception.starts_on:%d-%m-%Y}",
        }
        more = Queue.READY if next_in(Queue.READY) else ""
        messages.success(request, _told(reception), extra_tags=next_tag(more))
        return redirect(f"{reverse('delivery')}?{urlencode({'nummer': number})}")
    return _preview(request, number, form, reception, surplus)


def _agree(request):
    """Return what compares a delivery with the one that was shown."""
    seen = request.POST.get(FIELD, "")
    return lambda reception: refuse_unless_seen(seen, rows_of_reception(reception))


def _told(reception: Reception) -> str:
    """Say in one line what a delivery did."""
    if not reception.new:
        return "Alt var registreret i forvejen, så intet er ændret."
    said = f"{len(reception.new)} stk. er registreret og sat på leasing."
    if reception.known:
        said += f" {len(reception.known)} stod der i forvejen."
    if reception.missing:
        return f"{said} {reception.missing} mangler endnu."
    return f"{said} Alt er kommet."


def _choose(request, number: str = "", refused: Refused | None = None):
    """Ask which order the delivery belongs to."""
    awaited = awaited_orders(AWAITED_SHOWN)
    context = {
        "number": number,
        "reasons": refused.reasons if refused else [],
        "awaited": [(one, names_in_short(one.whom)) for one in awaited],
        "is_cut": len(awaited) == AWAITED_SHOWN,
    }
    status = 422 if refused else 200
    return render(request, "leasing/orders/delivery_choose.html", context, status=status)


def _remembered(request) -> dict[str, object]:
    """Return the sub-agreement and the first day that the user wrote last, else the usual ones."""
    if remembered := request.session.get(REMEMBERED):
        return remembered
    last = usual_terms()
    return {"sub_agreement": last.sub_agreement.number if last else "", "starts_on": today()}


def _page(request, number: str, lines, form, refused: Refused | None = None):
    reasons = refused.reasons if refused else []
    has_prices = request.user.has_perm(MANAGE_AMOUNTS)
    is_price = isinstance(refused, PriceMissing)
    devices = devices_on(lines)
    waiting = [one.device.serial_number for one in devices if not one.handed_out_on]
    context = _about(number, lines) | {
        "form": form,
        "reasons": reasons[:REASONS_SHOWN],
        "matter": _matter(refused),
        "more_reasons": max(0, len(reasons) - REASONS_SHOWN),
        "too_many": isinstance(refused, TooMany),
        "can_raise": isinstance(refused, TooMany) and refused.can_raise,
        "price_missing": is_price,
        "price_page": reverse("import-kind", args=["prices"]) if is_price and has_prices else "",
        "devices": [(one, rows_of_ordered(one)) for one in devices],
        "labels_of": urlencode({"serienumre": ",".join(waiting[:LABELS])}),
        "agreements": SubAgreement.objects.order_by("-pk")[:20],
    }
    status = 422 if refused or form.errors else 200
    return render(request, "leasing/orders/delivery_scan.html", context, status=status)


def _matter(refused: Refused | None) -> str:
    """Say in a heading what several reasons have in common."""
    if isinstance(refused, TooMany):
        return "Der kom flere, end der mangler"
    if isinstance(refused, PriceMissing):
        return "Der mangler priser på prislisten"
    return "Serienumrene passer ikke til bestillingen"


def _about(number: str, lines) -> dict:
    order_id = order_id_of(number)
    is_ours = any(one.line.order_id == order_id for one in lines)
    return {
        "number": number,
        "lines": lines,
        "order": next(one.line.order for one in lines) if is_ours else None,
        "missing": sum(one.missing for one in lines),
    }


def _preview(request, number: str, form: ReceptionForm, reception: Reception, surplus: str):
    """Show what would be created, and ask whether to do it."""
    firsts: dict[int, int] = {}
    for group in form.groups:
        new = [one.serial_number for one in reception.new if one.model == group.model]
        if group.is_counted and new:
            firsts[group.model.pk] = int(new[0].removeprefix(INVENTORY_PREFIX))
    context = _about(number, reception.lines) | {
        "form": form,
        "reception": reception,
        "rows": list(rows_of_reception(reception)),
        "surplus": surplus,
        "firsts": firsts,
        "stocked": sum(one.line is None for one in reception.new),
    }
    return render(request, "leasing/orders/delivery_preview.html", context)


def _ordered(pk: int) -> OrderedDevice | None:
    linked = ("device", "line__order", "line__employee", "line__unit")
    return OrderedDevice.objects.select_related(*linked).filter(pk=pk).first()


@require_POST
@permission_required(NEEDED, raise_exception=True)
def delivery_undo(request, pk):
    """Take a device that came on the wrong line off it again."""
    try:
        agree = agreed_by(request.POST, lambda: rows_of_ordered(_ordered(pk)))
        device, line = take_off(ordered_device_id=pk, actor=request.user, now=now(), agree=agree)
    except Refused as refused:
        messages.error(request, " ".join(refused.reasons))
        return redirect("delivery")
    messages.success(
        request,
        f"{device} er taget af linje {line} og står på lageret. Linjen venter igen på en levering.",
    )
    return redirect(f"{reverse('delivery')}?{urlencode({'nummer': line.order.number})}")
