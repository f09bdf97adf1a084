"""Send what endpoints are to be told: tried again for three days, and each try is kept."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from albertslund_it.common.permissions import MANAGE_SETTINGS
from albertslund_it.web.people import BACKEND
from leasing.mail.services import write_mail
from leasing.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from leasing.webhooks.presenters import GONE, TEST, THREE_DAYS
from leasing.webhooks.selectors import due, signed
from leasing.webhooks.services.posting import WebhookAnswer, post

MINUTES = (1, 5, 15, 60, 180, 360, 720)  # until the next try; then once a day
LONGEST = timedelta(days=1)
GIVEN_UP_AFTER = timedelta(days=3)
TAKEN_FOR = timedelta(minutes=2)
KEPT = timedelta(days=200)  # longer than the longest step of the ladder of notices
AT_ONCE = 500
STATES = WebhookDelivery.State
Clock = Callable[[], datetime]


def send_due(*, clock: Clock) -> tuple[int, int]:
    """Send what is due; return how many were taken by their receivers, and how many were not."""
    taken = failed = 0
    for number in due(clock(), AT_ONCE):
        delivery = send(number=number, clock=clock)
        if delivery and delivery.state == STATES.DELIVERED:
            taken += 1
        elif delivery:
            failed += 1
    return taken, failed


def send(*, number: int, clock: Clock, is_asked: bool = False) -> WebhookDelivery | None:
    """Send one message, if it is due or somebody asks for it; None where it is not to be sent."""
    delivery = _taken(number, clock(), is_asked)
    if delivery is None:
        return None
    endpoint, timestamp = delivery.endpoint, int(delivery.next_at.timestamp())
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":"))
    message_id = f"msg_{delivery.message_id.hex}"
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "pc-leasing-webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": f"{timestamp}",
        "webhook-signature": signed(endpoint, message_id, timestamp, body),
    }
    return _kept(delivery, post(endpoint.address, body, headers), clock())


def forget_old_deliveries(*, now: datetime) -> None:
    """Delete the log of what was written long ago."""
    WebhookDelivery.objects.filter(written_at__lt=now - KEPT).delete()


@transaction.atomic
def _taken(number: int, now: datetime, is_asked: bool) -> WebhookDelivery | None:
    """Take a message to send it; who is stopped while sending leaves it to be taken again."""
    found = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("endpoint")
    delivery = found.filter(pk=number).first()
    if delivery is None:
        return None
    is_due = delivery.state == STATES.WAITING and delivery.next_at <= now
    if not (is_asked or (is_due and delivery.endpoint.is_on)):
        return None
    delivery.attempts += 1
    delivery.next_at = now + TAKEN_FOR
    delivery.save(update_fields=["attempts", "next_at"])
    delivery.next_at = now  # when it was sent, for its signature
    return delivery


@transaction.atomic
def _kept(delivery: WebhookDelivery, answer: WebhookAnswer, now: datetime) -> WebhookDelivery:
    """Keep how a try went, and decide what follows."""
    WebhookAttempt.objects.create(
        delivery=delivery,
        made_at=now,
        status=answer.status,
        response=answer.text,
        error=answer.error,
    )
    if answer.is_good:
        delivery.state, delivery.delivered_at = STATES.DELIVERED, now
    elif delivery.event == TEST:
        delivery.state = STATES.GIVEN_UP  # who tries it out looks at the answer, and tries again
    elif delivery.state == STATES.WAITING:
        if answer.status == 410:
            _give_up(delivery, GONE, now)
        elif now - delivery.written_at >= GIVEN_UP_AFTER:
            _give_up(delivery, THREE_DAYS, now)
        else:
            delivery.next_at = now + _pause(delivery.attempts)
    delivery.save(update_fields=["state", "delivered_at", "next_at"])
    return delivery


def _pause(attempts: int) -> timedelta:
    return timedelta(minutes=MINUTES[attempts - 1]) if attempts <= len(MINUTES) else LONGEST


def _give_up(delivery: WebhookDelivery, why: str, now: datetime) -> None:
    """Give a message up, and turn its endpoint off; administrators are told once."""
    delivery.state = STATES.GIVEN_UP
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
    if not endpoint.is_on:
        return
    endpoint.is_on, endpoint.off_because = False, why
    endpoint.save(update_fields=["is_on", "off_because"])
    administrators = User.objects.with_perm(MANAGE_SETTINGS, backend=BACKEND)
    write_mail(
        recipients=[user.email for user in administrators if user.is_active and user.email],
        subject=f"Webhooken »{endpoint.name}« er slået fra",
        template="webhook_off",
        context={"endpoint": endpoint, "why": why},
        now=now,
    )
