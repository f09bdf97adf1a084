"""The forms of what happens to devices; each is small, and keeps what was typed."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from albertslund_it.common.serial_numbers import is_bar_code
from albertslund_it.web.forms.choosers import DeviceInput, DevicesArea, PersonInput, WritableSelect
from albertslund_it.web.forms.fields import DateField, PlainForm
from inventory.models import Unit
from inventory.organisation.presenters import unit_choices
from inventory.placements.selectors import Holder
from leasing.models import LossReport, OrderLine
from leasing.movements.presenters import LATER
from leasing.movements.selectors.lookups import (
    FoundDevices,
    devices_in,
    employee_named,
    lines_of,
)
from leasing.movements.selectors.replacements import NEW, STOCK
from leasing.movements.selectors.states import DeviceState, holders_after_move, replaced_for
from leasing.movements.services.losses import LossFacts, WantedReplacement

FARTHEST = timedelta(days=3653)


class HolderUnitField(forms.ChoiceField):
    """The unit that is to pay; `empty` says who does while none is chosen."""

    def __init__(self, empty: str):
        super().__init__(label="Enhed, der betaler", required=False, widget=WritableSelect)
        self.empty = empty

    def offer(self, units: QuerySet[Unit]) -> None:
        self.choices = [("", self.empty), *unit_choices(units)]


def _serial_numbers(*, stock_first: bool = False):
    return forms.CharField(
        label="Serienumre",
        help_text="Ét eller flere, også indsat fra en mail eller et regneark.",
        error_messages={"required": "Skriv mindst ét serienummer."},
        widget=DevicesArea(stock_first=stock_first, rows=2),
    )


class DevicesForm(PlainForm, forms.Form):
    """Some devices and a day."""

    serial_numbers = _serial_numbers()
    starts_on = DateField(
        label="Fra dato",
        help_text="Også bagud eller frem i tiden.",
        error_messages={"required": "Skriv, fra hvilken dag det gælder."},
    )
    later = forms.ChoiceField(choices=LATER, required=False, widget=forms.HiddenInput)

    asks = ("serial_numbers", "employee")
    rare: tuple[str, ...] = ()

    def __init__(self, *args, today: date, devices, **kwargs):
        super().__init__(*args, **kwargs)
        self.today, self.devices = today, devices
        self.found = FoundDevices()
        typed = str(self.data.get("serial_numbers", ""))
        asked = self.fields["serial_numbers"].widget.attrs
        asked["rows"] = min(typed.count("\n") + 1, 10)
        # What a scanner writes into no field at all is taken for the shortcuts of the page.
        waits = (name for name in self.asks if name in self.fields and not self.data.get(name))
        self.fields[next(waits, "starts_on")].widget.attrs["autofocus"] = True
        unit = self.fields.get("unit")
        if isinstance(unit, HolderUnitField):
            unit.offer(Unit.objects.in_use().filter(is_cost_holder=False))

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
        self._refuse_too_far(day)
        return day

    def _refuse_too_far(self, day: date) -> None:
        if abs(day - self.today) > FARTHEST:
            raise forms.ValidationError("Datoen ligger mere end ti år væk. Kontrollér årstallet.")

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
        """Return whether it is not said who is to have the devices."""
        return True

    def holders(self, states: Mapping[int, DeviceState]) -> dict[int, Holder]:
        """Return who would have each device, by id; nobody while it is not said."""
        return dict.fromkeys(states, Holder())

    def replaced(self, states: Mapping[int, DeviceState]) -> dict[int, int]:
        """Return what each device would replace, by their ids."""
        return {}

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
        """Return whether a rare field holds something, or something wrong."""
        return any(field.value() or field.errors for field in self.folded)


def _employee(**options):
    return forms.CharField(label="Medarbejder", max_length=130, widget=PersonInput(), **options)


def _used_for():
    return forms.CharField(
        label="Bruges til",
        required=False,
        max_length=100,
        help_text="Til en delt pc uden medarbejder, fx Klassesæt 7.B.",
    )


class HandOutForm(DevicesForm):
    """Hand devices of the stock out."""

    serial_numbers = _serial_numbers(stock_first=True)
    employee = _employee(required=False, help_text="Tomt: hver pc går til den, den er bestilt til.")
    unit = HolderUnitField("Medarbejderens enhed, eller den fra bestillingen")
    used_for = _used_for()
    replaces = forms.CharField(
        label="Erstatter",
        required=False,
        max_length=40,
        help_text="Serienummer på den pc, medarbejderen har nu.",
        widget=DeviceInput(),
    )
    takes_old_back = forms.BooleanField(
        label="Den gamle er afleveret: tag den tilbage samme dag", required=False
    )
    line = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ("serial_numbers", "employee", "unit", "starts_on")
    rare = ("used_for", "replaces", "takes_old_back")

    @property
    def lines(self) -> dict[int, OrderLine]:
        """Return the order lines that the devices are for by now, where nobody is typed."""
        if self.cleaned_data.get("employee") or self.cleaned_data.get("unit"):
            return {}
        return lines_of(self.found.ids, self.cleaned_data.get("starts_on") or self.today)

    def says_nothing(self, data):
        return not self.found.ids or len(self.lines) < len(self.found.ids)

    def holders(self, states):
        if self.given().unit:
            return dict.fromkeys(states, self.given())
        lines = self.lines
        if any(pk not in lines for pk in states):
            return {}  # not known of all, so not worked out of any
        return {pk: Holder(lines[pk].unit, lines[pk].employee, lines[pk].used_for) for pk in states}

    def replaced(self, states):
        """Return what is typed, else what the order of each is to replace."""
        if typed := self.cleaned_data.get("replaces"):
            return dict.fromkeys(states, typed.pk)
        lines = {pk: state.set_aside.line for pk, state in states.items() if state.set_aside}
        if not self.given().unit:
            alone = {pk: replaced_for({pk: line}, states) for pk, line in lines.items()}
            return {pk: old for pk, old in alone.items() if old}
        if number := self.cleaned_data.get("line"):
            named = OrderLine.objects.select_related("replaces__model__category")
            if line := named.filter(pk=number).first():
                lines = dict.fromkeys(states, line) | lines
        old = replaced_for(lines, states)
        return dict.fromkeys(states, old) if old else {}

    def clean(self):
        data = super().clean()
        if not self.given().unit and self.found.ids and not self.says_nothing(data):
            for name, what in (
                ("used_for", "hvad den bruges til"),
                ("replaces", "hvad den erstatter"),
            ):
                if data.get(name):
                    self.add_error(
                        name,
                        f"Bestillingen siger, {what}. Slet det her, eller skriv, hvem det er til.",
                    )
        return data


class TransferForm(DevicesForm):
    """Move devices in use; what is left empty stays as each device has it."""

    employee = _employee(required=False, help_text="Tomt: hver beholder den medarbejder, den har.")
    unit = HolderUnitField("Medarbejderens enhed; ellers den, de står hos")
    used_for = _used_for()
    no_employee = forms.BooleanField(
        label="Ingen medarbejder: fjern dem, der har udstyret nu", required=False
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

    serial_numbers = _serial_numbers(stock_first=True)
    employee = _employee(error_messages={"required": "Skriv, hvem der låner den."})
    due_on = DateField(
        label="Afleveres senest", error_messages={"required": "Skriv, hvornår den skal afleveres."}
    )
    field_order = ("serial_numbers", "employee", "starts_on", "due_on")

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        self._refuse_too_far(day)
        return day

    def holders(self, states):
        if not self.cleaned_data.get("employee"):
            return {}
        payer = Unit.objects.filter(is_cost_holder=True).first()
        return dict.fromkeys(states, Holder(payer, self.cleaned_data["employee"]))


class SwapForm(PlainForm, forms.Form):
    """The serial number of the machine that came instead."""

    new_number = forms.CharField(
        label="Den nye maskines serienummer",
        max_length=40,
        error_messages={"required": "Skriv eller scan den nye maskines serienummer."},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}
        ),
    )
    warranty_until = DateField(
        label="Garanti til", required=False, help_text="Kun hvis den er en anden end før."
    )
    is_sure = forms.BooleanField(
        label="Det er serienummeret, selv om det ligner en stregkode", required=False
    )
    old_number = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_bar_code(str(self.data.get("new_number", "")).strip()):
            del self.fields["is_sure"]


class BreachForm(PlainForm, forms.Form):
    """Whether the breach of personal data is notified."""

    breach = forms.ChoiceField(
        label="Hvad er afgjort",
        choices=[("", "Vælg"), *LossReport.Breach.choices],
        error_messages={"required": "Vælg, om bruddet er anmeldt."},
    )
    reason = forms.CharField(
        label="Hvorfor skal det ikke anmeldes",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kun når det ikke skal anmeldes, fx fordi disken er krypteret.",
    )

    def clean(self):
        data = super().clean()
        is_without = data.get("breach") == LossReport.Breach.NOT_NEEDED and not data.get("reason")
        if is_without and "reason" not in self.errors:
            self.add_error("reason", "Skriv, hvorfor bruddet ikke skal anmeldes.")
        return data


class LossForm(PlainForm, forms.Form):
    """What happened, and whether the person is to have another one."""

    kind = forms.ChoiceField(label="Hvad er der sket", choices=LossReport.Kind.choices)
    discovered_on = DateField(
        label="Opdaget dato", error_messages={"required": "Skriv, hvornår det blev opdaget."}
    )
    discovered_at = forms.TimeField(
        label="Opdaget klokken",
        input_formats=["%H:%M", "%H.%M"],
        help_text="Fristen på 72 timer regnes herfra.",
        error_messages={
            "required": "Skriv klokkeslættet, fx 8.30.",
            "invalid": "Skriv klokkeslættet som 8.30.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    police_number = forms.CharField(
        label="Politiets journalnummer",
        required=False,
        max_length=60,
        help_text="Tomt, indtil det er meldt til politiet.",
    )
    encrypted = forms.ChoiceField(
        label="Er disken krypteret?",
        choices=[("", "Vælg"), *LossReport.Encrypted.choices],
        error_messages={"required": "Vælg ja, nej eller ved ikke."},
    )
    note = forms.CharField(
        label="Bemærkning",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    # What is offered may be taken meanwhile, by this very form too: the service says so.
    replacement = forms.RegexField(
        rf"^({STOCK}|{NEW})-[0-9]{{1,9}}$",
        label="En anden i stedet",
        required=False,
        widget=forms.Select,
        error_messages={"invalid": "Vælg fra listen."},
    )
    past_stock_because = forms.CharField(
        label="Hvorfor ikke en fra lageret",
        required=False,
        max_length=200,
        help_text="Kun når der bestilles en ny, selv om der står en på lageret.",
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["replacement"].widget.choices = [("", "Ingen lige nu"), *choices]
        if not (choices or self.is_bound):
            del self.fields["replacement"], self.fields["past_stock_because"]

    def clean_replacement(self) -> tuple[int | None, int | None]:
        """Return (model id, stock device id), at most one of them."""
        kind, _, pk = self.cleaned_data["replacement"].partition("-")
        if not pk:
            return None, None
        return (None, int(pk)) if kind == STOCK else (int(pk), None)

    def clean(self):
        data = super().clean()
        model, _ = data.get("replacement") or (None, None)
        if data.get("past_stock_because") and model is None and "replacement" not in self.errors:
            self.add_error(
                "replacement",
                "Du har skrevet, hvorfor der ikke tages en fra lageret. Vælg den, der skal "
                "bestilles, eller slet begrundelsen.",
            )
        return data

    @property
    def facts(self) -> LossFacts:
        """Return what is known of the loss."""
        data = self.cleaned_data
        at = datetime.combine(data["discovered_on"], data["discovered_at"])
        return LossFacts(
            data["kind"],
            timezone.make_aware(at),
            data["encrypted"],
            data["police_number"],
            data["note"],
        )

    @property
    def wanted(self) -> WantedReplacement | None:
        """Return what the person is to have instead."""
        data = self.cleaned_data
        model, stock = data.get("replacement") or (None, None)
        if model is None and stock is None:
            return None
        return WantedReplacement(data["token"], model, stock, data["past_stock_because"])
