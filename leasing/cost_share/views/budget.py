from collections.abc import Iterable, Sequence
from io import BytesIO
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_count, format_kroner
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
from leasing.cost_share.selectors.budget_sheet import BudgetSheet, budget_sheet
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


Opened = list[tuple[str, str]]  # amounts as written, each with the address of what is under it


def opened_sheet(sheet: BudgetSheet) -> dict[str, object]:
    """Return what a budget sheet says, each amount with the page of what it is made of.

    A need opens its forecast, a transfer the budgets beside the forecast; what Fælles IT gives is
    the sum of the transfers above it.
    """
    payer = sheet.payer
    ends = [addresses_under(payer, *ends_of_year(year)) for year in sheet.years]
    of_shade = {shade: [pages[shade] for pages in ends] for shade in SHADE_NAMES}
    forecast, budget = (
        [f"{page}?{urlencode({'afdeling': payer.key, 'aar': year})}" for year in sheet.years]
        for page in (reverse("share-forecast"), reverse("budgets"))
    )
    nowhere = [""] * len(sheet.years)

    def written(ore: int) -> str:
        if sheet.in_thousands:  # of what is rounded to them
            return format_count(ore // 100_000)
        return format_kroner(ore, unit=False)

    def opened_years(amounts: Sequence[int], addresses: Sequence[str], rest: str = "") -> Opened:
        return [
            (written(amount), url + rest if amount and url else "")
            for amount, url in zip(amounts, addresses, strict=True)
        ]

    def shades(found: Iterable[tuple[str, list[int]]], rest: str = "") -> list[tuple[str, Opened]]:
        return [
            (SHADE_NAMES[shade], opened_years(amounts, of_shade[shade], rest))
            for shade, amounts in found
        ]

    rests = [(one, narrowed_to(one.unit.id)) for one in sheet.units]
    return {
        "units": [
            (one, shades(one.shades, rest), opened_years(one.need, forecast, rest))
            for one, rest in rests
        ],
        "shade_sums": shades(sheet.by_shade),
        "sums": opened_years(sheet.sums, forecast),
        "transfers": [
            (one, opened_years(one.amounts, nowhere if one.unit.is_cost_holder else budget))
            for one in sheet.transfers
        ],
        "transfer_sums": opened_years(sheet.transfer_sums, nowhere),
    }


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
    context |= {"sheet": sheet, **opened_sheet(sheet)}
    return render(request, "leasing/cost_share/budget_sheet.html", context)
