"""One cell of a spreadsheet as the value it stands for.

Every reader takes a cell (text, number, date, truth value) and raises ValueError with a Danish
sentence, without its full stop, that says how to write it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum
from typing import Final, Self
from zoneinfo import ZoneInfo

from albertslund_it.common import money


class Keep(Enum):
    """What a blank cell says: leave the value as it is. A field that may is `str | Keep`."""

    KEEP = "keep"

    def __repr__(self) -> str:
        return self.name


KEEP: Final = Keep.KEEP


class FormattedNumber(float):
    """A number that its spreadsheet shows as another text, `shown`: 123456 as 0000123456."""

    shown: str

    def __new__(cls, number: float, shown: str) -> Self:
        made = super().__new__(cls, number)
        made.shown = shown
        return made

    def __str__(self) -> str:
        return self.shown


CLEAR_WORD = "SLET"
WRITE_DATE = "Skriv datoen som 17-11-2025"

# Stands in for a formula whose result is not in the file.
UNCALCULATED = "#FORMEL UDEN RESULTAT"
_ERRORS = dict.fromkeys(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"),
    "Cellen er en fejl i regnearket. Ret den, eller gør den tom",
)
_ERRORS[UNCALCULATED] = "Formlen er ikke regnet ud. Åbn filen i Excel, gem den, og indlæs igen"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_TIME = (
    r"(?:[ T](?P<time>\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?)"
    r" ?(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_DATES = (
    re.compile(r"(?P<d>\d{1,2})(?P<mark>[-./])(?P<m>\d{1,2})(?P=mark)(?P<y>\d{4})" + _TIME),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})" + _TIME),
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}")
_YES = {"ja", "j", "sand", "true"}
_NO = {"nej", "n", "falsk", "false"}


def shown(cell: object, most: int) -> str:
    """Return the beginning of a cell as a message quotes it: what is not seen is a mark there.

    A sign that turns the direction of reading would else turn the rest of the message.
    """
    text = str(cell).strip()[:most]
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def without_control(text: str) -> str:
    """Return a text without the signs that nobody sees and a database may not take, as NUL."""
    return text if text.isprintable() else _CONTROL.sub("", text)


def is_blank(cell: object) -> bool:
    """Return whether a cell holds nothing but spaces."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text(cell: object) -> str:
    """Read a text on one line, without hidden characters; a whole number keeps no decimals."""
    if isinstance(cell, bool):
        raise ValueError("Cellen er sand/falsk. Skriv en tekst")
    if isinstance(cell, FormattedNumber):
        number = _number_as_text(float(cell))
        raise ValueError(
            f"Cellen vises som {cell.shown} i Excel, men er tallet {number}; gør kolonnen til tekst"
        )
    if isinstance(cell, int | float):
        return _number_as_text(cell)
    if not isinstance(cell, str):
        raise ValueError("Regnearket har gjort værdien til en dato. Formatér cellen som tekst")
    if cell in _ERRORS:
        raise ValueError(_ERRORS[cell])
    if cell.isascii() and cell.isprintable():
        return " ".join(cell.split())
    hidden = _CONTROL.search(cell)
    line = " ".join(unicodedata.normalize("NFC", cell).split())
    if hidden or not line.isprintable():
        char = hidden[0] if hidden else next(c for c in line if not c.isprintable())
        raise ValueError(f"Teksten har et usynligt tegn (U+{ord(char):04X}). Skriv den igen")
    return line


def _number_as_text(cell: int | float) -> str:
    if cell != cell or abs(cell) >= 10**15:
        raise ValueError("Regnearket gemmer kun 15 cifre af et tal. Formatér cellen som tekst")
    if cell == int(cell):
        return str(int(cell))
    return f"{cell:.15g}".replace(".", ",")


def code(cell: object) -> str:
    """Read a number that is a name (EAN, enhedsnr.); one that Excel has shortened is refused."""
    line = text(cell)
    if _SHORTENED.fullmatch(line):
        raise ValueError("Regnearket har forkortet tallet. Formatér cellen som tekst, og skriv det")
    return line


def digits(cell: object) -> str:
    """Read a number of fixed length (EAN, konto), however its digits are grouped."""
    return code(cell).replace(" ", "")


def capitals(cell: object) -> str:
    """Read a key that is kept in capitals (serienummer, initialer)."""
    return code(cell).upper()


def month_first(cells: Iterable[object]) -> str:
    """Return the first date of a column that may be written month first (8/1/2026); else ''.

    A day above 12 in the first place shows how the column is meant, one in the second place too.
    """
    first = ""
    is_day_first = is_month_first = False
    for cell in cells:
        found = _SLASHED.match(cell.strip()) if isinstance(cell, str) else None
        if not found:
            continue
        first = first or found[0]
        is_day_first |= int(found[1]) > 12
        is_month_first |= int(found[2]) > 12
    return "" if is_day_first and not is_month_first else first


def amount(cell: object) -> int:
    """Read kroner as øre."""
    if isinstance(cell, bool):
        raise ValueError(money.EXPECTED)
    if isinstance(cell, int | float):
        # Excel counts with 15 digits; the rest of a sum (0,30000000000000004) is noise.
        return money.ore_from_number(float(f"{cell:.15g}"))
    return money.parse_kroner(_typed(cell, money.EXPECTED))


def day(cell: object) -> date:
    """Read a date; a time of day with a zone gives its date in Copenhagen, midnight its own.

    Any other time has no date of its own: 22:00 may be the day after where the file was made.
    """
    found = cell if isinstance(cell, date) else _written_day(_typed(cell, WRITE_DATE))
    if isinstance(found, datetime):
        found = _day_of(found)
    check_year(found)
    return found


def day_of_moment(cell: object) -> date:
    """Read when something was seen: a time without zone, as MDM exports have, gives its own date.

    The day is a hint there, and never a border of what is paid.
    """
    if not isinstance(cell, date):
        cell = _written_day(_typed(cell, WRITE_DATE))
    if isinstance(cell, datetime) and not cell.tzinfo:
        cell = cell.date()
    return day(cell)


def _written_day(typed: str) -> datetime:
    match = next(filter(None, (pattern.fullmatch(typed) for pattern in _DATES)), None)
    if not match:
        raise ValueError(WRITE_DATE)
    zone = match["zone"]
    try:
        day = date(int(match["y"]), int(match["m"]), int(match["d"]))
        hour, minute, second = _clock(match["time"] or "0")
        moment = time(hour, minute, second, tzinfo=_zone(zone) if zone else None)
        return datetime.combine(day, moment)
    except ValueError:
        if _SLASHED.match(typed) and int(match["m"]) > 12 >= int(match["d"]):
            raise ValueError(
                f"Dag og måned er byttet om: datoen læses med dagen først. {WRITE_DATE}"
            ) from None
        raise ValueError(f"Den dato findes ikke. {WRITE_DATE}") from None


def _clock(written: str) -> tuple[int, int, int]:
    """Return hours, minutes and seconds; a part of a second counts as a whole one."""
    hour, minute, second, part = [*map(int, re.split("[:.,]", written)), 0, 0, 0][:4]
    return hour, minute, max(second, 1) if part else second


def _zone(written: str) -> timezone:
    if written == "Z":
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)


def _day_of(moment: datetime) -> date:
    if moment.tzinfo:
        check_year(moment)  # a year at the end of time cannot be turned
        return moment.astimezone(_COPENHAGEN).date()
    if moment.time() != time():
        raise ValueError(
            f"Klokkeslættet {moment:%H:%M} er uden tidszone, så dagen er ikke sikker. Skriv kun "
            "datoen, som 17-11-2025"
        )
    return moment.date()


def check_year(day: date) -> None:
    """Refuse a date that can only be a slip of the keyboard; sums over it would have no end."""
    if not 2000 <= day.year <= 2100:
        raise ValueError(f"Året {day.year} er forkert. {WRITE_DATE}")


def yes_or_no(cell: object) -> bool:
    """Read ja or nej."""
    word = cell if isinstance(cell, bool) else _typed(cell, "Skriv ja eller nej").casefold()
    if word in (True, *_YES):
        return True
    if word in (False, *_NO):
        return False
    raise ValueError("Skriv ja eller nej")


def whole_number(low: int, high: int) -> Callable[[object], int]:
    """Return a reader of whole numbers from `low` to `high`."""
    expected = f"Skriv et helt tal fra {low} til {high}"

    def read(cell: object) -> int:
        if isinstance(cell, FormattedNumber):
            line = f"{cell:.15g}"
        else:
            line = str(cell) if isinstance(cell, int) else text(cell)
        if isinstance(cell, bool) or not re.fullmatch(r"[0-9]{1,9}", line):
            raise ValueError(expected)
        if not low <= int(line) <= high:
            raise ValueError(expected)
        return int(line)

    return read


def _typed(cell: object, expected: str) -> str:
    if not isinstance(cell, str):
        raise ValueError(expected)
    return text(cell)


def given(row: object, *names: str) -> dict[str, object]:
    """Return the values of a row that are to be written: those whose cell was not blank."""
    values = {name: getattr(row, name) for name in names}
    return {name: value for name, value in values.items() if value is not KEEP}
