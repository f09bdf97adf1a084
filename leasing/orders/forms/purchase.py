"""A purchase at the lessor: its number and its day."""

from django import forms

from albertslund_it.web.forms.fields import DateField, PlainForm
from leasing.models.order import LONGEST_NUMBER


class PurchaseForm(PlainForm, forms.Form):
    """What the lessor calls a purchase, and when it was made."""

    number = forms.CharField(
        label="ATEAs bestillingsnummer",
        max_length=LONGEST_NUMBER,
        help_text="Står på ATEAs ordrebekræftelse.",
        error_messages={"required": "Skriv ATEAs bestillingsnummer."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    ordered_on = DateField(
        label="Bestilt den", error_messages={"required": "Skriv, hvornår der er bestilt."}
    )
