from django import forms

from albertslund_it.web.forms.fields import PlainForm
from leasing.models import Subscription


class SubscriptionForm(PlainForm, forms.Form):
    """What a page is called in its mails, and how often they come."""

    name = forms.CharField(
        label="Navn",
        max_length=100,
        error_messages={"required": "Skriv, hvad mailen skal hedde."},
        help_text="Det står som emne.",
    )
    every = forms.ChoiceField(
        label="Hvor tit",
        choices=Subscription.Every.choices,
        error_messages={"required": "Vælg, hvor tit den skal komme."},
    )
