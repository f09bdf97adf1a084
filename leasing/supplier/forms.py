"""The forms of the lessor's invoices and of what is decided about them."""

from django import forms
from django.forms import formset_factory

from albertslund_it.common.files.kept import KINDS
from albertslund_it.web.forms.fields import DateField, KronerField, PlainForm, PlainSelect
from albertslund_it.web.forms.validators import validate_voucher_number
from inventory.models import Unit
from leasing.models import Outcome

ROWS = 6


class AttachForm(PlainForm, forms.Form):
    """A file to keep with an invoice."""

    file = forms.FileField(
        label="Læg en fil ved",
        help_text=f"{KINDS}, højst 20 MB.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.xlsx,.csv"}),
    )


class VoucherNumberForm(PlainForm, forms.Form):
    """The voucher that the lessor's invoice was posted with."""

    voucher_number = forms.CharField(
        label="Bilagsnummer i Opus", required=False, validators=[validate_voucher_number]
    )


class TotalForm(PlainForm, forms.Form):
    """One sub-agreement's total."""

    sub_agreement = forms.CharField(label="Underaftale", max_length=40)
    starts_on = DateField(label="Fra")
    last_day = DateField(label="Til (sidste dag)")
    amount_ore = KronerField(label="Beløb uden moms")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sub_agreement"].widget.attrs["list"] = "underaftaler"


class InvoiceForm(PlainForm, forms.Form):
    """The invoice's own facts."""

    number = forms.CharField(label="Fakturanr.", max_length=60)
    invoice_date = DateField(label="Fakturadato")
    net_ore = KronerField(label="Fakturaens beløb uden moms")
    vat_ore = KronerField(label="Moms", required=False)
    is_credit_note = forms.BooleanField(
        label="Det er en kreditnota",
        required=False,
        help_text="Skriv beløbene uden minus.",
    )
    credits = forms.CharField(label="Krediterer fakturanr.", max_length=60, required=False)


TotalForms = formset_factory(TotalForm, extra=ROWS, max_num=50)


class DifferenceDecisionForm(PlainForm, forms.Form):
    """What is to be done about the differences."""

    outcome = forms.ChoiceField(label="Afgørelse", widget=forms.RadioSelect)
    unit = forms.TypedChoiceField(
        label="Enhed, der skal betale",
        coerce=int,
        empty_value=None,
        required=False,
        widget=PlainSelect,
        help_text="Kun ved »Lægges på enheden«. Tom: den enhed, der havde udstyret.",
    )
    is_sure = forms.BooleanField(required=False)  # shown where there is something to be sure of
    note = forms.CharField(
        label="Bemærkning",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Hvad er grunden? Den kommer med på listen til leasinggiver.",
    )

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        may_claim = all(row.difference_ore > 0 for row in rows)
        outcomes = [one for one in Outcome if one != Outcome.CLAIMED or may_claim]
        self.offer("outcome", [(one.value, one.label) for one in outcomes])
        self.fields["outcome"].widget.attrs["class"] = "form-check-input"
        units = Unit.objects.in_use().filter(is_cost_holder=False)
        choices = [(unit.pk, str(unit)) for unit in units]
        self.offer("unit", [("", "Den, der havde udstyret"), *choices])
