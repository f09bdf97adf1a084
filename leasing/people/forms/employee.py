"""What is entered about employees, and by when a device is to be handed in."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from albertslund_it.web.forms.choosers import PersonInput, WritableSelect
from albertslund_it.web.forms.fields import DateField, PlainForm
from inventory.models import Employee, Unit
from inventory.organisation.presenters import unit_choices
from leasing.movements.selectors.lookups import employee_named
from leasing.people.forms.offboarding import refuse_too_far

GIVEN_DAYS = 14


def _units() -> QuerySet[Unit]:
    """Return the units that employ people."""
    return Unit.objects.in_use().filter(is_cost_holder=False)


class EmployerField(forms.ModelChoiceField):
    """A unit that employs people, chosen by department."""

    widget = WritableSelect

    def __init__(self, **kwargs):
        super().__init__(queryset=_units(), **kwargs)


class UnitsField(forms.ModelMultipleChoiceField):
    """Any number of units; a number too large for the database is none of them."""

    def clean(self, value):
        try:
            return super().clean(value)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid_choice"]) from None


class ComingEmployeeForm(PlainForm, forms.Form):
    """Who is to begin, where and when."""

    name = forms.CharField(label="Navn", max_length=100)
    unit = EmployerField(label="Enhed", help_text="Den betaler for det, der bliver bestilt.")
    starts_on = DateField(label="Første dag")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autofocus"] = not self.is_bound
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.offer("unit", [("", "Vælg enhed"), *unit_choices(_units())])


class EmployeeForm(PlainForm, forms.Form):
    """What may be changed of an employee by hand; the rest comes with the file."""

    initials = forms.CharField(
        label="Initialer",
        max_length=20,
        required=False,
        help_text="Når medarbejderen har fået dem. Så er det ikke længere en kommende.",
    )
    unit = EmployerField(label="Enhed, der betaler")
    also_employed_at = UnitsField(
        _units(),
        label="Også ansat i",
        required=False,
        help_text="Enheden ovenfor betaler, og dens leder giver dispensation.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    starts_on = DateField(label="Første dag", required=False)
    left_on = DateField(
        label="Fratrådt", required=False, help_text="Første dag, medarbejderen ikke er ansat."
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, employee: Employee, **kwargs):
        super().__init__(*args, **kwargs)
        choices = unit_choices(_units())
        self.offer("unit", choices)
        self.offer("also_employed_at", choices)
        if not employee.is_coming:
            del self.fields["initials"]

    def clean(self):
        cleaned = super().clean()
        first, left = cleaned.get("starts_on"), cleaned.get("left_on")
        if first and left and left <= first:
            self.add_error(
                "left_on", ValidationError("Ret datoen: den skal være efter første dag.")
            )
        cleaned.setdefault("initials", "")
        return cleaned


class MergeWithForm(PlainForm, forms.Form):
    """Whom somebody is to be merged with."""

    med = forms.CharField(
        label="Initialer eller navn",
        max_length=130,
        widget=PersonInput(),
        help_text="Den anden række for samme person. Intet bliver gemt, før du har set de to ved "
        "siden af hinanden.",
    )

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_med(self):
        try:
            return employee_named(self.cleaned_data["med"], self.today)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class AskBackForm(PlainForm, forms.Form):
    """By which day a device is to be handed in."""

    due_on = DateField(label="Afleveres senest")

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["due_on"].initial = today + timedelta(days=GIVEN_DAYS)

    def clean_due_on(self):
        return refuse_too_far(self.cleaned_data["due_on"], self.today)
