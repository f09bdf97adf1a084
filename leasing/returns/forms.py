"""The forms of what goes back: a device that leaves the register, a cage, what is scanned."""

from datetime import date
from typing import Any

from django import forms

from albertslund_it.web.forms.fields import DateField, PlainForm
from inventory.models import Departure
from leasing.lease_end.services.departures import LONGEST_NOTE

YES, NO = "ja", "nej"
ANSWERS = [(YES, "Ja"), (NO, "Nej")]
AS_ANSWER: dict[str, bool | None] = {YES: True, NO: False, "": None}


class DepartureForm(PlainForm, forms.Form):
    """When and how a device leaves the register."""

    how = forms.ChoiceField(
        label="Hvordan",
        choices=[("", "Vælg"), *Departure.How.choices],
        error_messages={"required": "Vælg, om det er leveret tilbage, frikøbt eller kasseret."},
    )
    left_on = DateField(
        label="Ude af registeret fra",
        help_text="Første dag uden ydelse, også bagud eller frem i tiden.",
        error_messages={"required": "Skriv, fra hvilken dag det er ude af registeret."},
    )
    is_wiped = forms.ChoiceField(
        label="Er det slettet?", choices=[("", "Ved ikke"), *ANSWERS], required=False
    )
    is_unmanaged = forms.ChoiceField(
        label="Er det fjernet fra enhedsstyring?",
        choices=[("", "Ved ikke"), *ANSWERS],
        required=False,
    )
    note = forms.CharField(
        label="Bemærkning",
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": f"Bemærkningen må højst være {LONGEST_NOTE} tegn."},
    )

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, initial={"left_on": f"{today:%d-%m-%Y}"}, **kwargs)

    @property
    def facts(self) -> dict[str, Any]:
        """Return what is typed, as the service takes it."""
        data = self.cleaned_data
        return {
            **data,
            "is_wiped": AS_ANSWER[data["is_wiped"]],
            "is_unmanaged": AS_ANSWER[data["is_unmanaged"]],
        }
