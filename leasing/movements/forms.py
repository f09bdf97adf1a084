"""The forms of what happens to devices; each is small, and keeps what was typed."""

from datetime import date, timedelta

from django import forms

from albertslund_it.web.forms import DateField, PlainForm, PlainSelect
from inventory.models import Unit
from inventory.organisation.presenters import unit_choices
from leasing.movements.selectors.lookups import Found, devices_in, employee_named
from leasing.movements.services.handing import holders_after_move
from leasing.movements.services.moves import DROP_LATER, KEEP_LATER, Holder

FARTHEST = timedelta(days=3653)
LATER = [
    (KEEP_LATER, "Behold det: ændringen gælder kun til da"),
    (DROP_LATER, "Slet det: ændringen gælder fremover"),
]


class DevicesForm(PlainForm, forms.Form):
    """Some devices and a day."""

    serial_numbers = forms.CharField(
        label="Serienumre",
        help_text="Ét eller flere, også indsat fra en mail eller et regneark.",
        error_messages={"required": "Skriv mindst ét serienummer."},
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    starts_on = DateField(
        label="Fra dato",
        help_text="Også bagud eller frem i tiden.",
        error_messages={"required": "Skriv, fra hvilken dag det gælder."},
    )
    later = forms.ChoiceField(choices=LATER, required=False, widget=forms.HiddenInput)

    rare: tuple[str, ...] = ()

    def __init__(self, *args, today: date, devices, **kwargs):
        super().__init__(*args, **kwargs)
        self.today, self.devices = today, devices
        self.found = Found()
        lines = str(self.data.get("serial_numbers", "")).count("\n") + 1
        self.fields["serial_numbers"].widget.attrs["rows"] = min(max(lines, 1), 10)
        if "unit" in self.fields:
            units = Unit.objects.filter(is_cost_holder=False)
            empty = ("", self.fields["unit"].empty)
            self.fields["unit"].choices = [empty, *unit_choices(units)]

    def clean_serial_numbers(self):
        try:
            self.found = devices_in(self.cleaned_data["serial_numbers"], self.devices)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if self.found.unknown:
            raise forms.ValidationError(
                [f"Kendes ikke: {unknown}" for unknown in self.found.unknown[:20]]
            )
        return self.cleaned_data["serial_numbers"]

    def clean_starts_on(self):
        day = self.cleaned_data["starts_on"]
        if abs(day - self.today) > FARTHEST:
            raise forms.ValidationError("Datoen ligger mere end ti år væk. Kontrollér årstallet.")
        return day

    def clean_employee(self):
        text = self.cleaned_data["employee"].strip()
        if not text:
            return None
        try:
            return employee_named(text, self.today)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_unit(self):
        pk = self.cleaned_data["unit"]
        return Unit.objects.filter(pk=pk).first() if pk else None

    def clean_replaces(self):
        text = self.cleaned_data["replaces"].strip()
        if not text:
            return None
        found = devices_in(text, self.devices)
        if len(found.devices) != 1 or found.unknown:
            unknown = f" {found.unknown[0]}" if found.unknown else ""
            raise forms.ValidationError(f"Skriv det ene serienummer, der erstattes.{unknown}")
        return found.devices[0]

    def clean(self):
        data = super().clean()
        if "unit" in self.fields and not data.get("unit") and "employee" not in self.errors:
            if data.get("employee"):
                data["unit"] = data["employee"].unit
            elif "unit" not in self.errors and self.says_nothing(data):
                self.add_error("unit", self.says_nothing_text)
        return data

    says_nothing_text = "Skriv en medarbejder, eller vælg den enhed, der betaler."

    def says_nothing(self, data) -> bool:
        """Tell whether it is not said who is to have the devices."""
        return True

    def holders(self, states) -> dict[int, Holder]:
        """Return who would have each device, by id; nobody while it is not said."""
        return dict.fromkeys(states, Holder())

    def given(self) -> Holder:
        """Return what is typed of who is to have the devices."""
        data = self.cleaned_data
        return Holder(data.get("unit"), data.get("employee"), data.get("used_for", ""))

    @property
    def shown(self):
        """Return the fields that are always there."""
        return [f for f in self if not f.is_hidden and f.name not in self.rare]

    @property
    def folded(self):
        """Return the fields that are rarely used."""
        return [f for f in self if f.name in self.rare]

    @property
    def is_open(self) -> bool:
        """Tell whether a rare field holds something, or something wrong."""
        return any(field.value() or field.errors for field in self.folded)


def _employee(**options):
    attributes = {"autocomplete": "off", "placeholder": "Initialer eller navn", "list": "personer"}
    widget = forms.TextInput(attrs=attributes)
    return forms.CharField(label="Medarbejder", max_length=120, widget=widget, **options)


def _unit(empty: str):
    field = forms.ChoiceField(label="Enhed, der betaler", required=False, widget=PlainSelect)
    field.empty = empty
    return field


def _used_for():
    return forms.CharField(
        label="Bruges til",
        required=False,
        max_length=100,
        help_text="Til en delt pc uden medarbejder, fx Klassesæt 7.B.",
    )


class HandOutForm(DevicesForm):
    """Hand devices of the stock out."""

    employee = _employee(required=False)
    unit = _unit("Medarbejderens enhed")
    used_for = _used_for()
    replaces = forms.CharField(
        label="Erstatter",
        required=False,
        max_length=40,
        help_text="Serienummer på den pc, medarbejderen har nu.",
    )
    takes_old_back = forms.BooleanField(
        label="Den gamle er afleveret: tag den tilbage samme dag", required=False
    )
    line = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ("serial_numbers", "employee", "unit", "starts_on")
    rare = ("used_for", "replaces", "takes_old_back")

    def holders(self, states):
        return dict.fromkeys(states, self.given()) if self.given().unit else {}


class TransferForm(DevicesForm):
    """Move devices in use; what is left empty stays as each device has it."""

    employee = _employee(required=False, help_text="Tomt: hver beholder den medarbejder, den har.")
    unit = _unit("Medarbejderens enhed; ellers den, de står hos")
    used_for = _used_for()
    no_employee = forms.BooleanField(
        label="Ingen medarbejder: tag dem af dem, der har dem", required=False
    )
    field_order = ("serial_numbers", "employee", "no_employee", "unit", "starts_on")
    rare = ("used_for",)

    says_nothing_text = "Skriv en medarbejder, eller vælg den enhed, de flyttes til."

    def says_nothing(self, data):
        return not (data.get("no_employee") or data.get("used_for"))

    def holders(self, states):
        day, given = self.cleaned_data.get("starts_on"), self.given()
        no_employee = bool(self.cleaned_data.get("no_employee"))
        if day is None or not (given.unit or given.used_for or no_employee):
            return {}
        return holders_after_move(states, day, given, no_employee=no_employee)

    def clean(self):
        data = super().clean()
        if data.get("no_employee") and data.get("employee"):
            self.add_error(
                "no_employee", "Vælg enten en ny medarbejder eller ingen medarbejder, ikke begge."
            )
        return data


class TakeBackForm(DevicesForm):
    """Take devices back to the stock."""


class LendForm(DevicesForm):
    """Lend devices of the stock."""

    employee = _employee(error_messages={"required": "Skriv, hvem der låner den."})
    due_on = DateField(
        label="Afleveres senest", error_messages={"required": "Skriv, hvornår den skal afleveres."}
    )
    field_order = ("serial_numbers", "employee", "starts_on", "due_on")

    def holders(self, states):
        if not self.cleaned_data.get("employee"):
            return {}
        payer = Unit.objects.filter(is_cost_holder=True).first()
        return dict.fromkeys(states, Holder(payer, self.cleaned_data["employee"]))
