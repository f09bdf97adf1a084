from django import forms

from albertslund_it.web.forms.fields import DateField, PlainForm


class RoundForm(PlainForm, forms.Form):
    """The day by which leaders are to have answered."""

    due_on = DateField(label="Svarfrist", help_text="Til og med den dag. Tavshed tæller som ja.")


class ObjectionForm(PlainForm, forms.Form):
    """What is wrong with a device on a leader's list."""

    note = forms.CharField(
        label="Hvad er forkert?",
        max_length=300,
        help_text="Fx hvem der har udstyret, eller at det er afleveret.",
        error_messages={"required": "Skriv, hvad der er forkert, fx hvem der har udstyret."},
    )
    since = DateField(label="Forkert siden", required=False)
