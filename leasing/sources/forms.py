"""What is typed in where a difference is mended on a page of its own."""

from django import forms

from albertslund_it.web.forms.choosers import WritableSelect
from albertslund_it.web.forms.fields import PlainForm, PlainSelect, grouped_choices
from inventory.models import DeviceModel, Unit
from inventory.models.organisation import in_danish_order
from inventory.organisation.presenters import unit_choices


class DeviceModelForm(PlainForm, forms.Form):
    """Which model a device is."""

    model = forms.ModelChoiceField(
        label="Model",
        queryset=DeviceModel.objects.all(),
        widget=PlainSelect,
        help_text="Mangler modellen, så indlæs den først med en prisliste eller »Udstyr uden "
        "leasing«.",
        error_messages={"required": "Vælg, hvilken model det er."},
    )
    before = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        models = DeviceModel.objects.order_by(
            in_danish_order("category__name"), in_danish_order("name")
        )
        rows = models.values_list("category__name", "pk", "name")
        self.offer("model", [("", "Vælg model"), *grouped_choices(rows)])


class PersonForm(PlainForm, forms.Form):
    """Somebody whom the directory knows and the register does not."""

    initials = forms.CharField(label="Initialer", max_length=20)
    name = forms.CharField(label="Navn", max_length=100)
    mail = forms.EmailField(label="Mail", required=False)
    unit = forms.ModelChoiceField(
        label="Enhed, der betaler",
        queryset=Unit.objects.in_use().filter(is_cost_holder=False),
        widget=WritableSelect,
        error_messages={"required": "Vælg den enhed, der betaler."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        units = unit_choices(Unit.objects.in_use().filter(is_cost_holder=False))
        self.offer("unit", [("", "Vælg enhed"), *units])
