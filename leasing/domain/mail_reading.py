"""A pasted mail read as an order: what is recognised, what is not, and the lines it asks for.

Nothing is looked up here. `phrases_of` gives what may be looked up; `read_mail` takes what was
found. Only what the writer says is read: the head tells who asks, the signature too, and what is
quoted counts for nothing, unless the mail itself points to it. What is not understood is marked
and left to the reader. All of it works on a bounded piece of the text, so that no mail takes long.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from leasing.domain.mail_lines import (
    MOST_LINES,
    NOT_ASKED,
    STRANGER,
    LineReader,
    Wanted,
    breaks_of,
    has_intent,
    lines_from,
    new_ones_in,
)
from leasing.domain.mail_parts import (
    AUTOMATIC,
    BODY,
    FORWARDED,
    HEAD,
    MOST_CHARACTERS,
    OUTER,
    QUOTED,
    SIGNATURE,
    SUBJECT,
    Part,
    forwarded_at,
    paragraphs_of,
    parts_of,
    plain,
    without_marks,
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
    "plain", "read_mail", "wish_key", "words_of",
]  # fmt: skip
FROM_LINE = re.compile(r"[\s>*]*(?:fra|from)\s*\*?\s*:", re.I)
# Who adds this to what they forward asks for it themselves.
ASKS_TOO = re.compile(
    r"\b(?:kan|vil|gider|må|kunne) (?:i|du|vi|jeg)\b|\bbestil|\bordne|\bskaf|\bgodkend", re.I
)
# A pc that is asked for without its model.
SOME_PC = re.compile(
    r"\b(?:en|et|to|tre|fire|fem|[0-9]{1,3})\s+(?:stk\.?\s+)?(?:(?:nye?|ekstra)\s+){0,2}"
    r"((?:bærbare?\s+)?(?:pc(?:['’]?er)?|computere?|laptops?)|bærbare?)\b",
    re.I,
)
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
    is_somebody: bool = False


@dataclass(slots=True)
class Reading:
    """The whole mail in pieces, its lines, and who wrote it (`sender` is the id of a person).

    `outside` is what is bought outside the agreement. `is_for_sender` marks lines whose person is
    guessed to be the writer; `is_from_quote` those that the mail only points to. Of a mail that
    only forwards another, that other is read (`is_forwarded`), and is by who wrote it.
    `outside_for` is the unit or the person whom the mail names beside what is bought outside;
    it is a stranger's where `is_outside_open`.
    """

    pieces: list[Piece] = field(default_factory=list)
    lines: list[Wanted] = field(default_factory=list)
    sender: int | None = None
    sender_mail: str = ""
    written_by: str = ""  # as the line 'Fra' has it
    wanted_on: date | None = None
    is_urgent: bool = False
    is_automatic: bool = False
    is_for_sender: bool = False
    is_from_quote: bool = False
    is_forwarded: bool = False
    has_quote: bool = False
    outside_for: Found | None = None
    is_outside_open: bool = False
    new_ones: int = 0  # the new colleagues that the mail speaks of, without saying who has what

    @property
    def is_counted(self) -> bool:
        """Return whether a line has one for each of them: that is a guess."""
        return any(line.is_counted for line in self.lines)

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
    reading = Reading()
    begins = forwarded_at(read, parts)
    if begins is not None and not _asks_itself(read, parts, tokens):
        reading.is_forwarded = True
        read = without_marks(read, begins)
        tokens = tokens_of(read, known, initials, today)
        parts = _of_forwarded(read, parts, begins)
    reading.has_quote = any(part.kind == QUOTED for part in parts)
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
        reading.new_ones = new_ones_in(said)
        _give_to_sender(reading, said, shown)
        _when(reading, shown)
        _whose_outside(read, shown, reading)
        pcs = _pcs_without_model(read, parts, tokens, shown, reading) if has_intent(said) else []
        tokens = sorted([*tokens, *pcs], key=lambda token: token.start)
        shown = [*shown, *pcs]
    _note_pieces(text, parts, tokens, shown, reading)
    return reading


def _asks_itself(read: str, parts: list[Part], tokens: list[Token]) -> bool:
    """Return whether who forwards a mail asks for something above it, or for what it says."""
    written = _within(tokens, [part for part in parts if part.kind == BODY])
    said = " ".join(read[part.start : part.end] for part in parts if part.kind == BODY)
    return bool(ASKS_TOO.search(said) or _lines(read, parts, written, [], said))


def _of_forwarded(read: str, parts: list[Part], begins: int) -> list[Part]:
    outer = [replace(part, kind=OUTER) for part in parts if part.end <= begins]
    return outer + [
        replace(part, start=part.start + begins, end=part.end + begins)
        for part in parts_of(read[begins:])
    ]


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
    if heads:
        line = read[heads[0].start : heads[0].end].partition(":")[2]
        reading.written_by = " ".join(re.sub(r"[<\[(].*", "", line).split()).strip("\"'* ")[:100]
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
        reader = LineReader(read, begins, breaks_of(read), new_ones_in(said))
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


def _whose_outside(read: str, shown: list[Token], reading: Reading) -> None:
    """Find whom what is bought outside is for: in its own sentence, else in the nearest before."""
    breaks = breaks_of(read)
    by_sentence: dict[int, list[Token]] = {}
    for token in shown:
        if token.is_somebody or token.kind in (PERSON, UNIT):
            by_sentence.setdefault(bisect_right(breaks, token.start), []).append(token)
    wanted: dict[tuple[str, int], Found] = {}
    for token in shown:
        if token.kind != OUTSIDE:
            continue
        own = bisect_right(breaks, token.start)
        before = [number for number in by_sentence if number <= own]
        named = by_sentence[max(before)] if before else []
        units = [one for one in named if one.kind == UNIT]
        for one in units or named:
            found = one.found or STRANGER
            wanted[found.kind, found.id] = found
    if len(wanted) == 1:
        reading.outside_for = next(iter(wanted.values()))
    reading.is_outside_open = len(wanted) > 1 or reading.outside_for == STRANGER


def _pcs_without_model(
    read: str, parts: list[Part], tokens: list[Token], shown: list[Token], reading: Reading
) -> list[Token]:
    """Return where a pc is asked for, if no model of one is and no line waits for a model."""
    is_named = any(one.kind == MODEL and one.found and one.found.is_pc for one in shown)
    if is_named or any(line.model is None for line in reading.lines):
        return []
    bodies = [part for part in parts if part.kind == BODY]
    found = []
    for match in SOME_PC.finditer(read):
        start, end = match.span(1)
        is_said = any(part.start <= start < part.end for part in bodies)
        is_taken = any(token.start < end and start < token.end for token in tokens)
        if is_said and not is_taken and not NOT_ASKED.search(read[max(0, start - 160) : start]):
            found.append(Token(start, end, UNKNOWN))
    return found


def _when(reading: Reading, shown: list[Token]) -> None:
    days = {token.day for token in shown if token.day}
    reading.wanted_on = days.pop() if len(days) == 1 else None
    reading.is_urgent = any(token.kind == HASTE for token in shown)


def _note_pieces(
    text: str, parts: list[Part], tokens: list[Token], shown: list[Token], reading: Reading
) -> None:
    """Cut the mail as it stands into pieces; where several days stand, none of them is known."""
    several = len({token.day for token in shown if token.day}) > 1
    marked = {id(token) for token in shown}
    beside = [part for part in parts if part.kind in (HEAD, SIGNATURE)]
    marked |= {id(one) for one in _within(tokens, beside) if one.kind in (PERSON, ADDRESS)}
    done = 0
    for token in tokens:
        if id(token) not in marked:
            continue
        if token.start > done:
            reading.pieces.append(Piece(text[done : token.start]))
        is_open = token.kind == DATE and (several or token.day is None)
        kind = UNKNOWN if is_open else token.kind
        piece = Piece(
            text[token.start : token.end],
            kind,
            token.found,
            token.day,
            token.is_guess,
            token.is_somebody,
        )
        reading.pieces.append(piece)
        done = token.end
    if done < len(text):
        reading.pieces.append(Piece(text[done:]))
