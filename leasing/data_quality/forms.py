"""What the rows of a rule are narrowed to, and what is typed in about faults."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django import forms
from django.contrib.auth.models import User

from albertslund_it.common.names import match_key
from albertslund_it.web.forms.choosers import WritableSelect
from albertslund_it.web.forms.fields import DateField, PlainForm
from albertslund_it.web.people import name_of
from inventory.organisation.presenters import unit_choices
from leasing.data_quality.selectors.fault_rows import Fault, FoundFaults
from leasing.data_quality.selectors.idle import Idle
from leasing.models import AcceptedFinding, RuleOwner

ACCEPTED = "godtaget"
Row = TypeVar("Row", Fault, Idle)


class PlacesForm(PlainForm, forms.Form):
    """What rows with a place can be narrowed to; every choice is within what the user may see."""

    q = forms.CharField(label="Søg", required=False, max_length=100)
    afdeling = forms.ChoiceField(label="Afdeling", required=False)
    enhed = forms.ChoiceField(label="Enhed", required=False, widget=WritableSelect)

    def __init__(self, data, *, departments, units, hint: str):
        super().__init__(data)
        self.offer("enhed", [("", "Alle"), *unit_choices(units)])
        found = [(str(one.pk), str(one)) for one in departments]
        self.offer("afdeling", [("", "Alle"), *found])
        if len(found) < 2:  # nothing to choose, so nothing to show; asked for, still known
            self.fields["afdeling"].widget = forms.HiddenInput()
        self.fields["q"].widget.attrs.update(type="search", autocomplete="off", placeholder=hint)

    def narrowed(self, rows: list[Row], words: Callable[[Row], Iterable[str]]) -> list[Row]:
        """Keep the rows of the place that is asked for, with the words that are searched for."""
        asked = self.cleaned_data
        if asked["afdeling"]:
            rows = [row for row in rows if str(row.place.department_id) == asked["afdeling"]]
        if asked["enhed"]:
            rows = [row for row in rows if str(row.place.unit_id) == asked["enhed"]]
        if wanted := match_key(asked["q"]):
            rows = [row for row in rows if wanted in match_key(" ".join(words(row)))]
        return rows


class FaultForm(PlacesForm):
    """What the rows of a rule can be narrowed to."""

    vis = forms.ChoiceField(
        label="Vis", required=False, choices=[("", "Åbne"), (ACCEPTED, "Godtaget til en dag")]
    )

    def chosen(self, found: FoundFaults) -> list[Fault]:
        """Return the rows that are asked for."""
        return self.narrowed(
            found.accepted if self.cleaned_data["vis"] == ACCEPTED else found.open,
            lambda row: (row.name, row.model, row.place.unit, row.person, row.initials),
        )


class FaultFilters:
    """The form, in the shape that a list page takes its filters."""

    def __init__(self, form: FaultForm, found: Callable[[], FoundFaults]):
        self.form = form
        self.filters = form.fields
        self.found = found

    @property
    def qs(self) -> list[Fault]:
        """Return the rows; none when a filter cannot be read."""
        return self.form.chosen(self.found()) if self.form.is_valid() else []


class IdleForm(PlacesForm):
    """What is leased and not used can be narrowed to: also by why."""

    grund = forms.ChoiceField(label="Hvorfor", required=False)

    def __init__(self, data, *, reasons: Iterable[tuple[str, str]], **kwargs):
        super().__init__(data, **kwargs)
        self.offer("grund", [("", "Alle"), *reasons])

    def chosen(self, rows: list[Idle]) -> list[Idle]:
        """Return the rows that are asked for."""
        why = self.cleaned_data["grund"]
        rows = [row for row in rows if why in row.why] if why else rows
        return self.narrowed(rows, lambda row: (row.name, row.model, row.place.unit, row.person))


class IdleFilters:
    """The form, in the shape that a list page takes its filters."""

    def __init__(self, form: IdleForm, rows: list[Idle]):
        self.form = form
        self.filters = form.fields
        self.rows = rows

    @property
    def qs(self) -> list[Idle]:
        """Return the rows; none when a filter cannot be read."""
        return self.form.chosen(self.rows) if self.form.is_valid() else []


class AcceptForm(PlainForm, forms.Form):
    """Until when faults may stand, and why: one of the reasons there are."""

    until = DateField(
        label="Til og med",
        help_text="Dagen efter står fejlen på listen igen, hvis den ikke er rettet.",
        error_messages={"required": "Skriv, til og med hvilken dag fejlen må stå."},
    )
    because = forms.ChoiceField(
        label="Fordi",
        choices=[("", "Vælg"), *AcceptedFinding.Because.choices],
        error_messages={"required": "Vælg, hvorfor fejlen må stå."},
    )


class PersonField(forms.ModelChoiceField):
    """A user, by name."""

    def label_from_instance(self, obj) -> str:
        return name_of(obj)


class OwnerForm(PlainForm, forms.Form):
    """Who sees to what a rule finds."""

    role = forms.ChoiceField(label="Rolle", choices=RuleOwner.Role.choices)
    user = PersonField(
        label="Person",
        required=False,
        queryset=User.objects.none(),
        widget=WritableSelect,
        empty_label="Alle med rollen",
        help_text="Vælg kun en person, hvis én alene ser til det.",
    )

    def __init__(self, *args, users, **kwargs):
        super().__init__(*args, **kwargs)
        chooser = self.fields["user"]
        if isinstance(chooser, PersonField):
            chooser.queryset = users
