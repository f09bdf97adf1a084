"""What a quarter's letter says, on the page and in the mail."""

from collections.abc import Iterator
from typing import NamedTuple

from albertslund_it.common.money import format_count
from leasing.cost_share.presenters.bridge import StepRow, sentence_of, step_row
from leasing.cost_share.selectors.letter import Letter


class LetterWords(NamedTuple):
    """Why the cost has changed, by its largest steps, and what there is to decide."""

    sentence: str
    steps: list[StepRow]
    asks: list[str]


def letter_words(letter: Letter) -> LetterWords:
    """Put a letter into words."""
    return LetterWords(
        sentence_of(letter.why, letter.payer) if letter.why else "",
        [step_row(step) for step in letter.steps],
        list(_asks(letter)),
    )


def _asks(letter: Letter) -> Iterator[str]:
    """Say what there is to decide, one thing after the other."""
    if letter.unanswered:
        by = f"senest den {letter.answer_by:%d-%m-%Y}"
        yield f"{format_count(letter.unanswered)} stk. på jeres liste: er de jeres? Svar {by}"
    if letter.approvals:
        more = "er" if letter.approvals > 1 else ""
        yield f"{format_count(letter.approvals)} dispensation{more}, der venter på svar"
    if letter.missing_wishes:
        more = "er" if letter.missing_wishes > 1 else ""
        yield (
            f"{format_count(letter.missing_wishes)} leasing{more}, der udløber: frikøb, "
            "forlængelse eller returnering"
        )
