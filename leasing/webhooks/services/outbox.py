"""What endpoints are to be told, written in the transaction of what it tells of."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.module_loading import import_string

from leasing.models import BillingRun, Order, Settings, WebhookDelivery, WebhookEndpoint
from leasing.webhooks.selectors import listening, told_of

MOST = 500  # things that one message tells of
# What the worker does, named as a foreign key names another app: it stands above.
SENDER = "leasing.webhooks.views.tasks.send_one"


def tell_of_approved(*, order: Order, lines: Sequence[int], now: datetime) -> None:
    """Tell that some lines of an order are approved."""
    if lines:
        tell("order.approved", {"order": order.pk, "number": order.number, "lines": lines}, now)


def tell_of_delivered(*, devices: Iterable[tuple[int, str]], now: datetime) -> None:
    """Tell of devices that are delivered; they are not looked at where nobody is to be told."""
    event = "device.delivered"
    found = listening(event)
    rows = [{"device": pk, "serial_number": number} for pk, number in devices] if found else []
    for at in range(0, len(rows), MOST):
        _write(found, event, {"devices": rows[at : at + MOST]}, now)


def tell_of_locked(*, run: BillingRun, now: datetime) -> None:
    """Tell that a quarter, or a supplementary run, is locked."""
    data = {
        "run": run.code,
        "lines": run.line_count,
        "total_ore": run.total_ore,
        "digest": run.digest,
    }
    tell("quarter.locked", data, now)


def tell_of_ends(*, ends: Mapping[str, dict[str, object]], now: datetime) -> None:
    """Tell each endpoint of the leases that end soon; each name of `ends` it is told of once."""
    event = "lease.ends_soon"
    for endpoint in listening(event) if ends else ():
        told = told_of(endpoint, event, ends)
        new = [name for name in ends if name not in told]
        for at in range(0, len(new), MOST):
            names = new[at : at + MOST]
            data = {"leases": [ends[name] for name in names]}
            _write([endpoint], event, data, now, told=names)


def tell(event: str, data: dict[str, object], now: datetime) -> list[WebhookDelivery]:
    """Write a message for each endpoint that wants to be told of an event."""
    found = listening(event)
    return _write(found, event, data, now) if found else []


def tell_one(
    endpoint: WebhookEndpoint, event: str, data: dict[str, object], now: datetime
) -> WebhookDelivery:
    """Write a message for one endpoint."""
    return _write([endpoint], event, data, now)[0]


def _write(
    found: Sequence[WebhookEndpoint],
    event: str,
    data: Mapping[str, object],
    now: datetime,
    told: Sequence[str] = (),
) -> list[WebhookDelivery]:
    payload = {"type": event, "timestamp": now.isoformat(), "data": data}
    made = [
        WebhookDelivery(
            endpoint=one,
            event=event,
            payload=payload,
            told=list(told),
            written_at=now,
            next_at=now,
        )
        for one in found
    ]
    WebhookDelivery.objects.bulk_create(made)
    if Settings.objects.filter(uses_worker=True).exists():
        sender = import_string(SENDER)
        for one in made:
            sender.enqueue(one.pk)
    return made
