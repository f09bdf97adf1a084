"""The order form: new orders and drafts, several lines on one page, and a pasted mail."""

import re
from collections.abc import Sequence
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import now, today
from albertslund_it.web.query import number_in
from inventory.models import Employee
from leasing.domain.mail_reading import ADDRESS, DATE, PERSON, Reading
from leasing.mail.selectors import MailState, state_of_mails
from leasing.models import Approval, Order, Settings, Status
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
    shown_lines,
)
from leasing.orders.presenters.mail_reading import ShownMail, fields_of_lines, shown_mail
from leasing.orders.presenters.queues import next_tag
from leasing.orders.presenters.reply import (
    BESIDE,
    answer_on,
    mark_of,
    price_of,
    question_of_bill,
    questions_on,
    reply_to,
)
from leasing.orders.selectors.mail_reading import (
    leased_screens,
    people_and_devices_in,
    reading_of,
    whose_outside,
)
from leasing.orders.selectors.queues import Queue, next_in
from leasing.orders.selectors.received import mail_behind
from leasing.orders.selectors.shelf import free_of_model
from leasing.orders.selectors.told_lines import ToldLine, told_lines
from leasing.orders.services.orders import (
    OrderFacts,
    is_draft,
    place_order,
    placed_before,
    save_draft,
)
from leasing.orders.services.wishes import taken_beside

FACTS = tuple(name for name in OrderFacts.__annotations__ if name not in ("mail_text", "scenario"))
ONE_DAY = timedelta(days=1)
REMOVE, SPLIT = re.compile(r"fjern-([0-9]{1,3})"), re.compile(r"del-([0-9]{1,3})")
WAVED_OFF = "bort:"
NO_MAIL = "Der er ingen mail at læse. Kopiér mailens tekst, og sæt den ind her."
MOST_FROM_SHELF = 10  # lines that one line of a mail is split into
helpdesk = permission_required(HANDLE_ORDERS, raise_exception=True)


@helpdesk
def order_new(request):
    """Register an order."""
    if request.method == "POST":
        return _posted(request, None)
    initial = {}
    chosen = request.GET.get("medarbejder", "")
    if number_in(chosen):
        person = get_object_or_404(Employee, pk=chosen)
        initial = {"who": str(person), "employee": person.pk}
    facts = {
        "token": new_token(),
        "sends_reply": True,
        "wanted_on": request.GET.get("senest", "")[:20],
    }
    return _shown(request, facts, [initial], None)


@helpdesk
def order_edit(request, pk):
    """Continue a draft; of a mail that came by itself, first with all that it asks for."""
    order = get_object_or_404(Order, pk=pk)
    if request.method == "POST":
        return _posted(request, order)
    if not is_draft(order):
        return redirect("order-detail", pk)
    facts = {name: getattr(order, name) or "" for name in ("token", *FACTS)}
    if order.wanted_on:
        facts["wanted_on"] = f"{order.wanted_on:%d-%m-%Y}"
    facts |= {"mail": order.mail_text, "is_read": order.mail_text and "1", "sends_reply": True}
    received = mail_behind(order)
    if received and not received.is_handled:
        raw, reading = _read_mail([], facts)
        return _shown(request, facts, raw, order, reading)
    return _shown(request, facts, _lines_of(order) or [{}], order)


def _lines_of(order: Order) -> list[dict]:
    lines = order.lines.select_related("employee", "replaces").order_by("position")
    return [
        {
            "who": str(line.employee or ""),
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


def _last_day(ends_before) -> str:
    return f"{ends_before - ONE_DAY:%d-%m-%Y}" if ends_before else ""


def _shown(
    request, facts: dict, raw: list[dict], order: Order | None, reading: Reading | None = None
) -> HttpResponse:
    """Show the form with its fields and lines as they are given, without faults."""
    choices = Choices.read()
    lines = shown_lines([_plain(number, initial, choices) for number, initial in enumerate(raw)])
    form = OrderForm(initial=facts)
    if request.POST.get("handling") == "laes" and not facts["mail"].strip():
        form.errors["mail"] = form.error_class([NO_MAIL])
    return _page(request, form, lines, order, reading)


def _plain(number: int, initial: dict, choices: Choices) -> tuple[OrderLineForm, OrderLineForm]:
    """Return a line as it is read, and as it is shown without faults."""
    sent = {f"linje-{number}-{name}": str(value) for name, value in initial.items()}
    read = line_form(number, choices, today(), data=sent)
    read.is_valid()
    return read, line_form(number, choices, today(), initial=initial)


def _posted(request, order: Order | None) -> HttpResponse:
    handling = request.POST.get("handling", "gem")
    bound = bound_lines(request.POST, Choices.read(), today())
    if handling in ("gem", "kladde"):
        return _saved(request, order, bound, is_for_later=handling == "kladde")
    raw = [_raw(form, request.POST) for form in bound]
    facts = {name: request.POST.get(name, "") for name in OrderForm.base_fields}
    reading = None
    if handling == "tilfoej" and len(raw) < MOST:
        raw.append({})
    elif found := REMOVE.fullmatch(handling):
        kept = [one for form, one in zip(bound, raw, strict=True) if form.number != int(found[1])]
        raw = kept or [{}]
    elif found := SPLIT.fullmatch(handling):
        raw = [
            part
            for form, one in zip(bound, raw, strict=True)
            for part in (_split(one, raw) if form.number == int(found[1]) else [one])
        ]
    elif handling == "laes":
        raw, reading = _read_mail(raw, facts)
    return _shown(request, facts, raw, order, reading)


def _raw(form: OrderLineForm, data) -> dict:
    return {name: data.get(form.add_prefix(name), "") for name in form.fields}


def _read_mail(raw: list[dict], facts: dict) -> tuple[list[dict], Reading]:
    """Put what the mail asks for after the lines that are filled in already."""
    reading = reading_of(facts["mail"], today())
    kept = [one for one in raw if any(one.get(name) for name in ("who", "model", "used_for"))]
    facts["is_read"] = "1" if facts["mail"].strip() else ""
    facts["requester_mail"] = facts["requester_mail"] or reading.sender_mail
    if reading.sender and not facts["requester_name"]:
        sender = Employee.objects.get(pk=reading.sender)
        facts["requester_name"] = sender.name
        facts["requester_mail"] = facts["requester_mail"] or sender.mail
    facts["requester_name"] = facts["requester_name"] or reading.written_by
    if reading.wanted_on and not facts["wanted_on"]:
        facts["wanted_on"] = f"{reading.wanted_on:%d-%m-%Y}"
    if reading.is_urgent and not facts["note"]:
        facts["note"] = "Haster, skriver bestilleren."
    found = fields_of_lines(reading, *people_and_devices_in(reading))
    for line in found:
        kept += _split(line, [*kept, *found], least=0)
    return kept[:MOST] or [{}], reading


def _split(line: dict, lines: Sequence[dict], least: int = 1) -> list[dict]:
    """Return a line of several as one for each that the shelf has of the model, and the rest.

    The form then offers each of them its own; at `least` so many are parted from the rest.
    """
    count = number_in(str(line["quantity"])) or 1
    if count == 1:
        return [line]
    others = [number_in(str(one.get("stock") or "")) for one in lines if one is not line]
    room = min(count, MOST_FROM_SHELF, MOST - len(lines))
    there = free_of_model(
        number_in(str(line["model"])) or 0, today(), without=[pk for pk in others if pk], most=room
    )
    ones = min(max(there, least), room)
    parted = {**line, "quantity": 1, "stock": "", "suggested_stock": ""}
    rest = [{**parted, "quantity": count - ones}] if count > ones else []
    return [*[parted] * ones, *rest]


def _saved(request, order: Order | None, lines: list[OrderLineForm], *, is_for_later: bool):
    form = OrderForm(request.POST)
    are_valid = [form.is_valid(), *(line.is_valid() for line in lines)]
    if not is_for_later and (same := placed_before(form.cleaned_data.get("token"))):
        return redirect("order-detail", same.pk)
    if all(are_valid) and not is_for_later:
        wanted_on = form.cleaned_data["wanted_on"]
        asked = [line.wish().settled for line in lines]
        are_valid = [
            line.check_wish(wanted_on, taken_beside(number, asked))
            for number, line in enumerate(lines)
        ]
    if not all(are_valid):
        return _faulty(request, form, lines, order)
    data = {name: form.cleaned_data[name] for name in ("token", *FACTS)}
    text = data["mail_text"] = form.cleaned_data["mail"]
    data |= {"reply": _own_reply(form), "actor": request.user, "now": now()}
    if order:
        data["token"] = order.token
    wishes = [line.wish() for line in lines]
    sends = bool(text and form.cleaned_data["sends_reply"])
    try:
        if is_for_later:
            placed = save_draft(**data, lines=wishes)
        else:
            answer = _answer_to(text, _set_aside(request)) if text else None
            placed = place_order(
                **data, lines=wishes, today=today(), answer=answer, sends_reply=sends
            )
    except Refused as error:
        for reason in error.reasons:
            form.add_error(None, reason)
        return _faulty(request, form, lines, order)
    more = Queue.WAITING if next_in(Queue.WAITING) and not is_for_later else ""
    messages.success(request, _said(placed), extra_tags=next_tag(more))
    if sends and not is_for_later and not placed.requester_mail:
        messages.warning(
            request,
            "Svaret er ikke sendt: der står ingen mailadresse på bestilleren. Kopiér det herunder.",
        )
    if warning := _not_told(placed):
        messages.warning(request, warning)
    return redirect("order-detail", placed.pk)


def _faulty(request, form: OrderForm, lines: list[OrderLineForm], order: Order | None):
    for line in lines:
        line.is_valid()
    shown = shown_lines([(line, line) for line in lines])
    return _page(request, form, shown, order, status=422)


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


def _set_aside(request) -> frozenset[str]:
    """Return the words of the mail that a person has waved off."""
    handling = request.POST.get("handling", "")
    waved = [handling.removeprefix(WAVED_OFF)] if handling.startswith(WAVED_OFF) else []
    return frozenset([*request.POST.getlist("set_aside"), *waved])


def _reply(
    lines: Sequence[ToldLine], reading: Reading, unknown: Sequence[str], name: str, number: str = ""
) -> str:
    """Write the reply to a mail by what its lines say, and by what of it is open."""
    unit = whose_outside(reading, [line.unit for line in lines if line.unit])
    asked = questions_on(lines, unknown, reading, leased_screens())
    return reply_to(
        name,
        lines,
        [*asked, *question_of_bill(reading.outside, unit)],
        outside=answer_on(reading.outside, unit),
        days=_overlap_days(),
        number=number,
    )


def _overlap_days() -> int:
    return Settings.objects.values_list("overlap_days", flat=True).get()


def _answer_to(text: str, set_aside: frozenset[str]):
    """Return what writes the reply once an order is saved, from its lines as they became."""
    reading = reading_of(text, today())
    unknown = [one for one in dict.fromkeys(reading.unknown) if one not in set_aside]

    def answer(order: Order) -> str:
        told = told_lines(order, today())
        return _reply(told, reading, unknown, order.requester_name, order.number)

    return answer


def _own_reply(form: OrderForm) -> str:
    """Return the reply if a person wrote it, or in it; '' if it is the page's own."""
    written = str(form["reply"].value() or "").strip()
    return "" if mark_of(written) in (mark_of(""), form["reply_mark"].value()) else written


def _page(
    request,
    form: OrderForm,
    lines: list[ShownLine],
    order: Order | None,
    reading: Reading | None = None,
    status: int = 200,
) -> HttpResponse:
    text, is_read = form["mail"].value() or "", form["is_read"].value()
    mail: ShownMail | None = None
    if text.strip() and is_read:
        reading = reading or reading_of(text, today())
        set_aside = _set_aside(request)
        mail = shown_mail(reading, people_and_devices_in(reading)[0], set_aside)
        lines = [ShownLine(one.form, one.facts, one.device, mail.numbers) for one in lines]
    handling = request.POST.get("handling", "")
    if handling in ("", "tilfoej"):
        lines[-1 if handling else 0].form.fields["who"].widget.attrs["autofocus"] = True
    told = [line.told for line in lines]
    context = {
        "form": form,
        "lines": lines,
        "order": order,
        "received": mail_behind(order) if order else None,
        "mail": mail,
        "price": price_of(told),
        "beside": BESIDE,
        "overlap_days": _overlap_days(),
        "handling": handling,
        "has_errors": bool(form.errors or any(line.form.errors for line in lines)),
    }
    if mail and reading:
        name = form["requester_name"].value() or ""
        own, made = _own_reply(form), _reply(told, reading, mail.unknown, name)
        numbers = mail.numbers
        context |= {
            "set_aside": sorted(set_aside),
            "reply": own or made,
            "reply_mark": "" if own else mark_of(made),
            "numbers": {
                "requester_name": numbers.get((PERSON, reading.sender)),
                "requester_mail": numbers.get((ADDRESS, reading.sender_mail.lower())),
                "wanted_on": numbers.get((DATE, reading.wanted_on)),
            },
        }
    page = "order_fields" if request.htmx else "order_form"
    return render(request, f"leasing/orders/{page}.html", context, status=status)
