"""Make endpoints, change them, and turn them on and off."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from leasing.models import WebhookDelivery, WebhookEndpoint
from leasing.webhooks.presenters import EVENTS
from leasing.webhooks.services.posting import checked_address

STATES = WebhookDelivery.State


@transaction.atomic
def make_endpoint(
    *, name: str, address: str, events: Sequence[str], now: datetime
) -> WebhookEndpoint:
    """Make an endpoint with a secret of its own.

    Raises:
        Refused: when nothing may be sent to its address, or it is to be told of nothing.
    """
    return WebhookEndpoint.objects.create(
        **_checked(name, address, events), salt=secrets.token_hex(32), created_at=now
    )


@transaction.atomic
def change_endpoint(*, pk: int, name: str, address: str, events: Sequence[str]) -> WebhookEndpoint:
    """Change what an endpoint is called, where it is and what it is told of.

    Raises:
        Refused: as `make_endpoint`.
    """
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=pk)
    for field, value in _checked(name, address, events).items():
        setattr(endpoint, field, value)
    endpoint.save()
    return endpoint


@transaction.atomic
def turn(*, pk: int, is_on: bool) -> WebhookEndpoint:
    """Turn an endpoint on or off; what waited is sent when it is on again."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=pk)
    endpoint.is_on, endpoint.off_because = is_on, ""
    endpoint.save(update_fields=["is_on", "off_because"])
    return endpoint


@transaction.atomic
def renew_secret(*, pk: int) -> WebhookEndpoint:
    """Return an endpoint another secret; the old one signs nothing from here on."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=pk)
    endpoint.salt = secrets.token_hex(32)
    endpoint.save(update_fields=["salt"])
    return endpoint


@transaction.atomic
def delete_endpoint(*, pk: int) -> None:
    """Delete an endpoint with its log."""
    WebhookEndpoint.objects.get(pk=pk).delete()


def _checked(name: str, address: str, events: Sequence[str]) -> dict[str, object]:
    checked_address(address)
    if not events or not set(events) <= set(EVENTS):
        raise Refused("Vælg mindst én hændelse.")
    return {"name": name.strip(), "address": address.strip(), "events": sorted(events)}
