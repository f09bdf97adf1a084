from io import BytesIO

from django.contrib.auth.decorators import permission_required
from django.http import FileResponse
from django.shortcuts import render

from albertslund_it.common import workbooks
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from albertslund_it.web.lists import EXCEL
from leasing.selectors.window import billing_start
from leasing.selectors.year.pivot import (
    DIMENSIONS,
    amounts_of,
    pivot,
    remaining_obligation,
)
from leasing.views.later import is_computed_now


@permission_required("leasing.view_billingrun", raise_exception=True)
def year_page(request):
    """Show what a fiscal year costs, cut as the address asks, and what is left of the leases."""
    day = today()
    years = list(range(day.year, billing_start().year - 1, -1)) or [day.year]
    year = next((y for y in years if str(y) == request.GET.get("aar")), years[0])
    down, across = chosen(request.GET)
    context = {
        "year": year,
        "years": years,
        "dimensions": [(key, one.name) for key, one in DIMENSIONS.items()],
        "down": down,
        "across": across,
        "row_name": DIMENSIONS[down].name,
        "column_name": DIMENSIONS[across].name,
    }
    wants_file = request.GET.get("hent") == "xlsx"
    if wants_file or is_computed_now(request):
        table = pivot(amounts_of(year, day), down, across)
        labels = [label(across, column) for column in table.columns]
        if wants_file:
            return file(table, year, down, labels)
        rows = [(label(down, name), values, total) for name, values, total in table.rows]
        context |= {"table": table, "rows": rows, "labels": labels}
        context["obligation"] = remaining_obligation(day)
    return render(request, "leasing/year/pivot.html", context)


def chosen(asked) -> tuple[str, str]:
    """Give what goes down and across: two different ones."""
    down = asked.get("raekker", "")
    down = down if down in DIMENSIONS else "afdeling"
    across = asked.get("kolonner", "")
    if across not in DIMENSIONS or across == down:
        across = "kvartal" if down != "kvartal" else "afdeling"
    return down, across


def label(dimension: str, name: str) -> str:
    """Write a quarter in words."""
    return Quarter.parse(name).short_label if dimension == "kvartal" else name


def file(table, year: int, down: str, labels: list[str]) -> FileResponse:
    """Give the same table as a workbook."""
    amount = workbooks.CellKind.AMOUNT
    columns = [
        workbooks.Column(DIMENSIONS[down].name, workbooks.CellKind.TEXT, 36),
        *(workbooks.Column(name, amount, is_summed=True) for name in labels),
        workbooks.Column("I alt", amount, is_summed=True),
    ]
    rows = [(label(down, name), *values, total) for name, values, total in table.rows]
    stream = BytesIO()
    workbooks.write_table(stream, title=f"Udgift {year}", columns=columns, rows=rows)
    stream.seek(0)
    return FileResponse(
        stream, as_attachment=True, filename=f"udgift-{year}.xlsx", content_type=EXCEL
    )
