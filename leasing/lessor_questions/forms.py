"""What is typed in of a lessor's question, and its list."""

from django import forms

from albertslund_it.web.forms.fields import DateField, PlainForm, PlainSelect
from leasing.lessor_questions.presenters import PARTS
from leasing.models import LessorQuestion, SubAgreement


class PartForm(PlainForm, forms.Form):
    """What the page of a question may be narrowed to."""

    vis = forms.ChoiceField(
        label="Vis", required=False, choices=[("", "Alt"), *PARTS.items()], widget=PlainSelect
    )


class QuestionForm(PlainForm, forms.Form):
    """A question of the lessor's."""

    sub_agreement = forms.ModelChoiceField(
        label="Underaftale",
        queryset=SubAgreement.objects.order_by("number"),
        widget=PlainSelect,
        empty_label="Vælg underaftale",
    )
    received_on = DateField(label="Modtaget")
    answer_by = DateField(
        label="Svar senest",
        help_text="Leasinggivers frist.",
        error_messages={"required": "Skriv leasinggivers frist, fx 31-12-2026."},
    )
    expires_from = DateField(label="Udløb fra", help_text="Den tidligste udløbsdag i spørgsmålet.")
    expires_to = DateField(label="Udløb til og med")
    note = forms.CharField(label="Bemærkning", max_length=300, required=False)
    answered_on = DateField(
        label="Besvaret", required=False, help_text="Tom, så længe leasinggiver venter."
    )

    def __init__(self, *args, question: LessorQuestion | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if question is None:
            del self.fields["answered_on"]

    def clean(self):
        found = super().clean()
        first, last = found.get("expires_from"), found.get("expires_to")
        if first and last and last < first:
            self.add_error("expires_to", "Til og med kan ikke ligge før fra.")
        received, answer_by = found.get("received_on"), found.get("answer_by")
        if received and answer_by and answer_by < received:
            self.add_error("answer_by", "Svarfristen kan ikke ligge før den dag, I fik brevet.")
        return found


class AnsweredForm(PlainForm, forms.Form):
    """The day on which the lessor was answered."""

    answered_on = DateField(label="Besvaret den")


class ListForm(PlainForm, forms.Form):
    """The lessor's list."""

    file = forms.FileField(
        label="Fil",
        allow_empty_file=True,  # the reader says it better
        help_text="Excel (.xlsx) eller CSV, højst 20 MB. Det første synlige ark læses.",
        error_messages={"required": "Vælg leasinggivers liste."},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
