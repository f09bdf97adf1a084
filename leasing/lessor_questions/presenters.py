"""The lessor's questions in Danish: how they stand, and what its list says otherwise."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.quarters import Quarter
from leasing.lease_end.presenters import board_url, happens_beside_the_day
from leasing.lease_end.selectors.questions import waits
from leasing.lessor_questions.selectors import ComparedRow, Comparison, Mismatch
from leasing.models import LessorQuestion

WORDS = {
    Mismatch.UNKNOWN: "Ikke i registeret",
    Mismatch.NOT_LEASED: "Ikke leaset",
    Mismatch.NOT_LISTED: "Kun i registeret",
    Mismatch.AGREEMENT: "Anden underaftale",
    Mismatch.EXPIRY: "Andet udløb",
    Mismatch.MODEL: "Anden model",
    Mismatch.INSTALMENT: "Anden ydelse",
}
# What the page of a question may be narrowed to, beside each way to disagree.
DIFFERING, COVERED, DECIDED, WAITING = "forskelle", "omfattet", "besluttet", "venter"
PARTS: dict[str, str] = {
    DIFFERING: "Det, der ikke er ens",
    COVERED: "Omfattet af henvendelsen",
    DECIDED: "Besluttet",
    WAITING: "Venter på en beslutning",
    **{str(kind): words for kind, words in WORDS.items()},
}
SOON_DAYS = 14


def mismatches_shown(row: ComparedRow) -> str:
    """Return how the list and the register disagree about a device, in words."""
    return ", ".join(WORDS[one] for one in row.mismatches)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A device as a table shows it: `happens` is a mark, '' for what has no lease."""

    row: ComparedRow
    words: str
    happens: tuple[str, str] | str


def part_of(found: Comparison, part: str, on: date) -> list[ComparedRow]:
    """Return the rows of a part of a comparison, or all of them."""
    if part == DIFFERING:
        return found.differing
    if part in (COVERED, DECIDED, WAITING):
        return [
            row
            for row in found.rows
            if row.end and (part == COVERED or waits(row.end, on) == (part == WAITING))
        ]
    return [row for row in found.rows if not part or part in row.mismatches]


def rows_shown(rows: Iterable[ComparedRow], on: date) -> list[ShownRow]:
    """Return the rows of a comparison as a table shows them."""
    return [ShownRow(row, mismatches_shown(row), _happening(row, on)) for row in rows]


def _happening(row: ComparedRow, on: date) -> tuple[str, str] | str:
    if row.end is None:
        return ""
    found = happens_beside_the_day(row.end, on)
    return found.style, found.words


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question as the list shows it."""

    question: LessorQuestion
    state: tuple[str, str]


def questions_shown(questions: Iterable[LessorQuestion], on: date) -> list[ShownQuestion]:
    """Return the rows of the list of questions."""
    return [ShownQuestion(question, state_of(question, on)) for question in questions]


def state_of(question: LessorQuestion, on: date) -> tuple[str, str]:
    """Return how a question stands as a mark: answered, late, soon, or waiting."""
    if question.answered_on:
        return "good", f"Besvaret {question.answered_on:%d-%m-%Y}"
    days = (question.answer_by - on).days
    if days < 0:
        return "bad", f"{-days} dage over fristen" if days < -1 else "1 dag over fristen"
    if days <= SOON_DAYS:
        return (
            "warn",
            "Svar i dag" if not days else f"{days} {'dag' if days == 1 else 'dage'} til fristen",
        )
    return "", f"{days} dage til fristen"


@dataclass(frozen=True, slots=True)
class MismatchCount:
    """How many rows disagree in one way, and what the page is narrowed to them by."""

    part: str
    label: str
    count: int


def counts_shown(found: Comparison) -> list[MismatchCount]:
    """Return the ways in which the list and the register disagree, with how many rows each has."""
    counts = [MismatchCount(kind, words, found.count_of(kind)) for kind, words in WORDS.items()]
    return [one for one in counts if one.count]


def boards_of(question: LessorQuestion) -> list[tuple[str, str]]:
    """Return the way to the board for each quarter that a question is about: label and address."""
    quarter, last = Quarter.of(question.expires_from), Quarter.of(question.expires_to)
    found: list[tuple[str, str]] = []
    while quarter <= last and len(found) < 8:
        url = board_url(quarter=quarter, agreement_id=question.sub_agreement_id)
        found.append((quarter.label, url))
        quarter = quarter.next()
    return found


def rows_to_agree(found: Comparison, digest: str) -> Iterator[tuple[str, str]]:
    """Say all that the preview of a list shows, for whoever agrees to it."""
    yield "Filen", digest
    for row in found.rows:
        yield row.serial_number, mismatches_shown(row) or "ens"
