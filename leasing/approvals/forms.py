"""A question to the head, and the head's answer."""

from django import forms

from albertslund_it.web.forms.choosers import PersonInput
from albertslund_it.web.forms.fields import DateField, PlainForm
from albertslund_it.web.forms.validators import validate_year
from inventory.models import Employee
from inventory.people.selectors.names import employee_with_initials


class ApprovalForm(PlainForm, forms.Form):
    """A question to the head, without an order."""

    initials = forms.CharField(
        label="Medarbejderens initialer",
        max_length=20,
        widget=PersonInput(only_initials=True),
        error_messages={"required": "Skriv initialerne på den, der skal have en pc mere."},
    )
    reason = forms.CharField(
        label="Hvorfor skal medarbejderen have en pc mere?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Skriv, hvorfor medarbejderen skal have en pc mere. Lederen afgør det.",
            "max_length": "Begrundelsen må højst være 300 tegn.",
        },
    )
    last_day = DateField(
        label="Til og med",
        validators=[validate_year],
        help_text="Dispensationens sidste dag.",
        error_messages={"required": "Skriv dispensationens sidste dag, fx 31-12-2026."},
    )

    def __init__(self, *args, employee: Employee | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.employee = employee
        if employee:
            del self.fields["initials"]

    def clean_initials(self):
        typed = self.cleaned_data["initials"].strip()
        self.employee = employee_with_initials(typed)
        if self.employee is None:
            raise forms.ValidationError(f"Initialer {typed} findes ikke. Ret dem.")
        return typed

    def clean(self):
        return super().clean() | {"employee": self.employee}


class AnswerForm(PlainForm, forms.Form):
    """A head's answer; the button pressed is the decision."""

    reason = forms.CharField(
        label="Begrundelse",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Skal udfyldes, hvis du afviser. Bestilleren får den at se.",
        error_messages={
            "required": "Skriv, hvorfor du afviser. Bestilleren får begrundelsen.",
            "max_length": "Begrundelsen må højst være 300 tegn.",
        },
    )

    def __init__(self, *args, refuses: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = refuses
