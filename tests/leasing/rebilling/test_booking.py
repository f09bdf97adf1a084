"""How the rebilling is booked: the cost moved or sold, in one Opus file or in two balanced ones."""

import csv
import io
from datetime import date

import pytest
from django.core.management import call_command

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import parse_kroner
from inventory.models import Unit
from leasing.billing.selectors.preview import preview_run
from leasing.models import Booking, Settings
from leasing.quarters.selectors.coding import uncoded_units
from leasing.quarters.selectors.points import OPUS_FILE
from leasing.quarters.selectors.readiness import readiness_of
from leasing.rebilling.selectors.run import rebilling_of
from leasing.rebilling.services import record_voucher
from tests import libreoffice
from tests.leasing.closed import TODAY, body, close, export, town, workbook
from tests.leasing.pages import read, text_of

BUY, SELL = "94000000", "97000000"
CENTRE, PSP = "4010000000", "XG-0000000204-00001"


@pytest.fixture
def units(db):
    """School 2 T14 and 1.500 kr., nursery 1 T14, road −800 kr. on a PSP-element, one in stock."""
    return town()


def set_up(**values):
    Settings.objects.update(**values)


def sale(**values):
    set_up(booking=Booking.SALE, sale_account=BUY, sale_income_account=SELL, **values)


def file(run, kind="csv"):
    text = export(run, kind)[1].decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def short(rows):
    """Return (account, cost object, side, øre) of each row."""
    return [
        (
            row["Artskonto"],
            row["Omkostningssted"] or row["PSP-element"],
            row["Debet/kredit"],
            parse_kroner(row["Beløb"]),
        )
        for row in rows
    ]


def balance(rows):
    return sum(o if side == "Debet" else -o for *_, side, o in short(rows))


def test_sold_internally_each_unit_buys_and_the_cost_holder_sells(units):
    sale()
    run = close()
    # F of a quarter of a T14 is 34941: 2·34941 + 150000, 34941, −80000; the sum is 174823.
    assert short(file(run)) == [
        (BUY, CENTRE, "Debet", 34941),
        (BUY, CENTRE, "Debet", 219882),
        (BUY, PSP, "Kredit", 80000),
        (SELL, CENTRE, "Kredit", 174823),
    ]


def test_two_files_that_may_not_be_mixed_balance_each(units):
    set_up(splits_cost_objects=True, holder_psp_element="XG-0000000204-00009")
    run = close()
    centres, psp = file(run, "csvo"), file(run, "csvp")
    assert short(psp) == [
        ("40000000", PSP, "Kredit", 80000),
        ("40000000", "XG-0000000204-00009", "Debet", 80000),
    ]
    assert balance(centres) == balance(psp) == 0
    assert not any(row["PSP-element"] for row in centres)
    assert not any(row["Omkostningssted"] for row in psp)
    sheet = body(workbook(run)["Bilag"], "Afdeling")
    both = sorted((r["Tekst"][:50].rstrip(), r["Debet/kredit"], r["Artskonto"]) for r in sheet)
    assert both == sorted((r["Tekst"], r["Debet/kredit"], r["Artskonto"]) for r in centres + psp)


def test_two_files_of_a_sale(units):
    sale(splits_cost_objects=True, holder_psp_element="XG-0000000204-00009")
    run = close()
    assert short(file(run, "csvo"))[-1] == (SELL, CENTRE, "Kredit", 254823)
    assert balance(file(run, "csvo")) == balance(file(run, "csvp")) == 0


def test_one_file_is_refused_where_there_are_two_and_the_other_way_round(units):
    run = close()
    with pytest.raises(Refused, match="kun én Opus-fil"):
        export(run, "csvp")
    set_up(splits_cost_objects=True, holder_psp_element=PSP)
    with pytest.raises(Refused, match="to filer"):
        export(run, "csv")


def test_a_part_without_postings_is_refused(units):
    set_up(splits_cost_objects=True)
    Unit.objects.filter(psp_element=PSP).update(psp_element="", cost_centre=CENTRE)
    run = close()
    with pytest.raises(Refused, match="ingen posteringer"):
        export(run, "csvp")
    assert balance(file(run, "csvo")) == 0


@pytest.mark.parametrize(
    ("settings_", "kind", "missing"),
    [
        ({"booking": "sale"}, "csv", ["internt køb (9.4)", "internt salg (9.7)"]),
        ({"booking": "sale", "sale_account": BUY}, "csv", ["internt salg (9.7)"]),
        ({"splits_cost_objects": True}, "csvo", ["Fælles IT's PSP-element"]),
    ],
)
def test_a_missing_setting_is_refused_with_a_list(units, settings_, kind, missing):
    set_up(**settings_)
    found = readiness_of(preview_run("2026Q1", TODAY), TODAY)
    [booking] = [f for f in found.points if f.key == "booking"]
    assert (booking.blocks, len(booking.names)) == (OPUS_FILE, len(missing))
    run = close()
    with pytest.raises(Refused) as refused:
        export(run, kind)
    for text in missing:
        assert text in str(refused.value)
    # The workbook is written, and names what is missing.
    cells = [c.value for row in workbook(run)["Oversigt"] for c in row if c.value]
    assert any(missing[0] in str(value) for value in cells)


def test_a_unit_that_buys_needs_no_account_of_its_own(units):
    sale()
    Unit.objects.update(account="")
    run = close()
    assert uncoded_units(rebilling_of(run)) == []
    assert len(file(run)) == 4
    assert readiness_of(preview_run("2026Q2", TODAY), TODAY).blocking == []


def test_a_voucher_freezes_how_it_was_booked(units):
    sale()
    run = close()
    before = export(run, "csv")[1]
    record_voucher(run=run, number="1", posted_on=date(2026, 4, 9), actor_name="Oda")
    set_up(booking=Booking.MOVE, splits_cost_objects=True)
    assert export(run, "csv")[1] == before


def test_the_page_offers_the_files_there_are(units, cast, client_of, settings):
    settings.TODAY = TODAY
    set_up(splits_cost_objects=True, holder_psp_element=PSP)
    run = close()
    client = client_of(cast.finance)
    assert "Hent Opus-filen: omkostningssteder" in text_of(read(client, "/kvartaler/2026Q1/"))
    answer = client.post(f"/kvartaler/{run.code}/fil/csvo/")
    assert answer["Content-Disposition"].endswith('"opus-omkostningssteder-2026Q1.csv"')
    assert "Opus-fil, omkostningssteder" in text_of(read(client, "/kvartaler/2026Q1/"))
    set_up(holder_psp_element="")
    refused = client.post(f"/kvartaler/{run.code}/fil/csvp/")
    assert refused.status_code == 409
    assert "Fælles IT&#x27;s PSP-element" in refused.content.decode()


def test_the_command_writes_both_files(units, tmp_path, capsys, settings):
    settings.TODAY = TODAY
    set_up(splits_cost_objects=True, holder_psp_element=PSP)
    close()
    call_command("export_rebilling", "2026Q1", str(tmp_path / "opus.csv"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "opus-omkostningssteder.csv",
        "opus-psp.csv",
    ]


HOSTILE = ("=1+1", "+SUM(A1)", "-2+3", "@cmd|' /C calc'!A0", "\t=1", '"; =1')


def test_no_text_that_reaches_a_file_is_a_formula_in_libreoffice(db, tmp_path):
    """Every name of a unit, a department, a charge and a head that begins like a formula."""
    make_hostile()
    run = close()
    for row in file(run):
        for name, cell in row.items():
            assert not cell.startswith(("=", "+", "-", "@", "\t")), (name, cell)
        assert row["Tekst"].startswith("2026Q1")
    path = tmp_path / "a.xlsx"
    path.write_bytes(export(run, "xlsx")[1])
    book = libreoffice.recalculated(path, tmp_path)
    named = [c.value for sheet in book for row in sheet for c in row]
    for text in ("=1+1", "+SUM(A1)", "-2+3"):
        assert text in named, text
    # Nothing was worked out: the only total that formulas give are sums of amounts.
    assert not [value for value in named if isinstance(value, str) and value.startswith("#")]


def make_hostile():
    from tests import builders as make

    make.cost_holder()
    for number, text in enumerate(HOSTILE):
        department = make.department(f"{text.strip()} {number}", head_name=text)
        unit = make.unit(f"10{number}", text, department=department)
        make.lease(f"PF{number:06}", unit=unit)
        make.charge(unit, 100 + number, text=text)
