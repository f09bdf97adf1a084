"""What is typed in of a reorganisation and of each of its steps."""

from datetime import date, timedelta

from django import forms
from django.forms.models import ModelChoiceIterator

from albertslund_it.common.names import match_key
from albertslund_it.web.forms.choosers import WritableSelect
from albertslund_it.web.forms.fields import DateField, PlainForm
from inventory.models import Department, Unit
from inventory.organisation.presenters import unit_choices
from leasing.models import Reorganisation, ReorganisationStep
from leasing.reorganisation.selectors.plan import Kind
from leasing.reorganisation.services.preparing import StepFacts

FARTHEST = timedelta(days=2 * 366)


class ReorganisationForm(PlainForm, forms.ModelForm):
    """What a reorganisation is called, and from when it holds."""

    starts_on = DateField(
        label="Gælder fra",
        help_text="Den første dag, det nye gælder. Den første dag i et kvartal giver de reneste "
        "opgørelser.",
    )

    class Meta:
        model = Reorganisation
        fields = ("title", "starts_on", "note")
        labels = {"title": "Overskrift", "note": "Bemærkning"}

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_starts_on(self):
        day = self.cleaned_data["starts_on"]
        if abs(day - self.today) > FARTHEST:
            raise forms.ValidationError("Datoen ligger mere end to år væk. Kontrollér årstallet.")
        return day


class OpenUnits(ModelChoiceIterator):
    """The units that are not closed, in groups: those of the moment."""

    def __iter__(self):
        yield "", "Vælg enhed"
        yield from unit_choices(Unit.objects.in_use().filter(is_cost_holder=False))


class OpenUnitField(forms.ModelChoiceField):
    """A unit that is not closed and is not the cost holder."""

    iterator = OpenUnits

    def __init__(self, **kwargs):
        super().__init__(
            queryset=Unit.objects.in_use().filter(is_cost_holder=False),
            widget=WritableSelect(),
            **kwargs,
        )

    def to_python(self, value):
        try:
            return super().to_python(value)
        except OverflowError:
            raise forms.ValidationError(self.error_messages["invalid_choice"]) from None


class DepartmentField(forms.ModelChoiceField):
    """A department."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Department.objects.all(), **kwargs)

    def to_python(self, value):
        try:
            return super().to_python(value)
        except OverflowError:
            raise forms.ValidationError(self.error_messages["invalid_choice"]) from None


class StepForm(PlainForm, forms.Form):
    """One step; a subclass has the fields of its kind."""

    kind = ""
    unit = OpenUnitField(label="Enhed")

    def clean(self):
        values = super().clean()
        if values.get("unit") and values.get("unit") == values.get("successor"):
            self.add_error("successor", "Enheden kan ikke afløse sig selv. Vælg en anden.")
        return values

    def facts(self) -> StepFacts:
        """Return the step as the service takes it; the form must be valid."""
        return StepFacts(kind=self.kind, **self.cleaned_data)


class MoveForm(StepForm):
    """Another department."""

    kind = Kind.MOVE
    department = DepartmentField(label="Ny afdeling", empty_label="Vælg afdeling")


class RenameForm(StepForm):
    """Another name."""

    kind = Kind.RENAME
    name = forms.CharField(label="Nyt navn", max_length=100)


class MergeForm(StepForm):
    """All of it goes to another unit."""

    kind = Kind.MERGE
    successor = OpenUnitField(
        label="Lægges ind under",
        help_text="Udstyr, medarbejdere, åbne bestillinger og senere rettelser følger med hertil.",
    )
    takes_access = forms.BooleanField(
        label="De, der har adgang til enheden, får adgang til den, den lægges ind under",
        required=False,
    )


class CloseForm(StepForm):
    """The unit ends, and its devices go to the stock."""

    kind = Kind.CLOSE
    successor = OpenUnitField(
        label="Afløser",
        help_text="Udstyret går på it-lageret. Medarbejdere, åbne bestillinger og senere rettelser "
        "går hertil.",
    )


class SplitForm(StepForm):
    """Some of it goes to another unit, or to a new one."""

    kind = Kind.SPLIT
    successor = OpenUnitField(label="Til en enhed, der findes", required=False)
    number = forms.CharField(label="eller til en ny: enhedsnr.", max_length=20, required=False)
    name = forms.CharField(label="Den nye enheds navn", max_length=100, required=False)
    department = DepartmentField(
        label="Den nye enheds afdeling", required=False, empty_label="Samme afdeling"
    )

    def clean(self):
        values = super().clean()
        is_new = any(values.get(name) for name in ("number", "name", "department"))
        if values.get("successor") and is_new:
            self.add_error("successor", "Vælg enten en enhed, der findes, eller skriv en ny.")
        elif not values.get("successor") and "successor" not in self.errors:
            for name, wanted in (("number", "nummer"), ("name", "navn")):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, f"Skriv den nye enheds {wanted}, eller vælg en enhed.")
        number = match_key(values.get("number") or "")
        if number and Unit.objects.filter(number__iexact=values["number"].strip()).exists():
            self.add_error("number", "Enhedsnummeret er i brug. Skriv et andet.")
        return values


class RenameDepartmentForm(PlainForm, forms.Form):
    """Another name of a department."""

    department = DepartmentField(label="Afdeling", empty_label="Vælg afdeling")
    name = forms.CharField(label="Nyt navn", max_length=100)

    def facts(self) -> StepFacts:
        """Return the step as the service takes it; the form must be valid."""
        return StepFacts(kind=Kind.RENAME_DEPARTMENT, unit=None, **self.cleaned_data)


FORMS: dict[str, type[StepForm | RenameDepartmentForm]] = {
    **{form.kind: form for form in (MoveForm, RenameForm, MergeForm, SplitForm, CloseForm)},
    Kind.RENAME_DEPARTMENT: RenameDepartmentForm,
}
KINDS = [(kind.value, kind.label) for kind in ReorganisationStep.Kind]
