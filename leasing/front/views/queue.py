"""Where one goes on: the next job of a queue."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import today
from leasing.movements.presenters import TO_TAKE_BACK
from leasing.movements.selectors.overdue import next_to_take_back
from leasing.orders.selectors.queues import Queue, next_in


@permission_required(HANDLE_ORDERS, raise_exception=True)
def next_in_queue(request, queue):
    """Lead to the form of the next job, filled in; to the board when there is none."""
    if queue not in {*Queue, TO_TAKE_BACK}:
        raise Http404
    if address := _address(queue):
        return redirect(address)
    messages.success(request, "Der er ikke flere i den kø.")
    return redirect("front")


def _address(queue: str) -> str:
    if queue == TO_TAKE_BACK:
        device = next_to_take_back(today())
        return f"{reverse('take-back')}?{urlencode({'serienumre': str(device)})}" if device else ""
    line = next_in(Queue(queue))
    if line is None:
        return ""
    if queue == Queue.READY:
        return f"{reverse('hand-out')}?{urlencode({'linje': line.pk})}"
    if queue == Queue.WAITING:
        return reverse("order-edit", args=[line.order_id])
    return reverse("purchase" if queue == Queue.TO_BUY else "delivery")
