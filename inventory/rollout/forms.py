"""The forms of the rollout."""

from django import forms

from albertslund_it.web.forms.choosers import DeviceInput
from albertslund_it.web.forms.fields import DateField, PlainForm
from inventory.models import Department, Device, Replacement, Roll

REPLACED, KEPT, WAITS = "udskiftet", "udskiftes-ikke", "mangler"
OUTCOMES = [
    (REPLACED, "Den er udskiftet"),
    (KEPT, "Den udskiftes ikke"),
    (WAITS, "Den mangler udskiftning"),
]


class OutcomeForm(PlainForm, forms.Form):
    """What came of an old machine."""

    outcome = forms.ChoiceField(label="Hvad er der sket?", choices=OUTCOMES)
    replaced_on = DateField(label="Udskiftet den", required=False)
    new_serial = forms.CharField(
        label="Den nye pc's serienr.",
        required=False,
        max_length=Device._meta.get_field("serial_number").max_length,
        help_text="Tom, hvis der ikke kom en leaset pc i stedet.",
        widget=DeviceInput(stock_first=True, autocapitalize="characters"),
    )
    is_handed_in = forms.BooleanField(
        label="Den gamle maskine er afleveret til it", required=False, initial=True
    )
    reason = forms.CharField(
        label="Hvorfor udskiftes den ikke?",
        required=False,
        max_length=Replacement._meta.get_field("reason").max_length,
        help_text="Kun hvis den ikke udskiftes.",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_new_serial(self):
        return self.cleaned_data["new_serial"].strip().upper()

    def clean(self):
        values = super().clean()
        outcome = values.get("outcome")
        if (
            outcome == REPLACED
            and not values.get("replaced_on")
            and "replaced_on" not in self.errors
        ):
            self.add_error("replaced_on", "Skriv den dag, maskinen blev udskiftet.")
        if outcome == KEPT and not values.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Skriv, hvorfor maskinen ikke udskiftes.")
        return values


class FindForm(PlainForm, forms.Form):
    """Which machines a roll is to replace."""

    roll = forms.ModelChoiceField(
        label="Rul",
        queryset=Roll.objects.filter(lot=""),
        empty_label="Vælg",
        to_field_name="number",
    )
    department = forms.ModelChoiceField(
        label="Afdeling", queryset=Department.objects.all(), required=False, empty_label="Alle"
    )
    ram = forms.IntegerField(
        label="Højst så mange GB RAM",
        required=False,
        min_value=1,
        max_value=4096,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Skriv RAM som et helt tal, fx 8."},
    )
    old_windows = forms.BooleanField(label="Kun pc'er uden Windows 11", required=False)

    def clean(self):
        values = super().clean()
        if "ram" not in self.errors and not values.get("ram") and not values.get("old_windows"):
            self.add_error("ram", "Skriv, hvor meget RAM, eller vælg pc'er uden Windows 11.")
        return values


class VisitForm(PlainForm, forms.Form):
    """A department's week."""

    roll = forms.ModelChoiceField(
        label="Rul", queryset=Roll.objects.all(), empty_label="Vælg", to_field_name="number"
    )
    department = forms.ModelChoiceField(
        label="Afdeling", queryset=Department.objects.all(), empty_label="Vælg"
    )
    year = forms.IntegerField(
        label="År",
        min_value=2020,
        max_value=2099,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Skriv året med fire cifre, fx 2026."},
    )
    week = forms.IntegerField(
        label="Uge",
        min_value=1,
        max_value=53,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Skriv ugen som et tal, fx 47."},
    )

    def __init__(self, *args, lot: Roll | None = None, **kwargs):
        """Offer the rolls of old machines, or the one of a lot."""
        super().__init__(*args, **kwargs)
        field = self.fields["roll"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Roll.objects.filter(pk=lot.pk) if lot else Roll.objects.filter(lot="")
        if lot:
            self.initial["roll"] = lot.number


class RollForm(PlainForm, forms.ModelForm):
    """A new roll."""

    number = forms.IntegerField(min_value=1, max_value=999, widget=forms.HiddenInput)

    class Meta:
        model = Roll
        fields = ("name", "criterion")
        help_texts = {"criterion": "Fx: Pc'er med 8 GB RAM, for lidt til den nye platform."}


class AsOfForm(PlainForm, forms.Form):
    """The day that the rollout is shown as of."""

    pr = DateField(label="Vis pr. dato", required=False)
