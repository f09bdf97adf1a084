"""What lessors write in electronic invoices that is easily taken for something else."""

import pytest

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from inventory.models import FormerSerialNumber
from leasing.models import SupplierInvoice, SupplierInvoiceLine
from leasing.supplier.presenters import cause_name
from leasing.supplier.selectors.piles import cause_of
from leasing.supplier.selectors.reconciliation import difference_rows, reconciliation_of
from tests import builders as make
from tests.leasing.supplier.documents import PERIOD, instance, line, take, ubl

pytestmark = pytest.mark.django_db
CONTRACT = "<cac:ContractDocumentReference><cbc:ID>UA-1</cbc:ID></cac:ContractDocumentReference>"
HEAD = PERIOD + CONTRACT


def described(text):
    return f"<cbc:Description>{text}</cbc:Description>"


def quantity(number, unit="EA"):
    return f'<cbc:InvoicedQuantity unitCode="{unit}">{number}</cbc:InvoicedQuantity>'


def reference(value, scheme="AWV", code="130"):
    return (
        f'<cac:DocumentReference><cbc:ID schemeID="{scheme}">{value}</cbc:ID>'
        f"<cbc:DocumentTypeCode>{code}</cbc:DocumentTypeCode></cac:DocumentReference>"
    )


def type_code(code):
    return f"<cbc:InvoiceTypeCode>{code}</cbc:InvoiceTypeCode>"


def lines():
    return list(
        SupplierInvoiceLine.objects.order_by("number").values_list(
            "serial_number", "sub_agreement", "amount_ore"
        )
    )


def warnings_of(data, **options):
    return " ".join(take(data, **options).warnings)


def refusal(data):
    with pytest.raises(Refused) as refused:
        take(data)
    assert not SupplierInvoice.objects.exists()
    return " ".join(refused.value.reasons)


@pytest.fixture
def three():
    return [make.lease(f"PF00000{n}") for n in (1, 2, 3)]


# --- which pc


def test_several_serial_numbers_in_one_text_share_the_amount(three):
    text = described("Serienr.: PF000001, PF000002, PF000003")
    one = line(1, text, "1048.25", note=quantity(3))
    report = take(ubl(one, net="1048.25", head=HEAD))

    # 1.048,25 / 3 = 349,41 and 2 øre over: one each for the first two.
    assert lines() == [
        ("PF000001", "UA-1", 34942),
        ("PF000002", "UA-1", 34942),
        ("PF000003", "UA-1", 34941),
    ]
    assert not any("antal" in warning for warning in report.warnings)


def test_a_quantity_that_is_not_the_number_of_serial_numbers_is_told(three):
    text = described("Serienr.: PF000001 og PF000002")
    told = warnings_of(ubl(line(1, text, "100.01", note=quantity(3)), net="100.01", head=HEAD))

    assert [row[2] for row in lines()] == [5001, 5000]
    assert "Linje 1 har antal 3, men 2 serienumre" in told


@pytest.mark.parametrize("unit", ["MON", "DAY"])
def test_a_quantity_of_months_is_no_number_of_pcs(three, unit):
    text = described("S/N PF000001")
    told = warnings_of(ubl(line(1, text, "3.00", note=quantity(3, unit)), net="3.00", head=HEAD))
    assert "antal 3" not in told


def test_an_object_identifier_does_not_hide_the_contract_of_the_invoice(three):
    one = line(1, "", "1000.00", before=reference("Mobil 12345678"))
    take(ubl(one, net="1000.00", head=HEAD))
    assert lines() == [("", "UA-1", 100000)]


def test_a_reference_that_the_register_knows_is_the_sub_agreement_of_its_line(three):
    make.sub_agreement("UA-2")
    one = line(1, "", "1000.00", before=reference("ua-2", code="315"))
    take(ubl(one, net="1000.00", head=HEAD))
    assert lines() == [("", "UA-2", 100000)]


@pytest.mark.parametrize("scheme", ["SE", "AWV", "ABZ"])
def test_a_serial_number_as_the_object_of_the_line_is_the_serial_number(three, scheme):
    one = line(1, "", before=reference("pf000002", scheme))
    take(ubl(one, net="349.41", head=HEAD))
    assert lines() == [("PF000002", "UA-1", 34941)]


def test_an_object_that_says_it_is_a_serial_number_is_one_though_it_is_unknown(three):
    told = warnings_of(
        ubl(line(1, "", before=reference("XX999999", "SE")), net="349.41", head=HEAD)
    )
    assert lines() == [("XX999999", "UA-1", 34941)]
    assert "XX999999" in told


@pytest.mark.parametrize(
    "item",
    [
        described("ThinkPad T14 Serie-nr.: PF000001"),
        described("21HES00A00 ThinkPad T14 PF000001"),
        described("ThinkPad T14 (pf000001)."),
        described("1S21HES00A00PF000001"),
        described("S/N: 1S21HES00A00PF000001"),
        "<cbc:Name>PF000001</cbc:Name>",
        '<cac:AdditionalItemIdentification><cbc:ID schemeID="SN">PF000001</cbc:ID>'
        "</cac:AdditionalItemIdentification>",
        "<cac:AdditionalItemProperty><cbc:Name>Maskine</cbc:Name>"
        "<cbc:Value>T14 / PF000001</cbc:Value></cac:AdditionalItemProperty>",
        "<cac:AdditionalItemProperty><cbc:Name>Serial no.</cbc:Name>"
        "<cbc:Value>1S21HES00A00PF000001</cbc:Value></cac:AdditionalItemProperty>",
        "<cac:BuyersItemIdentification><cbc:ID>PF000001</cbc:ID></cac:BuyersItemIdentification>",
    ],
)
def test_any_word_that_the_register_knows_as_a_serial_number_is_found(three, item):
    take(ubl(line(1, item), net="349.41", head=HEAD))
    assert lines() == [("PF000001", "UA-1", 34941)]


def test_a_note_names_the_pc_and_an_old_number_counts(three):
    FormerSerialNumber.objects.create(device=three[0].device, serial_number="PF0OLD01")
    note = "<cbc:Note>Leje af PF0OLD01, nu PF000001</cbc:Note>"
    take(ubl(line(1, "", note=note), net="349.41", head=HEAD))
    assert lines() == [("PF0OLD01", "UA-1", 34941)]  # one pc by two of its names


def test_a_pc_that_is_named_in_its_own_place_is_not_shared_with_one_in_the_text(three):
    item = instance("PF000001") + described("Erstatter PF000002")
    take(ubl(line(1, item), net="349.41", head=HEAD))
    assert lines() == [("PF000001", "UA-1", 34941)]


def test_a_known_number_goes_before_an_unknown_word_after_the_label(three):
    take(ubl(line(1, described("Serienr. 2026 PF000001")), net="349.41", head=HEAD))
    assert lines() == [("PF000001", "UA-1", 34941)]


# --- which period


def test_an_invoice_without_a_period_asks_for_the_quarter(three):
    data = ubl(line(1, instance("PF000001")), net="349.41", head=CONTRACT)
    assert "Fakturaen siger ikke, hvilken periode den er for" in refusal(data)

    told = warnings_of(data, quarter=Quarter(2026, 3))
    [one] = SupplierInvoiceLine.objects.all()
    assert (str(one.starts_on), str(one.ends_before)) == ("2026-07-01", "2026-10-01")
    assert "3. kvartal 2026" in told


def test_a_quarter_for_an_invoice_that_has_its_period_is_refused(three):
    data = ubl(line(1, instance("PF000001")), net="349.41", head=HEAD)
    with pytest.raises(Refused, match="siger selv"):
        take(data, quarter=Quarter(2026, 3))


def test_a_period_without_days_is_none(three):
    said = "<cac:InvoicePeriod><cbc:DescriptionCode>35</cbc:DescriptionCode></cac:InvoicePeriod>"
    data = ubl(line(1, instance("PF000001")), net="349.41", head=said + CONTRACT)
    take(data, quarter=Quarter(2026, 1))
    assert len(lines()) == 1


# --- fees, and lines about nothing


def fee(amount):
    return f'<cbc:ChargeTotalAmount currencyID="DKK">{amount}</cbc:ChargeTotalAmount>'


def test_a_fee_of_the_invoice_goes_on_the_one_contract_of_its_lines(three):
    one = line(1, instance("PF000001"))
    take(ubl(one, net="349.41", head=PERIOD, tail=fee("75.00")))
    assert lines() == [("PF000001", "", 34941), ("", "UA-1", 7500)]


def test_a_fee_of_an_invoice_with_two_contracts_is_in_the_pile_that_asks(three):
    make.lease("PF000009", agreement="UA-2")
    two = line(1, instance("PF000001")) + line(2, instance("PF000009"))
    told = warnings_of(ubl(two, head=PERIOD, tail=fee("75.00")))

    assert lines()[2] == ("", "", 7500)
    assert "hverken serienummer eller underaftale" in told
    found = reconciliation_of(Quarter(2026, 1))
    assert found.ties
    rows = [row for row in difference_rows(Quarter(2026, 1)) if row.pile == "unknown"]
    assert [(cause_name(cause_of(row)), row.difference_ore) for row in rows] == [
        ("Uden underaftale", 7500)
    ]


def test_a_line_about_nothing_is_in_the_pile_that_asks(three):
    take(ubl(line(1, "", "12.00"), net="12.00", head=PERIOD))
    assert lines() == [("", "", 1200)]


def test_a_line_of_nothing_to_pay_is_taken_with_a_word(three):
    free = (
        "<cac:InvoiceLine><cbc:ID>2</cbc:ID>"
        "<cbc:FreeOfChargeIndicator>true</cbc:FreeOfChargeIndicator>"
        "<cac:Item><cbc:Name>Fragt</cbc:Name></cac:Item></cac:InvoiceLine>"
    )
    zero = line(3, "", "0.00")
    told = warnings_of(
        ubl(line(1, instance("PF000001"), period=PERIOD) + free + zero, net="349.41")
    )
    assert SupplierInvoice.objects.get().net_ore == 34941
    assert "2 linjer er på 0 kr." in told
    assert reconciliation_of(Quarter(2026, 1)).ties


# --- what kind of document, and which taxes


def test_an_unknown_contract_and_no_known_pc_is_told(three):
    unknown = HEAD.replace("UA-1", "KONTRAKT-9999")
    told = warnings_of(ubl(line(1, "", "1000.00"), net="1000.00", head=unknown))
    assert "KONTRAKT-9999" in told
    assert "Ingen af linjerne har et serienummer, vi kender" in told
    assert "Filen siger ikke, hvem sælgeren er" in told


def test_a_pro_forma_invoice_is_refused(three):
    data = ubl(line(1, instance("PF000001")), net="349.41", head=type_code(325) + HEAD)
    assert "proforma" in refusal(data)


@pytest.mark.parametrize("code", [381, 396, 81])
def test_a_credit_in_the_shape_of_an_invoice_is_never_a_charge(three, code):
    data = ubl(line(1, instance("PF000001")), net="349.41", head=type_code(code) + HEAD)
    assert f"kreditnota (type {code})" in refusal(data)


def test_a_credit_note_of_minus_amounts_is_refused_with_the_reason(three):
    one = line(1, instance("PF000001"), "-349.41", root="CreditNote")
    told = refusal(ubl(one, root="CreditNote", net="-349.41", vat="0.00", head=HEAD))
    assert "Kreditnotaen er på minus" in told


def test_a_negative_invoice_is_a_credit_note_with_a_word(three):
    told = warnings_of(
        ubl(line(1, instance("PF000001"), "-349.41"), net="-349.41", vat="-87.35", head=HEAD)
    )
    sent = SupplierInvoice.objects.get()
    assert (sent.is_credit_note, sent.net_ore) == (True, -34941)
    assert "er på minus og er taget som en kreditnota" in told


EXCISE = (
    '<cac:TaxTotal><cbc:TaxAmount currencyID="DKK">50.00</cbc:TaxAmount><cac:TaxSubtotal>'
    '<cbc:TaxAmount currencyID="DKK">50.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>Excise</cbc:ID>'
    "<cac:TaxScheme><cbc:ID>16</cbc:ID><cbc:Name>Afgift</cbc:Name></cac:TaxScheme>"
    "</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>"
)


def test_only_vat_is_left_out_of_the_net(three):
    data = ubl(line(1, instance("PF000001"), "1000.00"), net="1000.00", vat="262.50", head=HEAD)
    take(data.replace(b"<cac:TaxTotal>", EXCISE.encode() + b"<cac:TaxTotal>", 1))

    sent = SupplierInvoice.objects.get()
    assert (sent.net_ore, sent.vat_ore) == (105000, 26250)
    assert lines() == [("PF000001", "UA-1", 100000), ("", "UA-1", 5000)]


def test_vat_and_excise_in_one_total_are_told_apart(three):
    vat = (
        '<cac:TaxSubtotal><cbc:TaxAmount currencyID="DKK">262.50</cbc:TaxAmount><cac:TaxCategory>'
        "<cbc:ID>S</cbc:ID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory>"
        "</cac:TaxSubtotal></cac:TaxTotal>"
    )
    both = EXCISE.replace(">50.00<", ">312.50<", 1).replace("</cac:TaxTotal>", vat)
    data = ubl(line(1, instance("PF000001"), "1000.00"), net="1000.00", head=HEAD).decode()
    start, end = (
        data.index("<cac:TaxTotal>"),
        data.index("</cac:TaxTotal>") + len("</cac:TaxTotal>"),
    )
    take((data[:start] + both + data[end:]).encode())

    sent = SupplierInvoice.objects.get()
    assert (sent.net_ore, sent.vat_ore) == (105000, 26250)


def test_an_envelope_is_opened(three):
    inner = ubl(line(1, instance("PF000001")), net="349.41", head=HEAD)
    inner = inner.split(b"?>", 1)[1]
    space = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
    outer = f'<StandardBusinessDocument xmlns="{space}"><StandardBusinessDocumentHeader/>'.encode()
    take(outer + inner + b"</StandardBusinessDocument>")
    assert lines() == [("PF000001", "UA-1", 34941)]
