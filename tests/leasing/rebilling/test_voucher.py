"""The record of what was exported, and the voucher that freezes it."""

import hashlib
import io
import threading
from datetime import date

import pytest
from auditlog.models import LogEntry
from django.db import connection
from lxml import html

from albertslund_it.common.errors import Refused
from inventory.models import Unit
from leasing.models import RebillingExport, Settings, Voucher
from leasing.rebilling.exports.files import export_rebilling
from leasing.rebilling.selectors.vouchers import corrections_of
from leasing.rebilling.services import correct_voucher, record_voucher
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.closed import close, export, opus_rows, rows, town, workbook
from tests.leasing.pages import read, text_of
from tests.leasing.supplier.world import five_pcs
from tests.leasing.supplier.world import invoice as supplier_invoice

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
        "Er det forkert, så ret det på kvartalets side."
    ]
    assert Voucher.objects.get().number == "1900001234"


def test_a_file_without_all_its_coding_cannot_have_been_posted(units, run):
    Unit.objects.filter(id=units.school.id).update(account="")
    export(run, "xlsx")
    Unit.objects.filter(id=units.school.id).update(account="40000000")

    assert refusal(run)[1:] == ["1001 Ærtebjerg Skole: artskonto mangler"]
    export(run, "xlsx")
    record(run)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "  ",
        "1" * 11,
        "1" * 31,
        "12\n34",
        "A-1",
        "1900 001234",
        "1900-1234",
        "１９００",
        "19001234x",
    ],
)
def test_what_opus_cannot_have_given_is_no_voucher_number(run, number):
    export(run, "csv")
    [said] = refusal(run, number=number)
    assert "bilagsnummer" in said
    assert number.strip() in said
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

    threads = [
        threading.Thread(target=enter, args=(number,)) for number in ("1900000001", "1900000002")
    ]
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


def test_a_file_of_another_coding_than_was_frozen_meanwhile_is_not_handed_out(
    units, run, monkeypatch
):
    export(run, "csv")
    Unit.objects.filter(id=units.school.id).update(account="42000000")
    digest = hashlib.file_digest

    def posted_meanwhile(*args):
        record(run)
        return digest(*args)

    stream = io.BytesIO()
    monkeypatch.setattr("leasing.rebilling.exports.files.hashlib.file_digest", posted_meanwhile)
    with pytest.raises(Refused) as refused:
        export_rebilling(
            run=run,
            file_kind="csv",
            stream=stream,
            actor_name="Oda Lund",
            today=POSTED,
            now=run.closed_at,
        )
    assert refused.value.reasons == ["1. kvartal 2026 er bogført imens. Hent filen igen."]
    assert not stream.getvalue()
    assert RebillingExport.objects.get() == Voucher.objects.get().export
    monkeypatch.undo()
    assert opus_rows(run)[1]["Artskonto"] == "40000000"


@pytest.mark.parametrize("file_kind", ["xlsx", "csv"])
def test_who_takes_a_file_of_another_coding_is_led_back_to_the_quarter(
    units, run, client, monkeypatch, file_kind
):
    export(run, "csv")
    Unit.objects.filter(id=units.school.id).update(account="42000000")
    digest = hashlib.file_digest

    def posted_meanwhile(*args):
        record(run)
        return digest(*args)

    monkeypatch.setattr("leasing.rebilling.exports.files.hashlib.file_digest", posted_meanwhile)
    page = client.post(f"{PAGE}fil/{file_kind}/", follow=True)
    assert page.redirect_chain == [(PAGE, 302)]
    assert "1. kvartal 2026 er bogført imens. Hent filen igen." in page.content.decode()


def test_a_file_of_the_coding_that_was_frozen_meanwhile_is_handed_out(units, run, monkeypatch):
    export(run, "csv")
    digest = hashlib.file_digest

    def posted_meanwhile(*args):
        record(run)
        return digest(*args)

    monkeypatch.setattr("leasing.rebilling.exports.files.hashlib.file_digest", posted_meanwhile)
    made, content = export(run, "csv")
    assert content
    assert made.coding == Voucher.objects.get().export.coding


# --- asked once more, and corrected


PAGE = "/kvartaler/2026Q1/"
ENTER, CORRECT, SEARCH = f"{PAGE}bilag/", f"{PAGE}bilag/ret/", "/bilagsspor/?q="
TYPED = {"number": "1900001234", "posted_on": "10-04-2026"}


def fields_of(tree):
    [form] = tree.xpath("//main//form[@method='post']")
    return {i.get("name"): i.get("value") for i in form.xpath(".//input")}


def tree_of(response):
    return html.fromstring(response.content.decode())


@pytest.fixture
def client(cast, client_of, settings):
    settings.TODAY = POSTED
    return client_of(cast.finance)


def test_a_voucher_is_asked_for_once_more_with_what_it_freezes(units, run, client):
    export(run, "csv")
    asked = tree_of(client.post(ENTER, TYPED))
    assert not Voucher.objects.exists()
    text = text_of(asked)
    assert "Bilagsnummer 1900001234 Bogføringsdato 10-04-2026" in text
    assert "1001 Ærtebjerg Skole 40000000 4010000000 Debet" in text
    assert "cifre" not in text  # there is nothing odd about it
    client.post(ENTER, fields_of(asked))
    assert Voucher.objects.get().number == "1900001234"
    assert Voucher.objects.get().entered_by == "Oda"


def test_going_back_keeps_what_was_typed(run, client):
    export(run, "csv")
    sends = fields_of(tree_of(client.post(ENTER, TYPED)))
    page = client.post(ENTER, sends | {"change": "1"}).content.decode()
    assert 'value="1900001234"' in page
    assert 'value="10-04-2026"' in page
    assert not Voucher.objects.exists()


def test_what_is_odd_about_a_number_is_said_before_it_is_entered(run, client):
    other = close("2026Q2", date(2026, 7, 3))
    export(other, "csv")
    record(other, number="4711", posted_on=date(2026, 7, 6))
    export(run, "csv")
    text = text_of(tree_of(client.post(ENTER, TYPED | {"number": "4711"})))
    assert "Nummeret har 4 cifre" in text
    assert "Det samme bilagsnummer står allerede på 2026Q2." in text


def test_a_file_made_meanwhile_is_not_frozen_unseen(units, run, client):
    export(run, "csv")
    sends = fields_of(tree_of(client.post(ENTER, TYPED)))
    Unit.objects.filter(id=units.school.id).update(account="43000000")
    export(run, "csv")
    response = client.post(ENTER, sends)
    assert response.status_code == 422
    assert "har hentet en ny fil, siden du så" in response.content.decode()
    assert not Voucher.objects.exists()
    assert "43000000" in text_of(tree_of(client.post(ENTER, TYPED)))


def test_a_number_that_is_too_long_is_refused_and_kept_as_typed(run, client):
    export(run, "csv")
    typed = "1900001234" * 4
    response = client.post(ENTER, TYPED | {"number": typed})
    assert response.status_code == 422
    page = response.content.decode()
    assert f'value="{typed}"' in page
    # A browser cuts what is pasted into a field of a greatest length, and says nothing.
    assert not tree_of(response).xpath("//main//form//input/@maxlength")


def test_a_wrong_number_is_corrected_and_stays_to_be_found(units, run, client):
    export(run, "csv")
    frozen = record(run, number="1900001243").export
    Unit.objects.filter(id=units.school.id).update(account="43000000")
    page = tree_of(client.get(CORRECT))
    sends = fields_of(page) | {"number": "1900001234", "reason": "To cifre byttet om"}
    client.post(CORRECT, sends, follow=True)

    voucher = Voucher.objects.get()
    assert (voucher.number, voucher.posted_on, voucher.export) == ("1900001234", POSTED, frozen)
    assert "43000000" not in {row["Artskonto"] for row in opus_rows(run)}
    said = "Bilag 1900001243, bogført 10-04-2026, rettet af Oda"
    for number in ("1900001243", "1900001234"):
        found = read(client, SEARCH + number)
        assert "/bilagsspor/2026Q1-01/" in found.xpath("//main//a/@href"), number
    old = text_of(read(client, f"{SEARCH}1900001243"))
    assert "Bilag 1900001243 er rettet til 1900001234: 1. kvartal 2026" in old
    assert said in old
    assert "To cifre byttet om" in old
    assert "Rettet fra bilag 1900001243" in text_of(read(client, PAGE))
    entry = LogEntry.objects.get_for_object(voucher).first()
    assert entry.changes["number"] == ["1900001243", "1900001234"]


def test_each_of_several_corrections_is_found(run, client, cast):
    export(run, "csv")
    record(run, number="1")
    stood = ("1", POSTED)
    for number, reason in (("2", "Tastefejl"), ("3", "Tastefejl"), ("1", "Alligevel")):
        correct_voucher(
            run=run, number=number, posted_on=POSTED, reason=reason, seen=stood, actor=cast.finance
        )
        stood = (number, POSTED)
    made = corrections_of(Voucher.objects.get())
    assert [(one.number, one.because) for one in made] == [
        ("1", "Tastefejl"),
        ("2", "Tastefejl"),
        ("3", "Alligevel"),
    ]
    for number in ("2", "3"):
        assert f"Bilag {number} er rettet til 1" in text_of(read(client, SEARCH + number))
    assert "er rettet til" not in text_of(read(client, f"{SEARCH}1"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": ""}, "Skriv, hvorfor bilaget rettes"),
        ({"reason": "x" * 201}, "200 tegn"),
        ({"number": "A-1"}, "højst ti cifre"),
        ({"number": "1900001243"}, "Der er intet at rette"),
        ({"posted_on": "10-04-2020"}, "skal ligge mellem"),
        ({"seen_number": "1900009999"}, "En anden har imens rettet bilaget"),
    ],
)
def test_a_correction_that_is_refused_writes_nothing_and_keeps_what_was_typed(
    run, client, change, said
):
    export(run, "csv")
    record(run, number="1900001243")
    sends = fields_of(read(client, CORRECT)) | {"number": "1900001234", "reason": "Byttet om"}
    response = client.post(CORRECT, sends | change)
    assert response.status_code == 422
    assert said in text_of(tree_of(response))
    kept = fields_of(tree_of(response))
    assert kept["reason"] == (sends | change)["reason"] or not kept["reason"]
    assert Voucher.objects.get().number == "1900001243"


def test_who_may_not_enter_a_voucher_may_not_correct_it(run, cast, client_of):
    export(run, "csv")
    record(run)
    auditor = client_of(cast.auditor)
    assert auditor.get(CORRECT).status_code == 403
    assert "Ret bilaget" not in text_of(read(auditor, PAGE))
    assert client_of(cast.finance).get("/kvartaler/2026Q2/bilag/ret/").status_code == 404


def test_two_corrections_at_once_make_one_and_one_refusal(transactional_db, cast):
    town()
    run = close()
    export(run, "csv")
    record(run, number="1900000000")
    finance = cast.finance

    def correct(number):
        return correct_voucher(
            run=run,
            number=number,
            posted_on=POSTED,
            reason="Tastefejl",
            seen=("1900000000", POSTED),
            actor=finance,
        )

    results = at_the_same_moment(lambda: correct("1900000001"), lambda: correct("1900000002"))
    assert sorted(type(r).__name__ for r in results) == ["Refused", "Voucher"], results


def test_the_lessors_voucher_is_held_to_the_same_and_found_by_its_old_number(client):
    five_pcs()
    invoice = supplier_invoice("F-1", ("PF000001", "349,41"))
    url = f"/leverandoerfakturaer/{invoice.pk}/bilag/"
    client.post(url, {"voucher_number": "5126010501"})
    client.post(url, {"voucher_number": "5126010502"})
    client.post(url, {"voucher_number": "x" * 31})
    invoice.refresh_from_db()
    assert invoice.voucher_number == "5126010502"
    assert f"»{'x' * 31}«. Intet er gemt." in text_of(read(client, PAGE.replace("2026Q1/", "")))
    assert f"/leverandoerfakturaer/{invoice.pk}/" in read(client, f"{SEARCH}5126010501").xpath(
        "//main//a/@href"
    )
