"""The forms of departments and units."""

from django import forms

from albertslund_it.web.forms.fields import PlainForm
from inventory.models import Unit


class CodingForm(PlainForm, forms.ModelForm):
    """What a posting to a unit needs."""

    class Meta:
        model = Unit
        fields = ("account", "cost_centre", "psp_element", "ean")
        help_texts = {
            "account": "8 cifre, fx 49100010.",
            "cost_centre": "10 cifre. Udfyld enten dette eller PSP-elementet.",
            "psp_element": "Skrives som XG-0000000204-00001.",
            "ean": "13 cifre. Vises, så man kan kende enheden; Opus bruger det ikke.",
        }
