"""What a mail that was read becomes on the form, and how the form shows it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from urllib.parse import urlencode

from inventory.models import Device, Employee
from leasing.domain.mail_reading import (
    ADDRESS,
    DATE,
    DEVICE,
    HASTE,
    MODEL,
    OUTSIDE,
    PERSON,
    UNIT,
    UNKNOWN,
    Piece,
    Reading,
)
from leasing.models import OrderLine

_NAME = r"[A-ZÆØÅ][a-zæøåéüö'’-]+(?: [A-ZÆØÅ][a-zæøåéüö'’-]+){1,3}"
NAME, NAME_BEFORE = re.compile(_NAME), re.compile(rf"\b({_NAME}),?\s*\(?$")
# What a mark of the mail stands for: the kind of thing, and which.
Key: TypeAlias = tuple[str, int | str | date | None]


def fields_of_lines(
    reading: Reading, people: Mapping[int, Employee], devices: Mapping[int, Device]
) -> list[dict[str, object]]:
    """Return what each line of a mail fills in on the form, by the people and devices in it."""
    found: list[dict[str, object]] = []
    for line in reading.lines:
        person = people.get(line.person) if line.person else None
        device = devices.get(line.device) if line.device else None
        found.append(
            {
                "who": str(person) if person else "",
                "employee": person.pk if person else "",
                "model": line.model or "",
                "unit": line.unit or "",
                "quantity": 1 if person else line.quantity,
                "replaces": device.serial_number if device else "",
                "reason": OrderLine.Reason.EXTRA if line.is_extra else "",
            }
        )
    return found


@dataclass(frozen=True, slots=True)
class MailMark:
    """A piece of the mail as it is shown; `number` stands at the field that it filled too."""

    text: str
    look: str = ""  # 'known', 'unknown' or 'outside'; '' is plain text
    number: int | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """What a mail says that nobody knows; of somebody with a name, what their page fills in."""

    text: str
    name: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail beside the form: its marks, what is asked about, and the numbers by what they mean."""

    marks: list[MailMark]
    asked: list[UnknownWord]
    notes: list[str]
    numbers: Mapping[Key, int]

    @property
    def unknown(self) -> list[str]:
        return [one.text for one in self.asked]

    @property
    def known_count(self) -> int:
        return len(self.numbers)


def shown_mail(
    reading: Reading, people: Mapping[int, Employee], set_aside: frozenset[str]
) -> ShownMail:
    """Return a mail with a number on each thing that fills a field, in the order they stand in.

    The same thing has the same number wherever it stands. What a person has waved off
    (`set_aside`) is plain text.
    """
    wanted: set[Key] = {(PERSON, reading.sender), (DATE, reading.wanted_on)}
    wanted.add((ADDRESS, reading.sender_mail.lower()))
    for line in reading.lines:
        wanted |= {(PERSON, line.person), (MODEL, line.model), (DEVICE, line.device)}
        wanted.add((UNIT, line.unit or (line.person and people[line.person].unit_id)))
    numbers: dict[Key, int] = {}
    marks = []
    for piece in reading.pieces:
        key = _key_of(piece)
        if key in wanted:
            numbers.setdefault(key, len(numbers) + 1)
        marks.append(_mark(piece, numbers.get(key), set_aside))
    asked: dict[str, UnknownWord] = {}
    for number, piece in enumerate(reading.pieces):
        if piece.kind == UNKNOWN and piece.text not in set_aside:
            before = reading.pieces[number - 1].text if number else ""
            asked.setdefault(piece.text, _unknown_word(piece, before, reading))
    return ShownMail(marks, list(asked.values()), _notes_on(reading), numbers)


def _unknown_word(piece: Piece, before: str, reading: Reading) -> UnknownWord:
    """Return a word with the name of who it is: its own, or the one just before it."""
    beside = NAME_BEFORE.search(before)
    own = NAME.fullmatch(piece.text)
    name = own[0] if own else beside[1] if beside else ""
    if not piece.is_somebody or not name:
        return UnknownWord(piece.text)
    units = {one.found.id for one in reading.pieces if one.kind == UNIT and one.found}
    filled = {"navn": name}
    if len(units) == 1:
        filled["enhed"] = str(units.pop())
    if reading.wanted_on:
        filled["fra"] = f"{reading.wanted_on:%d-%m-%Y}"
    return UnknownWord(piece.text, name, urlencode(filled))


def _key_of(piece: Piece) -> Key:
    if piece.kind == DATE:
        return DATE, piece.day
    if piece.found:
        return piece.kind, piece.found.id
    return piece.kind, piece.text.lower().rstrip(".")


def _mark(piece: Piece, number: int | None, set_aside: frozenset[str]) -> MailMark:
    if piece.kind == OUTSIDE:
        return MailMark(piece.text, "outside", meaning="købes på kontantaftalen")
    if piece.kind == UNKNOWN:
        is_plain = piece.text in set_aside
        return (
            MailMark(piece.text)
            if is_plain
            else MailMark(piece.text, "unknown", None, "ikke genkendt")
        )
    if not piece.kind or (number is None and piece.kind != HASTE):
        return MailMark(piece.text)
    meaning = piece.found.label if piece.found else ""
    if piece.is_guess:
        return MailMark(piece.text, "unknown", number, "gættet")
    return MailMark(
        piece.text, "known", number, f"genkendt som {meaning}" if meaning else "genkendt"
    )


def _notes_on(reading: Reading) -> list[str]:
    """Say what in a mail is guessed, left out, or for a person to look at."""
    notes = []
    if reading.is_automatic:
        notes.append("Det ligner et automatisk svar, så der er ikke læst nogen linjer.")
    elif not reading.lines:
        notes.append(
            "Der var ingen medarbejder, model eller enhed at genkende. Udfyld selv linjen."
        )
    if reading.is_forwarded:
        notes.append("Mailen er videresendt. Det er den, der er videresendt, der er læst.")
    if reading.is_from_quote:
        notes.append("Linjerne er gættet ud fra den mail, der er citeret. Se dem efter.")
    elif reading.has_quote:
        notes.append("Det citerede er ikke læst: kun det, afsenderen selv skriver.")
    if reading.sender_mail and not reading.sender:
        # The reply goes there, and anybody can write an address into a mail.
        notes.append(
            f"{reading.sender_mail} er ikke en medarbejder, vi kender. "
            "Se efter, hvem svaret går til."
        )
    notes += _guesses_in(reading)
    if reading.outside:
        things = ", ".join(dict.fromkeys(one.lower() for one in reading.outside))
        notes.append(f"Købes på kontantaftalen, ikke her: {things}. Det siger svaret.")
    return notes


def _guesses_in(reading: Reading) -> Iterator[str]:
    """Yield what the mail does not say, and is filled in."""
    if reading.is_for_sender:
        yield "Mailen nævner ingen anden, så det er gættet, at det er til afsenderen selv."
    if reading.is_counted:
        yield f"Antallet er gættet: {reading.new_ones} nye kolleger skal have hver sin."
    if any(piece.kind == DATE and piece.is_guess for piece in reading.pieces):
        yield f"Året er gættet: {reading.wanted_on:%d-%m-%Y}."
