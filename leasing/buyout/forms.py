from django import forms

from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.forms.choosers import DeviceInput
from albertslund_it.web.forms.fields import DateField, KronerField, PlainForm
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import DeviceModel


class OfferForm(PlainForm, forms.Form):
    """What the lessor takes for a device, or for any of a model."""

    device = forms.CharField(
        label="Serienummer",
        max_length=40,
        required=False,
        help_text="Når tilbuddet gælder ét udstyr. Ellers vælg en model.",
        widget=DeviceInput(),
    )
    model = forms.ModelChoiceField(
        label="Model",
        queryset=DeviceModel.objects.all(),
        required=False,
        empty_label="Ingen: kun det ene udstyr",
    )
    price_ore = KronerField(
        label="Frikøbspris",
        required=False,
        help_text="Kroner, som leasinggiver skriver den. Medarbejderen betaler den.",
    )
    extension_ore = KronerField(
        label="Forlængelse pr. kvartal",
        required=False,
        help_text="Kroner uden moms, hvis leasinggiver tilbyder det. Kommunen betaler den.",
    )
    valid_until = DateField(
        label="Gælder til", help_text="Den sidste dag, medarbejderen kan sige ja."
    )
    is_sure = forms.BooleanField(required=False)  # shown where there is something to be sure of

    def __init__(self, *args, is_new: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["device"], self.fields["model"]

    def clean_device(self):
        wanted = self.cleaned_data["device"].strip().upper()
        if not wanted:
            return None
        found = devices_by_serial_number([wanted]).get(wanted)
        if found is None:
            raise forms.ValidationError(
                f"Serienummer »{wanted}« findes ikke. {doubt(wanted) or 'Ret det'}."
            )
        return found


class HandingOverForm(PlainForm, forms.Form):
    """The day on which devices were handed over; the boxes of each are the page's own."""

    left_on = DateField(
        label="Overdraget",
        help_text="Den dag, medarbejderen fik den som sin egen. Fra den dag betaler kommunen ikke.",
        error_messages={"required": "Skriv den dag, udstyret blev overdraget."},
    )
    is_sure = forms.BooleanField(required=False)  # shown where there is something to be sure of
