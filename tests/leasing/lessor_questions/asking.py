"""The lessor asks about leases that end on 31 December 2029."""

from datetime import date

from leasing.models import LessorQuestion, QuestionItem
from tests import builders as make


def ask(agreement="UA-1", *, answer_by=date(2029, 8, 1), received_on=date(2029, 7, 1), **fields):
    fields.setdefault("expires_from", date(2029, 12, 1))
    fields.setdefault("expires_to", date(2029, 12, 31))
    return LessorQuestion.objects.create(
        sub_agreement=make.sub_agreement(agreement),
        received_on=received_on,
        answer_by=answer_by,
        **fields,
    )


def listed(question, *serials):
    for serial in serials:
        QuestionItem.objects.create(question=question, serial_number=serial)
