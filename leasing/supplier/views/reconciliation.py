from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Sum
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import RECONCILE, VIEW_SUPPLIERINVOICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.query import one_of
from albertslund_it.web.refusals import tell_refusal
from leasing.cost_table.facts import billing_start
from leasing.domain.reconciliation import DIFFERENCES, Pile
from leasing.models import Outcome
from leasing.supplier.forms import DifferenceDecisionForm
from leasing.supplier.presenters import (
    EARLIER_LINES,
    LATER_LINES,
    PILE_NAMES,
    decision_text,
    difference_shown,
    differences_told,
    differences_url,
    holder_name,
    pile_shown,
)
from leasing.supplier.selectors.across import of_earlier, of_later
from leasing.supplier.selectors.holders import holders_of
from leasing.supplier.selectors.matching import MatchedRow
from leasing.supplier.selectors.reconciliation import (
    carried_over,
    difference_rows,
    lines_counted,
    reconciliation_of,
)
from leasing.supplier.services.decisions import Selection, decide, select, what_was_decided
from leasing.supplier.services.orphaned import take_back_orphan
from leasing.supplier.tables import AcrossTable, CountedLineTable, DifferenceForm, DifferenceTable

ROWS_SHOWN = 12


def quarter_of(code: str) -> Quarter:
    """Read a quarter of the address; 404 for none, or one before the billing start."""
    try:
        quarter = Quarter.parse(code)
    except ValueError:
        raise Http404 from None
    if str(quarter) != code or quarter < Quarter.of(billing_start()):
        raise Http404
    return quarter


@permission_required(VIEW_SUPPLIERINVOICE, raise_exception=True)
def reconciliation(request, code):
    """Show the lessor's invoices of a quarter against the register: the piles and their causes."""
    quarter = quarter_of(code)
    found = reconciliation_of(quarter)
    context = {
        "quarter": quarter,
        "code": code,
        "found": found,
        "carried": [
            (one, reverse("reconciliation", args=[str(one.quarter)]))
            for one in carried_over(quarter)
        ],
        "earlier_lines": EARLIER_LINES,
        "later_lines": LATER_LINES,
        "agrees": found.piles[Pile.AGREES],
        "agrees_url": differences_url(code, bunke=Pile.AGREES),
        "expected_url": _costs_url(code),
        "piles": [
            pile_shown(code, pile)
            for pile in found.piles.values()
            if pile.count and pile.pile != Pile.AGREES
        ],
        "differences": [pile_shown(code, pile) for pile in found.differences],
    }
    return render(request, "leasing/supplier/reconciliation.html", context)


def _costs_url(code: str) -> str:
    """Return the lines of what the leases cost in a quarter, whoever pays."""
    asked = {"afdeling": "alle", "fra": code, "til": code, "slags": "leasing"}
    return f"{reverse('lines')}?{urlencode(asked)}"


class DifferenceFilters:
    """The form, in the shape that a list page takes its filters."""

    def __init__(self, form: DifferenceForm, quarter: Quarter):
        self.form, self.quarter = form, quarter
        self.filters = form.fields

    @property
    def qs(self):
        """Return the rows; none when a filter cannot be read."""
        if not self.form.is_valid():
            return []
        rows = map(difference_shown, difference_rows(self.quarter, self.form.piles()))
        return [row for row in rows if self.form.fits(row)]


class DifferenceList(ListPage):
    """The differences of a quarter, one by one."""

    permission_required = VIEW_SUPPLIERINVOICE
    table_class = DifferenceTable
    template_name = "leasing/supplier/differences.html"
    per_page = 100

    def get(self, request, code):
        self.quarter = quarter_of(code)
        agrees = request.GET.get("bunke") == Pile.AGREES
        self.here = "Det, der stemmer" if agrees else "Afvigelser"
        self.title = f"{self.here} i {self.quarter.label}"
        self.file_name = f"afvigelser-{code}"
        return super().get(request)

    def make_filters(self):
        return DifferenceFilters(DifferenceForm(self.request.GET), self.quarter)

    def table_options(self):
        return {"code": str(self.quarter), "may_decide": self.request.user.has_perm(RECONCILE)}

    def extra_context(self):
        return {"quarter": self.quarter, "code": str(self.quarter), "here": self.here}


class CountedLineList(ListPage):
    """The lessor's lines that a quarter's reconciliation adds up."""

    permission_required = VIEW_SUPPLIERINVOICE
    table_class = CountedLineTable
    template_name = "leasing/supplier/counted_lines.html"
    per_page = 100

    def get(self, request, code):
        self.quarter = quarter_of(code)
        self.title = f"Faktureret for {self.quarter.label}"
        self.file_name = f"fakturalinjer-{code}"
        return super().get(request)

    def rows(self):
        lines = lines_counted(self.quarter).select_related("invoice")
        return lines.order_by("invoice__number", "invoice", "number")

    def table_data(self, filtered):
        self.sum_ore = filtered.aggregate(sum=Sum("amount_ore"))["sum"] or 0
        return filtered

    def table_options(self):
        return {"totals": {"invoice": "I alt", "amount_ore": self.sum_ore}}

    def extra_context(self):
        return {"quarter": self.quarter, "code": str(self.quarter)}


class AcrossList(ListPage):
    """What lines cover of other quarters than their own: `?fra=tidligere` of earlier ones, here."""

    permission_required = VIEW_SUPPLIERINVOICE
    table_class = AcrossTable
    template_name = "leasing/supplier/across.html"
    per_page = 100

    def get(self, request, code):
        self.quarter = quarter_of(code)
        self.is_earlier = one_of(request.GET, "fra", ("tidligere",), "") == "tidligere"
        self.title = EARLIER_LINES if self.is_earlier else LATER_LINES
        self.file_name = f"andre-kvartaler-{code}"
        return super().get(request)

    def rows(self):
        return (of_earlier if self.is_earlier else of_later)(self.quarter)

    def extra_context(self):
        return {"quarter": self.quarter, "code": str(self.quarter), "is_earlier": self.is_earlier}


def selection_of(query) -> Selection:
    """Read which differences are meant; 404 where that cannot be read."""

    def number(name):
        text = query.get(name)
        if text is None:
            return None
        try:
            return int(text)
        except ValueError:
            raise Http404 from None

    if query.get("bunke") not in DIFFERENCES:
        raise Http404
    double = number("dobbelt")
    return Selection(
        Pile(query["bunke"]),
        query.get("aarsag"),
        number("belob"),
        None if double is None else bool(double),
        query.get("serie"),
        query.get("aftale"),
        decided=query.get("alle") == "1",
    )


@permission_required(RECONCILE, raise_exception=True)
def reconciliation_decide(request, code):
    """Decide about equal differences, a whole pile or one: once for all of them."""
    quarter = quarter_of(code)
    if "bunke" not in request.GET:
        return redirect("reconciliation", code)
    selection = selection_of(request.GET)
    rows = select(quarter, selection)
    data = request.POST if request.method == "POST" else None
    form, status = DifferenceDecisionForm(data, rows=rows), 200 if data is None else 422
    if data is not None and (form.is_valid() or not rows):
        try:
            done = _decide(request, quarter, selection, form)
        except Refused as refused:
            status, rows = status_of(form, refused), select(quarter, selection)
        else:
            messages.success(request, done)
            return redirect("reconciliation", code)
    first = rows[:ROWS_SHOWN]
    holders = holders_of(first, today())
    earlier = sorted({decision_text(row.decision) for row in rows if row.decision})
    context = {
        "quarter": quarter,
        "code": code,
        "form": form,
        "pile": PILE_NAMES[selection.pile],
        "count": len(rows),
        "total_ore": sum(row.difference_ore for row in rows),
        "rows": [(difference_shown(row), holder_name(row, holders)) for row in first],
        "more": max(0, len(rows) - ROWS_SHOWN),
        "earlier": earlier[:5],
        "told": _told(rows),
    }
    return render(request, "leasing/supplier/decide.html", context, status=status)


def _decide(request, quarter: Quarter, selection: Selection, form) -> str:
    form.is_valid()
    chosen = form.cleaned_data
    outcome = chosen.get("outcome") or request.POST.get("outcome", "")
    if outcome not in Outcome.values:
        raise Refused("Vælg en afgørelse.")
    done = decide(
        quarter=quarter,
        selection=selection,
        outcome=outcome,
        note=chosen.get("note", ""),
        agree=agreed_by(request.POST, lambda: _told(select(quarter, selection))),
        unit_id=chosen.get("unit"),
        is_sure=chosen.get("is_sure", False),
        actor=request.user,
        today=today(),
        now=now(),
    )
    return what_was_decided(done, outcome, selection.pile)


def _told(rows: Sequence[MatchedRow]) -> list[tuple[str, str]]:
    return differences_told(rows, holders_of(rows, today()))


@require_POST
@permission_required(RECONCILE, raise_exception=True)
def orphan_take_back(request, code, pk):
    """Take back a decision whose difference is gone."""
    try:
        done = take_back_orphan(
            outcome_id=pk, quarter=quarter_of(code), actor=request.user, today=today()
        )
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(request, done)
    return redirect("reconciliation", code)
