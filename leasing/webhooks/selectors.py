"""Endpoints, what they are to be told, and the secret that signs it."""

import base64
import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from leasing.models import Settings, WebhookDelivery, WebhookEndpoint


def uses_webhooks() -> bool:
    """Return whether an administrator has turned webhooks on."""
    return Settings.objects.filter(uses_webhooks=True).exists()


def endpoints() -> QuerySet[WebhookEndpoint]:
    """Return all endpoints: how many messages wait, how many in vain, when one last took any."""
    waits = Q(deliveries__state=WebhookDelivery.State.WAITING)
    return WebhookEndpoint.objects.annotate(
        waiting=Count("deliveries", filter=waits),
        in_vain=Count("deliveries", filter=waits & Q(deliveries__attempts__gt=0)),
        last_at=Max("deliveries__delivered_at"),
    ).order_by("name", "id")


def listening(event: str) -> list[WebhookEndpoint]:
    """Return the endpoints that want to be told of an event."""
    if not uses_webhooks():
        return []
    found = WebhookEndpoint.objects.filter(is_on=True).order_by("id")
    return [one for one in found if event in one.events]


def due(now: datetime, limit: int) -> list[int]:
    """Return the ids of what is to be sent by now, the oldest first."""
    found = WebhookDelivery.objects.filter(
        state=WebhookDelivery.State.WAITING, next_at__lte=now, endpoint__is_on=True
    )
    return list(found.order_by("next_at", "id").values_list("id", flat=True)[:limit])


def told_of(endpoint: WebhookEndpoint, event: str, names: Collection[str]) -> set[str]:
    """Return which of some things an endpoint was told of already."""
    told = WebhookDelivery.objects.filter(endpoint=endpoint, event=event)
    known = {name for one in told.values_list("told", flat=True) for name in one}
    return known.intersection(names)


def secret_of(endpoint: WebhookEndpoint) -> bytes:
    """Return the secret that signs what an endpoint is told."""
    about = f"webhook:{endpoint.salt}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), about, hashlib.sha256)


def secret_shown(endpoint: WebhookEndpoint) -> str:
    """Return the secret as libraries for webhooks take it."""
    return f"whsec_{base64.b64encode(secret_of(endpoint)).decode()}"


def signed(endpoint: WebhookEndpoint, message_id: str, timestamp: int, body: str) -> str:
    """Return the signature of a message, as standardwebhooks.com says it."""
    about = f"{message_id}.{timestamp}.{body}".encode()
    digest = hmac.digest(secret_of(endpoint), about, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"
