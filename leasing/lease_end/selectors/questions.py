"""The lessor's open questions: by when it wants to know what is to happen to some leases."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from albertslund_it.web.database.rows import among
from inventory.imports.selectors import devices_by_serial_number
from leasing.cost_table.moment import one_moment
from leasing.domain.lease_end import Fate
from leasing.lease_end.selectors.term_ends import TermEnd, term_ends
from leasing.models import CostLease, Lease, LessorQuestion, QuestionItem

ONE_DAY = timedelta(days=1)
WAITING = (Fate.RUNS, Fate.UNDECIDED, Fate.OVERDUE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A lease as a question sees it: whose it is, what it is called, and its last day."""

    lease_id: int
    sub_agreement_id: int
    serial_number: str
    last_day: date


def open_questions() -> QuerySet[LessorQuestion]:
    """Return the questions that wait for an answer, the first to be answered first."""
    return LessorQuestion.objects.filter(answered_on=None).order_by("answer_by", "pk")


def asked_ends(question: LessorQuestion, devices: Collection[int] | None = None) -> list[TermEnd]:
    """Return the ends that a question is about, extended or not: by day, then serial number.

    Of a device that the list alone names, it is the end of its last term. `devices` are those on
    the list, where it is not kept yet.
    """
    listed = _on_list(question) if devices is None else devices
    with one_moment():
        own = CostLease.objects.filter(
            lease__sub_agreement=question.sub_agreement_id,
            starts_on__lte=question.expires_to,
            ends_before__gt=question.expires_from,
        )
        until = question.expires_to + ONE_DAY
        # What ends on those days, and what has been extended past them.
        asked = own.filter(ends_before__lte=until)
        extended = own.filter(ends_before__gt=until, lease__terms__position=2)
        ids = {pk for rows in (asked, extended) for pk in rows.values_list("pk", flat=True)}
    named = Lease.objects.filter(device__in=among(listed, int)).values_list("pk", flat=True)
    return _ends_asked_for(question, ids, set(named))


def _on_list(question: LessorQuestion) -> list[int]:
    """Return the devices on a question's list, by their number today or one they had before."""
    numbers = list(question.items.values_list("serial_number", flat=True))
    return [device.pk for device in devices_by_serial_number(numbers).values()]


def _ends_asked_for(question: LessorQuestion, ids: set[int], named: set[int]) -> list[TermEnd]:
    found = []
    for lease_id, ends in term_ends(ids | named).items():
        asked = [end for end in ends if _asks(question, end.last_day)]
        if asked or lease_id in named:
            found.append((asked or ends)[-1])
    return sorted(found, key=lambda end: (end.last_day, end.serial_number))


@dataclass(frozen=True, slots=True)
class Answered:
    """How many of the devices that a question is about are decided, and how many wait."""

    decided: int
    waiting: int

    @property
    def count(self) -> int:
        return self.decided + self.waiting


def waits(end: TermEnd, on: date) -> bool:
    """Return whether an end waits for a decision, as things stand on a day."""
    return end.fate(on) in WAITING


def answered(ends: Collection[TermEnd], on: date) -> Answered:
    """Count what is decided of some ends, as things stand on a day."""
    waiting = sum(waits(end, on) for end in ends)
    return Answered(len(ends) - waiting, waiting)


def answer_by_of(lease_ids: Collection[int]) -> dict[int, date]:
    """Return by when the lessor is to be answered about some leases, by lease.

    A question covers the leases of its sub-agreement that end on its days, and those on its list.
    One that has been extended past what was asked is no longer asked about.
    """
    questions = list(open_questions())
    if not questions or not lease_ids:
        return {}
    leases = _read(lease_ids)
    listed = _listed(questions, [one.serial_number for one in leases])
    found: dict[int, date] = {}
    doubtful: dict[int, list[LessorQuestion]] = {}
    for one in leases:
        for question in questions:  # the first to be answered first
            if question.sub_agreement_id == one.sub_agreement_id and _asks(question, one.last_day):
                found.setdefault(one.lease_id, question.answer_by)
            elif question.pk in listed.get(one.serial_number, {}):
                doubtful.setdefault(one.lease_id, []).append(question)
    for lease_id, question in _still_asked(doubtful):
        found[lease_id] = min(question.answer_by, found.get(lease_id, question.answer_by))
    return found


def _read(lease_ids: Collection[int]) -> list[_Asked]:
    with one_moment():
        rows = CostLease.objects.filter(lease__in=among(lease_ids, int)).values_list(
            "lease_id", "lease__sub_agreement_id", "lease__device__serial_number", "ends_before"
        )
        return [_Asked(*row[:3], last_day=row[3] - ONE_DAY) for row in rows]


def _asks(question: LessorQuestion, last_day: date) -> bool:
    """Return whether a last day is among those that a question is about."""
    return bool(question.expires_from <= last_day <= question.expires_to)


def _listed(questions: list[LessorQuestion], serials: list[str]) -> dict[str, set[int]]:
    """Return on which questions' lists some devices are, by serial number."""
    found: dict[str, set[int]] = {}
    items = QuestionItem.objects.filter(
        question__in=[question.pk for question in questions], serial_number__in=among(serials)
    )
    for serial, question in items.values_list("serial_number", "question_id"):
        found.setdefault(serial, set()).add(question)
    return found


def _still_asked(
    doubtful: dict[int, list[LessorQuestion]],
) -> Iterator[tuple[int, LessorQuestion]]:
    """Yield the leases that a list alone names, but for those whose extension is the answer."""
    if not doubtful:
        return
    for lease_id, ends in term_ends(list(doubtful)).items():
        for question in doubtful[lease_id]:
            if not any(end.extension and _asks(question, end.last_day) for end in ends):
                yield lease_id, question
