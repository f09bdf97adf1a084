from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.web.clock import today
from leasing.subscriptions.forms import SubscriptionForm
from leasing.subscriptions.selectors import page_at, subscriptions_of
from leasing.subscriptions.services import subscribe, unsubscribe


@permission_required(VIEW_DEVICE, raise_exception=True)
def subscription_list(request):
    """Show what the user is sent, and let it be stopped."""
    return render(
        request,
        "leasing/subscriptions/list.html",
        {"subscriptions": subscriptions_of(request.user)},
    )


@permission_required(VIEW_DEVICE, raise_exception=True)
def subscription_new(request):
    """Let the user be sent the page of the address."""
    address = request.POST.get("adresse") or request.GET.get("adresse", "")
    page = page_at(address, request.user, today())
    if page is None:
        raise Http404
    form = SubscriptionForm(
        request.POST or None, initial={"name": request.GET.get("navn", "")[:100] or page.name}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = subscribe(
                address=page.address, owner=request.user, today=today(), **form.cleaned_data
            )
        except Refused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
        else:
            often = made.get_every_display().lower()
            messages.success(request, f"Du får »{made.name}« på mail {often}.")
            return redirect("subscription-list")
    return render(
        request,
        "leasing/subscriptions/new.html",
        {"form": form, "page": page},
        status=422 if form.errors else 200,
    )


@require_POST
@permission_required(VIEW_DEVICE, raise_exception=True)
def subscription_delete(request, pk):
    """Stop one of the user's own."""
    subscription = get_object_or_404(subscriptions_of(request.user), pk=pk)
    unsubscribe(subscription=subscription)
    messages.success(request, f"Du får ikke længere »{subscription.name}« på mail.")
    return redirect("subscription-list")
