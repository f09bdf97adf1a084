from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import FileResponse
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common.files import workbooks
from albertslund_it.common.permissions import VIEW_BILLINGRUN
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import EXCEL
from albertslund_it.web.query import one_of
from leasing.cost_share.forms import WITHOUT_DEVICE
from leasing.cost_share.presenters.words import NOW, THEN
from leasing.cost_share.selectors.payers import STOCK
from leasing.cost_table.facts import billing_start
from leasing.fiscal_year.presenters import DIMENSION_NAMES, SHORT, WHOSE, label_on
from leasing.fiscal_year.selectors.obligation import remaining_obligation
from leasing.fiscal_year.selectors.pivot import (
    DIMENSIONS,
    NO_MODEL,
    Pivot,
    amounts_of,
    departments_by_name,
    last_quarter_of,
    pivot,
    units_by_name,
)
from leasing.models import COST_HOLDER_NAME


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def year_page(request):
    """Show what a fiscal year costs, cut as the address asks, and what is left of the leases."""
    day = today()
    years = list(range(day.year, billing_start().year - 1, -1)) or [day.year]
    year = int(one_of(request.GET, "aar", [str(one) for one in years], str(years[0])))
    down, across = chosen(request.GET)
    by_today = one_of(request.GET, "efter", WHOSE, THEN) == NOW
    context = {
        "whose": list(WHOSE.items()),
        "by": NOW if by_today else THEN,
        "year": year,
        "years": years,
        "dimensions": list(DIMENSION_NAMES.items()),
        "down": down,
        "across": across,
        "row_name": DIMENSION_NAMES[down],
        "column_name": DIMENSION_NAMES[across],
    }
    table = pivot(amounts_of(year, day, by_today=by_today), down, across)
    labels = [label_on(across, column) for column in table.columns]
    if request.GET.get("hent") == "xlsx":
        return workbook_of(table, year, down, labels, SHORT[NOW if by_today else THEN])
    last = last_quarter_of(year, day)
    # The list of lines goes by the bills: it has no sum of what departments would be today.
    has_lines = not (by_today and "afdeling" in (down, across))
    context |= with_lines(table, Quarter(year, 1), last, down, across, has_lines=has_lines)
    context |= {"table": table, "labels": labels, "obligation": remaining_obligation(day)}
    return render(request, "leasing/fiscal_year/pivot.html", context)


def chosen(asked) -> tuple[str, str]:
    """Return what goes down and across: two different ones."""
    down = one_of(asked, "raekker", DIMENSIONS, "afdeling")
    across = one_of(asked, "kolonner", DIMENSIONS, "")
    if across in {"", down}:
        across = "kvartal" if down != "kvartal" else "afdeling"
    return down, across


class LinkedAmount(NamedTuple):
    """An amount with the address of the lines that it is made of."""

    amount_ore: int
    address: str


def with_lines(
    table: Pivot, first: Quarter, last: Quarter, down: str, across: str, *, has_lines: bool = True
) -> dict[str, object]:
    """Return the rows and the sums with the address of the lines that each amount is made of.

    Without `has_lines` there is none.
    """
    of_row = queries_of(down, [row.name for row in table.rows])
    of_column = queries_of(across, table.columns)
    whole = {"afdeling": "alle", "fra": str(first), "til": str(last)}

    def address(row: str = "", column: str = "") -> str:
        if not has_lines:
            return ""
        asked = whole | of_row.get(row, {}) | of_column.get(column, {})
        return f"{reverse('lines')}?{urlencode(asked)}"

    def cells(values: list[int], row: str = "") -> list[LinkedAmount]:
        columns = zip(values, table.columns, strict=True)
        return [LinkedAmount(value, address(row, column)) for value, column in columns]

    rows = [
        (
            label_on(down, row.name),
            cells(row.values, row.name),
            LinkedAmount(row.total_ore, address(row.name)),
        )
        for row in table.rows
    ]
    return {
        "rows": rows,
        "sums": cells(table.sums),
        "whole": LinkedAmount(table.total_ore, address()),
    }


def queries_of(dimension: str, names: list[str]) -> dict[str, dict[str, str]]:
    """Return what narrows the list of lines to each thing of a dimension, by its name here."""
    if dimension == "afdeling":
        return departments_by_name() | {COST_HOLDER_NAME: {"afdeling": STOCK}}
    if dimension == "enhed":
        return units_by_name()
    if dimension == "slags":
        return {kind: {"slags": kind} for kind in names}
    if dimension == "kvartal":
        return {code: {"fra": code, "til": code} for code in names}
    return {name: {"model": WITHOUT_DEVICE if name == NO_MODEL else name} for name in names}


def workbook_of(table: Pivot, year: int, down: str, labels: list[str], whose: str) -> FileResponse:
    """Return the same table as a workbook."""
    amount = workbooks.CellKind.AMOUNT
    columns = [
        workbooks.SheetColumn(DIMENSION_NAMES[down], workbooks.CellKind.TEXT, 36),
        *(workbooks.SheetColumn(name, amount, is_summed=True) for name in labels),
        workbooks.SheetColumn("I alt", amount, is_summed=True),
    ]
    rows = [(label_on(down, row.name), *row.values, row.total_ore) for row in table.rows]
    stream = BytesIO()
    workbooks.write_table(stream, title=f"Udgift {year} ({whose})", columns=columns, rows=rows)
    stream.seek(0)
    return FileResponse(
        stream, as_attachment=True, filename=f"udgift-{year}.xlsx", content_type=EXCEL
    )
