from django import forms

from albertslund_it.web.forms.fields import DateField, KronerField, PlainForm


class LeaseCorrectionForm(PlainForm, forms.Form):
    """The first day of a lease, and the price of its first term."""

    starts_on = DateField(
        label="Leasingstart", error_messages={"required": "Skriv, hvornår leasingen starter."}
    )
    price_ore = KronerField(
        label="Leasingpris",
        help_text="For hele løbetiden, i kr. uden moms.",
        error_messages={"required": "Skriv prisen for hele løbetiden."},
    )
    is_sure = forms.BooleanField(required=False)  # shown where there is something to be sure of
