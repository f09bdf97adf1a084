"""Which labels to print, and what is done with several devices at once."""

import re
import uuid

from django import forms

from albertslund_it.web.forms.choosers import DevicesArea
from albertslund_it.web.forms.fields import DateField, PlainForm, PlainSelect
from inventory.models import DeviceModel
from leasing.devices.selectors.labels import MOST, PER_SHEET
from leasing.movements.selectors.lookups import FoundDevices, devices_in

SPLIT = re.compile(r"[\s,;]+")


class LabelForm(PlainForm, forms.Form):
    """Which labels, and where on the first sheet they begin."""

    serienumre = forms.CharField(
        label="Serienumre",
        help_text="Ét på hver linje, eller adskilt af komma.",
        widget=DevicesArea(rows=4),
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


class SomeDevicesForm(PlainForm, forms.Form):
    """Some devices, of those that may be named."""

    serienumre = forms.CharField(
        label="Serienumre",
        widget=DevicesArea(rows=3),
        error_messages={"required": "Skriv mindst ét serienummer."},
    )

    def __init__(self, *args, devices, **kwargs):
        super().__init__(*args, **kwargs)
        self.devices, self.found = devices, FoundDevices()

    def clean_serienumre(self):
        text = self.cleaned_data["serienumre"]
        try:
            self.found = devices_in(text, self.devices)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if self.found.unknown:
            raise forms.ValidationError([f"Kendes ikke: {one}" for one in self.found.unknown[:20]])
        return text


class FactsForm(SomeDevicesForm):
    """What is to hold for them; an empty field leaves it as it is."""

    model = forms.ModelChoiceField(
        label="Model",
        queryset=DeviceModel.objects.all(),
        required=False,
        empty_label="Som nu",
        widget=PlainSelect,
    )
    ram_gb = forms.IntegerField(
        label="RAM (GB)",
        required=False,
        min_value=1,
        max_value=1024,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "Skriv et helt tal mellem 1 og 1024."
        ),
    )
    windows_11 = forms.TypedChoiceField(
        label="Windows 11",
        choices=[("", "Som nu"), ("ja", "Ja"), ("nej", "Nej")],
        coerce=lambda answer: answer == "ja",
        empty_value=None,
        required=False,
        widget=PlainSelect,
    )
    warranty_until = DateField(label="Garanti til", required=False)

    @property
    def values(self) -> dict[str, object]:
        """Return what was filled in."""
        names = ("model", "ram_gb", "windows_11", "warranty_until")
        return {n: self.cleaned_data[n] for n in names if self.cleaned_data.get(n) is not None}

    def clean(self):
        data = super().clean()
        if not self.errors and not self.values:
            self.add_error(None, "Udfyld mindst ét felt: det, der er tomt, bliver, som det er.")
        return data


class MessageForm(SomeDevicesForm):
    """What their users are written."""

    emne = forms.CharField(
        label="Emne", max_length=150, error_messages={"required": "Skriv, hvad mailen handler om."}
    )
    tekst = forms.CharField(
        label="Tekst",
        max_length=5000,
        help_text="Hver får sin egen mail, der begynder med navnet og slutter med deres udstyr.",
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Skriv, hvad de skal vide."},
    )
    # Made with the form, so that a double click or a reload writes once.
    kvittering = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)
