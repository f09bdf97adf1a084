"""The lessor's questions, and its list beside the register: what is in one and not the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet

from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device
from inventory.organisation.selectors.scope import sees_all
from leasing.lease_end.selectors.questions import Answered, answered, asked_ends
from leasing.lease_end.selectors.term_ends import TermEnd
from leasing.models import LessorQuestion


class Mismatch(StrEnum):
    """How the lessor's list and the register disagree about a device."""

    UNKNOWN = "unknown"  # no device has the number
    NOT_LEASED = "not_leased"
    NOT_LISTED = "not_listed"
    AGREEMENT = "agreement"
    EXPIRY = "expiry"
    MODEL = "model"
    INSTALMENT = "instalment"


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A line of the lessor's list as it was read; `sub_agreement` is blank where it says none."""

    serial_number: str
    model_name: str = ""
    expires_on: date | None = None
    sub_agreement: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A device as the lessor has it and as the register does, and how they disagree."""

    serial_number: str
    item: ListedItem | None
    device: Device | None
    end: TermEnd | None
    mismatches: tuple[Mismatch, ...]

    @property
    def device_id(self) -> int | None:
        if self.device:
            return self.device.pk
        return self.end.device_id if self.end else None

    @property
    def model_name(self) -> str:
        if self.device:
            return self.device.model.name
        return self.end.model_name if self.end else ""

    @property
    def agreement(self) -> str:
        return self.end.sub_agreement if self.end else ""

    @property
    def last_day(self) -> date | None:
        return self.end.last_day if self.end else None

    @property
    def listed_model(self) -> str:
        return self.item.model_name if self.item else ""

    @property
    def listed_day(self) -> date | None:
        return self.item.expires_on if self.item else None


@dataclass(frozen=True)
class Comparison:
    """Everything that a question is about, what disagrees first, and how much is decided."""

    rows: list[ComparedRow]
    answered: Answered
    listed: int

    @property
    def differing(self) -> list[ComparedRow]:
        return [row for row in self.rows if row.mismatches]

    def count_of(self, mismatch: Mismatch) -> int:
        return sum(mismatch in row.mismatches for row in self.rows)


def questions_seen_by(user: User) -> QuerySet[LessorQuestion]:
    """Return the lessor's questions: they are about all departments, so for who sees all."""
    questions = LessorQuestion.objects.select_related("sub_agreement")
    return questions if sees_all(user) else questions.none()


def question_rows(questions: QuerySet[LessorQuestion]) -> QuerySet[LessorQuestion]:
    """Count the lines of each question's list: `listed`."""
    return questions.annotate(listed=Count("items"))


def kept_items(question: LessorQuestion) -> list[ListedItem]:
    """Return the list that was taken in for a question."""
    return [
        ListedItem(item.serial_number, item.model_name, item.expires_on)
        for item in question.items.order_by("serial_number")
    ]


def compared(question: LessorQuestion, items: Sequence[ListedItem], on: date) -> Comparison:
    """Compare a question's list with the register; without a list nothing disagrees."""
    devices = devices_by_serial_number([item.serial_number for item in items])
    ids = {device.pk for device in devices.values()}
    ends = {end.device_id: end for end in asked_ends(question, ids)}
    number = question.sub_agreement.number
    rows = []
    for item in items:
        device = devices.get(item.serial_number)
        end = ends.get(device.pk) if device else None
        wrong = tuple(_mismatches(item, device, end, number))
        rows.append(ComparedRow(item.serial_number, item, device, end, wrong))
    alone = (Mismatch.NOT_LISTED,) if items else ()
    rows += [
        ComparedRow(end.serial_number, None, None, end, alone)
        for end in ends.values()
        if end.device_id not in ids
    ]
    rows.sort(key=lambda row: (not row.mismatches, row.last_day or date.max, row.serial_number))
    return Comparison(rows, answered(list(ends.values()), on), len(items))


def _mismatches(
    item: ListedItem, device: Device | None, end: TermEnd | None, agreement: str
) -> list[Mismatch]:
    if device is None:
        return [Mismatch.UNKNOWN]
    found = []
    if end is None:
        found.append(Mismatch.NOT_LEASED)
    else:
        if end.sub_agreement != agreement:
            found.append(Mismatch.AGREEMENT)
        if item.expires_on and item.expires_on != end.last_day:
            found.append(Mismatch.EXPIRY)
    if item.model_name and not same_model(item.model_name, device.model.name):
        found.append(Mismatch.MODEL)
    return found


@lru_cache(maxsize=1_000)  # of few models, on thousands of lines
def same_model(theirs: str, ours: str) -> bool:
    """Return whether two names are of one model: the lessor writes the maker before it, or more."""
    one, other = (" ".join(name.casefold().split()) for name in (theirs, ours))
    return one in other or other in one
