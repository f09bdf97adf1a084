"""What the worker does for webhooks: each message has a task, which makes the next if it fails."""

from django_tasks import task

from albertslund_it.web.clock import now
from leasing.models import WebhookDelivery
from leasing.webhooks.services.sending import send


@task()
def send_one(number: int) -> None:
    """Send a message; try again when it is due."""
    delivery = send(number=number, clock=now)
    if delivery and delivery.state == WebhookDelivery.State.WAITING:
        send_one.using(run_after=delivery.next_at).enqueue(number)
