"""The lists of the lessor's invoices, of differences and of claims: filters and columns."""

from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import Q
from django.urls import reverse

from albertslund_it.common.sentences import listed
from albertslund_it.web.forms.fields import PlainForm
from albertslund_it.web.lists.columns import (
    AmountColumn,
    ChangeColumn,
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from leasing.domain.reconciliation import DIFFERENCES, Pile
from leasing.models import SupplierInvoice
from leasing.supplier.presenters import (
    ONE_DAY,
    PILE_NAMES,
    STATE_NAMES,
    ShownDifference,
    decide_url,
    invoice_kind,
)
from leasing.supplier.selectors.matching import MatchedRow
from leasing.supplier.selectors.piles import UNDECIDED, state_of_difference

NOT_DECIDED = "uafgjort"
KINDS = [("faktura", "Faktura"), ("kreditnota", "Kreditnota")]


class SupplierInvoiceFilter(FilterSet):
    """What the invoices can be narrowed to."""

    q = django_filters.CharFilter(label="Fakturanr. eller bilagsnr.", method="search")
    slags = django_filters.ChoiceFilter(
        label="Slags", choices=KINDS, method="of_kind", empty_label="Alle"
    )

    class Meta:
        model = SupplierInvoice
        fields: list[str] = []

    def search(self, invoices, name, value):
        return invoices.filter(Q(number__icontains=value) | Q(voucher_number__icontains=value))

    def of_kind(self, invoices, name, value):
        return invoices.filter(is_credit_note=value == "kreditnota")


class SupplierInvoiceTable(Table):
    """The lessor's invoices and credit notes."""

    caption = "Leverandørfakturaer"
    empty_title = "Der er ingen leverandørfakturaer endnu"
    empty_help = "Indlæs leasinggivers faktura, eller skriv dens total."

    number = CodeColumn("Fakturanr.", link=lambda row: detail_url(row.pk), card="title")
    invoice_date = DateColumn("Dato", card="note")
    kind = Column(
        "Slags", of=invoice_kind, sort_by=("is_credit_note",), orderable=False, card="line"
    )
    line_count = NumberColumn("Linjer", card="line")
    first_day = DateColumn("Fra")
    net_ore = AmountColumn("Uden moms (kr.)", summed=True, card="answer")
    vat_ore = AmountColumn("Moms (kr.)", summed=True)
    voucher_number = CodeColumn("Bilagsnr.")
    entered_by = Column("Indlæst af")


def _devices(line) -> str:
    """Return the search that finds a line's device, also where it has left the register."""
    if not line.serial_number:
        return ""
    return f"{reverse('device-list')}?{urlencode({'register': 'alle', 'q': line.serial_number})}"


class SupplierLineTable(Table):
    """The lines of one invoice."""

    caption = "Fakturaens linjer"

    number = NumberColumn("Linje")
    serial_number = CodeColumn("Serienr.", link=_devices, card="title")
    sub_agreement = CodeColumn("Underaftale", card="line")
    text = Column("Tekst", card="line")
    starts_on = DateColumn("Fra")
    last_day = DateColumn(
        "Til", of=lambda line: line.ends_before - ONE_DAY, sort_by=("ends_before",)
    )
    amount_ore = AmountColumn("Uden moms (kr.)", summed=True, card="answer")


class CountedLineTable(SupplierLineTable):
    """The lines that are counted in a quarter, of whichever invoice."""

    caption = "Fakturalinjer"
    empty_title = "Der er ingen fakturalinjer"
    empty_help = "Leasinggivers faktura for kvartalet er ikke indlæst endnu."

    class Meta:
        sequence = ("invoice", "...")

    invoice = CodeColumn(
        "Fakturanr.", of="invoice.number", link=lambda line: detail_url(line.invoice_id)
    )


class AcrossTable(Table):
    """What lines cover of other quarters than their own, device by device."""

    caption = "Linjer, der dækker andre kvartaler"
    empty_title = "Ingen linje dækker et andet kvartal"

    serial_number = CodeColumn("Serienr.", link=_devices, card="title")
    model = Column("Model", card="line")
    sub_agreement = CodeColumn("Underaftale", card="line")
    invoice = CodeColumn(
        "Fakturanr.",
        of=lambda row: listed(sorted({line.invoice.number for line in row.lines})),
        link=lambda row: detail_url(row.lines[0].invoice_id) if row.lines else "",
        card="line",
    )
    first_day = DateColumn("Linjen fra")
    last_day = DateColumn(
        "Linjen til", of=lambda row: row.ends_before and row.ends_before - ONE_DAY
    )
    amount_ore = ChangeColumn("Heraf (kr.)", summed=True, card="answer")


def detail_url(pk: int) -> str:
    """Return an invoice's page."""
    return reverse("supplier-invoice-detail", args=[pk])


class DifferenceForm(PlainForm, forms.Form):
    """What the differences can be narrowed to."""

    bunke = forms.ChoiceField(
        label="Bunke",
        required=False,
        choices=[
            ("", "Alle afvigelser"),
            # Those that agree are worked out one by one, where their count is opened.
            *((pile, name) for pile, name in PILE_NAMES.items() if pile is not Pile.AGREES),
        ],
    )
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[
            ("", "Alle"),
            (NOT_DECIDED, "Mangler afgørelse, også ændrede"),
            *STATE_NAMES.items(),
        ],
    )
    aarsag = forms.CharField(label="Model", required=False, max_length=80)
    belob = forms.IntegerField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label="Serienr.", required=False, max_length=40)

    def __init__(self, data):
        super().__init__(data)
        if data.get("bunke") == Pile.AGREES:
            self.offer("bunke", [("", "Alle afvigelser"), *PILE_NAMES.items()])

    def piles(self) -> set[Pile]:
        """Return the piles that are asked for."""
        chosen = self.cleaned_data["bunke"]
        return {Pile(chosen)} if chosen else set(DIFFERENCES)

    def _is_in_state(self, row: MatchedRow) -> bool:
        asked = self.cleaned_data["status"]
        if asked == NOT_DECIDED:
            return state_of_difference(row) in UNDECIDED
        return not asked or state_of_difference(row) == asked

    def fits(self, found: ShownDifference) -> bool:
        """Return whether a row is among those asked for."""
        asked, row = self.cleaned_data, found.row
        return (
            self._is_in_state(row)
            and (not asked["aarsag"] or asked["aarsag"].casefold() in found.cause.casefold())
            and (asked["belob"] is None or asked["belob"] == row.difference_ore)
            and asked["q"].strip().upper() in found.serial_number.upper()
        )


class DifferenceTable(Table):
    """The differences of a quarter, one by one."""

    caption = "Afvigelser"
    empty_title = "Der er ingen afvigelser"
    empty_help = "Leasinggiver har faktureret det, vi regnede med."

    def __init__(self, data, *, code: str, may_decide: bool, **kwargs):
        super().__init__(data, **kwargs)
        column = self.columns["serial_number"].column
        column.link_to = (lambda found: _decide_one(code, found)) if may_decide else None

    serial_number = CodeColumn("Serienr.", card="title")
    what = Column("Model", card="line")
    sub_agreement = CodeColumn("Underaftale")
    pile = Column("Bunke", card="line")
    first_day = DateColumn("Fra", visible=False)
    last_day = DateColumn("Til", visible=False)
    expected_ore = AmountColumn("Ventet (kr.)", summed=True)
    invoiced_ore = AmountColumn("Faktureret (kr.)", summed=True)
    difference_ore = AmountColumn("Afvigelse (kr.)", summed=True, card="answer")
    state = MarkColumn("Status", card="line")
    decision = Column("Afgørelse", card="line")


def _decide_one(code: str, found: ShownDifference) -> str:
    row = found.row
    if row.pile not in DIFFERENCES:
        return ""
    return decide_url(
        code,
        bunke=row.pile,
        serie=row.serial_number,
        aftale=None if row.serial_number else row.sub_agreement,
        alle="1",
    )


class ClaimTable(Table):
    """What is claimed from the lessor."""

    caption = "Krav mod leasinggiver"
    empty_title = "Der er ingen åbne krav"
    empty_help = "Krav kommer her, når en afvigelse afgøres med »Kræves hos leasinggiver«."

    quarter = CodeColumn("Kvartal", card="line")
    serial_number = CodeColumn("Serienummer", card="title")
    model_name = Column("Model", card="line")
    sub_agreement = CodeColumn("Underaftale", visible=False)
    first_day = DateColumn("Fra", visible=False)
    last_day = DateColumn("Til", visible=False)
    invoiced_ore = AmountColumn("Faktureret (kr.)")
    expected_ore = AmountColumn("Ventet (kr.)")
    claim_ore = AmountColumn("Krav (kr.)", summed=True, card="answer", link=lambda row: row.url)
    reason = Column("Begrundelse", card="line")
    note = Column("Bemærkning")
    decided_by = Column("Afgjort af", exclude_from_export=True, visible=False)
    decided_on = DateColumn("Afgjort", exclude_from_export=True)
    state = MarkColumn("Status", exclude_from_export=True, card="note")
