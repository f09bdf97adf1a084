"""The lessor's questions are entered, changed, answered, and given the lessor's list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from leasing.cost_table.moment import bring_up_to_date
from leasing.lessor_questions.selectors import Comparison, ListedItem, Mismatch, compared
from leasing.models import LessorQuestion, QuestionItem, SubAgreement


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """What a question of the lessor's says; the days of expiry are its leases' last days."""

    sub_agreement: SubAgreement
    received_on: date
    answer_by: date
    expires_from: date
    expires_to: date
    note: str = ""
    answered_on: date | None = None


@transaction.atomic
def save_question(
    *, facts: QuestionFacts, actor: Actor, today: date, question_id: int | None = None
) -> LessorQuestion:
    """Enter a question, or change one.

    Raises:
        Refused: with every reason, where its days contradict each other; nothing is written.
    """
    lock(LessorQuestion)
    question = LessorQuestion.objects.get(pk=question_id) if question_id else LessorQuestion()
    values = {
        "sub_agreement": facts.sub_agreement,
        "received_on": facts.received_on,
        "answer_by": facts.answer_by,
        "expires_from": facts.expires_from,
        "expires_to": facts.expires_to,
        "note": " ".join(facts.note.split()),
        "answered_on": facts.answered_on,
    }
    changes = Changes((LessorQuestion,))
    if question_id:
        changes.update(question, f"Henvendelsen om {question.sub_agreement}", **values)
    else:
        for name, value in values.items():
            setattr(question, name, value)
        changes.create(question)
    if reasons := _faults(question, today):
        raise Refused(*reasons)
    changes.save(actor)
    return question


def _faults(question: LessorQuestion, today: date) -> list[str]:
    """Return why a question cannot stand as it is."""
    reasons = []
    if question.received_on > today:
        reasons.append("Modtaget kan ikke ligge i fremtiden.")
    if answered_on := question.answered_on:
        if answered_on > today:
            reasons.append("Besvaret kan ikke ligge i fremtiden.")
        if answered_on < question.received_on:
            reasons.append("Den kan ikke være besvaret, før den er modtaget.")
    try:
        question.validate_constraints()
    except ValidationError as error:
        reasons += error.messages
    return reasons


@transaction.atomic
def answer_question(
    *, question_id: int, answered_on: date | None, actor: Actor, today: date
) -> LessorQuestion:
    """Note the day on which the lessor was answered; None opens the question again.

    Raises:
        Refused: for a day before the question, or in the future.
    """
    lock(LessorQuestion)
    question = LessorQuestion.objects.select_related("sub_agreement").get(pk=question_id)
    changes = Changes((LessorQuestion,))
    subject = f"Henvendelsen om {question.sub_agreement}"
    changes.update(question, subject, answered_on=answered_on)
    if reasons := _faults(question, today):
        raise Refused(*reasons)
    changes.save(actor)
    return question


@transaction.atomic
def withdraw_question(*, question_id: int, actor: Actor) -> LessorQuestion:
    """Delete a question that was entered by mistake, with its list; history keeps that it was.

    Raises:
        Refused: when the lessor has been answered, or it is gone already.
    """
    lock(LessorQuestion, QuestionItem)
    question = LessorQuestion.objects.select_related("sub_agreement").filter(pk=question_id).first()
    if question is None:
        raise Refused("Henvendelsen er slettet af en anden imens.")
    if question.answered_on:
        raise Refused(
            f"Henvendelsen er besvaret den {question.answered_on:%d-%m-%Y} og kan ikke slettes. "
            "Fjern dagen først, hvis den ikke er besvaret."
        )
    changes = Changes((LessorQuestion, QuestionItem))
    for item in question.items.all():
        changes.delete(item, item.serial_number, "Slettet med henvendelsen")
    changes.delete(question, f"Henvendelsen om {question.sub_agreement}", "Henvendelsen er slettet")
    changes.save(actor)
    return question


def save_list(
    *,
    question_id: int,
    items: Sequence[ListedItem],
    actor: Actor,
    today: date,
    errors: RowErrors,
    agree: Callable[[Comparison], None] | None = None,
    dry_run: bool = False,
) -> Comparison:
    """Keep the lessor's list with a question, instead of the one before; return what it says.

    A number that no device has is kept and shown, unless all of them are unknown. A line that names
    another sub-agreement, or a list of nothing in this one, is of another letter.

    Raises:
        Refused: with every fault; nothing is written.
    """
    bring_up_to_date()  # before the locks: whoever waits for them does not wait for that
    with transaction.atomic():
        lock(LessorQuestion, QuestionItem)
        question = LessorQuestion.objects.select_related("sub_agreement").get(pk=question_id)
        _check_rows(question, items, errors)
        found = compared(question, items, today)
        _refuse_other_lists(question, found, items)
        if agree:
            agree(found)
        if not dry_run:
            _replace(question, items, actor)
    return found


def _check_rows(question: LessorQuestion, items: Sequence[ListedItem], errors: RowErrors) -> None:
    number = question.sub_agreement.number
    for item in items:
        errors.is_first(item.row, item.serial_number, f"Serienummer {item.serial_number}")
        if item.sub_agreement and item.sub_agreement.casefold() != number.casefold():
            errors.add(
                item.row,
                f"Underaftale »{item.sub_agreement}« er ikke den, henvendelsen er om: {number}. "
                "Er det listen til en anden henvendelse?",
            )
    errors.refuse()
    if not items:
        raise Refused("Der er ingen serienumre i filen.")


def _refuse_other_lists(
    question: LessorQuestion, found: Comparison, items: Sequence[ListedItem]
) -> None:
    count, number = len(items), question.sub_agreement.number
    if found.count_of(Mismatch.UNKNOWN) == count:
        raise Refused(
            "Ingen af filens serienumre er i registeret. Er det en anden leasinggivers liste?"
        )
    listed = [row for row in found.rows if row.item]
    if not any(row.end and row.end.sub_agreement == number for row in listed):
        raise Refused(
            f"Intet på listen hører til underaftale {number} i registeret. Er det listen til en "
            "anden henvendelse?"
        )


def _replace(question: LessorQuestion, items: Sequence[ListedItem], actor: Actor) -> None:
    """Keep a question's list as it is now: what is the same stays."""
    changes = Changes((QuestionItem,))
    before = {item.serial_number: item for item in question.items.all()}
    for item in items:
        values = {"model_name": item.model_name, "expires_on": item.expires_on}
        if kept := before.pop(item.serial_number, None):
            changes.update(kept, item.serial_number, **values)
        else:
            changes.create(
                QuestionItem(question=question, serial_number=item.serial_number, **values)
            )
    for gone in before.values():
        changes.delete(gone, gone.serial_number, "Står ikke på den nye liste")
    changes.save(actor)
