"""What is typed of the settings of a task."""

from django import forms
from django.forms import modelform_factory

from albertslund_it.web.forms.fields import DateField
from albertslund_it.web.forms.seen import SeenForm
from albertslund_it.web.forms.validators import validate_year
from leasing.models import Settings
from leasing.settings.presenters import LABELS, SettingsTask


class _SettingsForm(SeenForm, forms.ModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.NumberInput):
                # The browser's number field takes what is no number for nothing at all.
                field.widget = forms.TextInput(
                    attrs={**field.widget.attrs, "inputmode": "numeric", "autocomplete": "off"}
                )
                field.error_messages["invalid"] = "Skriv et helt tal."
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = "Skriv mailen som navn@kommune.dk."
        if address := self.fields.get("site_address"):
            address.error_messages["invalid"] = "Skriv adressen som https://pc.kommune.dk."


def settings_form(task: SettingsTask) -> type[forms.ModelForm]:
    """Return the form of a task's settings; days are written as everywhere else."""
    days = {"billing_starts_on": DateField} if "billing_starts_on" in task.fields else None
    return modelform_factory(
        Settings, form=_SettingsForm, fields=task.fields, field_classes=days, labels=LABELS
    )


class AgreementForm(SeenForm, forms.Form):
    """The framework agreement with the lessor."""

    name = forms.CharField(label="Rammeaftalens navn", max_length=100)
    starts_on = DateField(
        label="Rammeaftalen gælder fra",
        help_text="Ingen leasing begynder før den dag.",
        validators=[validate_year],
    )
