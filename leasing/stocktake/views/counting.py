"""A unit's own page of a stocktake: a room is scanned, and what is left is answered for."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.generic import View

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import COUNT_DEVICES, VIEW_EMPLOYEE
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import status_of
from albertslund_it.web.requests import Request
from inventory.models import Unit
from inventory.organisation.selectors.scope import units_seen_by
from leasing.models import Stocktake
from leasing.stocktake.forms import CountAnswerForm, CountForm
from leasing.stocktake.presenters import LEADER_CHOICES, mark_of, scans_shown
from leasing.stocktake.selectors.progress import (
    is_over,
    progress_of,
    rows_seen_by,
    stocktakes_seen_by,
    total_of,
)
from leasing.stocktake.selectors.rows import counted_rows
from leasing.stocktake.selectors.standing import not_to_be_asked_of
from leasing.stocktake.services.answers import answer_for
from leasing.stocktake.services.scanning import scan

PER_PAGE = 100
TARGET = "optalt"


class CountPage(PermissionRequiredMixin, View):
    """Scan a room of a unit; htmx gets what came of it, and what is left, alone."""

    permission_required = COUNT_DEVICES
    raise_exception = True
    request: Request

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.day = today()

    def dispatch(self, request, *args, **kwargs):
        if not self.has_permission():
            return self.handle_no_permission()
        seen = stocktakes_seen_by(request.user, self.day)
        self.stocktake: Stocktake = get_object_or_404(seen, pk=kwargs["stocktake"])
        self.unit: Unit = get_object_or_404(
            units_seen_by(request.user, self.day), pk=kwargs["unit"]
        )
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, **kwargs):
        return self.page(CountForm(initial={"place": request.GET.get("lokale", "")}))

    def post(self, request, **kwargs):
        form = CountForm(request.POST)
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            results, bad = scan(
                stocktake_id=self.stocktake.pk,
                unit=self.unit,
                text=form.cleaned_data["numbers"],
                place=form.cleaned_data["place"],
                actor=request.user,
                today=self.day,
                now=now(),
            )
        except Refused as refused:
            return self.page(form, status=status_of(form, refused))
        units = {one.lookup.standing.unit_id for one in results if one.lookup.standing}
        known = units_seen_by(request.user, self.day).filter(pk__in=units)
        names = dict(known.order_by().values_list("pk", "name"))
        again = CountForm(initial={"place": form.cleaned_data["place"], "numbers": " ".join(bad)})
        return self.page(again, scans=scans_shown(results, names), bad=bad)

    def page(self, form: CountForm, scans=(), bad=(), status=200):
        user = self.request.user
        rows = rows_seen_by(user, self.day).filter(stocktake=self.stocktake, unit=self.unit)
        left = rows.filter(answer="").exclude(not_to_be_asked_of(self.day))
        shown = Paginator(left.order_by("serial_number").values_list("pk", flat=True), PER_PAGE)
        page = shown.get_page(self.request.GET.get("side"))
        ids = list(page)
        found = counted_rows(ids, self.day, user)
        context = {
            "stocktake": self.stocktake,
            "unit": self.unit,
            "form": form,
            "scans": scans,
            "bad": bad,
            "total": total_of(progress_of(rows, self.day)),
            "left": [found[pk].counted for pk in ids],
            "page": page,
            "is_over": is_over(self.stocktake, self.day),
            "with_people": user.has_perm(VIEW_EMPLOYEE),
        }
        is_part = self.request.htmx and self.request.htmx.target == TARGET
        name = "counted.html" if is_part else "count.html"
        # What htmx swaps in is no fault of the request's: the words say what is wrong.
        return render(
            self.request, f"leasing/stocktake/{name}", context, status=200 if is_part else status
        )


@permission_required(COUNT_DEVICES, raise_exception=True)
def answer_row(request, stocktake, row):
    """Answer for a device: a shared pc, or one whose person cannot be asked."""
    day = today()
    seen = rows_seen_by(request.user, day).select_related(
        "stocktake", "device__model", "unit", "employee"
    )
    found = get_object_or_404(seen, pk=row, stocktake__pk=stocktake)
    is_sent = request.method == "POST"  # even of nothing
    form, status = CountAnswerForm(request.POST if is_sent else None, is_leader=True), 200
    if is_sent:
        status = 422
        if form.is_valid():
            try:
                answer_for(row=found, actor=request.user, today=day, now=now(), **form.cleaned_data)
            except Refused as refused:
                status = status_of(form, refused)
            else:
                said = dict(LEADER_CHOICES)[form.cleaned_data["answer"]]
                messages.success(request, f"{found}: {said.lower()}.")
                return redirect(reverse("stocktake-count", args=[stocktake, found.unit_id]))
    context = {
        "form": form,
        "row": found,
        "mark": mark_of(counted_rows([found.pk], day, request.user)[found.pk]),
        "with_people": request.user.has_perm(VIEW_EMPLOYEE),
        "is_over": is_over(found.stocktake, day),
    }
    return render(request, "leasing/stocktake/row.html", context, status=status)
