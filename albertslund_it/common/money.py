"""Money: integer øre everywhere, kroner only where a person reads or writes."""

import re
from decimal import Decimal
from functools import lru_cache

MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"
EXPECTED = "Skriv beløbet i kroner med komma før ørerne, fx 5.590,66"
# Larger than any budget of a municipality, and well inside a 64-bit column.
MAX_ORE = 10**13

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,2})?")
_PLAIN = re.compile(r"\d+(?:,\d{1,2})?")


def parse_kroner(text: str) -> int:
    """Read a Danish amount ('5.590,66', '−5,5', '750 kr.', '1.500,-') as øre.

    A point always groups thousands: '5590.66' is refused rather than guessed at.

    Raises:
        ValueError: with a Danish sentence that says how to write it.
    """
    bare = re.sub(r"[\s\u00a0\u202f]|kr\.?$|dkk$", "", text.strip(), flags=re.IGNORECASE)
    bare = bare.replace(MINUS, "-").replace("–", "-").removesuffix(",-")
    sign = -1 if bare.startswith("-") else 1
    digits = bare.removeprefix("-")
    if not digits.isascii() or not (_GROUPED.fullmatch(digits) or _PLAIN.fullmatch(digits)):
        raise ValueError(EXPECTED)
    kroner, _, ore = digits.replace(".", "").partition(",")
    return _within(sign * (int(kroner) * 100 + int(ore.ljust(2, "0"))))


def ore_from_number(value: int | float | Decimal) -> int:
    """Read a spreadsheet's number cell as øre; more than two decimals is refused.

    A cell holds a binary number whose shortest text is what the person typed.
    """
    amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not amount.is_finite():
        raise ValueError(EXPECTED)
    ore = amount * 100
    if ore != ore.to_integral_value():
        raise ValueError(f"Beløbet {value} har mere end to decimaler")
    return _within(int(ore))


def _within(ore: int) -> int:
    if abs(ore) > MAX_ORE:
        raise ValueError("Beløbet er for stort")
    return ore


@lru_cache(maxsize=1024, typed=True)  # of tens of thousands of rows most have the same few
def format_kroner(ore: int, *, unit: bool = True, sign: bool = False) -> str:
    """Write øre as '1.397,66 kr.' with a true minus; `sign` adds a plus."""
    kroner, rest = divmod(abs(ore), 100)
    lead = MINUS if ore < 0 else "+" if sign and ore > 0 else ""
    tail = f"{NBSP}kr." if unit else ""
    return f"{lead}{kroner:,}".replace(",", ".") + f",{rest:02d}{tail}"


def format_count(number: int) -> str:
    """Write a whole number as '1.234' or '−19', with a true minus."""
    return f"{MINUS if number < 0 else ''}{abs(number):,}".replace(",", ".")


def plain_kroner(ore: int) -> str:
    """Write øre as '5590,66': no grouping, a plain hyphen; for files and form fields."""
    kroner, rest = divmod(abs(ore), 100)
    return f"{'-' if ore < 0 else ''}{kroner},{rest:02d}"


def kroner_number(ore: int) -> Decimal:
    """Return øre as an exact number of kroner, for a spreadsheet cell."""
    return Decimal(ore).scaleb(-2)
