"""The list for the lessor: downloaded, marked as sent, and what has changed since."""

from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import DECIDE_LEASE_END, VIEW_ALL_DEPARTMENTS
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.lists.pages import EXCEL
from leasing.lease_end.exports import write_lessor_list
from leasing.lease_end.forms import LessorListForm
from leasing.lease_end.presenters import changes_shown, told_to_lessor
from leasing.lease_end.selectors.lessor_list import changes_since, lessor_rows, lists_of
from leasing.lease_end.services.lessor_lists import note_list_sent


@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def lessor_list(request):
    """Show what the lessor is to be told of a quarter, and what is other than it was told."""
    form = LessorListForm(request.POST or _asked(request))
    status = 200
    if not form.is_valid():
        return render(request, "leasing/lease_end/lessor_list.html", {"form": form}, status=422)
    quarter, agreement = form.quarter(), form.cleaned_data["underaftale"]
    if request.method == "POST":
        if not request.user.has_perm(DECIDE_LEASE_END):
            raise PermissionDenied
        try:
            note_list_sent(
                quarter=quarter,
                agreement=agreement,
                actor=request.user,
                today=today(),
                now=now(),
                agree=agreed_by(
                    request.POST, lambda: told_to_lessor(lessor_rows(quarter, agreement, today()))
                ),
            )
        except Refused as refused:
            status = status_of(form, refused)
        else:
            messages.success(request, f"Listen for {quarter.label} er gemt som sendt.")
            return redirect(f"{reverse('lessor-list')}?{_query(quarter, agreement)}")
    rows = lessor_rows(quarter, agreement, today())
    sent = list(lists_of(quarter, agreement)[:10])
    changes = changes_since(sent[0].rows, rows) if sent else []
    context = {
        "form": form,
        "quarter": quarter,
        "agreement": agreement,
        "count": len(rows),
        "undecided": sum(row.is_undecided for row in rows),
        "told": told_to_lessor(rows),
        "sent": sent,
        "changes": changes_shown(changes),
        "file": f"{reverse('lessor-list-file')}?{_query(quarter, agreement)}",
    }
    return render(request, "leasing/lease_end/lessor_list.html", context, status=status)


@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def lessor_list_file(request):
    """Return the list as a workbook."""
    form = LessorListForm(_asked(request))
    if not form.is_valid():
        raise Http404
    quarter, stream = form.quarter(), BytesIO()
    rows = lessor_rows(quarter, form.cleaned_data["underaftale"], today())
    write_lessor_list(stream, quarter=quarter, rows=rows, on=today())
    stream.seek(0)
    name = f"udloeb-{quarter}.xlsx"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=EXCEL)


def _asked(request):
    """Return what the address asks for; without a quarter, the present one."""
    asked = request.GET.copy()
    if not asked.get("kvartal"):
        asked["kvartal"] = str(Quarter.of(today()))
    return asked


def _query(quarter: Quarter, agreement) -> str:
    asked = {"kvartal": str(quarter)}
    if agreement:
        asked["underaftale"] = agreement.pk
    return urlencode(asked)
