"""The lines that a mail asks for: who is to have what, as near to each other as it stands."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from leasing.domain.mail_words import (
    ANY_SCREEN,
    DEVICE,
    MODEL,
    NEW_ONES,
    NUMBERS,
    OUTSIDE,
    PERSON,
    UNIT,
    UNKNOWN,
    UNKNOWN_WORD,
    Found,
    Token,
)

MOST_LINES, MOST_FOR_ONE, LOOKED_BACK, LONGEST_SENTENCE = 50, 10, 160, 2_000
TOWARDS = re.compile(
    r"\s*(?:,|stk\.?|hver|hver især)?\s*(?:til|for|:|-|–|=|\()\s*[:(]?\s*(?:\n?\s*[-*•]\s*)?"
    r"(?:både|henholdsvis|hhv\.?|vores kollega|kollegaen|medarbejderen)?\s*",
    re.I,
)
JOIN = re.compile(
    r"\s*\)?\s*(?:,\s*og|,\s*samt|,|og|samt|&|\+|/|;|\n\s*[-*•]?|[-*•])\s*(?:til\s+)?\(?\s*", re.I
)
QUALIFIES = re.compile(r"\s*\)?\s*(?:,|fra|på|i|ved|hos|\()\s*(?:den|det)?\s*", re.I)
SALUTATION = re.compile(
    r"(?:^|\n)[ \t]*(?:hej(?:sa)?|kære|goddag|godmorgen|hi|dear|til)[ \t]+$", re.I
)
GREETED = re.compile(r"[ \t]*(?:[,!.:;–-]|\n|$|(?:og|&)\s)")
BACK_TO = re.compile(r"\b(?:hun|han|de|hende|ham|også)\b", re.I)
FOR_ALL = re.compile(r"\s*(?:til |for )?(?:begge|alle|dem alle|hver)\b", re.I)
NOT_ASKED = re.compile(
    r"(?:\bikke (?:have )?(?:en |et |nogen )?|\bi stedet for (?:en |et |min |sin |hans |hendes )?|"
    r"\b(?:gamle|nuværende|ældre|defekte) |\baflever\w* (?:en |et |min |sin |hans |hendes )?|"
    r"\breturner\w* (?:en |et |min |sin )?|\berstatte\w* (?:en |et |min |sin |hans |hendes )?|"
    r"\budskift\w* (?:en |et |min |sin |hans |hendes |af )?|"
    r"\bhar (?:allerede |i dag |nu |pt\.? )?(?:en |et |fået )(?:en |et )?)$",
    re.I,
)
OTHER_MATTER = re.compile(
    r"hvad koster|prisen? på|hvornår (?:kommer|får|er)|annuller|afbestil|aflys|\btak for|"
    r"har (?:nu )?(?:fået|modtaget) (?:den|det|min|sin|pc|skærm)|"
    r"er (?:nu )?(?:leveret|kommet|afleveret)|kvittering|status på",
    re.I,
)
INTENT = re.compile(
    r"\bskal (?:også )?(?:have|bruge|med|udstyres|erstattes|skiftes|udskiftes)|\bhar brug for|"
    r"\bmangler|\bbestil|\bønske|\bvil gerne|\bkunne (?:vi|jeg)|"
    r"\bkan (?:vi|i|jeg|du) (?:få|bestille|skaffe|sende)|\bmå (?:vi|jeg) få|\bbegynder|"
    r"\bstarter|\bansat|\bansættelse|\bny (?:pc|medarbejder|kollega|computer|bærbar|skærm)|"
    r"i stykker|virker ikke|defekt|\bdød|ødelagt|smadret|\btabt|"
    r"går ned|langsom|erstat|udskift|\bbrug for|\bekstra",
    re.I,
)
EACH = re.compile(r"\bhver\b", re.I)
# What somebody has, and may say is broken: of a screen without a name that is no wish.
THEIRS = re.compile(
    r"\b(?:min|din|sin|hans|hendes|vores|deres|ødelagt|knust|knækket|revnet|defekt) $", re.I
)
BEFORE = re.compile(
    rf"(?:(?<![\w.])([0-9]{{1,3}})|\b({'|'.join(NUMBERS)}))\s?(?:x|×|stk\.?|styks?|stykker)?\s*"
    r"((?:(?:nye?|helt|ekstra|flere|anden|andre|yderligere|af|standard|almindelige?|stor|store|"
    r"bærbare?|lenovo|thinkpad)\s+)*)$",
    re.I,
)
AFTER = re.compile(
    r"\s*[,(:]?\s*(?:(?:x|×|antal:?)\s*([0-9]{1,3})|([0-9]{1,3})\s?(?:stk|styk))", re.I
)
EXTRA_BEFORE = re.compile(
    r"\b(?:ekstra|anden|endnu (?:en|et)|yderligere|flere)\s+(?:\w+\s+)?$", re.I
)
EXTRA_AFTER = re.compile(r"\s*(?:mere|ekstra|til(?=\s*[.!?,\n]|\s*$))", re.I)
BREAK = re.compile(r"[.!?](?=\s)|\n")
SHORT = re.compile(r"\b(?:stk|kl|ca|pr|evt|nr|fx|bl|jf|tlf|d|f\.eks|inkl|min|m)\.$", re.I)


STRANGER = Found("stranger", 0, "")  # who is asked for, and is not known


@dataclass(slots=True)
class Wanted:
    """A line that the mail asks for, by ids; what the mail does not say is None."""

    person: int | None = None
    model: int | None = None
    unit: int | None = None
    device: int | None = None
    quantity: int = 1
    is_extra: bool = False
    category: int | None = None
    is_counted: bool = False  # one for each of the new ones, whose number the mail says

    @property
    def key(self) -> tuple[int, ...]:
        ids = (self.person, self.unit, self.model, self.device)
        return (*(one or 0 for one in ids), self.quantity, self.is_extra)


@dataclass(slots=True)
class Wish:
    """A model that is asked for, so many of it."""

    found: Found
    quantity: int
    is_extra: bool
    is_counted: bool = False


@dataclass(slots=True)
class LineGroup:
    """People, or units, of whom the same is said."""

    holders: list[Found]
    sentence: int
    unit: int | None = None
    wishes: list[Wish] = field(default_factory=list)
    devices: list[Found] = field(default_factory=list)
    other: str = ""  # the kind of what is asked for that is no model

    @property
    def is_of_people(self) -> bool:
        return self.holders[0].kind != UNIT

    def add(self, wishes: Iterable[Wish]) -> None:
        """Take wishes in; the same model said again is the same one."""
        for wish in wishes:
            same = [one for one in self.wishes if one.found.id == wish.found.id]
            if same and not wish.is_extra:
                same[0].quantity = max(same[0].quantity, wish.quantity)
            else:
                self.wishes.append(wish)


def new_ones_in(said: str) -> int:
    """Return how many new colleagues a text speaks of, if it says so once; else 0."""
    found = NEW_ONES.findall(said)
    if len(found) != 1:
        return 0
    return int(found[0]) if found[0].isdigit() else NUMBERS[found[0].lower()]


def has_intent(said: str) -> bool:
    """Return whether a text asks for anything."""
    return bool(INTENT.search(said))


def breaks_of(text: str) -> list[int]:
    """Return where each sentence of a text after the first begins."""
    return [
        found.end()
        for found in BREAK.finditer(text)
        if not SHORT.search(text[max(0, found.end() - 8) : found.end()])
    ]


class LineReader:
    """Goes through what stands in a text, and knows whom it is about at each."""

    def __init__(self, text: str, begins: int, breaks: Sequence[int], new_ones: int = 0):
        self.text, self.begins = text, begins
        self.groups: list[LineGroup] = []
        self.loose: list[Wish] = []
        self.loose_devices: list[Found] = []
        self.has_other = False
        self._pending: list[Wish] = []
        self._other = ""
        self._current: LineGroup | None = None
        self._last: Token | None = None
        self._greeted = False
        self._breaks = breaks
        self._others: dict[int, bool] = {}
        self._new_ones = new_ones

    def read(self, tokens: list[Token]) -> None:
        """Read all that stands, in order."""
        for token in tokens:
            gap = self.text[self._last.end if self._last else self.begins : token.start]
            if not self._is_other_matter(token):
                self._take(token, gap)
            self._last = token
        self._settle()

    def _take(self, token: Token, gap: str) -> None:
        found = token.found
        if token.is_somebody or (token.kind in (PERSON, UNIT) and found):
            self._holder(token, found or STRANGER, gap)
            return
        self._greeted = False
        self._settle_before(token)
        if token.kind == MODEL and found:
            before = self.text[max(self.begins, token.start - LOOKED_BACK) : token.start]
            is_theirs = ANY_SCREEN.fullmatch(self._word(token)) and THEIRS.search(before)
            if not is_theirs and not NOT_ASKED.search(before):
                wish = self._wish(token, found, before)
                waits = self.loose if FOR_ALL.match(self.text, token.end) else self._pending
                waits.append(wish)
        elif token.kind == DEVICE and found:
            self._settle()
            (self._current.devices if self._current else self.loose_devices).append(found)
        elif token.kind == OUTSIDE or (token.kind == UNKNOWN and self._is_thing(token)):
            self.has_other, self._other = True, token.kind

    def _word(self, token: Token) -> str:
        return self.text[token.start : token.end]

    def _is_thing(self, token: Token) -> bool:
        word = self._word(token)
        has_digit = any(letter.isdigit() for letter in word) and " " not in word
        return has_digit or UNKNOWN_WORD.fullmatch(word.casefold()) is not None

    def _holder(self, token: Token, found: Found, gap: str) -> None:
        last = self._last
        follows = last is not None and (last.is_somebody or last.kind in (PERSON, UNIT))
        is_of_person = found.kind == UNIT and last is not None and last.kind == PERSON
        current = self._current
        line_before = self.text[max(self.begins, token.start - 30) : token.start]
        starts = token.start - 30 <= self.begins
        greets = SALUTATION.search(f"\n{line_before}" if starts else line_before) or (
            self._greeted and re.fullmatch(r"\s*(?:og|&)\s*", gap)
        )
        if greets and GREETED.match(self.text, token.end):
            self._greeted = found.kind == PERSON
            if self._greeted:
                return
        self._greeted = False
        if current and found in current.holders and found != STRANGER and follows:
            return
        if is_of_person and current and QUALIFIES.fullmatch(gap):
            current.unit = found.id
        elif self._points_here(gap):
            self._direct(found, token)
        elif (
            follows
            and current
            and current.is_of_people == (found.kind != UNIT)
            and (JOIN.fullmatch(gap))
        ):
            current.holders.append(found)
        else:
            self._settle()
            known = self.groups if found != STRANGER else ()
            same = (one for one in known if one.holders == [found])
            self._current = next(same, None) or self._open(found, token)

    def _points_here(self, gap: str) -> bool:
        """Return whether what was asked for just before is for who comes now: 'en T14 til Anna'."""
        is_wish = self._last is not None and self._last.kind in (MODEL, OUTSIDE, UNKNOWN)
        return bool(is_wish and (self._pending or self._other) and TOWARDS.fullmatch(gap))

    def _direct(self, found: Found, token: Token) -> None:
        mine, current = self._pending, self._current
        if (
            current
            and len(mine) > 1
            and not (current.wishes or current.other)
            and current.sentence == self._sentence_of(token)
        ):
            current.add(mine[:-1])
            mine = mine[-1:]
        self._pending = []
        other, self._other = self._other, ""
        self._current = self._open(found, token)
        self._current.add(mine)
        self._current.other = other

    def _open(self, found: Found, token: Token) -> LineGroup:
        self.groups.append(LineGroup([found], self._sentence_of(token)))
        return self.groups[-1]

    def _settle_before(self, token: Token) -> None:
        """Give what waits to whom the sentence was about, where a new one begins."""
        if (
            self._pending
            and self._last
            and self._sentence_of(self._last) != self._sentence_of(token)
        ):
            self._settle()

    def _settle(self) -> None:
        current = self._current
        if current and self._other:
            current.other = self._other
        self._other = ""
        if not self._pending:
            return
        last = self._last
        if (
            current
            and last
            and (
                not current.wishes
                or current.sentence == self._sentence_of(last)
                or BACK_TO.search(self._sentence(last))
            )
        ):
            current.add(self._pending)
        else:
            self.loose += self._pending
        self._pending = []

    def _wish(self, token: Token, found: Found, before: str) -> Wish:
        after = self.text[token.end : token.end + 40]
        number, counted = BEFORE.search(before), AFTER.match(after)
        quantity = 1
        if number:
            quantity = int(number[1]) if number[1] else NUMBERS[number[2].lower()]
        elif counted:
            quantity = int(counted[1] or counted[2])
        is_extra = bool(EXTRA_BEFORE.search(before) or EXTRA_AFTER.match(after))
        is_counted = quantity == 1 < self._new_ones and EACH.search(self._sentence(token))
        if is_counted:
            quantity = self._new_ones
        return Wish(found, max(1, min(500, quantity)), is_extra, bool(is_counted))

    def _sentence_of(self, token: Token) -> int:
        return bisect_right(self._breaks, token.start)

    def _sentence(self, token: Token) -> str:
        number, breaks = self._sentence_of(token), self._breaks
        start = breaks[number - 1] if number else 0
        end = breaks[number] if number < len(breaks) else len(self.text)
        return self.text[start : min(end, start + LONGEST_SENTENCE)]

    def _is_other_matter(self, token: Token) -> bool:
        number = self._sentence_of(token)
        if number not in self._others:
            self._others[number] = bool(OTHER_MATTER.search(self._sentence(token)))
        return self._others[number]


def lines_from(reader: LineReader, is_asking: bool) -> list[Wanted]:
    """Return the lines: one for each person, and for each unit, of each thing asked for."""
    groups, loose = reader.groups, list(reader.loose)
    people = [one for one in groups if one.is_of_people]
    idle = [one for one in groups if not one.is_of_people and not one.wishes]
    devices = [*reader.loose_devices, *(device for one in groups for device in one.devices)]
    asks = is_asking or loose or any(one.wishes for one in groups)
    if not asks:
        return []
    lacking = [g for g in people if not (g.wishes or g.other or g.devices)]
    if lacking and len({wish.found.id for wish in loose}) == 1:
        for group in lacking:
            group.add([Wish(loose[0].found, 1, loose[0].is_extra)])
        loose = []
    if idle and loose and not people:
        idle[0].add(loose)
        idle, loose = idle[1:], []
    lines = [line for group in groups for line in _lines_of(group)]
    lines += [_line(wish, quantity=wish.quantity) for wish in loose]
    _give_units(lines, idle, people)
    _give_devices(lines, devices, is_alone=not lines, is_asking=is_asking)
    if not lines and idle and not reader.has_other:
        lines.append(Wanted(unit=idle[0].holders[0].id))
    return lines


def _lines_of(group: LineGroup) -> list[Wanted]:
    lines = []
    for holder in group.holders:
        if not group.is_of_people:
            lines += [_line(wish, unit=holder.id, quantity=wish.quantity) for wish in group.wishes]
            continue
        person = holder.id or None
        for wish in group.wishes:
            share, rest = divmod(wish.quantity, len(group.holders))
            count = share if share and not rest else 1
            lines += [
                _line(wish, person=person, unit=group.unit) for _ in range(min(count, MOST_FOR_ONE))
            ]
        if person and not group.wishes and group.other != OUTSIDE:
            lines.append(Wanted(person=person, unit=group.unit))
    return lines


def _line(
    wish: Wish, *, person: int | None = None, unit: int | None = None, quantity: int = 1
) -> Wanted:
    return Wanted(
        person=person,
        model=wish.found.id,
        unit=unit,
        quantity=quantity,
        is_extra=wish.is_extra,
        category=wish.found.category,
        is_counted=wish.is_counted,
    )


def _give_units(lines: list[Wanted], idle: list[LineGroup], people: list[LineGroup]) -> None:
    """Let the one unit that is named beside the people pay for them."""
    named = {holder.id for group in idle for holder in group.holders}
    if len(named) == 1 and people:
        unit = next(iter(named))
        for line in lines:
            line.unit = line.unit or unit


def _give_devices(
    lines: list[Wanted], devices: list[Found], *, is_alone: bool, is_asking: bool
) -> None:
    """Let each device be replaced on the line of who has it, where it is of the same kind."""
    for device in devices:
        fits = [
            line
            for line in lines
            if line.device is None
            and not line.is_extra
            and line.person is not None
            and device.holder in (None, line.person)
            and (line.category is None or device.category in (None, line.category))
        ]
        if fits:
            fits[0].device = device.id
        elif is_alone and is_asking and device.holder:
            lines.append(Wanted(person=device.holder, device=device.id))
