from django.contrib.auth.decorators import permission_required
from django.shortcuts import render

from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import today
from leasing.devices.forms import LabelForm
from leasing.devices.selectors.labels import sheets_of


@permission_required(HANDLE_ORDERS, raise_exception=True)
def labels(request):
    """Show labels with QR codes, ready to print."""
    asked = request.POST or request.GET  # a whole list is more than an address holds
    given = "\n".join(asked.getlist("serienumre"))
    data = {"serienumre": given, "plads": asked.get("plads", "1")}
    form = LabelForm(data if given else None, initial=data)
    sheets = None
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data
        sheets = sheets_of(wanted["serienumre"], on=today(), first=wanted["plads"])
    context = {"form": form, "sheets": sheets}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "leasing/devices/labels.html", context, status=status)
