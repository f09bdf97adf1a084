"""What is typed in of a stocktake: what to count, an answer, what was scanned."""

from django import forms

from albertslund_it.web.forms.choosers import DeviceInput
from albertslund_it.web.forms.fields import DateField, PlainForm, PlainSelect
from inventory.models import Department, Unit
from inventory.organisation.presenters import unit_choices
from leasing.stocktake.presenters import CHOICES, LEADER_CHOICES
from leasing.stocktake.services.answers import LONGEST_NOTE
from leasing.stocktake.services.scanning import LONGEST_PLACE, LONGEST_TEXT
from leasing.stocktake.services.stocktakes import LONGEST_NAME

PCS, EVERYTHING = "pc", "alt"
TICK = {"class": "form-check-input"}
UNSAID = "Vælg et af svarene."


class StartForm(PlainForm, forms.Form):
    """What to count, and until when."""

    name = forms.CharField(
        label="Navn",
        max_length=LONGEST_NAME,
        help_text="Står i mailen, fx Optælling efterår 2026.",
        error_messages={"required": "Giv optællingen et navn."},
    )
    due_on = DateField(
        label="Svar senest",
        help_text="Til og med den dag. Derefter virker linkene ikke.",
        error_messages={"required": "Skriv den sidste dag, der kan svares, fx 31-12-2026."},
    )
    departments = forms.ModelMultipleChoiceField(
        label="Hele afdelinger",
        queryset=Department.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=TICK),
    )
    units = forms.MultipleChoiceField(
        label="Enkelte enheder",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=TICK),
    )
    what = forms.ChoiceField(
        label="Hvad tælles",
        choices=[(PCS, "Kun pc'er"), (EVERYTHING, "Alt udstyr, også skærme")],
        widget=PlainSelect,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer("units", unit_choices(Unit.objects.in_use()))

    def clean(self):
        found = super().clean()
        chosen = found.get("departments") or found.get("units")
        if not chosen and not self.errors:
            self.add_error(None, "Vælg de afdelinger eller enheder, der skal tælles.")
        return found

    @property
    def unit_ids(self) -> list[int]:
        """Return the units that are chosen, those of whole departments too."""
        departments = self.cleaned_data["departments"]
        whole = Unit.objects.filter(department__in=departments).values_list("pk", flat=True)
        return sorted({*map(int, self.cleaned_data["units"]), *whole})


class CountAnswerForm(PlainForm, forms.Form):
    """What somebody says of a device."""

    answer = forms.ChoiceField(
        label="Har du den?",
        choices=CHOICES,
        widget=forms.RadioSelect(attrs=TICK),
        error_messages={"required": UNSAID},
    )
    note = forms.CharField(
        label="Bemærkning",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="Fx hvor den er, eller hvad der er galt. Skriv ikke noget privat.",
    )

    def __init__(self, *args, is_leader: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].error_messages["invalid_choice"] = UNSAID
        if is_leader:
            self.offer("answer", LEADER_CHOICES)
            self.fields["answer"].label = "Er den her?"


class CountForm(PlainForm, forms.Form):
    """What was scanned, and in which room."""

    numbers = forms.CharField(
        label="Serienummer eller etiket",
        max_length=LONGEST_TEXT,
        help_text="Scan, eller skriv ét og tryk Enter. Flere kan indsættes på én gang.",
        error_messages={"required": "Scan eller skriv mindst ét serienummer."},
        widget=DeviceInput(autocapitalize="characters"),
    )
    place = forms.CharField(
        label="Lokale", required=False, max_length=LONGEST_PLACE, help_text="Bliver stående."
    )


class ExtendForm(PlainForm, forms.Form):
    """The new last day."""

    due_on = DateField(label="Ny sidste dag")
