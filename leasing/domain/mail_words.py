"""What stands in a mail, word by word: what is known, what is a date, and what nobody knows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.names import match_key
from albertslund_it.common.quarters import add_months
from leasing.domain.mail_parts import MOST_CHARACTERS

MOST_WORDS, LONGEST_PHRASE = 2_000, 5
MOST_MONTHS = 24  # ahead: "2062" is a slip, and the day on which a lease ends is no wish
PERSON, MODEL, UNIT, DEVICE = "person", "model", "unit", "device"
ADDRESS, UNKNOWN, OUTSIDE, DATE, HASTE = "address", "unknown", "outside", "date", "haste"

WORD = re.compile(r"[\w@][\w@.+/'’-]*", re.UNICODE)
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
# Words that could be somebody's initials too: read as words, unless in capitals.
_COMMON = """
af alle alt at bare bedes begge ben bil bliver blive brug burde da dag de deg dem den der det
dette dig din disse dog du efter eller en end er et fik fin for fra får få gerne gik gå ham han
har hej hen hende her hos hun hvad hver hvis hvor i idag igen ikke ind ja jeg jo kan kom kun kære
lad leje lige man mange med meget men mere mig min mon må ned nej nogen nok nu nye ny når og også
om op os over pc på sammen samt se ser sig sin skal som stk tak til tid to ud uden under uge var
ved vi vil vores være hvem alle vedr både dato mail klar hjem jul chef møde salg start gavn sker
"""
COMMON = frozenset(_COMMON.split())
_ACRONYMS = """
it pc usb hdmi vga ram ssd hdd cpu vpn sfo ppr kkr ean gln cvr mvh vh kh obs asap ps atea kmd opus
aula nb fyi re sv fw vs cc bcc lan wifi dvd tv edb hr tr amr pdf led lcd hk dlf bupl foa tak hej
haster nej ja ny nye stk pcer og til fra kl nr kb
"""
ACRONYMS = frozenset(_ACRONYMS.split())

OUTSIDE_WORD = re.compile(
    r"(?:mus(?:en|emåtte)?|trackpad|tastatur(?:er|et)?|keyboards?|headsets?|headsettet|headset|"
    r"høretelefon(?:er)?|hovedtelefoner|dock(?:s|en)?|docking(?:station(?:er|en)?)?|opladere?n?|"
    r"strømforsyning(?:er|en)?|kabel|kabler|hdmi-kabel|adaptere?|webcams?|webkamera|taske|"
    r"computertaske|sleeve)"
)
UNKNOWN_WORD = re.compile(
    r"(?:mac|macbooks?|imac|chromebooks?|ipads?|tablets?|tabletter|surface|iphones?|mobiltelefon|"
    r"mobil|telefon|smartphone|printere?|projektor|smartboards?|skærm(?:e|en|ene)?)"
)
_MONTHS = "januar februar marts april maj juni juli august september oktober november december"
MONTHS = _MONTHS.split()
_MONTH = "|".join([*MONTHS, *(f"{month[:3]}" for month in MONTHS)])
_YEAR = "(?:19|20)[0-9]{2}"
WRITTEN_DAY = re.compile(rf"\b([0-9]{{1,2}})\.?\s?({_MONTH})\b\.?(?:\s?(?:,\s?)?({_YEAR}))?", re.I)
NUMBERED_DAY = re.compile(
    rf"(?<![\w/.-])(?:([0-9]{{1,2}})([./-])([0-9]{{1,2}})(?:\2|\s(?={_YEAR}))({_YEAR}|[0-9]{{2}})"
    rf"|([0-9]{{1,2}})/([0-9]{{1,2}})|({_YEAR})-([0-9]{{1,2}})-([0-9]{{1,2}}))(?![\w/-]|\.[0-9])"
)
# A day that is told of, and that nobody wishes anything on.
TOLD = re.compile(
    r"\b(?:ansat|siden|født|startede|begyndte|fik|fået|købt|leveret|udleveret|modtaget|sendt|"
    r"skrev|mail|faktura)\b[^.!?\n]{0,25}$",
    re.I,
)
HURRY = re.compile(
    r"\b(?:med det samme|hurtigst mulig\w*|så hurtigt som muligt|snarest(?: muligt)?|asap|"
    r"haster|straks|akut)\b",
    re.I,
)
VAGUE = re.compile(
    r"\b(?:(?:på|til|fra) (?:mandag|tirsdag|onsdag|torsdag|fredag)|i morgen|i overmorgen|"
    r"i næste uge|næste uge|(?:i )?uge [0-9]{1,2}|"
    r"(?:min|vores|en|den|vor|til) nye? (?:kollega|medarbejder|elev|vikar|leder|"
    r"studentermedhjælper|praktikant|pædagog|lærer)|nye (?:kolleger|medarbejdere|elever|lærere)|"
    r"en mere|en til(?=\s*[.!?,\n]|\s*$)|samme som \w{2,12}|det samme som \w{2,12}|"
    r"det sædvanlige|de sædvanlige|den samme|"
    r"et par(?! (?:dage|uger|måneder|timer|minutter|gange|år|ting|spørgsmål)))\b",
    re.I,
)
SOMEBODY = re.compile(
    r"\b(?:kolleg|medarbejder|elev|vikar|leder|studenter|praktikant|pædagog|lærer)", re.I
)
_NAME = r"[A-ZÆØÅ][a-zæøåéüö'’-]+"
_VERB = r"(?:skal|begynder|starter|har brug|mangler|får|ønsker)"
STRANGERS = (
    re.compile(r"\b(?i:initialer(?:ne)?)[ ]{0,3}(?:er|:|=)?[ ]{0,3}([a-zA-ZæøåÆØÅ]{2,6}[0-9]?)\b"),
    re.compile(r"\(([a-zæøåA-ZÆØÅ]{3,5})\)"),
    re.compile(rf"(?:(?<=\n)|(?<=[.!?,:] )|(?<=og )|^)([a-zæøå]{{3,4}})(?=[ ]{_VERB}\b)"),
    re.compile(r"\btil ([a-zæøå]{4})(?=[ ]?(?:[.,!?)\n]|$|og\b))"),
    re.compile(rf"\b(?:til|for|hedder|[Nn]avn:?) ({_NAME}(?: {_NAME}){{1,3}})"),
    re.compile(
        rf"(?:(?<=\n)|(?<=[.!?,:] )|(?<=og )|^)({_NAME}(?: {_NAME}){{1,3}})(?=[ ]{_VERB}\b)"
    ),
)
CAPITALS = re.compile(r"\b[A-ZÆØÅ]{3,5}\b")
# Several who are new, and whom the mail then names: "tre nye kolleger: Ida Juul og Bo Lund".
_ROLES = r"(?:kolleger|kollegaer|medarbejdere|elever|vikarer|praktikanter|pædagoger|lærere)"
_COUNTS = "en et to tre fire fem seks syv otte ni ti elleve tolv"
NUMBERS = {word: max(1, number) for number, word in enumerate(_COUNTS.split())}
NEW_ONES = re.compile(rf"\b([0-9]{{1,2}}|{'|'.join(NUMBERS)}) (?:nye )?{_ROLES}\b", re.I)
LISTED = re.compile(
    rf"\b(?i:(?:nye )?{_ROLES})(?:[^\n:,(]{{0,60}}[:(]|,)\s{{0,3}}"
    rf"({_NAME}(?: {_NAME}){{1,3}}(?:(?:, og |, | og ){_NAME}(?: {_NAME}){{1,3}}){{0,20}})"
)
FULL_NAME = re.compile(rf"{_NAME}(?: {_NAME}){{1,3}}")
INCH = re.compile(
    r"(?<=[0-9])\s?(?:[\"”″“]|''|’’|-?\s?(?:tommers?|tommer|tomme|tom\.|inch)(?=\W|$|sk))"
)
ANY_SCREEN = re.compile(r"(?:pc-?|computer)?(?:skærme?|monitor(?:er)?)", re.I)
SCREEN = re.compile(r"\b(?:pc-?|computer)?(?:skærm(?:e|en|ene)?|monitor(?:er|en)?)\b")
PLURAL = re.compile(r"(?<=[0-9])['’-]?(?:ere|erne|er)\b")
SKIPPED = frozenset(["med", "m", "på", "tommer"])


@dataclass(frozen=True, slots=True)
class Found:
    """What a phrase stands for: its kind, the id of the row, and its name on the screen.

    For a device, `holder` is the id of the person who has it; for a device or a model `category`
    is what it is one of. `is_pc` is a model's.
    """

    kind: str
    id: int
    label: str
    holder: int | None = None
    category: int | None = None
    is_pc: bool = True


# What phrases, or initials, were found to be.
Phrases = Mapping[str, Found]
Word = re.Match[str]


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of a mail that means something.

    `day` is a date's, a guess where no year stands; a date without is none that can be meant.
    """

    start: int
    end: int
    kind: str
    found: Found | None = None
    day: date | None = None
    is_guess: bool = False
    is_somebody: bool = False  # a person whom nobody knows


def words_of(text: str) -> list[Word]:
    """Return the words of the part of a mail that is read."""
    words = []
    for match in WORD.finditer(text[:MOST_CHARACTERS]):
        words.append(match)
        if len(words) == MOST_WORDS:
            break
    return words


def key_of(phrase: str) -> str:
    """Reduce a phrase to what is looked up; the sign of 'T14+' is kept as in models' names."""
    return match_key(phrase.replace("+", " plus ").strip(".,:;'’"))


def wish_key(phrase: str) -> str:
    """Reduce a model as people write it: 'T14 m. 5G' is 'T14 5G', '27\" skærme' is 'skærm 27'."""
    text = INCH.sub(" tommer ", phrase.casefold())
    text = PLURAL.sub("", SCREEN.sub(" skærm ", text))
    words = [word for word in match_key(text.replace("+", " plus ")).split() if word not in SKIPPED]
    if "skærm" in words:
        words = ["skærm", *sorted(set(words) - {"skærm"})]
    return " ".join(words)


def phrases_of(text: str) -> set[str]:
    """Return the keys of every run of up to five words on one line, a name's genitive without s."""
    words = words_of(text)
    phrases = set()
    for first in range(len(words)):
        for last in range(first, min(first + LONGEST_PHRASE, len(words))):
            phrase = text[words[first].start() : words[last].end()]
            if "\n" in phrase or len(phrase) > 120:
                break
            key = key_of(phrase)
            phrases.add(key)
            if last > first and key.endswith("s"):
                phrases.add(key[:-1])
    return phrases - {""}


def tokens_of(
    text: str,
    known: Phrases,
    initials: Phrases,
    today: date | None,
) -> list[Token]:
    """Return what stands in a text, in order; words of the head and the quoted included."""
    fixed = _without_overlap([*_dates(text, today), *_phrases(text)])
    tokens = _without_overlap([*fixed, *_named(text, known, initials, fixed)], keep=fixed)
    return _without_overlap([*tokens, *_strangers(text, initials)], keep=tokens)


def _without_overlap(tokens: list[Token], keep: Sequence[Token] = ()) -> list[Token]:
    """Keep of tokens that overlap those to keep, else the first."""
    taken: set[int] = set()
    found, kept = [], {id(token) for token in keep}
    others = sorted((one for one in tokens if id(one) not in kept), key=lambda one: one.start)
    for token in [*keep, *others]:
        places = range(token.start, token.end)
        if taken.isdisjoint(places):
            taken.update(places)
            found.append(token)
    return sorted(found, key=lambda token: token.start)


def _dates(text: str, today: date | None) -> Iterator[Token]:
    """Return the days; without `day` what is written as one, and is none that can be meant."""
    for match in [*WRITTEN_DAY.finditer(text), *NUMBERED_DAY.finditer(text)]:
        number, month, written_year = _numbers_of(match)
        is_guess = written_year is None
        if written_year:
            years = [int(written_year) + (2000 if len(written_year) == 2 else 0)]
        elif today:
            years = [today.year, today.year + 1]
        else:
            continue
        days = [day for year in years if (day := _day(year, month, number))]
        coming = [
            day for day in days if today is None or today <= day <= add_months(today, MOST_MONTHS)
        ]
        # "12/34" and "2.14.05" can be anything, and are no slip in writing a day.
        is_plain = match.re is WRITTEN_DAY or len(written_year or "") == 4
        is_like = is_plain or (1 <= number <= 31 and 1 <= month <= 12)
        is_told = days and TOLD.search(text[max(0, match.start() - 40) : match.start()])
        if coming:
            yield Token(match.start(), match.end(), DATE, None, coming[0], is_guess)
        elif is_like and not is_told:
            yield Token(match.start(), match.end(), DATE)


def _numbers_of(match: Word) -> tuple[int, int, str | None]:
    """Return the day, the month, and the year as it is written, of what is like a day."""
    groups = match.groups()
    if len(groups) == 3:
        number, name, year = groups
        month = next(n for n, one in enumerate(MONTHS, 1) if one.startswith(name[:3].lower()))
        return int(number), month, year
    number, name = groups[0] or groups[4] or groups[8], groups[2] or groups[5] or groups[7]
    return int(number), int(name), groups[3] or groups[6]


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _phrases(text: str) -> Iterator[Token]:
    for match in HURRY.finditer(text):
        yield Token(match.start(), match.end(), HASTE)
    named = {place for match in LISTED.finditer(text) for place in range(*match.span())}
    for match in VAGUE.finditer(text):
        if match.start() in named:
            continue  # their names follow
        is_somebody = SOMEBODY.search(match[0]) is not None
        yield Token(match.start(), match.end(), UNKNOWN, is_somebody=is_somebody)


def _named(text: str, known: Phrases, initials: Phrases, fixed: list[Token]) -> Iterator[Token]:
    """Return what the words are: the longest phrase that is known, from each word on."""
    taken = {place for token in fixed for place in range(token.start, token.end)}
    words = [word for word in words_of(text) if word.start() not in taken]
    index = 0
    while index < len(words):
        length, kind, found = _longest(text, words, index, known, initials)
        if kind:
            start, end = words[index].start(), words[index + length - 1].end()
            while end > start + 1 and text[end - 1] in ".,:;'’-/":
                end -= 1
            yield Token(start, end, kind, found)
        index += length


def _longest(
    text: str, words: list[Word], index: int, known: Phrases, initials: Phrases
) -> tuple[int, str, Found | None]:
    """Return the longest phrase that begins at a word, as (words, kind, what it is)."""
    word = words[index].group().rstrip(".,:;'’-/")
    low = word.casefold()
    if MAIL.fullmatch(word):
        found = initials.get(low)
        return 1, PERSON if found else ADDRESS, found
    for length in range(min(LONGEST_PHRASE, len(words) - index), 0, -1):
        phrase = text[words[index].start() : words[index + length - 1].end()]
        if "\n" in phrase or len(phrase) > 120:
            continue
        if found := _known(phrase, known):
            return length, found.kind, found
    if (found := initials.get(low)) and (low not in COMMON or (word.isupper() and len(word) > 1)):
        return 1, PERSON, found
    if OUTSIDE_WORD.fullmatch(low):
        return 1, OUTSIDE, None
    if UNKNOWN_WORD.fullmatch(low) or _is_number_of_something(word):
        return 1, UNKNOWN, None
    return 1, "", None


def _known(phrase: str, known: Phrases) -> Found | None:
    key = key_of(phrase)
    if found := known.get(key):
        return found
    ends = key.split()
    if not ends or ends[0] in SKIPPED or ends[-1] in SKIPPED - {"tommer"}:
        return None
    if any(letter.isdigit() for letter in key) or ANY_SCREEN.fullmatch(phrase):
        found = known.get(wish_key(phrase))
        if found and found.kind == MODEL:
            return found
    if len(ends) > 1 and key.endswith("s") and (found := known.get(key[:-1])):
        return found if found.kind == PERSON else None
    return None


def _is_number_of_something(word: str) -> bool:
    """Return whether a word could be a serial number or a model that nobody knows."""
    if word.upper() == "5G":
        return True
    has_digit, has_letter = any(c.isdigit() for c in word), any(c.isalpha() for c in word)
    if not (has_digit and has_letter and len(word) >= 3):
        return False
    if re.fullmatch(
        r"[Bb][0-9]{1,9}|[0-9]{1,2}\.?[A-Za-zÆØÅæøå]", word
    ):  # an order of ours, a class
        return False
    digits = sum(c.isdigit() for c in word)
    return any(c.isupper() for c in word) or (len(word) >= 7 and digits >= 3 and word.isalnum())


def _strangers(text: str, initials: Phrases) -> Iterator[Token]:
    """Return what stands where a person would, and is nobody."""
    for pattern in STRANGERS:
        for match in pattern.finditer(text):
            word = match[1].casefold()
            if word not in COMMON and word not in ACRONYMS and word not in initials:
                yield Token(match.start(1), match.end(1), UNKNOWN, is_somebody=True)
    for match in LISTED.finditer(text):
        for name in FULL_NAME.finditer(match[1]):
            start = match.start(1)
            yield Token(start + name.start(), start + name.end(), UNKNOWN, is_somebody=True)
    capitals = sum(c.isupper() for c in text)
    if 3 * capitals < sum(c.isalpha() for c in text):  # else all of it is in capitals
        for match in CAPITALS.finditer(text):
            word = match[0].casefold()
            if word not in ACRONYMS and word not in initials:
                yield Token(match.start(), match.end(), UNKNOWN, is_somebody=True)
