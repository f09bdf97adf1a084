"""A pasted mail read as an order: what is recognised, what is not, and the lines it asks for.

Nothing is looked up here. `phrases_of` gives what may be looked up; `read_mail` takes what was
found. Both work on a bounded piece of the text, so that no mail takes long.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from albertslund_it.common.names import match_key

MOST_CHARACTERS, MOST_WORDS, LONGEST_PHRASE, MOST_LINES = 20_000, 2_000, 5, 50
PERSON, MODEL, UNIT, DEVICE, ADDRESS, UNKNOWN = (
    "person",
    "model",
    "unit",
    "device",
    "address",
    "unknown",
)
WORD = re.compile(r"[\w@][\w@.+/'’-]*", re.UNICODE)
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
NUMBER = re.compile(r"[0-9]{1,3}")
HEADING = re.compile(r"^\s*(fra|til|cc|bcc|emne|sendt|from|to|subject|sent|dato)\s*:", re.I)
TOWARDS = re.compile(r"\s*(?:,|stk\.?)?\s*(?:til|for|:|-|–)\s*", re.I)
GREETING = re.compile(r"\b(hilsen|hilsner|mvh|vh)\b", re.I)
# Words that could be somebody's initials too: read as words, unless in capitals.
_COMMON = """
af alle alt at bare bedes begge ben bil bliver blive brug burde da dag de deg dem den der det
dette dig din disse dog du efter eller en end er et fik fin for fra får få gerne gik gå ham han
har hej hen hende her hos hun hvad hvis hvor i idag igen ikke ind ja jeg jo kan kom kun kære
lad lige man mange med meget men mere mig min mon må ned nej nogen nok nu nye ny når og også om
op os over pc på sammen samt se ser sig sin skal som stk tak til tid to ud uden under uge var
ved vi vil vores være
"""
COMMON = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class Found:
    """What a phrase stands for: its kind, the id of the row, and its name on the screen.

    For a device, `holder` is the id of the person who has it.
    """

    kind: str
    id: int
    label: str
    holder: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the mail as it stands; `kind` is '' for plain text."""

    text: str
    kind: str = ""
    found: Found | None = None


@dataclass(slots=True)
class Wanted:
    """A line that the mail asks for, by ids; what the mail does not say is None."""

    person: int | None = None
    model: int | None = None
    unit: int | None = None
    device: int | None = None
    quantity: int = 1


@dataclass(slots=True)
class Reading:
    """The whole mail in pieces, its lines, and who wrote it (`sender` is the id of a person)."""

    pieces: list[Piece] = field(default_factory=list)
    lines: list[Wanted] = field(default_factory=list)
    sender: int | None = None
    sender_mail: str = ""

    @property
    def unknown(self) -> list[str]:
        return [piece.text for piece in self.pieces if piece.kind == UNKNOWN]


def words_of(text: str) -> list[re.Match]:
    """Give the words of the part of a mail that is read."""
    words = []
    for match in WORD.finditer(text[:MOST_CHARACTERS]):
        words.append(match)
        if len(words) == MOST_WORDS:
            break
    return words


def key_of(phrase: str) -> str:
    """Reduce a phrase to what is looked up; the sign of 'T14+' is kept as in models' names."""
    return match_key(phrase.replace("+", " plus ").strip(".,:;'’"))


def phrases_of(text: str) -> set[str]:
    """Give the keys of every run of up to five words on one line."""
    words = words_of(text)
    phrases = set()
    for first in range(len(words)):
        for last in range(first, min(first + LONGEST_PHRASE, len(words))):
            phrase = text[words[first].start() : words[last].end()]
            if "\n" in phrase or len(phrase) > 120:
                break
            phrases.add(key_of(phrase))
    return phrases - {""}


def read_mail(text: str, known: Mapping[str, Found], initials: Mapping[str, Found]) -> Reading:
    """Read a mail by what its phrases were found to be; `initials` are in small letters."""
    reading = Reading(pieces=_pieces(text, known, initials))
    _who_wrote(reading)
    _lines(reading)
    return reading


def _pieces(text, known, initials) -> list[Piece]:
    pieces, done, words = [], 0, words_of(text)
    index = 0
    while index < len(words):
        length, kind, found = _longest(text, words, index, known, initials)
        if not kind:
            index += 1
            continue
        start = words[index].start()
        end = min(words[index + length - 1].end(), len(text))
        while end > start + 1 and text[end - 1] in ".,:;'’-/":
            end -= 1
        if start > done:
            pieces.append(Piece(text[done:start]))
        pieces.append(Piece(text[start:end], kind, found))
        done, index = end, index + length
    if done < len(text):
        pieces.append(Piece(text[done:]))
    return pieces


def _longest(text, words, index, known, initials) -> tuple[int, str, Found | None]:
    """Give the longest phrase that begins at a word, as (words, kind, what it is)."""
    word = words[index].group().rstrip(".,:;'’-/")
    if MAIL.fullmatch(word):
        return 1, ADDRESS, None
    for length in range(min(LONGEST_PHRASE, len(words) - index), 0, -1):
        phrase = text[words[index].start() : words[index + length - 1].end()]
        if "\n" not in phrase and len(phrase) <= 120 and (found := known.get(key_of(phrase))):
            return length, found.kind, found
    low = word.casefold()
    if (found := initials.get(low)) and (low not in COMMON or (word.isupper() and len(word) > 1)):
        return 1, PERSON, found
    if _looks_like_a_number_of_something(word):
        return 1, UNKNOWN, None
    return 1, "", None


def _looks_like_a_number_of_something(word: str) -> bool:
    """Tell whether a word could be a serial number or a model that nobody knows."""
    has_digit, has_letter = any(c.isdigit() for c in word), any(c.isalpha() for c in word)
    return len(word) >= 3 and has_digit and has_letter and any(c.isupper() for c in word)


def _who_wrote(reading: Reading) -> None:
    for piece in reading.pieces:
        if piece.kind == ADDRESS:
            reading.sender_mail = piece.text
            return


def _lines(reading: Reading) -> None:
    """Make a line for each person; without people, for each unit, or for who has a device."""
    reader = _Reader(reading)
    for piece in reading.pieces:
        reader.take(piece)
    reader.let_go()
    _share_out(reading, reader.lines, reader.loose)


@dataclass(slots=True)
class _Reader:
    """Goes through the pieces of a mail, and knows whom it is about at each."""

    reading: Reading
    lines: list[Wanted] = field(default_factory=list)
    loose: list[tuple[Found, int]] = field(default_factory=list)
    current: Wanted | None = None
    held: tuple[Found, int] | None = None  # a model that may belong to who comes next
    quantity: int = 1
    is_signed: bool = False
    is_heading: bool = False
    last: str = ""  # what the line begins with

    def take(self, piece: Piece) -> None:
        if self.held and piece.kind != PERSON and not TOWARDS.fullmatch(piece.text):
            self.let_go()
        if piece.kind == "":
            self._plain(piece.text)
        elif piece.found:
            self._found(piece.found)
            self.last, self.quantity = "", 1

    def let_go(self) -> None:
        """Give a model to whom the mail is about, when nobody came after it."""
        if self.held:
            self._note(*self.held)
            self.held = None

    def _plain(self, text: str) -> None:
        self.is_signed = self.is_signed or bool(GREETING.search(text))
        if "\n" in text:
            self.is_heading, self.last = False, ""
        self.last += text.rpartition("\n")[2]
        self.is_heading = self.is_heading or bool(HEADING.match(self.last))
        self.quantity = _quantity(text)

    def _found(self, found: Found) -> None:
        if self.is_signed or self.is_heading:  # who writes, and to whom
            if found.kind == PERSON:
                self.reading.sender = self.reading.sender or found.id
        elif found.kind == PERSON:
            self._person(found)
        elif found.kind == MODEL:
            self.held = (found, self.quantity)
        else:
            self._note(found, self.quantity)

    def _person(self, found: Found) -> None:
        known = (line for line in self.lines if line.person == found.id)
        self.current = next(known, None)
        if self.current is None:
            self.current = Wanted(person=found.id)
            self.lines.append(self.current)
        if self.held and self.current.model is None:  # 'en T14 til Anna'
            self.current.model, self.held = self.held[0].id, None

    def _note(self, found: Found, quantity: int) -> None:
        if self.current is not None and getattr(self.current, found.kind) is None:
            setattr(self.current, found.kind, found.id)
        else:
            self.loose.append((found, quantity))


def _quantity(text: str) -> int:
    """Give the number that stands right before what comes next: '28 stk. ' is 28."""
    numbers = NUMBER.findall(text[-12:])
    return max(1, min(500, int(numbers[-1]))) if numbers else 1


def _share_out(reading: Reading, lines: list[Wanted], loose: Sequence) -> None:
    """Give what belongs to nobody in the mail to those who lack it, or a line of its own."""
    units = [found for found, _ in loose if found.kind == UNIT]
    devices = [found for found, _ in loose if found.kind == DEVICE]
    models = [(found, quantity) for found, quantity in loose if found.kind == MODEL]
    if not lines:
        lines = [Wanted(person=one.holder, device=one.id) for one in devices if one.holder]
        devices = []
    if not lines and (units or models):
        unit = units[0].id if units else None
        lines = [Wanted(unit=unit, model=m.id, quantity=n) for m, n in models] or [
            Wanted(unit=unit)
        ]
    known = [line.model for line in lines if line.model] or [found.id for found, _ in models]
    for line in lines:
        if line.model is None and len(set(known)) == 1:
            line.model = known[0]
        if line.device is None and line.person:
            line.device = next((one.id for one in devices if one.holder == line.person), None)
        if line.unit is None and len(units) == 1:
            line.unit = units[0].id
    reading.lines = lines[:MOST_LINES]


def reply_to(name: str, items: Sequence[str], questions: Sequence[str]) -> str:
    """Write the answer to a mail: what is noted, and what is still to be said."""
    parts = [f"Hej {name}".strip(), ""]
    if items:
        parts += ["Tak for din mail. Vi har noteret:", *(f"- {item}" for item in items), ""]
    if questions:
        parts += ["Vi mangler at vide:", *(f"- {question}" for question in questions), ""]
    parts += ["Du får besked, når der sker noget.", "", "Venlig hilsen", "It-helpdesk"]
    return "\n".join(parts)
