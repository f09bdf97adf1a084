from io import BytesIO
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_AMOUNTS, VIEW_DEVICE
from albertslund_it.web.agreement import status_of
from albertslund_it.web.clock import today
from albertslund_it.web.forms import KronerField, PlainForm
from albertslund_it.web.lists import EXCEL
from albertslund_it.web.query import one_of
from leasing.billing.views import is_computed_now
from leasing.cost_share.exports import write_budget_sheet, write_budgets
from leasing.cost_share.presenters.words import SHADE_NAMES
from leasing.cost_share.selectors.budget import (
    budget_table,
    budgets_by_unit,
    units_to_enter,
    years_to_choose,
)
from leasing.cost_share.selectors.budget_sheet import SheetUnit, budget_sheet
from leasing.cost_share.selectors.forecast import SHADES
from leasing.cost_share.services.budgets import enter_budgets
from leasing.cost_share.views.opened import address_of_year
from leasing.cost_share.views.payer import chosen_payer

THOUSANDS = "tkr"


@permission_required(VIEW_DEVICE, raise_exception=True)
def budgets(request):
    """Show a year's budgets beside what is billed and forecast."""
    payers, payer = chosen_payer(request)
    years, year = chosen_year(request)
    context = {"payers": payers, "payer": payer, "years": years, "year": year}
    only_over = one_of(request.GET, "kun", {"over"}, "") == "over"
    wants_file = request.GET.get("hent") == "xlsx"
    if wants_file or is_computed_now(request):
        table = budget_table(payer, year, today())
        if wants_file:
            stream = BytesIO()
            write_budgets(stream, table, payer.name)
            return workbook(stream, f"budget-{year}")
        rows = table.over if only_over else table.rows
        context |= {"table": table, "only_over": only_over, "everybody": payer.is_everybody}
        context["shades"] = list(SHADE_NAMES.values())
        context["rows"] = [(row, opened(row.amounts, payer, year, row.unit.id)) for row in rows]
        context["sums"] = opened(table.sums, payer, year)
    return render(request, "leasing/cost_share/budgets.html", context)


def chosen_year(request) -> tuple[list[int], int]:
    """Return the years, and the one that the address asks for: this year without a wish."""
    years = years_to_choose(today())
    wanted = request.GET.get("aar") or str(today().year)
    year = next((one for one in years if str(one) == wanted), None)
    if year is None:
        raise Http404
    return years, year


def opened(amounts, payer, year: int, unit_id: int | None = None) -> list[tuple[int, str]]:
    """Return a year's amounts by shade, each with the address of what is under it."""
    return [
        (amount, address_of_year(shade, payer, year, unit_id=unit_id))
        for shade, amount in zip(SHADES, amounts, strict=True)
    ]


def workbook(stream: BytesIO, name: str) -> FileResponse:
    """Return a workbook that is written."""
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=f"{name}.xlsx", content_type=EXCEL)


class SeenField(forms.CharField):
    """What the person saw in the field beside it, as øre; empty for no budget."""

    widget = forms.HiddenInput

    def to_python(self, value):
        text = super().to_python(value)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 15 else None


class BudgetForm(PlainForm, forms.Form):
    """A year's budgets of some units, and what they were when the page was opened."""

    def __init__(self, units, budgets, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.units, self.budgets = units, budgets
        # Shown where there is something to be sure of.
        self.fields["is_sure"] = forms.BooleanField(required=False)
        for unit in units:
            stands = budgets.get(unit.id)
            amount = KronerField(label=unit.name, required=False, initial=stands)
            amount.widget.attrs["class"] = "form-control text-end"
            self.fields[f"unit_{unit.id}"] = amount
            self.fields[f"seen_{unit.id}"] = SeenField(required=False, initial=stands)

    @property
    def rows(self):
        return [(unit, self[f"unit_{unit.id}"], self[f"seen_{unit.id}"]) for unit in self.units]

    def read(self, name: str) -> dict[int, int | None]:
        """Return the values of all units' fields of a name, by unit id."""
        return {unit.id: self.cleaned_data[f"{name}_{unit.id}"] for unit in self.units}


@permission_required(MANAGE_AMOUNTS, raise_exception=True)
def budgets_enter(request):
    """Enter a year's budgets of a department's units; empty is no budget."""
    payers, payer = chosen_payer(request)
    years, year = chosen_year(request)
    choosable = [one for one in payers if not one.is_everybody]
    if payer.is_everybody:
        payer = choosable[0]
    units = units_to_enter(payer)
    form = BudgetForm(units, budgets_by_unit(payer, year), request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _entered(form, year, request):
            asked = urlencode({"afdeling": payer.key, "aar": year})
            return redirect(f"{reverse('budgets')}?{asked}")
        status = 422
    context = {"payers": choosable, "payer": payer, "years": years, "year": year, "form": form}
    return render(request, "leasing/cost_share/budgets_enter.html", context, status=status)


def _entered(form: BudgetForm, year: int, request) -> bool:
    try:
        enter_budgets(
            year=year,
            typed=form.read("unit"),
            seen=form.read("seen"),
            actor=request.user,
            today=today(),
            is_sure=form.cleaned_data["is_sure"],
        )
    except Refused as refused:
        status_of(form, refused)
        return False
    messages.success(request, f"Budgetterne for {year} er gemt.")
    return True


def needs(one: SheetUnit, payer) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return a unit's shades by name: each year's amount with the address of what is under it."""
    return [
        (
            SHADE_NAMES[shade],
            [
                (amount, address_of_year(shade, payer, year, unit_id=one.unit.id))
                for year, amount in zip(one.years, amounts, strict=True)
            ],
        )
        for shade, amounts in one.shades
    ]


@permission_required(VIEW_DEVICE, raise_exception=True)
def budget_sheet_page(request):
    """Show what the coming year and the three after it cost, and the transfer that follows."""
    payers, payer = chosen_payer(request)
    in_thousands = one_of(request.GET, "beloeb", {"kr", THOUSANDS}, "kr") == THOUSANDS
    context = {"payers": payers, "payer": payer, "in_thousands": in_thousands}
    wants_file = request.GET.get("hent") == "xlsx"
    if wants_file or is_computed_now(request):
        sheet = budget_sheet(payer, today(), in_thousands=in_thousands)
        if wants_file:
            stream = BytesIO()
            write_budget_sheet(stream, sheet)
            return workbook(stream, f"budgetark-{sheet.years[0]}")
        context["shade_sums"] = [(SHADE_NAMES[shade], sums) for shade, sums in sheet.by_shade]
        context |= {"sheet": sheet, "units": [(one, needs(one, payer)) for one in sheet.units]}
    return render(request, "leasing/cost_share/budget_sheet.html", context)
