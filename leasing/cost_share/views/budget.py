from io import BytesIO
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_AMOUNTS, VIEW_DEVICE
from albertslund_it.web.clock import today
from albertslund_it.web.forms.agreement import status_of
from albertslund_it.web.lists.pages import EXCEL
from albertslund_it.web.query import one_of
from leasing.cost_share.exports import write_budget_sheet, write_budgets
from leasing.cost_share.forms import BudgetForm
from leasing.cost_share.presenters.words import SHADE_NAMES
from leasing.cost_share.selectors.budget import (
    budget_table,
    budgets_by_unit,
    units_to_enter,
    years_to_choose,
)
from leasing.cost_share.selectors.budget_sheet import SheetUnit, budget_sheet
from leasing.cost_share.services.budgets import enter_budgets
from leasing.cost_share.views.opened import (
    addresses_under,
    ends_of_year,
    narrowed_to,
    with_addresses,
)
from leasing.cost_share.views.payer import chosen_payer

THOUSANDS = "tkr"


@permission_required(VIEW_DEVICE, raise_exception=True)
def budgets(request):
    """Show a year's budgets beside what is billed and forecast."""
    payers, payer = chosen_payer(request)
    years, year = chosen_year(request)
    context = {"payers": payers, "payer": payer, "years": years, "year": year}
    only_over = one_of(request.GET, "kun", {"over"}, "") == "over"
    table = budget_table(payer, year, today())
    if request.GET.get("hent") == "xlsx":
        stream = BytesIO()
        write_budgets(stream, table, payer.name)
        return workbook(stream, f"budget-{year}")
    rows = table.over if only_over else table.rows
    pages = addresses_under(payer, *ends_of_year(year))
    context |= {
        "table": table,
        "only_over": only_over,
        "everybody": payer.is_everybody,
        "shades": list(SHADE_NAMES.values()),
        "rows": [(row, with_addresses(row.amounts, pages, unit_id=row.unit.id)) for row in rows],
        "sums": with_addresses(table.sums, pages),
    }
    return render(request, "leasing/cost_share/budgets.html", context)


def chosen_year(request) -> tuple[list[int], int]:
    """Return the years, and the one that the address asks for: this year without a wish."""
    years = years_to_choose(today())
    wanted = request.GET.get("aar") or str(today().year)
    year = next((one for one in years if str(one) == wanted), None)
    if year is None:
        raise Http404
    return years, year


def workbook(stream: BytesIO, name: str) -> FileResponse:
    """Return a workbook that is written."""
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=f"{name}.xlsx", content_type=EXCEL)


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


def needs(one: SheetUnit, pages) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return a unit's shades by name: each year's amount with the address of what is under it.

    `pages` are those addresses, of all units, by year and shade.
    """
    rest = narrowed_to(one.unit.id)
    return [
        (
            SHADE_NAMES[shade],
            [
                (amount, pages[year][shade] + rest)
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
    sheet = budget_sheet(payer, today(), in_thousands=in_thousands)
    if request.GET.get("hent") == "xlsx":
        stream = BytesIO()
        write_budget_sheet(stream, sheet)
        return workbook(stream, f"budgetark-{sheet.years[0]}")
    context["shade_sums"] = [(SHADE_NAMES[shade], sums) for shade, sums in sheet.by_shade]
    pages = {year: addresses_under(payer, *ends_of_year(year)) for year in sheet.years}
    context |= {"sheet": sheet, "units": [(one, needs(one, pages)) for one in sheet.units]}
    return render(request, "leasing/cost_share/budget_sheet.html", context)
