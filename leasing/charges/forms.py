from django import forms
from django.forms.models import ModelChoiceIterator

from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.forms.choosers import DeviceInput, WritableSelect
from albertslund_it.web.forms.fields import DateField, KronerField, PlainForm
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Unit
from inventory.organisation.presenters import unit_choices


class UnitsByDepartment(ModelChoiceIterator):
    """The units in groups: those of the day, read each time."""

    def __iter__(self):
        yield "", "Vælg enhed"
        yield from unit_choices(Unit.objects.in_use())


class PayingUnitField(forms.ModelChoiceField):
    """The unit that pays, grouped by department."""

    iterator = UnitsByDepartment

    def __init__(self, **kwargs):
        super().__init__(
            queryset=Unit.objects.in_use().select_related("department"),
            widget=WritableSelect(),
            **kwargs,
        )


class ChargeForm(PlainForm, forms.Form):
    """A one-off amount."""

    charged_on = DateField(
        label="Dato", help_text="Opkræves i den første kørsel, hvis kvartal slutter efter datoen."
    )
    unit = PayingUnitField(label="Enhed, der betaler")
    amount_ore = KronerField(
        label="Beløb",
        help_text="Kroner uden moms. Skriv minus foran for at give penge tilbage.",
    )
    text = forms.CharField(label="Tekst", max_length=200, help_text="Står på lederens regning.")
    serial_number = forms.CharField(
        label="Udstyrets serienummer", max_length=40, required=False, widget=DeviceInput()
    )
    is_sure = forms.BooleanField(required=False)  # shown where there is something to be sure of

    def clean_serial_number(self):
        wanted = self.cleaned_data["serial_number"].strip().upper()
        if not wanted:
            return None
        device = devices_by_serial_number([wanted]).get(wanted)
        if device is None:
            raise forms.ValidationError(
                f"Serienummer »{wanted}« findes ikke. {doubt(wanted) or 'Ret det'}."
            )
        return device


class SettlementForm(PlainForm, forms.Form):
    """What the lessor settles a lease for, and from when it costs nothing more."""

    stops_on = DateField(
        label="Leasingen stopper fra", help_text="Den første dag uden ydelse. Står på regningen."
    )
    amount_ore = KronerField(label="Indfrielsesbeløb", help_text="Fra leasinggivers faktura.")
    unit = PayingUnitField(label="Enhed, der betaler")
    text = forms.CharField(label="Tekst", max_length=200, help_text="Står på lederens regning.")
    is_sure = forms.BooleanField(required=False)
