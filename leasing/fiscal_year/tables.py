"""The list of what is left of each lease: filters and columns."""

from django import forms
from django.urls import reverse

from albertslund_it.web.forms.fields import PlainForm
from albertslund_it.web.lists.columns import AmountColumn, CodeColumn, Column, DateColumn
from albertslund_it.web.lists.tables import Table
from leasing.fiscal_year.selectors.obligation import Remainder


class ObligationForm(PlainForm, forms.Form):
    """What the leases can be narrowed to."""

    aar = forms.IntegerField(label="Regnskabsår", required=False, min_value=2000, max_value=2200)
    model = forms.CharField(label="Model", required=False, max_length=80)
    aftale = forms.CharField(label="Underaftale", required=False, max_length=40)

    def fits(self, row: Remainder) -> bool:
        """Return whether a lease is among those asked for."""
        asked = self.cleaned_data
        return (
            asked["model"].strip().casefold() in row.model_name.casefold()
            and asked["aftale"].strip().casefold() in row.sub_agreement.casefold()
        )


class ObligationTable(Table):
    """What is left of each lease."""

    caption = "Restforpligtelse pr. leasing"
    empty_title = "Der er intet tilbage at betale"
    empty_help = "Alle leasinger er udløbet."

    serial_number = CodeColumn(
        "Serienr.", link=lambda row: reverse("device-detail", args=[row.device_id]), card="title"
    )
    model_name = Column("Model", card="line")
    sub_agreement = CodeColumn("Underaftale")
    starts_on = DateColumn("Leaset fra")
    last_day = DateColumn("Sidste dag", card="note")
    amount_ore = AmountColumn("Restforpligtelse (kr.)", summed=True, card="answer")
