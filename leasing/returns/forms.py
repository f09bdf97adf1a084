"""The forms of what goes back: a device that leaves the register, a cage, what is scanned."""

from datetime import date
from typing import Any

from django import forms

from albertslund_it.web.forms.choosers import DeviceInput
from albertslund_it.web.forms.fields import DateField, PlainForm
from inventory.models import Departure
from leasing.models import PackedDevice
from leasing.returns.services.cages import LONGEST_NOTE, LONGEST_PLACE, MOST_ROOM

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

    def __init__(self, *args, today: date, how: str = "", **kwargs):
        given = {"left_on": f"{today:%d-%m-%Y}", "how": how}
        super().__init__(*args, initial=given, **kwargs)

    @property
    def facts(self) -> dict[str, Any]:
        """Return what is typed, as the service takes it."""
        data = self.cleaned_data
        return {
            **data,
            "is_wiped": AS_ANSWER[data["is_wiped"]],
            "is_unmanaged": AS_ANSWER[data["is_unmanaged"]],
        }


class CageForm(PlainForm, forms.Form):
    """A cage: where it stands, when it is collected, how many fit."""

    place = forms.CharField(
        label="Sted",
        max_length=LONGEST_PLACE,
        help_text="Hvor buret står, fx Rådhuset, kælderen.",
        error_messages={"required": "Skriv, hvor buret står."},
    )
    collected_on = DateField(
        label="Hentes",
        help_text="Den dag, I har aftalt. Den kan også ligge bagud.",
        error_messages={"required": "Skriv, hvornår buret hentes."},
    )
    room_for = forms.IntegerField(
        label="Plads til (stk.)",
        min_value=1,
        max_value=MOST_ROOM,
        error_messages={
            "required": "Skriv, hvor mange stk. der er plads til.",
            "invalid": "Skriv et helt tal, fx 40.",
            "min_value": f"Et bur har plads til 1–{MOST_ROOM} stk.",
            "max_value": f"Et bur har plads til 1–{MOST_ROOM} stk.",
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    note = forms.CharField(label="Bemærkning", required=False, max_length=LONGEST_NOTE)


class ScanForm(PlainForm, forms.Form):
    """What is scanned or pasted into a cage, and whether it is wiped."""

    numbers = forms.CharField(
        label="Serienummer",
        help_text="Scan, eller skriv ét og tryk Enter. Flere kan indsættes på én gang.",
        error_messages={"required": "Scan eller skriv mindst ét serienummer."},
        widget=DeviceInput(autofocus=True),
    )
    wiped = forms.ChoiceField(
        label="Det, jeg scanner, er",
        choices=[("", "Vælg"), *PackedDevice.Wiped.choices],
        error_messages={"required": "Vælg, om det, du scanner, er slettet."},
    )


class CollectForm(PlainForm, forms.Form):
    """The day a cage was collected."""

    gone_on = DateField(
        label="Hentet",
        help_text="Den dag, buret blev hentet: i dag eller før.",
        error_messages={"required": "Skriv, hvilken dag buret blev hentet."},
    )
    knows_unwiped = forms.BooleanField(
        label="Jeg ved det: det, der ikke er slettet, skal af sted alligevel", required=False
    )


class ConfirmForm(PlainForm, forms.Form):
    """The day the lessor confirmed what it got."""

    confirmed_on = DateField(
        label="Bekræftet",
        error_messages={"required": "Skriv, hvilken dag leasinggiver bekræftede."},
    )
