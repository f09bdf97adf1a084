"""Electronic invoices for tests, as the lessor would write them, and taking them in."""

import io
from datetime import date

from leasing.imports.importers.files import import_file

TODAY = date(2026, 4, 8)


def ubl(lines, *, root="Invoice", net="698.82", vat="174.71", exclusive=None, head="", tail=""):
    """Write an invoice; `exclusive` is the VAT in OIOUBL and the net sum in Peppol."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>4711</cbc:ID><cbc:IssueDate>2026-01-02</cbc:IssueDate>
<cbc:DocumentCurrencyCode>DKK</cbc:DocumentCurrencyCode>{head}
<cac:TaxTotal><cbc:TaxAmount currencyID="DKK">{vat}</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="DKK">{net}</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="DKK">{exclusive or vat}</cbc:TaxExclusiveAmount>{tail}
</cac:LegalMonetaryTotal>{lines}</{root}>""".encode()


PERIOD = (
    "<cac:InvoicePeriod><cbc:StartDate>2026-01-01</cbc:StartDate>"
    "<cbc:EndDate>2026-03-31</cbc:EndDate></cac:InvoicePeriod>"
)


def line(number, item, amount="349.41", *, period="", note="", root="Invoice", before=""):
    return (
        f"<cac:{root}Line><cbc:ID>{number}</cbc:ID>{note}{before}"
        f'<cbc:LineExtensionAmount currencyID="DKK">{amount}</cbc:LineExtensionAmount>{period}'
        f"<cac:Item><cbc:Name>Lenovo T14</cbc:Name>{item}</cac:Item></cac:{root}Line>"
    )


def instance(*serials):
    return "".join(
        f"<cac:ItemInstance><cbc:SerialID>{s}</cbc:SerialID></cac:ItemInstance>" for s in serials
    )


def take(data, name="faktura.xml", **options):
    return import_file(
        kind="supplier_invoice",
        stream=io.BytesIO(data),
        filename=name,
        actor=None,
        today=TODAY,
        **options,
    )
