from io import BytesIO
from itertools import zip_longest
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common import workbooks
from albertslund_it.web.charts import HATCHED, OPEN, OUTLINED, SOLID, Series, bar_chart
from albertslund_it.web.clock import today
from albertslund_it.web.lists import EXCEL
from leasing.line_list import WITHOUT_DEVICE
from leasing.selectors.share.bearers import Bearer
from leasing.selectors.share.bridge_rows import units_of
from leasing.selectors.share.forecast import SHADE_NAMES, Forecast, forecast_of
from leasing.selectors.share.forecast_tables import (
    ForecastPage,
    ForecastTable,
    file_rows,
    is_at_hand,
    page_of,
)
from leasing.selectors.share.lines import BILLED, NOT_BILLED
from leasing.views.later import is_computed_now
from leasing.views.share.bearer import chosen_bearer
from leasing.views.share.bridge import chosen_unit

STYLES = dict(zip(SHADE_NAMES, (SOLID, HATCHED, OPEN, OUTLINED), strict=True))

# The shades that have lines, the billed one first.
RUNS = (BILLED, NOT_BILLED)


@permission_required("inventory.view_device", raise_exception=True)
def share_forecast(request):
    """Show what the quarters to come cost: contracted, planned and assumed, never mixed."""
    bearers, whole = chosen_bearer(request)
    units = units_of(whole)
    unit, bearer = chosen_unit(request, whole, units)
    asked = {"afdeling": whole.key} | ({"enhed": unit.pk} if unit else {})
    context = {
        "bearers": bearers,
        "bearer": whole,
        "units": units,
        "unit": unit,
        "address": f"{reverse('share-forecast')}?{urlencode(asked)}",
    }
    if request.GET.get("hent") == "xlsx":
        return file(forecast_of(bearer, today()))
    year = chosen_year(request)
    if is_at_hand(bearer, today(), year) or is_computed_now(request):
        found = page_of(bearer, today(), year)
        if year not in found.years:
            raise Http404
        context |= {
            "found": found,
            "year": year,
            "shades": list(SHADE_NAMES.values()),
            "tables": [(table, opened(table, asked, year)) for table in found.tables],
            "chart": drawing(bearer, found),
        }
    return render(request, "leasing/share_pages/forecast.html", context)


def opened(table: ForecastTable, asked: dict, year: int) -> list[tuple]:
    """Give each row with its amounts and the lines under them; nobody has lines of what may come.

    What is billed and what is agreed on are lines that there are, so they open.
    """
    rows = []
    for row in table.rows:
        query = asked | {"fra": f"{year}Q1", "til": f"{year}Q4"}
        if table.parameter == "aar":
            query |= {"fra": f"{row.key}Q1", "til": f"{row.key}Q4"}
        elif table.parameter == "kvartal":
            query |= {"fra": row.key, "til": row.key}
        else:
            query[table.parameter] = row.key or WITHOUT_DEVICE
        urls = [f"{reverse('lines')}?{urlencode(query | {'koersel': run})}" for run in RUNS]
        rows.append((row, list(zip_longest(row.amounts, urls))))
    return rows


def chosen_year(request) -> int:
    """Give the budget year of the address: else the one of today."""
    wanted = request.GET.get("aar") or str(today().year)
    if not (wanted.isdecimal() and len(wanted) == 4):
        raise Http404
    return int(wanted)


def drawing(bearer: Bearer, found: ForecastPage):
    """Draw the quarters by shade."""
    return bar_chart(
        ident="prognose",
        title=f"Udgift pr. kvartal, {bearer.name}",
        labels=[quarter.short_label for quarter, _ in found.quarters],
        series=[
            Series(name, STYLES[shade], [amounts[shade] for _, amounts in found.quarters])
            for shade, name in SHADE_NAMES.items()
        ],
    )


def file(found: Forecast) -> FileResponse:
    """Give every quarter, unit and model as a workbook."""
    kind = workbooks.CellKind
    columns = [
        workbooks.Column("Enhedsnr", kind.TEXT, 12),
        workbooks.Column("Enhed", kind.TEXT, 36),
        workbooks.Column("Model", kind.TEXT, 16),
        workbooks.Column("Kvartal", kind.TEXT, 10),
        *(workbooks.Column(name, kind.AMOUNT, is_summed=True) for name in SHADE_NAMES.values()),
        workbooks.Column("I alt", kind.AMOUNT, is_summed=True),
    ]
    stream = BytesIO()
    workbooks.write_table(stream, title="Prognose", columns=columns, rows=file_rows(found))
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename="prognose.xlsx", content_type=EXCEL)
