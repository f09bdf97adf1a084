"""Which labels to print."""

import re

from django import forms

from albertslund_it.web.forms.fields import PlainForm
from leasing.devices.selectors.labels import MOST, PER_SHEET

SPLIT = re.compile(r"[\s,;]+")


class LabelForm(PlainForm, forms.Form):
    """Which labels, and where on the first sheet they begin."""

    serienumre = forms.CharField(
        label="Serienumre",
        help_text="Ét på hver linje, eller adskilt af komma.",
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )
    plads = forms.IntegerField(
        label="Begynd på plads",
        help_text=f"1–{PER_SHEET}, talt fra venstre mod højre. Brug resten af et ark, der er "
        "taget hul på.",
        min_value=1,
        max_value=PER_SHEET,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"Skriv et tal mellem 1 og {PER_SHEET}.",
        ),
    )

    def clean_serienumre(self):
        numbers = [one for one in SPLIT.split(self.cleaned_data["serienumre"].upper()) if one]
        if len(numbers) > MOST:
            raise forms.ValidationError(
                f"Der kan højst udskrives {MOST} etiketter ad gangen. Del dem op."
            )
        return numbers
