"""What is typed of a user: name, mail and roles, what to see, and a first password."""

from datetime import timedelta

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import Group

from albertslund_it.web.forms.choosers import WritableSelect
from albertslund_it.web.forms.fields import DateField, PlainForm
from albertslund_it.web.forms.seen import SeenForm
from inventory.models import Department, Unit
from inventory.organisation.presenters import unit_choices
from leasing.users.presenters import role_note
from leasing.users.selectors.users import groups_to_give
from leasing.users.services.users import WhatToSee


class RoleField(forms.ModelMultipleChoiceField):
    """Roles as boxes, each with what it may."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, group):
        note = role_note(group.name)
        return f"{group.name}: {note[0].lower()}{note[1:]}" if note else group.name


class AccessForm(PlainForm, forms.Form):
    """What somebody is to see, and from when until when."""

    department = forms.ModelChoiceField(
        label="Afdeling",
        queryset=Department.objects.all(),
        required=False,
        empty_label="Ingen hel afdeling",
        help_text="Hele afdelingen med alle enheder.",
    )
    unit = forms.ModelChoiceField(
        label="Enhed",
        queryset=Unit.objects.in_use().filter(is_cost_holder=False),
        required=False,
        widget=WritableSelect(),
        help_text="Kun den ene enhed. Vælg enten en afdeling eller en enhed.",
    )
    starts_on = DateField(label="Fra")
    last_day = DateField(
        label="Til og med",
        required=False,
        help_text="Den sidste dag med adgang. Tom: indtil videre.",
    )
    is_needed = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        units = Unit.objects.in_use().filter(is_cost_holder=False)
        self.offer("unit", [("", "Ingen enkelt enhed"), *unit_choices(units)])

    def clean(self):
        super().clean()
        said = self.cleaned_data
        department, unit = said.get("department"), said.get("unit")
        if department and unit:
            self.add_error("unit", "Vælg enten en afdeling eller en enhed, ikke begge.")
        if self.is_needed and not (department or unit) and not self.errors:
            self.add_error("department", "Vælg den afdeling eller enhed, personen skal se.")
        starts_on, last = said.get("starts_on"), said.get("last_day")
        if starts_on and last and last < starts_on:
            self.add_error("last_day", "Den sidste dag ligger før den første. Ret en af dem.")
        return said

    @property
    def seen(self) -> WhatToSee | None:
        """Return what was chosen; None where nothing was."""
        said = self.cleaned_data
        if not (said["department"] or said["unit"]):
            return None
        ends = said["last_day"] and said["last_day"] + timedelta(days=1)
        return WhatToSee(said["department"], said["unit"], said["starts_on"], ends)


class UserForm(SeenForm, forms.Form):
    """Who somebody is, and their roles."""

    first_name = forms.CharField(label="Fornavn", max_length=150)
    last_name = forms.CharField(label="Efternavn", max_length=150, required=False)
    mail = forms.EmailField(
        label="Mail",
        max_length=150,
        error_messages={"invalid": "Skriv mailen som navn@kommune.dk."},
    )
    groups = RoleField(
        label="Roller",
        queryset=Group.objects.none(),
        help_text="Hvad personen må. En person kan have flere roller.",
    )

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        groups = self.fields["groups"]
        if isinstance(groups, RoleField):
            groups.queryset = groups_to_give(actor)
        groups.widget.attrs["class"] = "form-check-input"
        if not actor.is_superuser:
            groups.help_text += " Roller, der låser kvartaler, giver kun en superbruger."
        groups.error_messages["required"] = "Vælg mindst én rolle."


class InvitationForm(UserForm, AccessForm):
    """Somebody new: who, which roles, what to see, from when until when."""

    is_needed = False  # whether a role needs it, the service says
    field_order = (
        "first_name",
        "last_name",
        "mail",
        "groups",
        "department",
        "unit",
        "starts_on",
        "last_day",
    )


class EndForm(PlainForm, forms.Form):
    """The last day with an access."""

    last_day = DateField(
        label="Sidste dag med adgang",
        required=False,
        help_text="Tom: indtil videre. Skriv datoen i går, hvis adgangen skal lukkes nu.",
    )


class NewPasswordForm(PlainForm, SetPasswordForm):
    """A first password, or a new one, typed twice."""

    error_messages = {"password_mismatch": "De to adgangskoder er ikke ens. Skriv dem igen."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.label, second.label = "Ny adgangskode", "Samme adgangskode igen"
        first.help_text = "Mindst 8 tegn, og ikke kun tal. En lang sætning er bedst."
        second.help_text = ""
        first.error_messages["required"] = "Skriv en adgangskode."
        second.error_messages["required"] = "Skriv adgangskoden igen."
