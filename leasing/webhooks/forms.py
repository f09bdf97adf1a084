from django import forms

from albertslund_it.web.forms.fields import PlainForm
from leasing.webhooks.presenters import EVENTS


class EndpointForm(PlainForm, forms.Form):
    """Where another system is told, and of what."""

    name = forms.CharField(label="Navn", max_length=100, help_text="Hvilket system det er.")
    address = forms.CharField(
        label="Adresse", max_length=500, help_text="Begynder med https://. Der sendes med POST."
    )
    events = forms.MultipleChoiceField(
        label="Send, når",
        choices=list(EVENTS.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "Vælg mindst én hændelse."},
    )
