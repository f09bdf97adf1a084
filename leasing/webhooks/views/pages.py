"""Where other systems are told, the log of it, and sending again."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_SETTINGS
from albertslund_it.web.clock import now
from inventory.history.presenters import history_shown
from inventory.history.selectors import Rows, history_of
from inventory.history.views import shown_history
from leasing.models import WebhookDelivery, WebhookEndpoint
from leasing.webhooks.forms import EndpointForm
from leasing.webhooks.presenters import MARKS, TEST, event_label, standing_of
from leasing.webhooks.selectors import endpoints, secret_shown
from leasing.webhooks.services.endpoints import (
    change_endpoint,
    delete_endpoint,
    make_endpoint,
    renew_secret,
    turn,
)
from leasing.webhooks.services.outbox import tell_one
from leasing.webhooks.services.sending import send

SHOWN = 100


for_administrators = permission_required(MANAGE_SETTINGS, raise_exception=True)


@require_GET
@for_administrators
def webhook_list(request):
    """Show every endpoint and how it is."""
    rows = [
        (one, [event_label(event) for event in one.events], standing_of(one, vars(one)["in_vain"]))
        for one in endpoints()
    ]
    return render(request, "leasing/webhooks/list.html", {"rows": rows})


@for_administrators
def webhook_new(request):
    """Make an endpoint; its secret is shown once, on the page that follows."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint = make_endpoint(now=now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            return _page(request, endpoint, secret=secret_shown(endpoint))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "title": "Opret en webhook", "button": "Opret"}
    return render(request, "leasing/webhooks/form.html", context, status=status)


@for_administrators
def webhook_edit(request, pk):
    """Change an endpoint."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    stands = {"name": endpoint.name, "address": endpoint.address, "events": endpoint.events}
    form = EndpointForm(request.POST or None, initial=stands)
    if request.method == "POST" and form.is_valid():
        try:
            change_endpoint(pk=pk, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            messages.success(request, "Webhooken er gemt.")
            return redirect("webhook", pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "endpoint": endpoint, "title": f"Ret {endpoint}", "button": "Gem"}
    return render(request, "leasing/webhooks/form.html", context, status=status)


@for_administrators
def webhook_page(request, pk):
    """Show an endpoint with its log; turn it on or off, try it, or give it another secret."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    if request.method != "POST":
        return _page(request, endpoint)
    asked = request.POST.get("handling", "")
    if asked == "proev":
        delivery = tell_one(endpoint, TEST, {}, now())
        _say(request, send(number=delivery.pk, clock=now, is_asked=True))
    elif asked in ("til", "fra"):
        turn(pk=pk, is_on=asked == "til")
        messages.success(request, f"Webhooken er slået {asked}.")
    elif asked == "hemmelighed":
        endpoint = renew_secret(pk=pk)
        return _page(request, endpoint, secret=secret_shown(endpoint))
    elif asked == "slet":
        delete_endpoint(pk=pk)
        messages.success(request, f"Webhooken »{endpoint}« er slettet.")
        return redirect("webhook-list")
    return redirect("webhook", pk)


@require_POST
@for_administrators
def webhook_again(request, pk, delivery):
    """Send a message once more, whatever became of it."""
    found = get_object_or_404(WebhookDelivery, pk=delivery, endpoint__pk=pk)
    _say(request, send(number=found.pk, clock=now, is_asked=True))
    return redirect("webhook", pk)


def _say(request, delivery: WebhookDelivery | None) -> None:
    last = delivery.tries.last() if delivery else None
    if last is None:
        messages.error(request, "Beskeden er ikke sendt.")
    elif last.status and not last.error and 200 <= last.status < 300:
        messages.success(request, f"Beskeden er modtaget: svar {last.status}.")
    else:
        messages.error(request, f"Beskeden er ikke modtaget: {last.error or f'{last.status}'}.")


def _page(request, endpoint: WebhookEndpoint, secret: str = ""):
    log = endpoint.deliveries.prefetch_related("tries")[:SHOWN]
    waits = endpoint.deliveries.filter(state=WebhookDelivery.State.WAITING)
    history = history_of(
        Rows(WebhookEndpoint, [endpoint.pk]), with_people=False, shown=shown_history(request)
    )
    context = {
        "endpoint": endpoint,
        "events": [event_label(event) for event in endpoint.events],
        "mark": standing_of(endpoint, waits.filter(attempts__gt=0).count()),
        "waiting": waits.count(),
        "secret": secret,
        "log": [(one, event_label(one.event), MARKS[one.state]) for one in log],
        "history": history_shown(history),
    }
    return render(request, "leasing/webhooks/detail.html", context)
