"""What our filter sets share."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import django_filters
from django import forms
from django.core.validators import MaxLengthValidator

from albertslund_it.web.forms.fields import PlainForm
from albertslund_it.web.lists.presets import SEARCH

LONGEST = 100  # signs of what is searched for: each word is one more thing to compare every row by
SHOWN = 2  # filters that stand open beside the search; more are folded


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set: what it is called, and what it is set to."""

    field: str
    label: str
    text: str


class FilterSet(django_filters.FilterSet):
    """A filter set that shows nothing, rather than everything, when a filter cannot be read."""

    def hint(self, text: str) -> None:
        """Make the field `q` a search box that says what it finds."""
        field = self.form.fields[SEARCH]
        field.css = "field-wide"
        field.widget = forms.TextInput(
            attrs={
                "type": "search",
                "class": "form-control",
                "autocomplete": "off",
                "placeholder": text,
            }
        )

    def get_form_class(self):
        fields = {name: one.field for name, one in self.filters.items()}
        for field in fields.values():
            if isinstance(field, forms.CharField) and field.max_length is None:
                field.validators.append(MaxLengthValidator(LONGEST))
        return type("FilterForm", (PlainForm, forms.Form), fields)

    @property
    def qs(self):
        if self.is_bound and not self.form.is_valid():
            return self.queryset.none()
        return super().qs


def open_fields(form: forms.Form) -> list:
    """Return the fields that always stand open: what is searched for, and few others."""
    rest = _rest(form)
    return [f for f in form if f.name == SEARCH] + (rest if len(rest) <= SHOWN else [])


def folded_fields(form: forms.Form) -> list:
    """Return the fields that are folded, as they are many."""
    rest = _rest(form)
    return rest if len(rest) > SHOWN else []


def _rest(form: forms.Form) -> list:
    return [f for f in form if not f.is_hidden and f.name != SEARCH]


def chips_of(form: forms.Form) -> Iterator[Chip]:
    """Yield the filters that are set, but for what is searched for."""
    if not form.is_bound or not form.is_valid():
        return
    for bound in _rest(form):
        value = form.cleaned_data.get(bound.name)
        if value not in (None, "", [], False) and not bound.field.required:
            yield Chip(bound.name, str(bound.label), said_of(bound.field, value))


def said_of(field: forms.Field, value) -> str:
    """Return what a filter's value is called where it is chosen."""
    if isinstance(field, forms.ModelChoiceField):
        return field.label_from_instance(value)
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if value is True:
        return "Ja"
    choices = list(getattr(field, "choices", ()))
    # Choices may stand in groups, each with its own.
    flat = [
        one for key, of in choices for one in (of if isinstance(of, list | tuple) else [(key, of)])
    ]
    return next((str(label) for key, label in flat if str(key) == str(value)), str(value))
