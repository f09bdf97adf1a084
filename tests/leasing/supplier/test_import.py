"""The lessor's invoices as files: tables and electronic ones, honest and hostile."""

import io
from datetime import date

import pytest

from albertslund_it.common.errors import Refused
from leasing.imports.importers.files import import_file
from leasing.models import SupplierInvoice, SupplierInvoiceLine
from tests import builders as make
from tests.files import faults_of, take_in
from tests.leasing.supplier.documents import PERIOD, TODAY, instance, line, take, ubl
from tests.leasing.supplier.world import HEADINGS, invoice

pytestmark = pytest.mark.django_db
LINES = "a:CreditNoteLine"


def refusal(data):
    with pytest.raises(Refused) as refused:
        take(data)
    assert not SupplierInvoice.objects.exists()
    return " ".join(refused.value.reasons)


def lines():
    return list(
        SupplierInvoiceLine.objects.order_by("number").values_list(
            "serial_number", "starts_on", "ends_before", "amount_ore"
        )
    )


Q1 = (date(2026, 1, 1), date(2026, 4, 1))


# --- tables


def test_a_table_is_taken_in_with_its_last_day_paid_for():
    sent = invoice("4711", ("PF000001", "349,41"), ("pf000002", "349,41"))

    assert lines() == [("PF000001", *Q1, 34941), ("PF000002", *Q1, 34941)]
    assert (sent.net_ore, sent.vat_ore, sent.is_credit_note) == (69882, None, False)


def test_the_same_again_is_unchanged_in_any_order_and_another_content_is_refused():
    invoice("4711", ("PF000001", "349,41"), ("PF000002", "100,00"))
    rows = (
        "4711;02-01-2026;PF000002;2026-01-01;2026-03-31;100,00;UA-1",
        "4711;02-01-2026;PF000001;2026-01-01;2026-03-31;349,41;UA-1",
    )
    report = take_in("supplier_invoice", "\n".join([HEADINGS, *rows]))
    assert report.change_count == 0
    assert SupplierInvoiceLine.objects.count() == 2

    [reason] = faults_of("supplier_invoice", "\n".join([HEADINGS, rows[0]]))
    assert reason.startswith("række 2: Fakturanr »4711« er indlæst")
    assert "449,41\xa0kr. uden moms mod 100,00\xa0kr. her" in reason


def test_every_fault_is_told_with_its_row():
    rows = (
        "4711;02-01-2026;PF1;01-01-2026;31-12-2025;349,41;-",
        "4711;03-01-2026;-;01-01-2026;31-03-2026;x;-",
        "4711;03-01-2026;PF3;01-01-2026;31-03-2026;1,00;-",
        "4711;02-01-2026;-;01-01-2026;31-03-2026;1,00;-",
    )
    told = faults_of("supplier_invoice", "\n".join([HEADINGS, *rows]))
    assert told[0] == "række 2: Til er 31-12-2025, som er før Fra 01-01-2026"
    assert any(one.startswith("række 3: Beløb »x«") for one in told)
    assert any(one.startswith("række 4: Fakturadato er 03-01-2026, men") for one in told)
    assert "række 5: Linjen har hverken serienummer eller underaftale" in told
    assert not SupplierInvoice.objects.exists()


def test_a_fee_without_a_serial_number_is_taken_on_its_sub_agreement():
    rows = (
        "4711;02-01-2026;PF000001;01-01-2026;31-03-2026;349,41;UA-1",
        "4711;02-01-2026;-;01-01-2026;31-03-2026;75,00;UA-1",
        "4711;02-01-2026;-;01-01-2026;31-03-2026;0,00;-",
    )
    report = take_in("supplier_invoice", "\n".join([HEADINGS, *rows]))
    taken = SupplierInvoiceLine.objects.order_by("number")
    assert list(taken.values_list("serial_number", "sub_agreement", "amount_ore")) == [
        ("PF000001", "UA-1", 34941),
        ("", "UA-1", 7500),
        ("", "", 0),
    ]
    assert any("1 linje er på 0 kr." in warning for warning in report.warnings)


def test_a_table_without_the_heading_for_serial_numbers_is_refused():
    rows = (
        HEADINGS.replace("Serienummer", "Nr.")
        + "\n4711;02-01-2026;PF1;2026-01-01;2026-03-31;1,00;UA-1"
    )
    [reason] = faults_of("supplier_invoice", rows)
    assert "her mangler: Serienummer" in reason


# --- electronic invoices


def test_oioubl_where_tax_exclusive_is_the_vat_and_peppol_where_it_is_the_net():
    two = line(1, instance("PF000001")) + line(2, instance("PF000002"))
    take(ubl(two, head=PERIOD))
    sent = SupplierInvoice.objects.get()
    assert (sent.net_ore, sent.vat_ore) == (69882, 17471)
    assert lines() == [("PF000001", *Q1, 34941), ("PF000002", *Q1, 34941)]

    # The same from Peppol's form is the same invoice.
    each = line(1, instance("PF000001"), period=PERIOD)
    each += line(2, instance("PF000002"), period=PERIOD)
    assert take(ubl(each, exclusive="698.82")).change_count == 0


@pytest.mark.parametrize(
    ("item", "note"),
    [
        (
            "<cac:AdditionalItemProperty><cbc:Name>Serienummer</cbc:Name>"
            "<cbc:Value>pf 000001</cbc:Value></cac:AdditionalItemProperty>",
            "",
        ),
        ("", "<cbc:Note>Leasing, serienr.: PF000001.</cbc:Note>"),
        ("<cbc:Description>S/N PF000001</cbc:Description>", ""),
        (
            "<cac:SellersItemIdentification><cbc:ID>PF000001</cbc:ID>"
            "</cac:SellersItemIdentification>",
            "",
        ),
    ],
)
def test_the_serial_number_is_found_where_the_lessor_writes_it(item, note):
    make.lease("PF000001")
    take(ubl(line(1, item, note=note, period=PERIOD), net="349.41"))
    assert lines() == [("PF000001", *Q1, 34941)]


def test_an_article_number_is_no_serial_number():
    article = (
        "<cac:SellersItemIdentification><cbc:ID>T14-LEASE</cbc:ID></cac:SellersItemIdentification>"
    )
    contract = (
        "<cac:ContractDocumentReference><cbc:ID>UA-1</cbc:ID></cac:ContractDocumentReference>"
    )
    take(ubl(line(1, article), net="349.41", head=PERIOD + contract))
    [one] = SupplierInvoiceLine.objects.all()
    assert (one.serial_number, one.sub_agreement) == ("", "UA-1")


def test_a_line_of_several_pcs_is_cut_to_the_oere():
    take(ubl(line(1, instance("A1", "B2", "C3"), "100.00"), net="100.00", head=PERIOD))
    assert [(row[0], row[3]) for row in lines()] == [("A1", 3334), ("B2", 3333), ("C3", 3333)]


def test_a_credit_note_is_negative():
    ref = (
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>4700</cbc:ID>"
        "</cac:InvoiceDocumentReference></cac:BillingReference>"
    )
    take(
        ubl(
            line(1, instance("PF000001"), root="CreditNote"),
            root="CreditNote",
            net="349.41",
            vat="87.35",
            head=PERIOD + ref,
        )
    )
    sent = SupplierInvoice.objects.get()
    assert (sent.net_ore, sent.vat_ore, sent.is_credit_note) == (-34941, -8735, True)
    assert sent.credits == "4700"


def test_lines_that_do_not_add_up_are_refused_with_the_figures():
    told = refusal(ubl(line(1, instance("PF000001")), net="350.00", head=PERIOD))
    assert "giver 349,41\xa0kr. uden moms, men fakturaen siger 350,00\xa0kr." in told
    assert "Forskellen er 0,59\xa0kr." in told


def test_every_line_at_fault_is_told():
    bad = line(1, instance("PF1"), "1,5") + line(2, "") + line(3, instance("PF3"), "1.001")
    told = refusal(ubl(bad))
    assert "linje 1: Beløbet (LineExtensionAmount) »1,5« er ikke et beløb" in told
    assert "linje 3: Beløbet (LineExtensionAmount) »1.001« kan ikke læses" in told


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">]>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" x="&g;">&g;</Invoice>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">&x;</Invoice>"""
REMOTE = b"""<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/x.dtd">
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>"""


@pytest.mark.parametrize("data", [LAUGHS, OUTSIDE, REMOTE, LAUGHS.decode().encode("utf-16")])
def test_hostile_files_are_refused(data):
    told = refusal(data)
    assert "DOCTYPE" in told or "ikke gyldig XML" in told
    assert "root:" not in told


def test_invisible_characters_make_no_other_invoice_or_pc():
    take(ubl(line(1, instance("PF000001")), net="349.41", head=PERIOD))
    hidden = ubl(line(1, instance("PF\u200b000001")), net="349.41", head=PERIOD)
    take(hidden.replace(b">4711<", ">4\u202e711<".encode()))
    assert SupplierInvoice.objects.get().number == "4711"
    assert SupplierInvoiceLine.objects.get().serial_number == "PF000001"


def test_an_amount_is_written_in_plain_digits():
    told = refusal(ubl(line(1, instance("A1"), "٣.00"), net="3.00", head=PERIOD))
    assert "er ikke et beløb" in told


def test_a_file_that_is_too_deep_is_refused():
    deep = "<a>" * 5000 + "</a>" * 5000
    assert "elementer dyb" in refusal(ubl(deep, head=PERIOD))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<html><body/></html>", "begynder med »html«"),
        (b"<Invoice/>", "begynder med »Invoice«"),
        (b"<Invoice", "ikke gyldig XML"),
        (ubl(""), "har ingen linjer"),
        (ubl(line(1, instance("A1"))).replace(b"<cbc:ID>4711</cbc:ID>", b""), "Fakturanummeret"),
        (ubl(line(1, instance("A1"))).replace(b"2026-01-02", b"i dag"), "Fakturadatoen"),
        (ubl(line(1, instance("A1"))).replace(b">DKK<", b">EUR<"), "er i EUR"),
        (ubl(line(1, instance("A1")), net="NaN"), "Summen af linjerne"),
        (
            ubl(line(1, instance("A1"))).replace(b"LegalMonetaryTotal", b"AnotherTotal"),
            "Fakturaens sum (LegalMonetaryTotal) mangler",
        ),
    ],
)
def test_what_is_no_invoice_or_lacks_a_part_is_refused(data, told):
    assert told in refusal(data)


def test_xml_is_only_read_for_the_kind_that_knows_it():
    with pytest.raises(Refused, match="ikke et regneark"):
        import_file(
            kind="units", stream=io.BytesIO(ubl("")), filename="x.xml", actor=None, today=TODAY
        )
