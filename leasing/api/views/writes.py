"""What can be written, through the services and forms of the pages, under a key that does it once.

Where a page shows what will happen before it is saved, so does the API: without `agreed` it
answers 409 with the consequence and the value that agrees to it. `dry_run` answers that, with 200.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from auditlog.context import set_actor
from django.db import transaction
from django.http import HttpResponse
from ninja import Header, NinjaAPI, Schema
from ninja.errors import ValidationError
from pydantic import Field, StringConstraints

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import (
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    REGISTER_DELIVERIES,
    SEE_LAST_SEEN,
)
from albertslund_it.web.clock import now
from albertslund_it.web.forms.agreement import FIELD, NotAsShown, agreed_by, refuse_unless_seen
from albertslund_it.web.forms.agreement import value_of as agreement_to
from inventory.models import Act, DeviceModel, Unit
from inventory.organisation.selectors.scope import devices_seen_by
from leasing.api.presenters.problems import KEY, MAIL, NO_NUL
from leasing.api.presenters.words import WORDS
from leasing.api.selectors.clients import Reader
from leasing.api.services.answers import answered_once, fingerprint_of
from leasing.api.services.last_seen import note_last_seen
from leasing.api.services.wishes import NamedLine, wishes_of
from leasing.api.views.access import require
from leasing.api.views.resource import WRITE_PROBLEMS
from leasing.api.views.schemas import Day, LongText, SerialNumber, Strict, Text
from leasing.models.order import MOST_LINES, Status
from leasing.movements.forms import HandOutForm, LendForm, TakeBackForm, TransferForm
from leasing.movements.selectors.states import DROP_LATER, KEEP_LATER
from leasing.movements.views.carrying import carry_out
from leasing.movements.views.preview import preview_of
from leasing.orders.presenters.reception import rows_of_reception
from leasing.orders.selectors.reception import Reception
from leasing.orders.selectors.scans import Scan
from leasing.orders.services.orders import place_order
from leasing.orders.services.reception import receive

MOST_DEVICES = 200
NAMESPACE = UUID("8f4f4f0e-5d7c-4b8e-9a51-7d1b8a0c9e11")
Key = Annotated[str, StringConstraints(pattern=KEY)]
Work = Callable[[], dict[str, Any]]


class NotAgreed(Exception):
    """What would happen has not been agreed to; `agreed` is the value that does."""

    def __init__(self, reasons: list[str], preview: list[list[str]]):
        super().__init__(*reasons)
        self.reasons, self.preview, self.agreed = reasons, preview, agreement_to(preview)


class WriteAnswer(Schema):
    """What was done, or with `dry_run` would be: each row is of what, and what is said of it."""

    is_saved: bool
    preview: list[list[str]] = []
    agreed: str | None = Field(None, description="Send den med for at gemme det, der står her.")


def _once(
    request, reader: Reader, key: str, body: Schema, work: Work
) -> tuple[dict[str, Any], bool]:
    """Write under the client's key, and tell whether that was before; a trial uses no key."""
    if getattr(body, "dry_run", False):
        return work(), False
    fingerprint = fingerprint_of(request.path, body.model_dump(mode="json"))
    with set_actor(reader.user):
        return answered_once(
            client=reader.client, key=key, fingerprint=fingerprint, now=now(), work=work
        )


# --- placements

FORMS = {
    "hand_out": (Act.Kind.HAND_OUT, HandOutForm),
    "transfer": (Act.Kind.TRANSFER, TransferForm),
    "take_back": (Act.Kind.TAKE_BACK, TakeBackForm),
    "lend": (Act.Kind.LOAN, LendForm),
}


class PlacementIn(Strict):
    """What is to happen to some devices, as on the page of the same name."""

    action: Literal["hand_out", "transfer", "take_back", "lend"]
    serial_numbers: list[SerialNumber] = Field(min_length=1, max_length=MOST_DEVICES)
    starts_on: Day
    initials: Text = ""
    unit: Text = Field("", description="Enhedsnr. på den enhed, der betaler.")
    used_for: Text = ""
    no_employee: bool = False
    replaces: Text = ""
    takes_old_back: bool = False
    due_on: Day | None = Field(None, description="Kun lend: sidste dag.")
    later: Literal["", "keep", "drop"] = Field(
        "", description="Om det, der er flyttet igen fra en senere dag, stadig skal ske."
    )
    agreed: str = Field("", max_length=20_000, pattern=NO_NUL)
    dry_run: bool = False


def _form(body: PlacementIn, reader: Reader):
    """Return the page's form, filled in with what was sent.

    Raises:
        ValidationError: with what the page says of each field.
    """
    _, form_class = FORMS[body.action]
    unit = Unit.objects.filter(number=body.unit).first() if body.unit else None
    if body.unit and unit is None:
        raise Refused(f"Enhedsnr. »{body.unit}« findes ikke.")
    data = {
        "serial_numbers": "\n".join(body.serial_numbers),
        "starts_on": f"{body.starts_on:%d-%m-%Y}",
        "employee": body.initials,
        "unit": str(unit.pk) if unit else "",
        "used_for": body.used_for,
        "no_employee": "on" if body.no_employee else "",
        "replaces": body.replaces,
        "takes_old_back": "on" if body.takes_old_back else "",
        "due_on": f"{body.due_on:%d-%m-%Y}" if body.due_on else "",
        "later": LATER_CHOICES[body.later],
    }
    unused = [name for name in data if data[name] and name not in form_class.base_fields]
    if unused:
        raise ValidationError(
            [{"loc": ("body", name), "msg": f"Bruges ikke til {body.action}."} for name in unused]
        )
    devices = devices_seen_by(reader.user, reader.on)
    form = form_class(data, today=reader.on, devices=devices)
    if not form.is_valid():
        raise ValidationError(
            [
                {"loc": ("body", CALLED.get(name, name)), "msg": reason}
                for name, reasons in form.errors.items()
                for reason in reasons
            ]
        )
    return form


LATER_CHOICES = {"": "", "keep": KEEP_LATER, "drop": DROP_LATER}
CALLED = {"employee": "initials", "__all__": ""}


def _place(body: PlacementIn, reader: Reader) -> dict[str, Any]:
    form = _form(body, reader)

    def told():
        return [[str(part) for part in row] for row in preview_of(form, reader.on).told]

    if body.dry_run:
        rows = told()
        return {"is_saved": False, "preview": rows, "agreed": agreement_to(rows)}
    agree = agreed_by({FIELD: body.agreed}, told)
    kind, _ = FORMS[body.action]
    try:
        carry_out(kind, form, agree=agree, actor=reader.user, now=now())
    except NotAsShown as refused:
        raise NotAgreed(refused.reasons, told()) from None
    return {"is_saved": True}


# --- deliveries


class DeliveredIn(Strict):
    """What came of a model: serial numbers, or a count of what has none."""

    model: Text
    serial_numbers: list[SerialNumber] = Field([], max_length=MOST_DEVICES)
    count: int = Field(0, ge=0, le=500)


class DeliveryIn(Strict):
    """What came on an order, 'B17' or the lessor's number."""

    order_number: Text
    sub_agreement: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=NO_NUL)]
    starts_on: Day = Field(description="Leasingens første dag.")
    devices: list[DeliveredIn] = Field(min_length=1, max_length=20)
    surplus: Literal["", "stock", "raise"] = Field(
        "", description="Når der kom flere, end der er bestilt: på lager, eller bestil flere."
    )
    agreed: str = Field("", max_length=20_000, pattern=NO_NUL)
    dry_run: bool = False


SURPLUS = {"": "", "stock": "lager", "raise": "flere"}


def _receive(body: DeliveryIn, reader: Reader) -> dict[str, Any]:
    models = dict(DeviceModel.objects.values_list("name", "pk"))
    if unknown := [one.model for one in body.devices if one.model not in models]:
        raise Refused(*(f"Modellen »{name}« findes ikke." for name in unknown))
    rows: list[list[str]] = []

    def agree(reception: Reception) -> None:
        rows[:] = [list(row) for row in rows_of_reception(reception)]
        if not body.dry_run:
            refuse_unless_seen(body.agreed, rows)

    try:
        reception = receive(
            number=body.order_number,
            scans=[
                Scan(models[one.model], tuple(s.upper() for s in one.serial_numbers), one.count)
                for one in body.devices
            ],
            sub_agreement=body.sub_agreement,
            starts_on=body.starts_on,
            actor=reader.user,
            today=reader.on,
            now=now(),
            surplus=SURPLUS[body.surplus],
            agree=agree,
            dry_run=body.dry_run,
        )
    except NotAsShown as refused:
        raise NotAgreed(refused.reasons, rows) from None
    if body.dry_run:
        return {"is_saved": False, "preview": rows, "agreed": agreement_to(rows)}
    return {"is_saved": reception.is_saved}


# --- last seen


class SeenIn(Strict):
    """When a device was last seen."""

    serial_number: SerialNumber
    last_seen: Day


class LastSeenIn(Strict):
    """Some devices and the days they were last seen."""

    devices: list[SeenIn] = Field(min_length=1, max_length=1000)


class SeenOut(Schema):
    """How many days were news, and how many were known already."""

    updated: int
    unchanged: int


# --- orders


class WishIn(Strict):
    """A line: so many of a model for a person or a unit, as on the page of a new order."""

    model: Text = ""
    quantity: int = Field(1, ge=1, le=500)
    unit: Text = Field("", description="Enhedsnr. Tom: medarbejderens enhed.")
    initials: Text = ""
    used_for: Text = ""
    replaces: Text = Field("", description="Serienummer på det, der erstattes.")
    from_stock: Text = Field("", description="Serienummer på det, der tages fra lageret.")
    past_stock_because: LongText = ""
    exception_reason: LongText = ""
    exception_last_day: Day | None = None


class OrderIn(Strict):
    """An order; `reference` is the number it has in the system that sends it."""

    lines: list[WishIn] = Field(min_length=1, max_length=MOST_LINES)
    wanted_on: Day | None = None
    requester_name: Text = ""
    requester_mail: Annotated[str, StringConstraints(max_length=254, pattern=MAIL)] = ""
    reference: LongText = Field("", max_length=200)
    dry_run: bool = False


class LineWritten(Schema):
    """A line as it was placed."""

    position: int
    model: str
    quantity: int
    status: Status


class OrderWritten(Schema):
    """What became of the order, or with `dry_run` would: a line may wait for the head's answer."""

    is_saved: bool
    id: int | None = None
    number: str | None = None
    lines: list[LineWritten]


def _order(body: OrderIn, reader: Reader, key: str) -> dict[str, Any]:
    lines = [NamedLine(**line.model_dump()) for line in body.lines]
    with transaction.atomic():
        order = place_order(
            token=uuid5(NAMESPACE, f"{reader.client.pk}:{key}"),
            lines=wishes_of(lines, devices_seen_by(reader.user, reader.on)),
            actor=reader.user,
            today=reader.on,
            now=now(),
            requester_name=body.requester_name,
            requester_mail=body.requester_mail,
            wanted_on=body.wanted_on,
            reference=body.reference,
        )
        lines_made = order.lines.select_related("model").order_by("position")
        told = [
            {
                "position": line.position,
                "model": line.model.name,
                "quantity": line.quantity,
                "status": line.status,
            }
            for line in lines_made
        ]
        if body.dry_run:
            transaction.set_rollback(True)
    if body.dry_run:
        return {"is_saved": False, "lines": told}
    return {"is_saved": True, "id": order.pk, "number": order.number, "lines": told}


def declare_writes(api: NinjaAPI) -> None:
    """Add what can be written."""
    header = Header(
        alias="Idempotency-Key",
        description="En nøgle pr. handling, fx en UUID. Sendt igen gør den intet to gange.",
    )

    def write(name: str, answer: type[Schema]):
        words = WORDS[f"{name}:write"]
        return api.post(
            f"/{name}",
            response={200: answer, **WRITE_PROBLEMS},
            operation_id=f"write_{name.replace('-', '_')}",
            summary=words.title,
            description=words.note,
            tags=[name],
        )

    def answered(request, response, reader, key, body, work):
        answer, is_again = _once(request, reader, key, body, work)
        if is_again:
            response["Idempotency-Replayed"] = "true"
        return answer

    @write("placements", WriteAnswer)
    def place(request, response: HttpResponse, body: PlacementIn, key: Key = header):
        reader = require(request, "placements:write", HANDLE_ORDERS)
        return answered(request, response, reader, key, body, lambda: _place(body, reader))

    @write("deliveries", WriteAnswer)
    def deliver(request, response: HttpResponse, body: DeliveryIn, key: Key = header):
        reader = require(request, "deliveries:write", HANDLE_ORDERS, REGISTER_DELIVERIES)
        return answered(request, response, reader, key, body, lambda: _receive(body, reader))

    @write("last-seen", SeenOut)
    def see(request, response: HttpResponse, body: LastSeenIn, key: Key = header):
        reader = require(request, "last-seen:write", IMPORT_INVENTORY, SEE_LAST_SEEN)

        def work():
            seen: dict = {}
            for one in body.devices:
                number = one.serial_number.upper()
                seen[number] = max(one.last_seen, seen.get(number, one.last_seen))
            devices = devices_seen_by(reader.user, reader.on)
            updated, unchanged = note_last_seen(
                seen=seen, devices=devices, actor=reader.user, today=reader.on
            )
            return {"updated": updated, "unchanged": unchanged}

        return answered(request, response, reader, key, body, work)

    @write("orders", OrderWritten)
    def order(request, response: HttpResponse, body: OrderIn, key: Key = header):
        reader = require(request, "orders:write", HANDLE_ORDERS)
        return answered(request, response, reader, key, body, lambda: _order(body, reader, key))
