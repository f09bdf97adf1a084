"""What is typed of a client: its name, role and scopes, and until when a token lets it in."""

from datetime import date, timedelta

from django import forms
from django.contrib.auth.models import Group

from albertslund_it.web.forms.fields import DateField, PlainForm
from leasing.api.presenters.words import READING, WRITING
from leasing.api.selectors.clients import roles_to_give
from leasing.users.forms import AccessForm

USUAL = timedelta(days=365)


def _scopes(label: str, scopes) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=[(scope, f"{words.title}: {words.note}") for scope, words in scopes],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )


class ClientForm(PlainForm, forms.Form):
    """What a client is called, and what it may be asked for."""

    name = forms.CharField(
        label="Navn",
        max_length=100,
        help_text="Det system, der spørger, fx Power BI. Navnet står i historikken.",
        error_messages={"required": "Skriv, hvilket system det er."},
    )
    reads = _scopes("Må læse", READING)
    writes = _scopes("Må skrive", WRITING)

    def clean(self):
        super().clean()
        if not self.errors and not self.scopes:
            self.add_error("reads", "Sæt mindst ét kryds ved det, klienten skal bruge.")
        return self.cleaned_data

    @property
    def scopes(self) -> list[str]:
        """Return what was ticked."""
        return [*self.cleaned_data["reads"], *self.cleaned_data["writes"]]


class NewClientForm(ClientForm, AccessForm):
    """A new client: with the role that it sees by, and what a leader's role is to see."""

    role = forms.ModelChoiceField(
        label="Rolle",
        queryset=Group.objects.none(),
        empty_label="Vælg rolle",
        help_text="Klienten ser og må aldrig mere end rollen. Til tal: Ledelse og revision.",
        error_messages={"required": "Vælg den rolle, klienten ser med."},
    )
    is_needed = False  # whether a role needs it, the service says
    last_day = None  # type: ignore[assignment]  # so Django leaves out a field of a base
    starts_on = None  # type: ignore[assignment]

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        if isinstance(role, forms.ModelChoiceField):
            role.queryset = roles_to_give(actor)


class TokenForm(PlainForm, forms.Form):
    """Until when a new token lets in."""

    last_day = DateField(
        label="Gælder til og med", help_text="Højst to år. Lav en ny, inden den udløber."
    )

    @staticmethod
    def usual(today: date) -> date:
        """Return the day that is suggested."""
        return today + USUAL

    @property
    def ends_before(self) -> date:
        return self.cleaned_data["last_day"] + timedelta(days=1)
