from io import BytesIO
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common.files import workbooks
from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import EXCEL
from leasing.cost_share.presenters.drawings import shades_chart
from leasing.cost_share.presenters.forecast import table_words
from leasing.cost_share.presenters.words import SHADE_NAMES
from leasing.cost_share.selectors.bridge_rows import units_of
from leasing.cost_share.selectors.forecast import Forecast, forecast_of
from leasing.cost_share.selectors.forecast_tables import (
    QUARTER,
    UNIT,
    YEAR,
    ForecastRow,
    ForecastTable,
    file_rows,
    forecast_page,
)
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_share.views.bridge import chosen_unit
from leasing.cost_share.views.opened import addresses_under, ends_of_year, with_addresses
from leasing.cost_share.views.payer import chosen_payer


@permission_required(VIEW_DEVICE, raise_exception=True)
def share_forecast(request):
    """Show what the quarters to come cost: contracted, planned and assumed, never mixed."""
    payers, whole = chosen_payer(request)
    units = units_of(whole)
    unit, payer = chosen_unit(request, whole, units)
    asked = {"afdeling": whole.key} | ({"enhed": unit.pk} if unit else {})
    context = {
        "payers": payers,
        "payer": whole,
        "units": units,
        "unit": unit,
        "address": f"{reverse('share-forecast')}?{urlencode(asked)}",
    }
    if request.GET.get("hent") == "xlsx":
        return file(forecast_of(payer, today()))
    year = wanted_year(request)
    found = forecast_page(payer, today(), year)
    if year not in found.years:
        raise Http404
    context |= {
        "found": found,
        "year": year,
        "year_ore": sum(
            sum(amounts.values()) for quarter, amounts in found.quarters if quarter.year == year
        ),
        "shades": list(SHADE_NAMES.values()),
        "tables": [
            (
                table,
                table_words(table.parameter, year),
                opened_rows(table, whole, unit and unit.pk, year),
                opened_sums(table, whole, unit and unit.pk, year),
            )
            for table in found.tables
        ],
        "chart": shades_chart("prognose", payer.name, found.quarters),
    }
    return render(request, "leasing/cost_share/forecast.html", context)


def opened_rows(
    table: ForecastTable, payer: Payer, unit_id: int | None, year: int
) -> list[tuple[ForecastRow, list[tuple[str, int, str]]]]:
    """Return each row with its amounts: of which shade, how much, and what is under it."""
    rows = []
    pages = addresses_under(payer, *ends_of_year(year))
    for row in table.rows:
        unit: int | str | None = unit_id
        model_name = None
        if table.parameter == YEAR:
            pages = addresses_under(payer, *ends_of_year(row.key))
        elif table.parameter == QUARTER:
            pages = addresses_under(payer, row.key, row.key)
        elif table.parameter == UNIT:
            unit = row.key
        else:
            model_name = row.key
        amounts = with_addresses(row.amounts, pages, unit_id=unit, model_name=model_name)
        named = [(name, *one) for name, one in zip(SHADE_NAMES.values(), amounts, strict=True)]
        rows.append((row, named))
    return rows


def opened_sums(
    table: ForecastTable, payer: Payer, unit_id: int | None, year: int
) -> list[tuple[int, str]]:
    """Return the sum of each shade with what is under it: of the year, or of all the years."""
    years = [row.key for row in table.rows] if table.parameter == YEAR else []
    first, last = (years[0], years[-1]) if years else (year, year)
    pages = addresses_under(payer, ends_of_year(first)[0], ends_of_year(last)[1])
    return with_addresses(table.sums, pages, unit_id=unit_id)


def wanted_year(request) -> int:
    """Return the budget year of the address: else the one of today.

    Whether the forecast has that year is known once it is worked out.
    """
    wanted = request.GET.get("aar") or str(today().year)
    if not (wanted.isdecimal() and len(wanted) == 4):
        raise Http404
    return int(wanted)


def file(found: Forecast) -> FileResponse:
    """Return every quarter, unit and model as a workbook."""
    kind = workbooks.CellKind
    columns = [
        workbooks.SheetColumn("Enhedsnr", kind.TEXT, 12),
        workbooks.SheetColumn("Enhed", kind.TEXT, 36),
        workbooks.SheetColumn("Model", kind.TEXT, 16),
        workbooks.SheetColumn("Kvartal", kind.TEXT, 10),
        *(
            workbooks.SheetColumn(name, kind.AMOUNT, is_summed=True)
            for name in SHADE_NAMES.values()
        ),
        workbooks.SheetColumn("I alt", kind.AMOUNT, is_summed=True),
    ]
    stream = BytesIO()
    workbooks.write_table(stream, title="Prognose", columns=columns, rows=file_rows(found))
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename="prognose.xlsx", content_type=EXCEL)
