"""What is put on a packing list, scanned into a cage, and taken off again."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_ALL_DEPARTMENTS, VIEW_EMPLOYEE
from albertslund_it.web.clock import now, today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.picking import BulkAction, Picking
from albertslund_it.web.query import number_in, numbers_in
from albertslund_it.web.refusals import tell_refusal
from inventory.models import Device
from leasing.cost_table.moment import one_moment
from leasing.models import Cage, PackedDevice
from leasing.movements.selectors.lookups import devices_in
from leasing.returns.forms import ScanForm
from leasing.returns.presenters import scan_told
from leasing.returns.selectors.cages import cage_page
from leasing.returns.selectors.proposed import proposed_once
from leasing.returns.services.packing import mark_wiped, pack_devices, plan_devices, take_off
from leasing.returns.tables import ProposedFilter, ProposedRows, ProposedTable
from leasing.returns.views.cages import shown_cage

EVERYTHING = "alle"


def _cage(request, pk: int) -> Cage:
    if not request.user.has_perm(HANDLE_ORDERS):
        raise PermissionDenied
    return get_object_or_404(Cage, pk=pk)


class ProposedList(ListPage):
    """What is to go back and is on no list: chosen for a cage."""

    permission_required = HANDLE_ORDERS
    template_name = "leasing/returns/propose.html"
    table_class = ProposedTable
    filter_class = ProposedFilter
    title = "Læg på pakkelisten"
    file_name = "kan-pakkes"
    ticked: frozenset[int] = frozenset()

    def get(self, request, *args, **kwargs):
        with one_moment():  # in which leases end as they do now
            return super().get(request, *args, **kwargs)

    def rows(self):
        return proposed_once().order_by("lease__kept_cost__ends_before", "serial_number")

    def table_data(self, filtered):
        return ProposedRows(filtered)

    def filter_options(self):
        return {"people": self.request.user.has_perm(VIEW_EMPLOYEE)}

    def table_options(self):
        return {"exclude": [] if self.request.user.has_perm(VIEW_EMPLOYEE) else ["person"]}

    def picking(self):
        return Picking(
            "udstyr",
            value=lambda row: row.pk,
            called=lambda row: row.serial_number,
            ore=lambda row: row.quarter_ore,
            actions=(BulkAction("Læg på listen", is_primary=True),),
            posts=True,
            takes_all=False,
            ticked=self.ticked,
        )

    def extra_context(self):
        cage = get_object_or_404(Cage, pk=self.kwargs["pk"])
        return {"cage": cage, "page": cage_page(cage, today())}

    def post(self, request, pk):
        """Put what is chosen on the list; all that the filters let through, where that is asked."""
        cage = _cage(request, pk)
        if request.POST.get("valg") == EVERYTHING:
            filters = self.make_filters()
            ids = list((filters.qs if filters else self.rows()).values_list("pk", flat=True))
        else:
            chosen = request.POST.getlist("udstyr")
            ids = [pk for one in chosen if (pk := number_in(one)) is not None]
        try:
            added, left = plan_devices(cage_id=cage.pk, device_ids=ids, actor=request.user)
        except Refused as refused:
            tell_refusal(request, refused)
            self.ticked = frozenset(ids)
            response = self.get(request)
            response.status_code = 422
            return response
        messages.success(request, f"{added} stk. er lagt på pakkelisten.")
        if left:
            messages.warning(request, f"{left} stk. er der ikke plads til i buret.")
        return redirect("cage-detail", pk)


@require_POST
@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def cage_scan(request, pk):
    """Pack what is scanned; what cannot be stays in the field, with the reason beside it."""
    cage = _cage(request, pk)
    form = ScanForm(request.POST)
    if not form.is_valid():
        return shown_cage(request, cage, scan=form, status=422)
    try:
        found = devices_in(form.cleaned_data["numbers"], Device.objects.all())
        wiped = form.cleaned_data["wiped"]
        if not (found.devices or found.unknown):
            raise ValueError("Scan eller skriv mindst ét serienummer.")
        scanned = pack_devices(
            cage_id=pk, devices=found.devices, wiped=wiped, actor=request.user, now=now()
        )
    except (Refused, ValueError) as error:
        form.add_error("numbers", str(error))
        return shown_cage(request, cage, scan=form, status=422)
    for sentence in scan_told(scanned):
        messages.success(request, sentence)
    refused = [(str(one), "kendes ikke") for one in found.unknown]
    refused += [(str(device), reason) for device, reason in scanned.refused]
    if not refused:
        query = urlencode({"slettet": wiped})
        return redirect(f"{reverse('cage-detail', args=[pk])}?{query}")
    left = [one.typed for one in found.unknown] + [str(device) for device, _ in scanned.refused]
    # The field is empty again, for the scanner goes on typing into it.
    form = ScanForm(initial={"wiped": wiped})
    return shown_cage(request, cage, scan=form, refused=refused, again="\n".join(left), status=422)


@require_POST
@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def cage_rows(request, pk):
    """Note of chosen rows that they are wiped or not, or take them off the list."""
    cage = _cage(request, pk)
    rows, what = numbers_in(request.POST.getlist("raekke")), request.POST.get("goer", "")
    try:
        if what in PackedDevice.Wiped.values:
            count = mark_wiped(cage_id=cage.pk, row_ids=rows, wiped=what, actor=request.user)
            word = PackedDevice.Wiped(what).label.lower()
            messages.success(request, f"{count} stk. er markeret som {word}.")
        elif what == "af":
            count = take_off(cage_id=cage.pk, row_ids=rows, actor=request.user)
            messages.success(request, f"{count} stk. er taget af pakkelisten.")
        else:
            raise Refused("Vælg, hvad der skal ske med de valgte.")
    except Refused as refused:
        tell_refusal(request, refused)
    return redirect("cage-detail", pk)
