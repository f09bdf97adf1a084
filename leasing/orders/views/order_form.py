"""The order form: new orders and drafts, several lines on one page, and a pasted mail."""

import re
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import now, today
from albertslund_it.web.query import number_in
from inventory.models import Employee
from leasing.mail.selectors import MailState, state_of_mails
from leasing.models import Approval, Order, Status
from leasing.orders.forms.order import (
    MOST,
    NEW,
    NOTHING,
    Choices,
    OrderForm,
    OrderLineForm,
    ShownLine,
    bound_lines,
    line_form,
    new_token,
)
from leasing.orders.presenters.mail_reading import answer_to, fields_of_lines, notes_on
from leasing.orders.selectors.mail_reading import people_and_devices_in, reading_of
from leasing.orders.selectors.people import people_matching
from leasing.orders.services.orders import OrderFacts, is_draft, place_order, save_draft

FACTS = tuple(name for name in OrderFacts.__annotations__ if name not in ("mail_text", "scenario"))
ONE_DAY = timedelta(days=1)
REMOVE = re.compile(r"fjern-([0-9]{1,3})")
helpdesk = permission_required(HANDLE_ORDERS, raise_exception=True)


@helpdesk
def order_new(request):
    """Register an order."""
    if request.method == "POST":
        return _posted(request, None)
    choices = Choices.read()
    initial = {}
    chosen = request.GET.get("medarbejder", "")
    if number_in(chosen):
        person = get_object_or_404(Employee, pk=chosen)
        initial = {"who": str(person), "employee": person.pk}
    form = OrderForm(initial={"token": new_token()})
    return _page(request, form, [_plain(0, initial, choices)])


@helpdesk
def order_edit(request, pk):
    """Continue a draft."""
    order = get_object_or_404(Order, pk=pk)
    if request.method == "POST":
        return _posted(request, order)
    if not is_draft(order):
        return redirect("order-detail", pk)
    form = OrderForm(
        initial={"token": order.token, **{name: getattr(order, name) for name in FACTS}}
    )
    choices = Choices.read()
    lines = order.lines.select_related("employee", "replaces").order_by("position")
    initials = [
        {
            "who": str(line.employee) if line.employee else "",
            "employee": line.employee_id or "",
            "model": line.model_id,
            "reason": line.reason,
            "unit": line.unit_id,
            "quantity": line.quantity,
            "used_for": line.used_for,
            "replaces": line.replaces.serial_number if line.replaces else NOTHING,
            "exception_reason": line.exception_reason,
            "exception_until": _last_day(line.exception_ends_before),
            "past_stock_because": line.past_stock_because,
            "stock": NEW if line.past_stock_because else "",
        }
        for line in lines
    ]
    shown = [_plain(n, initial, choices) for n, initial in enumerate(initials)]
    return _page(request, form, shown, order=order)


def _last_day(ends_before) -> str:
    return f"{ends_before - ONE_DAY:%d-%m-%Y}" if ends_before else ""


def _plain(number: int, initial: dict, choices: Choices) -> ShownLine:
    """Return a line that has no faults yet, with what is known of it."""
    sent = {f"linje-{number}-{name}": str(value) for name, value in initial.items()}
    read = line_form(number, choices, today(), data=sent)
    read.is_valid()
    return ShownLine(line_form(number, choices, today(), initial=initial), read.facts())


def _posted(request, order: Order | None) -> HttpResponse:
    handling = request.POST.get("handling", "gem")
    choices = Choices.read()
    bound = bound_lines(request.POST, choices, today())
    if handling in ("gem", "kladde"):
        return _saved(request, order, bound, is_for_later=handling == "kladde")
    raw = [_raw(form, request.POST) for form in bound]
    context: dict[str, Any] = {}
    if handling == "tilfoej" and len(raw) < MOST:
        raw.append({})
    elif found := REMOVE.fullmatch(handling):
        kept = [one for form, one in zip(bound, raw, strict=True) if form.number != int(found[1])]
        raw = kept or [{}]
    facts = {name: request.POST.get(name, "") for name in ("token", *FACTS)}
    if handling == "laes":
        raw, context = _read_mail(request.POST.get("mail", ""), raw, facts)
    lines = [_plain(number, initial, choices) for number, initial in enumerate(raw)]
    if handling == "laes":
        said = [(line.facts, line.replaced) for line in lines]
        context["reply"] = answer_to(facts["requester_name"], said, context["reading"])
    return _page(request, OrderForm(initial=facts), lines, order=order, **context)


def _raw(form: OrderLineForm, data) -> dict:
    return {name: data.get(form.add_prefix(name), "") for name in form.fields}


def _read_mail(text: str, raw: list[dict], facts: dict) -> tuple[list[dict], dict]:
    """Put what a mail asks for after the lines that are filled in already."""
    reading = reading_of(text, today())
    kept = [one for one in raw if any(one.get(name) for name in ("who", "model", "used_for"))]
    facts["requester_mail"] = facts["requester_mail"] or reading.sender_mail
    if reading.sender and not facts["requester_name"]:
        sender = Employee.objects.get(pk=reading.sender)
        facts["requester_name"] = sender.name
        facts["requester_mail"] = facts["requester_mail"] or sender.mail
    if reading.wanted_on and not facts["wanted_on"]:
        facts["wanted_on"] = f"{reading.wanted_on:%d-%m-%Y}"
    if reading.is_urgent and not facts["note"]:
        facts["note"] = "Haster, skriver bestilleren."
    found = fields_of_lines(reading, *people_and_devices_in(reading))
    told = {"reading": reading, "found_count": len(found), "notes": notes_on(reading)}
    return (kept + found)[:MOST] or [{}], told


def _saved(request, order: Order | None, lines: list[OrderLineForm], *, is_for_later: bool):
    form = OrderForm(request.POST)
    are_valid = [form.is_valid(), *(line.is_valid() for line in lines)]
    if all(are_valid) and not is_for_later:
        wanted_on = form.cleaned_data["wanted_on"]
        are_valid = [line.check_wish(wanted_on) for line in lines]
    if not all(are_valid):
        return _page(request, form, _with_facts(lines), order=order, status=422)
    data = dict(form.cleaned_data)
    data["mail_text"] = data.pop("mail")
    if order:
        data["token"] = order.token
    wishes = [line.wish() for line in lines]
    try:
        if is_for_later:
            placed = save_draft(**data, lines=wishes, actor=request.user, now=now())
        else:
            placed = place_order(**data, lines=wishes, actor=request.user, today=today(), now=now())
    except Refused as error:
        for reason in error.reasons:
            form.add_error(None, reason)
        return _page(request, form, _with_facts(lines), order=order, status=422)
    messages.success(request, _said(placed))
    if warning := _not_told(placed):
        messages.warning(request, warning)
    return redirect("order-detail", placed.pk)


def _with_facts(lines: list[OrderLineForm]) -> list[ShownLine]:
    for line in lines:
        line.is_valid()
    return [ShownLine(line, line.facts()) for line in lines]


def _said(order: Order) -> str:
    statuses = list(order.lines.values_list("status", flat=True))
    if all(status == Status.DRAFT for status in statuses):
        return f"{order.number} er gemt som kladde. Den tæller ikke med, før den er bestilt."
    said = f"Bestilling {order.number} er gemt."
    if Status.AWAITING in statuses:
        said += " Den venter på lederens svar."
    if Status.DELIVERED in statuses:
        said += " Det fra lageret er sat til side og klar til udlevering."
    return said


def _not_told(order: Order) -> str:
    """Say so where the head who is to answer has had no mail."""
    waiting = Approval.objects.filter(line__order=order, decision="")
    told = state_of_mails([f"approval-{pk}" for pk in waiting.values_list("pk", flat=True)])
    if told is MailState.NOBODY:
        return (
            "Lederen har ikke fået en mail: afdelingen har ingen leder med en mailadresse. "
            "Bed lederen svare under Dispensationer."
        )
    if told is MailState.WAITS:
        return "Mailen til lederen er ikke sendt endnu. Den bliver prøvet igen."
    return ""


def _page(request, form: OrderForm, lines: list[ShownLine], *, order=None, status=200, **context):
    pasted = request.POST.get("mail", order.mail_text if order else "")
    context |= {
        "form": form,
        "lines": lines,
        "order": order,
        "mail": pasted,
        "next_number": max(line.form.number for line in lines) + 1,
        "has_errors": bool(form.errors or any(line.form.errors for line in lines)),
    }
    return render(request, "leasing/orders/order_form.html", context, status=status)


@helpdesk
def order_people(request):
    """Return the people who fit what is typed, as options of a list."""
    typed = next((value for key, value in request.GET.items() if key.endswith("-who")), "")[:100]
    number = next((key for key in request.GET if key.endswith("-who")), "linje-0-who")
    people = people_matching(typed, today()) if typed.strip() else []
    context = {"people": people, "typed": typed, "prefix": number.removesuffix("-who")[:12]}
    return render(request, "leasing/orders/order_people.html", context)


@helpdesk
def order_line_facts(request):
    """Return what there is to know about one line as it stands."""
    form = bound_lines(request.GET, Choices.read(), today())[0]
    form.is_valid()
    line = ShownLine(form, form.facts())
    return render(request, "leasing/orders/order_line_facts.html", {"line": line})


@helpdesk
def order_line_new(request):
    """Return another empty line."""
    number = number_in(request.GET.get("n", "1")) or 0
    if not 0 < number < MOST:
        raise Http404
    line = _plain(number, {}, Choices.read())
    context = {"line": line, "next_number": number + 1, "is_new": True}
    return render(request, "leasing/orders/order_line_new.html", context)
