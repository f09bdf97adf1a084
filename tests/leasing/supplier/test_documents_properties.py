"""However an invoice's amounts are cut and named, what is taken in is its net, to the øre."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from leasing.models import SupplierInvoice, SupplierInvoiceLine
from tests import builders as make
from tests.histories import histories
from tests.leasing.supplier.documents import PERIOD, instance, line, take, ubl

KNOWN = [f"PF00000{n}" for n in range(5)]
SERIALS = st.lists(st.sampled_from([*KNOWN, "XX9991", "XX9992"]), max_size=5, unique=True)
AMOUNTS = st.integers(-5_000_000, 5_000_000)
LINES = st.lists(
    st.tuples(
        AMOUNTS,
        SERIALS,
        st.sampled_from(["instance", "label", "bare", "none"]),
        st.none() | st.integers(1, 6),
    ),
    min_size=1,
    max_size=6,
)


def kroner(ore):
    return f"{Decimal(ore) / 100:.2f}"


def amount(name, ore):
    return f'<cbc:{name} currencyID="DKK">{kroner(ore)}</cbc:{name}>'


def written(number, ore, serials, how, quantity, root):
    item = {
        "instance": instance(*serials),
        "label": f"<cbc:Description>Serienr.: {', '.join(serials)}</cbc:Description>",
        "bare": f"<cbc:Description>T14 {' '.join(serials)} pr. md.</cbc:Description>",
        "none": "",
    }[how]
    kind = "CreditedQuantity" if root == "CreditNote" else "InvoicedQuantity"
    count = f'<cbc:{kind} unitCode="EA">{quantity}</cbc:{kind}>' if quantity else ""
    return line(number, item, kroner(ore), note=count, root=root)


def excise_of(ore):
    return (
        f"<cac:TaxTotal>{amount('TaxAmount', ore)}<cac:TaxSubtotal>{amount('TaxAmount', ore)}"
        "<cac:TaxCategory><cac:TaxScheme><cbc:ID>16</cbc:ID></cac:TaxScheme></cac:TaxCategory>"
        "</cac:TaxSubtotal></cac:TaxTotal>"
    )


class DocumentProperties(TestCase):
    @histories(60)
    @given(
        LINES,
        st.integers(0, 100_000),
        st.integers(0, 100_000),
        st.integers(0, 100_000),
        st.booleans(),
        st.booleans(),
    )
    def test_the_lines_are_the_net(self, lines, charge, allowance, excise, has_contract, by_total):
        for number, serial in enumerate(KNOWN):
            make.lease(serial, agreement=f"UA-{number % 2}")
        of_lines = sum(row[0] for row in lines)
        net = of_lines + charge - allowance + excise
        root = "CreditNote" if net >= 0 and charge % 2 else "Invoice"
        body = "".join(written(n, *row, root) for n, row in enumerate(lines, start=1))
        head = PERIOD + (
            "<cac:ContractDocumentReference><cbc:ID>UA-0</cbc:ID></cac:ContractDocumentReference>"
            if has_contract
            else ""
        )
        tail = amount("ChargeTotalAmount", charge) + amount("AllowanceTotalAmount", allowance)
        if not by_total:
            tail = ""
            head += "".join(
                f"<cac:AllowanceCharge><cbc:ChargeIndicator>{sign}</cbc:ChargeIndicator>"
                f"{amount('Amount', ore)}</cac:AllowanceCharge>"
                for sign, ore in (("true", charge), ("false", allowance))
            )
        data = ubl(
            body,
            root=root,
            net=kroner(of_lines),
            vat="0.00",
            head=head + excise_of(excise),
            tail=tail,
        )
        take(data)

        sign = -1 if root == "CreditNote" else 1
        sent = SupplierInvoice.objects.get()
        taken = SupplierInvoiceLine.objects.order_by("number")
        assert sent.net_ore == sign * net == sum(taken.values_list("amount_ore", flat=True))
        assert sent.vat_ore == 0
