"""An offer of the lessor, typed."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import today
from albertslund_it.web.forms.agreement import status_of
from albertslund_it.web.query import number_in
from albertslund_it.web.refusals import tell_refusal
from inventory.models import Device
from leasing.buyout.forms import OfferForm
from leasing.buyout.services.offers import delete_offer, save_offer
from leasing.models import BuyoutOffer


@permission_required(HANDLE_ORDERS, raise_exception=True)
def offer_new(request):
    """Enter an offer; `?udstyr=` fills in the device."""
    device = Device.objects.filter(pk=number_in(request.GET.get("udstyr", "")) or 0).first()
    form = OfferForm(request.POST or None, initial={"device": device or ""})
    return _saved_or_shown(request, form, None)


@permission_required(HANDLE_ORDERS, raise_exception=True)
def offer_edit(request, pk):
    """Change an offer's price or last day."""
    offer = get_object_or_404(BuyoutOffer.objects.select_related("device", "model"), pk=pk)
    names = ("price_ore", "extension_ore", "valid_until")
    initial = {name: getattr(offer, name) for name in names}
    return _saved_or_shown(
        request, OfferForm(request.POST or None, initial=initial, is_new=False), offer
    )


def _saved_or_shown(request, form: OfferForm, offer: BuyoutOffer | None):
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = {"device": None, "model": None, **form.cleaned_data}
            try:
                save_offer(
                    offer_id=offer.pk if offer else None,
                    actor=request.user,
                    today=today(),
                    **values,
                )
            except Refused as refused:
                status = status_of(form, refused)
            else:
                messages.success(request, "Tilbuddet er gemt.")
                return redirect("buyout-offers")
    context = {"form": form, "offer": offer}
    return render(request, "leasing/buyout/offer.html", context, status=status)


@require_POST
@permission_required(HANDLE_ORDERS, raise_exception=True)
def offer_delete(request, pk):
    """Delete an offer."""
    try:
        delete_offer(offer_id=pk, actor=request.user)
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(request, "Tilbuddet er slettet. Det kan ses i hændelsesloggen.")
    return redirect("buyout-offers")
