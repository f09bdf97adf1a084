"""The record of what was exported, and the voucher that freezes it."""

import hashlib
import threading
from datetime import date

import pytest
from django.db import connection

from albertslund_it.common.errors import Refused
from inventory.models import Unit
from leasing.models import RebillingExport, Settings, Voucher
from leasing.services.rebilling import export_rebilling, record_voucher
from tests.leasing.closed import close, export, opus_rows, rows, town, workbook

pytestmark = pytest.mark.django_db

POSTED = date(2026, 4, 10)


def record(run, number="1900001234", posted_on=POSTED):
    return record_voucher(run=run, number=number, posted_on=posted_on, actor_name="Oda Lund")


def refusal(run, **values):
    with pytest.raises(Refused) as refused:
        record(run, **values)
    return refused.value.reasons


@pytest.fixture
def units():
    return town()


@pytest.fixture
def run(units):
    return close()


@pytest.mark.parametrize("file_kind", ["xlsx", "csv"])
def test_an_export_records_checksum_who_when_and_coding(units, run, file_kind):
    made, content = export(run, file_kind)
    made.refresh_from_db()

    assert made.checksum == hashlib.sha256(content).hexdigest()
    assert (made.run, made.file_kind, made.exported_by) == (run, file_kind, "Oda Lund")
    assert f"{made.exported_at:%Y-%m-%d %H:%M}" == "2026-04-08 08:30"
    assert made.coding["posting_text"] == "{opgørelse} Pc-leasing {kvartal} {enhed}"
    assert made.coding["units"][str(units.school.id)] == {
        "ean": "5790001330552",
        "account": "40000000",
        "cost_centre": "4010000000",
        "psp_element": "",
    }
    assert set(made.coding["units"]) == {str(unit.id) for unit in vars(units).values()}


def test_a_voucher_freezes_the_coding_exported_last(units, run):
    export(run, "csv")
    Unit.objects.filter(id=units.school.id).update(account="42000000")
    last, _ = export(run, "xlsx")
    voucher = record(run, number=" 1900001234 ")
    Unit.objects.update(account="", cost_centre="", psp_element="")
    Settings.objects.update(posting_text="{enhed}")

    assert (voucher.export, voucher.number, voucher.entered_by) == (last, "1900001234", "Oda Lund")
    assert opus_rows(run)[1]["Artskonto"] == "42000000"
    assert opus_rows(run)[1]["Tekst"] == "2026Q1-01 Pc-leasing 1. kvt. 2026 Ærtebjerg Skole"
    sheet = workbook(run)["Bilag"]
    assert [row["Artskonto"] for row in rows(sheet, "Afdeling")][:2] == ["41000000", "42000000"]


def test_the_coding_of_a_run_without_a_voucher_stays_of_the_moment(units, run):
    late = date(2026, 7, 3)
    later = close("2026Q2", late)
    export(run, "csv")
    record(run)
    Unit.objects.filter(id=units.school.id).update(account="43000000")

    assert "43000000" in {row["Artskonto"] for row in opus_rows(later)}
    assert "43000000" not in {row["Artskonto"] for row in opus_rows(run)}


def test_a_voucher_needs_a_file_of_its_own_run(run):
    other = close("2026Q2", date(2026, 7, 3))
    export(other, "csv")
    assert refusal(run) == [
        "Der er ikke hentet en fil for 1. kvartal 2026 endnu. Hent den, og bogfør den i Opus, "
        "før du skriver bilagsnummeret."
    ]


def test_a_run_is_posted_once(run):
    export(run, "csv")
    record(run)
    assert refusal(run, number="2") == [
        "1. kvartal 2026 er allerede bogført med bilagsnr. 1900001234 den 10-04-2026. "
        "Et bilag kan ikke ændres."
    ]
    assert Voucher.objects.get().number == "1900001234"


def test_a_file_without_all_its_coding_cannot_have_been_posted(units, run):
    Unit.objects.filter(id=units.school.id).update(account="")
    export(run, "xlsx")
    Unit.objects.filter(id=units.school.id).update(account="40000000")

    assert refusal(run)[1:] == ["1001 Ærtebjerg Skole: artskonto mangler"]
    export(run, "xlsx")
    record(run)


@pytest.mark.parametrize("number", ["", "  ", "1" * 31, "12\n34"])
def test_a_voucher_number_is_one_line(run, number):
    export(run, "csv")
    assert "bilagsnummer" in refusal(run, number=number)[0]
    assert not Voucher.objects.exists()


@pytest.mark.parametrize(
    ("posted_on", "is_good"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2027, 12, 31), True),
        (date(2062, 4, 10), False),
    ],
)
def test_a_posting_date_is_from_the_quarter_to_the_end_of_the_next_year(run, posted_on, is_good):
    export(run, "csv")
    if is_good:
        assert record(run, posted_on=posted_on).posted_on == posted_on
    else:
        assert refusal(run, posted_on=posted_on) == [
            "Bogføringsdatoen for 1. kvartal 2026 skal ligge mellem den 01-01-2026 "
            "og den 31-12-2027."
        ]


def test_all_that_is_wrong_is_said_at_once(run):
    assert len(refusal(run, number="", posted_on=date(2020, 1, 1))) == 3


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_one_voucher_and_one_refusal():
    town()
    run = close()
    export(run, "csv")
    outcomes = []
    together = threading.Barrier(2)

    def enter(number):
        together.wait()
        try:
            outcomes.append(record(run, number=number).number)
        except Refused as refused:
            outcomes.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=enter, args=(number,)) for number in ("A-1", "B-2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winner = Voucher.objects.get().number
    assert winner in outcomes
    assert sum(f"allerede bogført med bilagsnr. {winner}" in outcome for outcome in outcomes) == 1


def test_nothing_is_recorded_when_the_file_cannot_be_handed_over(run):
    class Full:
        def write(self, data):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        export_rebilling(
            run=run,
            file_kind="csv",
            stream=Full(),
            actor_name="Oda Lund",
            today=POSTED,
            now=run.closed_at,
        )
    assert not RebillingExport.objects.exists()
