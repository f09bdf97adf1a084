"""A closed quarter and the files made of it."""

import csv
import io
from datetime import UTC, date, datetime, time
from types import SimpleNamespace

import openpyxl

from leasing.billing.services.closing import close_quarter
from leasing.rebilling.exports.files import export_rebilling
from tests import builders as make

TODAY = date(2026, 4, 8)


def close(code="2026Q1", today=TODAY):
    return close_quarter(code=code, closed_by="Oda Lund", today=today, now=_moment(today))


def export(run, file_kind, today=TODAY):
    """Export a run; give the record and the bytes."""
    stream = io.BytesIO()
    made = export_rebilling(
        run=run,
        file_kind=file_kind,
        stream=stream,
        actor_name="Oda Lund",
        today=today,
        now=_moment(today),
    )
    return made, stream.getvalue()


def workbook(run, today=TODAY):
    return openpyxl.load_workbook(io.BytesIO(export(run, "xlsx", today)[1]))


def rows(sheet, heading):
    """Return the rows under the row that starts with `heading`, as dicts, up to an empty one."""
    table = iter(sheet.iter_rows(values_only=True))
    headings = next(row for row in table if row[0] == heading)
    found = []
    for row in table:
        if all(value is None for value in row):
            break
        found.append(dict(zip(headings, row, strict=True)))
    return found


def body(sheet, heading):
    """Return the rows of a table that ends with one of totals, without it."""
    *found, total = rows(sheet, heading)
    assert total[heading] == "I alt"
    return found


def opus_rows(run):
    text = export(run, "csv")[1].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def town():
    """Make three units in two departments, one of them in debt to nobody, and something in stock.

    Ærtebjerg Skole (1001) has two T14 and a charge of 1.500 kr., Brøndlunden (1002) one T14,
    Vejgruppen (2001) is owed 800 kr. after a counter-charge, and one T14 is in stock.
    """
    schools = make.department("Dagtilbud & Skole", head_name="Rikke Skovgaard Andersen")
    roads = make.department("Miljø & Teknik", head_name="")
    units = SimpleNamespace(
        school=make.unit("1001", "Ærtebjerg Skole", department=schools, ean="5790001330552"),
        nursery=make.unit("1002", "Brøndlunden", department=schools, account="41000000"),
        road=make.unit("2001", "Vejgruppen", department=roads, psp_element="XG-0000000204-00001"),
        holder=make.cost_holder(),
    )
    for number, unit in enumerate([units.school, units.school, units.nursery, None], start=1):
        make.lease(f"PF00000{number}", unit=unit)
    make.charge(units.school, 150000)
    make.charge(units.road, -80000, text="Kreditering af skærmskade")
    return units


def _moment(day):
    return datetime.combine(day, time(8, 30), UTC)
