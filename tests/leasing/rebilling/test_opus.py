"""The file for Opus, to the letter."""

import csv
import io

import pytest

from albertslund_it.common.errors import Refused
from inventory.models import Unit
from leasing.models import RebillingExport, Settings
from tests import builders as make
from tests.leasing.closed import body, close, export, opus_rows, town, workbook

pytestmark = pytest.mark.django_db

HEADING = (
    "Artskonto;Omkostningssted;PSP-element;Profitcenter;Ordre;Debet/kredit;Beløb;Næste agent;Tekst;"
    "Betalingsart;Påligningsår;Betalingsmodtagernr.;Betalingsmodtagernr.kode;Ydelsesmodtagernr.;"
    "Ydelsesmodtagernr.kode;Ydelsesperiode fra;Ydelsesperiode til;Oplysningspligtnr.;"
    "Oplysningspligtmodtagernr.kode;Oplysningspligtkode;Netværk;Operation;Mængde;Mængdeenhed;"
    "Referencenøgle"
)


def lines_of(run):
    """Return the file's lines, each of which must end in CRLF."""
    text = export(run, "csv")[1].decode()
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n") == text.count("\r")
    return text.split("\r\n")[:-1]


def test_it_is_this_file():
    town()
    empty = ";" * 16
    assert lines_of(close()) == [
        HEADING,
        "41000000;4010000000;;;;Debet;349,41;;2026Q1-01 Pc-leasing 1. kvt. 2026 Brøndlunden"
        + empty,
        "40000000;4010000000;;;;Debet;2198,82;;2026Q1-01 Pc-leasing 1. kvt. 2026 Ærtebjerg Skole"
        + empty,
        "40000000;;XG-0000000204-00001;;;Kredit;800,00;;"
        "2026Q1-02 Pc-leasing 1. kvt. 2026 Vejgruppen" + empty,
        "40000000;4010000000;;;;Kredit;1398,82;;2026Q1-03 Pc-leasing 1. kvt. 2026 Fælles IT (it-la"
        + empty,
        "41000000;4010000000;;;;Kredit;349,41;;2026Q1-03 Pc-leasing 1. kvt. 2026 Fælles IT (it-la"
        + empty,
    ]


def test_every_row_has_25_cells():
    town()
    assert {len(line.split(";")) for line in lines_of(close())} == {25}


@pytest.mark.parametrize(("switched_on", "start"), [(True, b"\xef\xbb\xbfArts"), (False, b"Arts")])
def test_the_bom_is_a_setting(switched_on, start):
    town()
    Settings.objects.update(opus_bom=switched_on)
    assert export(close(), "csv")[1].startswith(start)


def test_it_has_the_rows_of_the_voucher_sheet():
    town()
    run = close()
    voucher = body(workbook(run)["Bilag"], "Afdeling")
    seen = [
        (row["Artskonto"], row["Debet/kredit"], f"{row['Beløb']:.2f}", row["Tekst"][:50])
        for row in voucher
    ]
    assert seen == [
        (row["Artskonto"], row["Debet/kredit"], row["Beløb"].replace(",", "."), row["Tekst"])
        for row in opus_rows(run)
    ]


@pytest.mark.parametrize(
    "name",
    ["A; B", 'Skolen "Nord"', "To\r\nlinjer", "\x1b[2J", "=1+1", "x" * 100, ";;;", "å" * 60],
)
def test_a_name_cannot_break_a_line_or_a_cell(name):
    make.cost_holder()
    make.lease(unit=make.unit("1001", name))
    written = lines_of(close())

    assert len(written) == 3
    assert {len(line.split(";")) for line in written} == {25}
    parsed = next(csv.DictReader(io.StringIO("\n".join(written)), delimiter=";"))
    assert parsed["Tekst"].startswith("2026Q1-01 Pc-leasing 1. kvt. 2026")
    assert len(parsed["Tekst"]) <= 50
    assert parsed["Tekst"].isprintable()


def test_a_text_never_starts_as_a_formula():
    make.cost_holder()
    make.lease(unit=make.unit("1001", "=1+1"))
    Settings.objects.update(posting_text="@{enhed}")
    assert opus_rows(close())[0]["Tekst"] == "2026Q1-01 @=1+1"


def test_large_amounts_have_no_thousands_point():
    units = town()
    make.charge(units.school, 123456789, text="Stor skade")
    assert opus_rows(close())[1]["Beløb"] == "1236766,71"


def refusal(run):
    with pytest.raises(Refused) as refused:
        export(run, "csv")
    assert not RebillingExport.objects.exists()
    return refused.value.reasons


def test_it_is_refused_with_every_unit_that_cannot_be_posted_to():
    units = town()
    Unit.objects.filter(id=units.school.id).update(account="")
    Unit.objects.filter(id=units.nursery.id).update(cost_centre="")
    Unit.objects.filter(id=units.road.id).update(account="12;34", psp_element="")
    Unit.objects.filter(id=units.holder.id).update(cost_centre="")

    assert refusal(close()) == [
        "Opus-filen for 2026Q1 kan ikke laves, før konteringen er på plads:",
        "1002 Brøndlunden: omkostningssted eller PSP-element mangler",
        "1001 Ærtebjerg Skole: artskonto mangler",
        "2001 Vejgruppen: Artskonto skal være 8 cifre, omkostningssted eller PSP-element mangler",
        "9000 Fælles IT (it-lager): omkostningssted eller PSP-element mangler",
    ]


def test_mending_the_account_after_closing_is_enough():
    units = town()
    Unit.objects.filter(id=units.school.id).update(account="")
    run = close()
    refusal(run)
    Unit.objects.filter(id=units.school.id).update(account="40000000")
    assert len(opus_rows(run)) == 5


def test_the_cost_holder_needs_no_artskonto_of_its_own():
    units = town()
    Unit.objects.filter(id=units.holder.id).update(account="")
    assert opus_rows(close())[-1]["Artskonto"] == "41000000"


def test_a_unit_without_an_amount_does_not_block_it():
    units = town()
    Unit.objects.filter(id=units.road.id).update(account="")
    make.charge(units.road, 80000, text="Skærmskade")  # the road department nets to nothing
    assert {row["Tekst"][:9] for row in opus_rows(close())} == {"2026Q1-01", "2026Q1-03"}


def test_a_run_that_only_the_cost_holder_pays_has_no_rows():
    make.cost_holder(cost_centre="")
    make.lease()
    assert lines_of(close()) == [HEADING]
