"""A pasted mail read as an order: what is recognised, what is not, and the lines it asks for.

Nothing is looked up here. `phrases_of` gives what may be looked up; `read_mail` takes what was
found. Only what the writer says is read: the head tells who asks, the signature too, and what is
quoted counts for nothing, unless the mail itself points to it. What is not understood is marked
and left to the reader. All of it works on a bounded piece of the text, so that no mail takes long.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from leasing.domain.mail_lines import (
    MOST_LINES,
    LineReader,
    Wanted,
    breaks_of,
    has_intent,
    lines_from,
)
from leasing.domain.mail_parts import (
    AUTOMATIC,
    BODY,
    FORWARDED,
    HEAD,
    MOST_CHARACTERS,
    QUOTED,
    SIGNATURE,
    SUBJECT,
    Part,
    paragraphs_of,
    parts_of,
    plain,
)
from leasing.domain.mail_words import (
    ADDRESS,
    DATE,
    DEVICE,
    HASTE,
    MODEL,
    OUTSIDE,
    PERSON,
    UNIT,
    UNKNOWN,
    Found,
    Phrases,
    Token,
    key_of,
    phrases_of,
    tokens_of,
    wish_key,
    words_of,
)

__all__ = [
    "ADDRESS", "DATE", "DEVICE", "HASTE", "MODEL", "MOST_CHARACTERS", "MOST_LINES", "OUTSIDE",
    "PERSON", "UNIT", "UNKNOWN", "Found", "Piece", "Reading", "Wanted", "key_of", "phrases_of",
    "plain", "read_mail", "reply_to", "wish_key", "words_of",
]  # fmt: skip
FROM_LINE = re.compile(r"[\s>*]*(?:fra|from)\s*\*?\s*:", re.I)
MINE = re.compile(
    r"\b(?:jeg (?:skal (?:bruge|have)|har brug for|mangler|vil gerne have|ønsker)|til mig\b|"
    r"min (?:nuværende |gamle |egen )?(?:pc|computer|bærbare?|maskine|skærm))",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the mail as it stands; `kind` is '' for plain text."""

    text: str
    kind: str = ""
    found: Found | None = None
    day: date | None = None
    is_guess: bool = False


@dataclass(slots=True)
class Reading:
    """The whole mail in pieces, its lines, and who wrote it (`sender` is the id of a person).

    `outside` is what is bought outside the agreement. `is_for_sender` marks lines whose person is
    guessed to be the writer; `is_from_quote` those that the mail only points to.
    """

    pieces: list[Piece] = field(default_factory=list)
    lines: list[Wanted] = field(default_factory=list)
    sender: int | None = None
    sender_mail: str = ""
    wanted_on: date | None = None
    is_urgent: bool = False
    is_automatic: bool = False
    is_for_sender: bool = False
    is_from_quote: bool = False
    has_quote: bool = False

    @property
    def unknown(self) -> list[str]:
        return [piece.text for piece in self.pieces if piece.kind == UNKNOWN]

    @property
    def outside(self) -> list[str]:
        return [piece.text for piece in self.pieces if piece.kind == OUTSIDE]


def read_mail(
    text: str,
    known: Phrases,
    initials: Phrases,
    today: date | None = None,
) -> Reading:
    """Read a mail by what its phrases were found to be.

    `initials` are in small letters, with mail addresses beside; `today` settles dates without year.
    """
    read = plain(text)
    parts = parts_of(read)
    tokens = tokens_of(read, known, initials, today)
    reading = Reading(has_quote=any(part.kind == QUOTED for part in parts))
    _who_wrote(read, parts, tokens, reading)
    written = _within(tokens, [part for part in parts if part.kind == BODY])
    subject = _within(tokens, [part for part in parts if part.kind == SUBJECT])
    said = " ".join(read[part.start : part.end] for part in parts if part.kind in (BODY, SUBJECT))
    head = " ".join(read[part.start : part.end] for part in parts if part.kind == HEAD)
    reading.is_automatic = bool(AUTOMATIC.search(head) or AUTOMATIC.search(said[:500]))
    shown = [*subject, *written]
    if not reading.is_automatic:
        reading.lines = _lines(read, parts, written, subject, said)
        if not reading.lines and FORWARDED.search(f"{head} {said}"):
            paragraphs = _paragraphs(tokens, paragraphs_of(read, parts))
            reading.lines = _quoted_lines(read, paragraphs)
            reading.is_from_quote = bool(reading.lines)
            if reading.lines:
                shown = [*shown, *(token for one in paragraphs for token in one)]
        _give_to_sender(reading, said, shown)
        _when(reading, shown)
    _note_pieces(text, parts, tokens, shown, reading)
    return reading


def _within(tokens: Sequence[Token], parts: Iterable[Part]) -> list[Token]:
    starts = [token.start for token in tokens]
    found = []
    for part in parts:
        first, last = bisect_left(starts, part.start), bisect_left(starts, part.end)
        found += [token for token in tokens[first:last] if token.end <= part.end]
    return found


def _paragraphs(tokens: list[Token], paragraphs: list[list[Part]]) -> list[list[Token]]:
    """Return what stands in each paragraph, those with nothing in them left out."""
    quoted = _within(tokens, [part for one in paragraphs for part in one])
    ends = [(one[0].start, one[-1].end) for one in paragraphs]
    starts = [token.start for token in quoted]
    found = [quoted[bisect_left(starts, start) : bisect_left(starts, end)] for start, end in ends]
    return [one for one in found if one]


def _who_wrote(read: str, parts: list[Part], tokens: list[Token], reading: Reading) -> None:
    """Find the writer: on the line 'Fra', else in the signature; never among who it was sent to."""
    heads = [p for p in parts if p.kind == HEAD and FROM_LINE.match(read[p.start : p.end])]
    for where in (heads, [part for part in parts if part.kind == SIGNATURE]):
        found = _within(tokens, where)
        people = [token.found.id for token in found if token.kind == PERSON and token.found]
        mails = [read[t.start : t.end].rstrip(".") for t in found if "@" in read[t.start : t.end]]
        reading.sender = reading.sender or next(iter(people), None)
        reading.sender_mail = reading.sender_mail or next(iter(mails), "")


def _lines(
    read: str, parts: list[Part], written: list[Token], subject: list[Token], said: str
) -> list[Wanted]:
    starts = [part.start for part in parts if part.kind == BODY]
    for tokens, begins in ((written, min(starts, default=0)), (subject, 0)):
        reader = LineReader(read, begins, breaks_of(read))
        reader.read(tokens)
        if lines := lines_from(reader, has_intent(said)):
            return lines[:MOST_LINES]
    return []


def _quoted_lines(read: str, paragraphs: list[list[Token]]) -> list[Wanted]:
    """Read each quoted paragraph by itself: their order means nothing."""
    found: dict[tuple[int, ...], Wanted] = {}
    breaks = breaks_of(read)
    for tokens in paragraphs:
        if not any(token.kind == MODEL for token in tokens):
            continue
        reader = LineReader(read, tokens[0].start, breaks)
        reader.read(tokens)
        for line in lines_from(reader, is_asking=True):
            if line.model is not None:
                found.setdefault(line.key, line)
    return [found[key] for key in sorted(found)][:MOST_LINES]


def _give_to_sender(reading: Reading, said: str, shown: list[Token]) -> None:
    """Let who asks for something of their own have it, where nobody else is named."""
    is_named = any(token.is_somebody or token.kind in (PERSON, UNIT) for token in shown)
    if reading.sender is None or is_named or not MINE.search(said):
        return
    for line in reading.lines:
        if line.person is None and line.unit is None and line.quantity == 1:
            line.person, reading.is_for_sender = reading.sender, True


def _when(reading: Reading, shown: list[Token]) -> None:
    days = {token.day for token in shown if token.kind == DATE}
    reading.wanted_on = days.pop() if len(days) == 1 else None
    reading.is_urgent = any(token.kind == HASTE for token in shown)


def _note_pieces(
    text: str, parts: list[Part], tokens: list[Token], shown: list[Token], reading: Reading
) -> None:
    """Cut the mail as it stands into pieces; where several days stand, none of them is known."""
    several = len({token.day for token in shown if token.kind == DATE}) > 1
    marked = {id(token) for token in shown}
    beside = [part for part in parts if part.kind in (HEAD, SIGNATURE)]
    marked |= {id(one) for one in _within(tokens, beside) if one.kind in (PERSON, ADDRESS)}
    done = 0
    for token in tokens:
        if id(token) not in marked:
            continue
        if token.start > done:
            reading.pieces.append(Piece(text[done : token.start]))
        kind = UNKNOWN if several and token.kind == DATE else token.kind
        piece = Piece(text[token.start : token.end], kind, token.found, token.day, token.is_guess)
        reading.pieces.append(piece)
        done = token.end
    if done < len(text):
        reading.pieces.append(Piece(text[done:]))


def reply_to(name: str, items: Sequence[str], questions: Sequence[str]) -> str:
    """Write the answer to a mail: what is noted, and what is still to be said."""
    parts = [f"Hej {name}".strip(), ""]
    if items:
        parts += ["Tak for din mail. Vi har noteret:", *(f"- {item}" for item in items), ""]
    if questions:
        parts += ["Vi mangler at vide:", *(f"- {question}" for question in questions), ""]
    parts += ["Du får besked, når der sker noget.", "", "Venlig hilsen", "It-helpdesk"]
    return "\n".join(parts)
