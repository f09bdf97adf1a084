"""The list of cages, and the pages on which one is made, filled, sent and confirmed."""

from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.files import workbooks
from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_ALL_DEPARTMENTS, VIEW_EMPLOYEE
from albertslund_it.web.clock import today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.lists.pages import EXCEL, ListPage
from albertslund_it.web.lists.picking import BulkAction, Picking
from albertslund_it.web.query import numbers_in, one_of
from leasing.models import Cage
from leasing.returns.forms import CageForm, CollectForm, ConfirmForm, ScanForm
from leasing.returns.presenters import (
    MARKS,
    back_told,
    cage_mark,
    last_day,
    packing_columns,
    packing_rows,
    place_of,
    rows_of_collection,
    wiped_in_words,
)
from leasing.returns.selectors.cages import CagePage, cage_page, cages
from leasing.returns.services.cages import (
    collect_cage,
    confirm_cage,
    delete_cage,
    not_collected,
    save_cage,
)
from leasing.returns.tables import CageFilter, CageTable

# What the figures above a packing list narrow it to, until its cage is collected and after. What is
# confirmed is chosen among all that was sent, so a narrower part of it is not to be had.
PARTS, SENT_PARTS = {"pakket": "packed", "mangler": "planned"}, {"sendt": "sent"}


class CageList(ListPage):
    """Every cage."""

    permission_required = VIEW_ALL_DEPARTMENTS
    template_name = "leasing/returns/cage_list.html"
    table_class = CageTable
    filter_class = CageFilter
    title = "It-bure"
    file_name = "it-bure"

    def rows(self):
        return cages().order_by("-collected_on", "-id")


def _cage(request, pk: int) -> Cage:
    """Find a cage; only the helpdesk changes one."""
    if not request.user.has_perm(HANDLE_ORDERS):
        raise PermissionDenied
    return get_object_or_404(Cage, pk=pk)


@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def cage_detail(request, pk):
    """Show a cage with its packing list, on paper and in Excel too."""
    cage = get_object_or_404(Cage, pk=pk)
    if request.GET.get("hent") == "xlsx":
        return _excel(request, cage_page(cage, today()))
    wiped = request.GET.get("slettet", "")
    return shown_cage(request, cage, scan=ScanForm(initial={"wiped": wiped}))


def shown_cage(
    request, cage: Cage, *, scan=None, refused=(), again="", confirm=None, received=None, status=200
):
    """Show a cage; `refused` says of serial numbers why they were not packed, `again` has them.

    `received` are the rows ticked in what was posted; None where nothing was.
    """
    page = cage_page(cage, today())
    parts = SENT_PARTS if cage.gone_on else PARTS
    part = one_of(request.GET, "vis", parts, "")
    shown = getattr(page, parts[part]) if part else page.rows
    # All of them at first, until the lessor has confirmed some.
    come = {one.packed.pk for one in page.sent if one.packed.confirmed_on or not cage.confirmed_on}
    ticked = come if received is None else received
    with_people = request.user.has_perm(VIEW_EMPLOYEE)
    rows = [
        {
            "row": row,
            "mark": MARKS[row.standing],
            "place": place_of(row, with_people=with_people),
            "wiped": wiped_in_words(row),
            "last_day": last_day(row.ends_before),
            "is_ticked": row.packed.pk in ticked,
        }
        for row in shown
    ]
    may_change = request.user.has_perm(HANDLE_ORDERS)
    context = {
        "cage": cage,
        "page": page,
        "picking": _picking(cage) if may_change and rows and not cage.gone_on else None,
        "mark": cage_mark(cage),
        "rows": rows,
        "part": part,
        "shown_ore": sum(row.quarter_ore for row in shown),
        "faults": [(row, MARKS[row.standing]) for row in page.faults],
        "sent": page.sent,
        "scan": scan or ScanForm(),
        "refused": refused,
        "again": again,
        "confirm": confirm or ConfirmForm(initial={"confirmed_on": f"{today():%d-%m-%Y}"}),
        "may_change": may_change,
        "has_faulty_form": status == 422,
    }
    return render(request, "leasing/returns/cage.html", context, status=status)


def _picking(cage: Cage) -> Picking:
    """Return what is done with several rows of a packing list."""
    url = reverse("cage-rows", args=[cage.pk])
    return Picking(
        "raekke",
        value=lambda row: row.packed.pk,
        actions=(
            BulkAction("Er slettet", url, name="goer", value="yes"),
            BulkAction("Er ikke slettet", url, name="goer", value="no"),
            BulkAction("Tag af listen", url, name="goer", value="af"),
        ),
        posts=True,
        takes_all=False,
    )


def _excel(request, page: CagePage) -> FileResponse:
    stream = BytesIO()
    cage = page.cage
    workbooks.write_table(
        stream,
        title=f"Pakkeliste {cage}",
        columns=packing_columns(),
        rows=packing_rows(page, with_people=request.user.has_perm(VIEW_EMPLOYEE)),
        notes=[f"{cage.place}, hentes {cage.collected_on:%d-%m-%Y}, plads til {cage.room_for}"],
    )
    stream.seek(0)
    name = f"pakkeliste-{cage.pk}.xlsx"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=EXCEL)


@permission_required(HANDLE_ORDERS, raise_exception=True)
def cage_new(request):
    """Note a cage that the lessor sends."""
    return _saved_or_shown(request, None)


@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def cage_edit(request, pk):
    """Change where a cage stands, when it is collected, and how many fit."""
    return _saved_or_shown(request, _cage(request, pk))


def _saved_or_shown(request, cage: Cage | None):
    initial = {}
    if cage:
        initial = {
            "place": cage.place,
            "collected_on": f"{cage.collected_on:%d-%m-%Y}",
            "room_for": cage.room_for,
            "note": cage.note,
        }
    form, status = CageForm(request.POST or None, initial=initial), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = save_cage(
                    cage_id=cage.pk if cage else None,
                    actor=request.user,
                    today=today(),
                    **form.cleaned_data,
                )
            except Refused as refused:
                status = status_of(form, refused)
            else:
                messages.success(request, f"Buret {saved} er gemt.")
                return redirect("cage-detail", saved.pk)
    return render(
        request, "leasing/returns/cage_form.html", {"form": form, "cage": cage}, status=status
    )


@require_POST
@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def cage_delete(request, pk):
    """Delete a cage that has nothing on its list."""
    cage = _cage(request, pk)
    try:
        delete_cage(cage_id=cage.pk, actor=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("cage-detail", pk)
    messages.success(request, f"Buret {cage} er slettet.")
    return redirect("cage-list")


@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def cage_collect(request, pk):
    """Say what leaves the register with a cage, and what stays a fault; then note it collected."""
    cage = _cage(request, pk)
    initial = {"gone_on": f"{today():%d-%m-%Y}"}
    form, status = CollectForm(request.POST or None, initial=initial), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                left = collect_cage(
                    cage_id=cage.pk,
                    actor=request.user,
                    today=today(),
                    agree=agreed_by(
                        request.POST, lambda: rows_of_collection(cage_page(cage, today()))
                    ),
                    **form.cleaned_data,
                )
            except Refused as refused:
                status = status_of(form, refused)
            else:
                messages.success(request, f"Buret er hentet. {left} stk. er ude af registeret.")
                return redirect("cage-detail", pk)
    page = cage_page(cage, today())
    context = {
        "form": form,
        "cage": cage,
        "page": page,
        "stands": list(rows_of_collection(page)),
        "unwiped": [row for row in page.packed if row.packed.wiped != "yes"],
        "stuck": [(row, MARKS[row.standing][1]) for row in page.stuck],
        "missing_ore": sum(row.quarter_ore for row in page.planned),
        "packed_ore": sum(row.quarter_ore for row in page.packed),
    }
    return render(request, "leasing/returns/collect.html", context, status=status)


@require_POST
@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def cage_stays(request, pk):
    """Undo that a cage was collected."""
    cage = _cage(request, pk)
    try:
        back = not_collected(cage_id=cage.pk, actor=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, back_told(back))
    return redirect("cage-detail", pk)


@require_POST
@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def cage_confirm(request, pk):
    """Note what of a cage the lessor confirms."""
    cage = _cage(request, pk)
    form, status = ConfirmForm(request.POST), 422
    received = numbers_in(request.POST.getlist("raekke"))
    if form.is_valid():
        try:
            has, lacks = confirm_cage(
                cage_id=cage.pk,
                received=received,
                actor=request.user,
                today=today(),
                **form.cleaned_data,
            )
        except Refused as refused:
            status = status_of(form, refused)
        else:
            messages.success(request, f"Leasinggiver har bekræftet {has} stk.")
            if lacks:
                messages.warning(request, f"{lacks} stk. er ikke modtaget og står som fejl.")
            return redirect("cage-detail", pk)
    return shown_cage(request, cage, confirm=form, received=received, status=status)
