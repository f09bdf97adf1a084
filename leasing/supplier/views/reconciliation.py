from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import RECONCILE, VIEW_SUPPLIERINVOICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.agreement import agreed_by, status_of
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms import PlainForm, PlainSelect
from albertslund_it.web.lists import ListPage
from leasing.billing.selectors.window import billing_start
from leasing.billing.views import is_computed_now
from leasing.domain.reconciliation import DIFFERENCES, Pile
from leasing.models import Outcome
from leasing.supplier.selectors.holders import holder_text, holders_of
from leasing.supplier.selectors.pages import decision_text, listed, shown, unit_choices
from leasing.supplier.selectors.reconciliation import (
    PILE_NAMES,
    Cause,
    carried_over,
    reconciliation_of,
)
from leasing.supplier.services.decisions import Selection, decide, select, told, told_of
from leasing.supplier.services.orphaned import take_back_orphan
from leasing.supplier.tables import DifferenceForm, DifferenceTable, decide_url

CAUSES_SHOWN = 12
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
    context = {"quarter": quarter, "code": code}
    if is_computed_now(request):
        found = reconciliation_of(quarter)
        context |= {
            "found": found,
            "carried": [
                (one, reverse("reconciliation", args=[str(one.quarter)]))
                for one in carried_over(quarter)
            ],
            "piles": [(pile, lines_url(code, bunke=pile.pile)) for pile in found.piles.values()],
            "differences": [
                (
                    pile,
                    [(cause, *cause_urls(code, cause)) for cause in pile.causes_in_order][
                        :CAUSES_SHOWN
                    ],
                    max(0, len(pile.causes) - CAUSES_SHOWN),
                    lines_url(code, bunke=pile.pile),
                    decide_url(code, bunke=pile.pile),
                )
                for pile in found.differences
            ],
        }
    return render(request, "leasing/supplier/reconciliation.html", context)


def lines_url(code: str, **narrowed) -> str:
    """Return the list of differences, narrowed."""
    return f"{reverse('reconciliation-lines', args=[code])}?{urlencode(narrowed)}"


def cause_urls(code: str, cause: Cause) -> tuple[str, str]:
    """Return the lines of a cause, and the page that decides about them."""
    key = cause.key
    lines = lines_url(code, bunke=key.pile, aarsag=key.label, belob=key.amount_ore)
    decides = decide_url(
        code,
        bunke=key.pile,
        aarsag=key.label,
        belob=key.amount_ore,
        dobbelt=int(key.is_double),
        alle=None if cause.undecided else 1,
    )
    return lines, decides


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
        return [row for row in listed(self.quarter, self.form.piles()) if self.form.fits(row)]


class DifferenceList(ListPage):
    """The differences of a quarter, one by one."""

    permission_required = VIEW_SUPPLIERINVOICE
    table_class = DifferenceTable
    template_name = "leasing/supplier/differences.html"
    per_page = 100

    def get(self, request, code):
        self.quarter = quarter_of(code)
        self.title = f"Afvigelser i {self.quarter.label}"
        self.file_name = f"afvigelser-{code}"
        return super().get(request)

    def make_filters(self):
        return DifferenceFilters(DifferenceForm(self.request.GET), self.quarter)

    def table_options(self):
        return {"code": str(self.quarter), "may_decide": self.request.user.has_perm(RECONCILE)}

    def extra_context(self):
        return {"quarter": self.quarter, "code": str(self.quarter)}


class DecisionForm(PlainForm, forms.Form):
    """What is to be done about the differences."""

    outcome = forms.ChoiceField(label="Afgørelse", widget=forms.RadioSelect)
    unit = forms.TypedChoiceField(
        label="Enhed, der skal betale",
        coerce=int,
        empty_value=None,
        required=False,
        widget=PlainSelect,
        help_text="Kun ved »Lægges på enheden«. Tom: den enhed, der havde udstyret.",
    )
    is_sure = forms.BooleanField(required=False)  # shown where there is something to be sure of
    note = forms.CharField(
        label="Bemærkning",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Hvad er grunden? Den kommer med på listen til leasinggiver.",
    )

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [
            choice
            for choice in Outcome.choices
            if choice[0] != Outcome.CLAIMED or all(row.difference_ore > 0 for row in rows)
        ]
        self.fields["outcome"].widget.attrs["class"] = "form-check-input"
        self.fields["unit"].choices = [("", "Den, der havde udstyret"), *unit_choices()]


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
    form, status = DecisionForm(data, rows=rows), 200 if data is None else 422
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
        "rows": [(shown(row), holder_text(row, holders)) for row in first],
        "more": max(0, len(rows) - ROWS_SHOWN),
        "earlier": earlier[:5],
        "told": told_of(rows, today()),
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
        agree=agreed_by(request.POST, lambda: told_of(select(quarter, selection), today())),
        unit_id=chosen.get("unit"),
        is_sure=chosen.get("is_sure", False),
        actor=request.user,
        today=today(),
        now=now(),
    )
    return told(done, outcome, selection.pile)


@require_POST
@permission_required(RECONCILE, raise_exception=True)
def orphan_take_back(request, code, pk):
    """Take back a decision whose difference is gone."""
    try:
        done = take_back_orphan(
            outcome_id=pk, quarter=quarter_of(code), actor=request.user, today=today()
        )
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    else:
        messages.success(request, done)
    return redirect("reconciliation", code)
