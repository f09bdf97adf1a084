"""What becomes of each device when somebody leaves."""

from collections.abc import Sequence
from datetime import date

from django import forms
from django.forms import BoundField

from albertslund_it.web.forms.fields import DateField, PlainForm, dress
from inventory.models import Employee
from leasing.movements.selectors.lookups import employee_named
from leasing.movements.selectors.states import DeviceState
from leasing.people.presenters.offboarding import FATES
from leasing.people.selectors.offboarding import ONE_DAY, Parting, WayOut

FARTHEST_DAYS = 3653


def refuse_too_far(day: date, today: date) -> date:
    """Return a day, unless its year is a slip of the hand.

    Raises:
        ValidationError: more than ten years away.
    """
    if abs((day - today).days) > FARTHEST_DAYS:
        raise forms.ValidationError("Datoen ligger mere end ti år væk. Kontrollér årstallet.")
    return day


class OffboardingForm(PlainForm, forms.Form):
    """The last day, and four fields for each device: what, by when, to whom, for what."""

    last_day = DateField(
        label="Sidste dag",
        help_text="Den sidste dag, medarbejderen er ansat.",
        error_messages={"required": "Skriv den sidste dag."},
    )
    tells_leader = forms.BooleanField(label="Send en mail til lederen", required=False)

    def __init__(
        self, *args, employee: Employee, held: Sequence[DeviceState], today: date, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.employee, self.held, self.today = employee, held, today
        for state in held:
            for name, field in self._fields_of(state).items():
                self.fields[f"{name}-{state.device.pk}"] = field
                dress(field)

    def _fields_of(self, state: DeviceState) -> dict[str, forms.Field]:
        number = str(state.device)
        person = {"autocomplete": "off", "placeholder": "Initialer eller navn", "list": "personer"}
        return {
            "fate": forms.ChoiceField(
                label=f"Hvad sker der med {number}?",
                choices=FATES,
                initial=WayOut.RETURN.value,
                widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
                error_messages={"required": f"Vælg, hvad der sker med {number}."},
            ),
            "on": DateField(label=f"Afleveres senest ({number})", required=False),
            "to": forms.CharField(
                label=f"Ny medarbejder ({number})",
                required=False,
                max_length=120,
                widget=forms.TextInput(attrs=person),
            ),
            "use": forms.CharField(label=f"Bruges til ({number})", required=False, max_length=100),
        }

    @property
    def rows(self) -> list[tuple[DeviceState, dict[str, BoundField]]]:
        """Return each device with its fields, by their short names."""
        return [
            (state, {name: self[f"{name}-{state.device.pk}"] for name in self._fields_of(state)})
            for state in self.held
        ]

    def clean_last_day(self):
        return refuse_too_far(self.cleaned_data["last_day"], self.today)

    def clean(self):
        data = super().clean()
        for state in self.held:
            pk = state.device.pk
            fate, text = data.get(f"fate-{pk}"), (data.get(f"to-{pk}") or "").strip()
            if day := data.get(f"on-{pk}"):
                try:
                    refuse_too_far(day, self.today)
                except forms.ValidationError as error:
                    self.add_error(f"on-{pk}", error)
            if fate != WayOut.MOVE:
                continue
            if not text:
                self.add_error(f"to-{pk}", "Skriv, hvem der skal have den.")
                continue
            try:
                receiver = employee_named(text, self.today)
            except ValueError as error:
                self.add_error(f"to-{pk}", str(error))
                continue
            if receiver.pk == self.employee.pk:
                self.add_error(f"to-{pk}", "Vælg en anden end den, der fratræder.")
            else:
                data[f"receiver-{pk}"] = receiver
        return data

    def partings(self) -> list[Parting]:
        """Return what becomes of each device, as far as it is said."""
        data, last_day = self.cleaned_data, self.cleaned_data.get("last_day")
        if last_day is None:
            return []
        found = []
        for state in self.held:
            pk, device = state.device.pk, state.device
            fate = data.get(f"fate-{pk}")
            if fate == WayOut.RETURN and f"on-{pk}" not in self.errors:
                found.append(Parting(device, WayOut.RETURN, data.get(f"on-{pk}") or last_day))
            elif fate == WayOut.MOVE and (receiver := data.get(f"receiver-{pk}")):
                found.append(Parting(device, WayOut.MOVE, last_day + ONE_DAY, receiver))
            elif fate == WayOut.STAY:
                use = data.get(f"use-{pk}") or ""
                found.append(Parting(device, WayOut.STAY, last_day + ONE_DAY, used_for=use))
        return found
