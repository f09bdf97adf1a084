from django import forms

from albertslund_it.web.forms.fields import DateField, PlainForm
from albertslund_it.web.forms.validators import validate_voucher_number
from leasing.rebilling.services import LONGEST_REASON


class VoucherForm(PlainForm, forms.Form):
    """The voucher that a run was posted with."""

    number = forms.CharField(
        label="Bilagsnummer",
        validators=[validate_voucher_number],
        help_text="Det nummer, Opus gav bilaget: højst ti cifre.",
    )
    posted_on = DateField(label="Bogføringsdato")


class VoucherCorrectionForm(VoucherForm):
    """What is right, and why it is corrected."""

    reason = forms.CharField(
        label="Hvorfor rettes det?",
        max_length=LONGEST_REASON,
        help_text="Står i hændelsesloggen og i bilagssporet.",
        error_messages={"required": "Skriv, hvorfor bilaget rettes. Revisionen kan se det."},
    )
    seen_number = forms.CharField(widget=forms.HiddenInput, required=False)
    seen_posted_on = DateField(widget=forms.HiddenInput, required=False)
