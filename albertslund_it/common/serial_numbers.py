"""What is a serial number, and what is only in its place: the one room that says so."""

import re
import unicodedata

PATTERN = r"^[A-Z0-9][A-Z0-9._/-]{0,39}$"
EXPECTED = "Et serienummer er 1–40 tegn: store bogstaver, cifre, bindestreg, punktum og skråstreg."

SHOWN = 40
_NUMBER = re.compile(PATTERN)
_BETWEEN = re.compile(r"[\s,;\u200b\ufeff]+")

# What firmware, exports and people write where there is none, without spaces and signs.
_PLACEHOLDERS = re.compile(
    r"DEFAULTSTRING|TOBEFILLEDBYOEM(?:INC)?|(?:SYSTEM|CHASSIS|BASEBOARD)?SERIAL(?:NUMBER|NO|NR)?"
    r"|SERIEN(?:UMME)?R|SN|OEM|NA|NONE|NULL|NIL|NAN|EMPTY|BLANK|UNKNOWN|INVALID|TBD"
    r"|NOT(?:AVAILABLE|APPLICABLE|SPECIFIED)|UKENDT|INGEN|MANGLER|0?1234567890?"
    r"|(.)\1*"  # one sign only: 0, 0000, XXXX
)


def why_not(serial_number: str) -> str:
    """Return why something in capitals is no serial number; '' when it may be one.

    What is only in the place of one would make one device of many.
    """
    bare = serial_number if serial_number.isalnum() else re.sub(r"[\W_]", "", serial_number)
    if _PLACEHOLDERS.fullmatch(bare):
        return (
            "Det er ikke et serienummer, men står, hvor der ikke er skrevet et. Find det rigtige "
            "på maskinen"
        )
    return "" if _NUMBER.fullmatch(serial_number) else EXPECTED.removesuffix(".")


def is_bar_code(text: str) -> bool:
    """Return whether a text is a 13-digit EAN with its check digit: the bar code of the box."""
    if not re.fullmatch(r"[0-9]{13}", text):
        return False
    return sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(text)) % 10 == 0


def doubt(serial_number: str) -> str:
    """Return why an unknown serial number is likely something else; '' where nothing says so."""
    if is_bar_code(serial_number):
        return (
            f"{serial_number} ligner stregkoden (EAN) på æsken og ikke et serienummer. Scan "
            "serienummeret"
        )
    return why_not(serial_number)


def serial_numbers_in(text: str) -> tuple[list[str], list[str]]:
    """Return the serial numbers in a text, each once, and what in it cannot be one."""
    found: dict[str, None] = {}
    bad: dict[str, None] = {}
    for word in _BETWEEN.split(unicodedata.normalize("NFKC", text)):
        if not word:
            continue
        serial_number = word.upper()
        if why_not(serial_number):
            bad["".join(c if c.isprintable() else "�" for c in word)[:SHOWN]] = None
        else:
            found[serial_number] = None
    return list(found), list(bad)
