"""The lists of the lessor's questions, and of what one is about."""

import django_filters
from django.urls import reverse

from albertslund_it.web.lists.columns import (
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from leasing.models import LessorQuestion

STATES = [("aaben", "Venter på svar"), ("besvaret", "Besvaret")]


class QuestionFilter(FilterSet):
    """What the questions can be narrowed to."""

    q = django_filters.CharFilter(
        label="Underaftale", field_name="sub_agreement__number", lookup_expr="icontains"
    )
    stand = django_filters.ChoiceFilter(
        label="Status", choices=STATES, method="in_state", empty_label="Alle"
    )

    class Meta:
        model = LessorQuestion
        fields: list[str] = []

    def in_state(self, questions, name, value):
        return questions.filter(answered_on__isnull=value == "aaben")


def _page(row) -> str:
    return reverse("lessor-question", args=[row.question.pk])


class QuestionTable(Table):
    """The lessor's questions."""

    caption = "Henvendelser fra leasinggiver"
    empty_title = "Der er ingen henvendelser endnu"
    empty_help = "Skriv en, når leasinggiver spørger, hvad der skal ske ved udløb."

    sub_agreement = CodeColumn(
        "Underaftale", of="question.sub_agreement.number", link=_page, card="title"
    )
    state = MarkColumn("Status", card="line")
    received_on = DateColumn("Modtaget", of="question.received_on")
    answer_by = DateColumn("Svar senest", of="question.answer_by", card="note")
    expires_from = DateColumn("Udløb fra", of="question.expires_from")
    expires_to = DateColumn("Udløb til", of="question.expires_to")
    listed = NumberColumn("På listen", of="question.listed", card="line")
    note = Column("Bemærkning", of="question.note", card="line")


def _device_page(shown) -> str:
    pk = shown.row.device_id
    return reverse("device-detail", args=[pk]) if pk else ""


class ComparedTable(Table):
    """What a question is about: the lessor's list beside the register."""

    caption = "Leasinggivers liste og registeret"
    empty_title = "Der er intet at vise"
    empty_help = "Ingen leasing i registeret udløber i de dage."

    serial_number = CodeColumn("Serienummer", of="row.serial_number", link=_device_page)
    words = MarkColumn("Forskel", of=lambda shown: ("warn", shown.words) if shown.words else "")
    happens = MarkColumn("Hvad sker der?")
    last_day = DateColumn("Udløb i registeret", of="row.last_day")
    listed_day = DateColumn("Udløb på listen", of="row.listed_day")
    model_name = Column("Model i registeret", of="row.model_name")
    listed_model = Column("Model på listen", of="row.listed_model")
    agreement = CodeColumn("Underaftale i registeret", of="row.agreement")
