"""Form fields and the form base that every page uses."""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils.safestring import SafeString

from albertslund_it.common.days import day_in
from albertslund_it.common.files.cells import check_year
from albertslund_it.common.money import parse_kroner, plain_kroner
from albertslund_it.common.sentences import full_stop
from albertslund_it.common.signs import without_unseen
from albertslund_it.web.clock import today

CHOOSE = (forms.Select, forms.SelectMultiple, forms.RadioSelect)


class KronerField(forms.CharField):
    """An amount that a person writes in kroner and the code gets as whole øre (int or None)."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 30)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_kroner(text)
        except ValueError as error:
            raise forms.ValidationError(full_stop(str(error)), code="invalid") from error

    def run_validators(self, value):
        """Skip the text's validators: the value is a number by now."""

    def prepare_value(self, value):
        return plain_kroner(value) if isinstance(value, int) else value

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except forms.ValidationError:
            return True


class DateField(forms.DateField):
    """A date in a text field, typed as people do, with a calendar beside it where a script runs.

    The browser's own date field alone speaks the browser's language, and takes no `1/12`.
    """

    default_error_messages = {
        "invalid": "Skriv datoen som dag-måned-år, fx 17-11-2025.",
        "unknown": "Den dag findes ikke i kalenderen. Ret datoen.",
    }

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("placeholder", "dd-mm-åååå")
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.setdefault("data-day", reverse_lazy("day"))

    def to_python(self, value):
        if isinstance(value, str) and value.strip():
            value = self._typed(value)
        found = super().to_python(value)
        if found:
            try:
                check_year(found)
            except ValueError as slip:
                raise ValidationError(full_stop(str(slip)), code="year") from slip
        return found

    def _typed(self, text: str) -> date:
        try:
            found = day_in(text, today())
        except (ValueError, OverflowError):
            raise ValidationError(self.error_messages["unknown"], code="unknown") from None
        if found is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class PlainSelect(forms.Select):
    """A list of choices without a template for each: hundreds of units in a millisecond.

    Every select of ours is one, once its field is dressed.
    """

    def render(self, name, value, attrs=None, renderer=None):
        chosen = set(self.format_value(value))
        attributes = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        parts = []
        for choice, label in self.choices:
            if isinstance(label, list | tuple):
                options = "".join(_option(one, text, chosen) for one, text in label)
                parts.append(f'<optgroup label="{escape(str(choice))}">{options}</optgroup>')
            else:
                parts.append(_option(choice, label, chosen))
        return SafeString(f"<select{flatatt(attributes)}>{''.join(parts)}</select>")


def _option(value, label, chosen: set[str]) -> str:
    value = "" if value is None else str(value)
    selected = " selected" if value in chosen else ""
    return f'<option value="{escape(value)}"{selected}>{escape(str(label))}</option>'


def grouped_choices(
    rows: Iterable[tuple[Any, ...]],
) -> list[tuple[str, list[tuple[int, str]]]]:
    """Turn rows (group, value, label), in order, into a select's groups."""
    return [
        (group or "Uden afdeling", [(value, label) for _, value, label in members])
        for group, members in groupby(rows, key=itemgetter(0))
    ]


class PlainForm(forms.BaseForm):
    """Mixin: Bootstrap's classes, and messages that say what to do."""

    use_required_attribute = False  # the browser would ask in its own language
    must_look = ""  # what is said above a form whose consequence is to be seen first
    doubts: Sequence[str] = ()  # what is asked about once more

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)

    def clean(self) -> dict[str, Any]:
        super().clean()
        return self.cleaned_data

    def offer(self, name: str, choices: Iterable[Any]) -> None:
        """Let a field offer some choices: (value, label), or (group, such pairs)."""
        field = self.fields[name]
        chooser = field if isinstance(field, forms.ChoiceField) else field.widget
        if not isinstance(chooser, forms.ChoiceField | forms.widgets.ChoiceWidget):
            raise TypeError(f"{name} has no choices")
        chooser.choices = choices


def dress(field: forms.Field) -> None:
    """Give a field its Bootstrap class, and words of ours where Django's own are still there."""
    widget = field.widget
    if type(widget) is forms.Select:
        widget.__class__ = PlainSelect
    style = "form-select" if isinstance(widget, CHOOSE) else "form-control"
    if isinstance(widget, forms.CheckboxInput):
        style = "form-check-input"
    widget.attrs.setdefault("class", style)
    # A browser cuts what is pasted into a field with a greatest length, without a word.
    widget.attrs.pop("maxlength", None)
    for validator in field.validators:
        if isinstance(validator, MaxLengthValidator):
            name = str(field.label or "Feltet")
            validator.message = (
                f"{name}: højst %(limit_value)d tegn, her er %(show_value)d. Skriv det kortere."
            )
    if isinstance(field, forms.CharField) and not isinstance(widget, forms.PasswordInput):
        read_seen_signs(field)
    put_in_words(field)


def read_seen_signs(field: forms.Field) -> None:
    """Leave out of what is typed the signs that nobody sees: a name could look like another.

    A NUL is left in, and refused by the field: nobody types or pastes it.
    """
    read = field.to_python

    def to_python(value: Any) -> Any:
        is_pasted = isinstance(value, str) and "\0" not in value
        return read(without_unseen(value) if is_pasted else value)

    field.to_python = to_python  # type: ignore[method-assign]


def put_in_words(field: forms.Field) -> None:
    """Say what to do in an empty field, or one without a choice, where Django's words are."""
    widget = field.widget
    label = str(field.label or "feltet").lower()
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        verb = "Vælg" if isinstance(widget, (*CHOOSE, forms.FileInput)) else "Udfyld"
        field.error_messages["required"] = full_stop(f"{verb} {label}")
    if "invalid_choice" in field.error_messages and isinstance(field, forms.ChoiceField):
        field.error_messages["invalid_choice"] = f"Vælg {label} fra listen."


class LoginForm(PlainForm, AuthenticationForm):
    """Django's login form with our words."""

    error_messages = {
        "invalid_login": "Brugernavn og adgangskode passer ikke sammen. Ret dem, og prøv igen.",
        "inactive": "Brugeren er lukket. Skriv til it-helpdesk, hvis det er en fejl.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        username = self.fields["username"]
        username.error_messages["required"] = "Skriv dit brugernavn."
        # Django only tells the browser; a failed login is recorded in a column of 255 characters.
        longest = self.username_field.max_length
        too_long = MaxLengthValidator(longest, self.error_messages["invalid_login"])
        username.validators.append(too_long)
        self.fields["password"].error_messages["required"] = "Skriv din adgangskode."
        if self.is_bound:  # the summary of what is wrong is to be read first
            del self.fields["username"].widget.attrs["autofocus"]
