"""The workbook of a closed quarter, read back as finance and its programs read it."""

import io
import re
import shutil
import subprocess
from datetime import date

import openpyxl
import pytest

from inventory.models import Unit
from leasing.models import Settings
from tests import builders as make
from tests.leasing.closed import TODAY, body, close, export, rows, town, workbook
from tests.libreoffice import converted, recalculated

pytestmark = pytest.mark.django_db

SHEETS = {
    "Oversigt": "Afdeling, Leder, Antal, Løbende, Efterfakturering, Regulering, Engangsbeløb, "
    "I alt",
    "Bilag": "Afdeling, Enhedsnr, Enhed, EAN, Artskonto, Omkostningssted, PSP-element, "
    "Debet/kredit, Beløb, Tekst, Antal",
    "Specifikation": "Periode, Slags, Afdeling, Enhedsnr, Enhed, Serienummer, Model, Underaftale, "
    "Fra, Til, Dage, Beløb, Tekst",
    "Afstemning": "Post, Beløb",
}


def cells(book, leave_out=()):
    return {
        sheet.title: [[cell.value for cell in row] for row in sheet]
        for sheet in book
        if sheet.title not in leave_out
    }


def test_the_four_sheets_have_their_headings():
    town()
    book = workbook(close())
    found = {
        sheet.title: [", ".join(filter(None, row)) for row in text_rows(sheet)] for sheet in book
    }

    assert list(found) == list(SHEETS)
    for name, headings in SHEETS.items():
        assert headings in found[name]
    assert found["Bilag"][0] == SHEETS["Bilag"]
    assert found["Specifikation"][0] == SHEETS["Specifikation"]


def text_rows(sheet):
    return [[cell.value for cell in row if isinstance(cell.value, str)] for row in sheet]


def test_the_overview_has_a_row_for_each_payer_and_says_what_was_closed():
    town()
    run = close()
    sheet = workbook(run)["Oversigt"]
    above = {row[0]: row[1] for row in sheet.iter_rows(max_row=6, max_col=2, values_only=True)}

    assert above["Kvartal"] == "1. kvartal 2026"
    assert above["Kørsel"] == "2026Q1"
    assert above["Godkendt og låst"] == "08-04-2026 kl. 10.30 af Oda Lund"
    assert above["Kontrolsum"] == run.digest
    # Three T14: 3 · 34941 = 104823; four with the one in stock.
    assert [list(row.values()) for row in rows(sheet, "Afdeling")] == [
        ["Dagtilbud & Skole", "Rikke Skovgaard Andersen", 3, 1048.23, 0, 0, 1500, 2548.23],
        ["Miljø & Teknik", None, 0, 0, 0, 0, -800, -800],
        ["Fælles IT (it-lager)", None, 1, 349.41, 0, 0, 0, 349.41],
        ["I alt", None, *(f"=SUM({c}9:{c}11)" for c in "CDEFGH")],
    ]


def test_the_voucher_has_each_unit_and_balances():
    town()
    voucher = body(workbook(close())["Bilag"], "Afdeling")

    assert [list(row.values()) for row in voucher] == [
        ["Dagtilbud & Skole", "1002", "Brøndlunden", None, "41000000", "4010000000", None,
         "Debet", 349.41, "2026Q1-01 Pc-leasing 1. kvt. 2026 Brøndlunden", 1],
        ["Dagtilbud & Skole", "1001", "Ærtebjerg Skole", "5790001330552", "40000000",
         "4010000000", None,
         "Debet", 2198.82, "2026Q1-01 Pc-leasing 1. kvt. 2026 Ærtebjerg Skole", 2],
        ["Miljø & Teknik", "2001", "Vejgruppen", None, "40000000", None, "XG-0000000204-00001",
         "Kredit", 800, "2026Q1-02 Pc-leasing 1. kvt. 2026 Vejgruppen", 0],
        ["Fælles IT (it-lager)", "9000", "Fælles IT (it-lager)", None, "40000000", "4010000000",
         None, "Kredit", 1398.82, "2026Q1-03 Pc-leasing 1. kvt. 2026 Fælles IT (it-lager)", None],
        ["Fælles IT (it-lager)", "9000", "Fælles IT (it-lager)", None, "41000000", "4010000000",
         None, "Kredit", 349.41, "2026Q1-03 Pc-leasing 1. kvt. 2026 Fælles IT (it-lager)", None],
    ]  # fmt: skip


def test_the_specification_has_a_row_for_each_line():
    units = town()
    close()
    make.placement(first_device(), date(2026, 2, 10), units.nursery)
    late = date(2026, 7, 3)
    run = close("2026Q2", late)
    found = body(workbook(run, late)["Specifikation"], "Periode")

    assert len(found) == run.line_count == 6
    by_kind = {(row["Slags"], row["Enhedsnr"], row["Serienummer"]): row for row in found}
    # From 10 February 50 of the quarter's 90 days: 34941 − ⌊559066 · 40 / (16 · 90)⌋ = 19412.
    assert by_kind["Regulering", "1002", "PF000001"] == {
        "Periode": "2026Q1",
        "Slags": "Regulering",
        "Afdeling": "Dagtilbud & Skole",
        "Enhedsnr": "1002",
        "Enhed": "Brøndlunden",
        "Serienummer": "PF000001",
        "Model": "T14",
        "Underaftale": "UA-1",
        "Fra": by_kind["Regulering", "1002", "PF000001"]["Fra"],
        "Til": by_kind["Regulering", "1002", "PF000001"]["Til"],
        "Dage": 50,
        "Beløb": 194.12,
        "Tekst": None,
    }
    assert by_kind["Regulering", "1002", "PF000001"]["Fra"].date() == date(2026, 2, 10)
    assert by_kind["Regulering", "1002", "PF000001"]["Til"].date() == date(2026, 3, 31)
    assert by_kind["Regulering", "1001", "PF000001"]["Beløb"] == -194.12
    assert by_kind["Løbende", "1002", "PF000001"]["Periode"] == "2026Q2"


def first_device():
    return make.Device.objects.get(serial_number="PF000001")


def test_charges_and_backlog_are_named_in_the_specification():
    town()
    found = body(workbook(close("2026Q2", date(2026, 7, 3)))["Specifikation"], "Periode")
    kinds = [(row["Periode"], row["Slags"]) for row in found]

    assert kinds.count(("2026Q1", "Efterfakturering")) == 4
    assert kinds.count(("2026Q1", "Engangsbeløb")) == 2
    assert {row["Tekst"] for row in found if row["Slags"] == "Engangsbeløb"} == {
        "Skærmskade",
        "Kreditering af skærmskade",
    }


def test_the_reconciliation_states_its_date_and_what_changed_since():
    town()
    run = close()
    make.lease("PF000009")  # a forgotten delivery, entered after the closing
    later = date(2026, 5, 4)
    sheet = workbook(run, later)["Afstemning"]

    assert sheet["A2"].value == "Opgjort den 04-05-2026. Beløb i kroner uden moms."
    posts = {row["Post"]: row["Beløb"] for row in rows(sheet, "Post")}
    assert posts == {
        "Forventet af leasinggiver, 1. kvartal 2026": 1747.05,  # five T14
        "Faktureret af leasinggiver (ingen leverandørfakturaer indlæst)": None,
        "Afvigelser (ingen leverandørfakturaer indlæst)": None,
        "Enhedernes andel": 1748.23,
        "Fælles IT's andel": 349.41,
        "I alt": "=SUM(B8:B9)",
        "Heraf løbende": 1397.64,
        "Heraf efterfakturering": 0,
        "Heraf regulering": 0,
        "Heraf engangsbeløb": 700,
        "Sum af Specifikation": "=SUM(Specifikation!L2:L7)",
        "Sum af debet på Bilag": '=SUMIF(Bilag!H2:H6,"Debet",Bilag!I2:I6)',
        "Sum af kredit på Bilag": '=SUMIF(Bilag!H2:H6,"Kredit",Bilag!I2:I6)',
        "Løbende fratrukket forventet": "=B11-B5",
    }


def test_it_is_the_same_again_but_for_mended_accounts_and_the_reconciliation():
    units = town()
    run = close()
    before = cells(workbook(run), leave_out=["Afstemning"])
    Unit.objects.filter(id=units.school.id).update(name="Nyt navn")
    make.placement(first_device(), date(2026, 2, 10), units.nursery)
    again = cells(workbook(run, date(2026, 6, 1)), leave_out=["Afstemning"])
    assert again == before

    Unit.objects.filter(id=units.school.id).update(account="42000000")
    mended = cells(workbook(run), leave_out=["Afstemning"])
    assert mended.pop("Bilag") != before.pop("Bilag")
    assert mended == before


def test_units_that_lack_coding_are_named_on_the_first_sheet():
    units = town()
    Unit.objects.filter(id=units.school.id).update(account="", cost_centre="")
    Unit.objects.filter(id=units.road.id).update(psp_element="XG-1")
    sheet = workbook(close())["Oversigt"]
    column = [row[0] for row in sheet.iter_rows(values_only=True)]

    assert sheet["B7"].value == "Opus-filen kan ikke laves endnu: se listen under tabellen"
    assert column[column.index("Kontering mangler:") :] == [
        "Kontering mangler:",
        "1001 Ærtebjerg Skole: artskonto mangler, omkostningssted eller PSP-element mangler",
        "2001 Vejgruppen: PSP-element skal skrives som XG-0000000204-00001",
    ]


def test_numbers_are_numbers_and_codes_are_text():
    town()
    book = workbook(close())
    voucher, lines = book["Bilag"], book["Specifikation"]

    assert (voucher["D3"].value, voucher["D3"].data_type) == ("5790001330552", "s")
    assert voucher["E3"].data_type == voucher["F3"].data_type == "s"
    assert (voucher["I3"].data_type, voucher["I3"].number_format) == ("n", "#,##0.00")
    assert (lines["F2"].data_type, lines["F2"].number_format) == ("s", "@")
    assert (lines["I2"].is_date, lines["I2"].number_format) == (True, "dd-mm-yyyy")
    assert lines.freeze_panes == "A2"
    assert lines.auto_filter.ref == "A1:M7"


EVIL = '=HYPERLINK("http://example.dk";"x")\x0b'


def evil_town():
    """Return every text that reaches a file the form of a formula, a control character with it."""
    department = make.department(EVIL, head_name="+1")
    unit = make.unit("-1", EVIL, department=department, ean="@SUM(A1)")
    make.cost_holder("=9000", "=1+1")
    make.lease("=PF1", unit=unit, model=make.model("=T14"), agreement="@UA")
    make.lease("=PF2")
    make.charge(unit, text=EVIL)
    Settings.objects.update(posting_text="=1+1 {enhed}")


def test_no_text_becomes_a_formula():
    evil_town()
    book = workbook(close())
    formulas = [
        cell.value for sheet in book for row in sheet for cell in row if cell.data_type == "f"
    ]

    assert all(formula.startswith(("=SUM(", "=SUMIF(", "=B11-")) for formula in formulas)
    assert len(formulas) == 6 + 5 + 3
    line = rows(book["Specifikation"], "Periode")[0]
    assert line["Afdeling"] == line["Enhed"] == '=HYPERLINK("http://example.dk";"x") '
    assert (line["Enhedsnr"], line["Serienummer"], line["Model"]) == ("-1", "=PF1", "=T14")
    assert rows(book["Oversigt"], "Afdeling")[0]["Leder"] == "+1"
    assert rows(book["Bilag"], "Afdeling")[0]["EAN"] == "@SUM(A1)"


@pytest.mark.parametrize("make_town", [town, evil_town])
def test_libreoffice_opens_it_and_its_sums_are_the_stored_totals(tmp_path, make_town):
    make_town()
    run = close()
    path = tmp_path / "2026Q1.xlsx"
    path.write_bytes(export(run, "xlsx", TODAY)[1])
    book = recalculated(path, tmp_path)

    def kroner(value):
        return pytest.approx(value / 100, abs=0.001)

    assert book.sheetnames == list(SHEETS)
    invoices = list(run.invoices.order_by("number"))
    overview = rows(book["Oversigt"], "Afdeling")
    assert overview[-1]["Afdeling"] == "I alt"
    assert overview[-1]["I alt"] == kroner(run.total_ore)
    for row, invoice in zip(overview[:-1], invoices, strict=True):
        assert row["I alt"] == kroner(invoice.total_ore)
    for heading in ("Antal", "Løbende", "Engangsbeløb"):
        assert overview[-1][heading] == pytest.approx(sum(row[heading] for row in overview[:-1]))

    assert rows(book["Specifikation"], "Periode")[-1]["Beløb"] == kroner(run.total_ore)
    voucher = rows(book["Bilag"], "Afdeling")
    assert voucher[-1]["Beløb"] == pytest.approx(
        sum(row["Beløb"] for row in voucher[:-1] if row["Debet/kredit"] == "Debet")
    )
    posts = {row["Post"]: row["Beløb"] for row in rows(book["Afstemning"], "Post")}
    assert posts["I alt"] == posts["Sum af Specifikation"] == kroner(run.total_ore)
    assert posts["Sum af debet på Bilag"] == pytest.approx(posts["Sum af kredit på Bilag"])
    assert posts["Sum af debet på Bilag"] > 0
    assert posts["Løbende fratrukket forventet"] == 0
    written = body(workbook(run)["Specifikation"], "Periode")
    assert body(book["Specifikation"], "Periode") == written


@pytest.mark.parametrize("make_town", [town, evil_town])
def test_every_formula_carries_the_value_that_libreoffice_finds(tmp_path, make_town):
    make_town()
    path = tmp_path / "2026Q1.xlsx"
    path.write_bytes(export(close(), "xlsx", TODAY)[1])
    formulas, stored = (openpyxl.load_workbook(path, data_only=only) for only in (False, True))
    found = recalculated(path, tmp_path)
    compared = 0
    for sheet in formulas:
        for cell in (cell for row in sheet for cell in row if cell.data_type == "f"):
            there = stored[sheet.title][cell.coordinate].value
            worked_out = found[sheet.title][cell.coordinate].value
            assert there == pytest.approx(worked_out, abs=0.001), (sheet.title, cell.value)
            compared += 1
    assert compared == 6 + 5 + 3


def test_the_voucher_and_the_specification_end_with_a_total():
    town()
    run = close()
    stored = openpyxl.load_workbook(io.BytesIO(export(run, "xlsx")[1]), data_only=True)
    voucher, lines = stored["Bilag"], stored["Specifikation"]

    assert [cell.value for cell in voucher[voucher.max_row]] == [
        "I alt", None, None, None, None, None, None, "Hver side", 2548.23, None, 3,
    ]  # fmt: skip
    assert [cell.value for cell in lines[lines.max_row]][::11] == ["I alt", run.total_ore / 100]
    assert voucher.auto_filter.ref == "A1:K6"  # the filter leaves the total out


def test_a_long_name_runs_over_no_column_in_print(tmp_path):
    long = "Børnehuset ved Den Gamle Skole i Herstedvester og Omegn, afdeling Nord"
    make.lease(unit=make.unit("1001", long, ean="5790001330552"))
    make.lease("PF2", unit=make.unit("1002", long))
    make.cost_holder()
    path = tmp_path / "2026Q1.xlsx"
    path.write_bytes(export(close(), "xlsx")[1])
    book = openpyxl.load_workbook(path)
    assert book["Bilag"].column_dimensions["C"].width > len(long)
    assert book["Specifikation"].column_dimensions["E"].width > len(long)
    printed = converted(path, tmp_path, "pdf") / "2026Q1.pdf"
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", "-layout", printed, "-"], check=True, capture_output=True, text=True
        ).stdout
        assert re.search(rf"{long} +5790001330552 ", text)
        assert re.search(rf"1002 +{long} +40000000 ", text)
