"""Numbers as Excel shows them, where that is another text than the number itself."""

import re
from itertools import groupby

from albertslund_it.common.cells import FormattedNumber

LONGEST = 255  # signs: Excel's own limit of a format
_SYMBOL = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_PIECE = re.compile(
    r"""\[[^\]]*\] | _. | \*.          # colours, widths and fillings: not seen
      | "(?P<quoted>[^"]*)" | \\(?P<escaped>.)
      | (?P<exponent>E[+-]0+) | (?P<places>[0#?.,](?:[0#?.,\x20]*[0#?.,])?) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def formatted(number: int | float, code: str) -> int | float:
    """Return a number, marked with how Excel shows it where one would read another name there.

    How digits are grouped, and how many decimals are shown, does not matter.
    """
    if code in ("General", "@", "0") or len(code) > LONGEST:
        return number
    plain = f"{number:.15g}".replace(".", ",")
    shown = _shown(number, plain, _SYMBOL.sub(r'"\1"', code).split(";")[0])
    return number if shown == plain else FormattedNumber(number, shown)


def _shown(number: int | float, plain: str, code: str) -> str:
    pieces = [(p.lastgroup, p[p.lastgroup]) for p in _PIECE.finditer(code) if p.lastgroup]
    runs = [
        (is_places, "".join(text for _, text in run))
        for is_places, run in groupby(pieces, key=lambda piece: piece[0] == "places")
    ]
    places = [text for is_places, text in runs if is_places]
    if not places:
        return plain
    if any(kind == "exponent" for kind, _ in pieces):
        return f"{number:.{len(places[0].partition('.')[2])}E}".replace(".", ",")
    if len(places) > 1 or "%" in code or "/" in code:
        return f"»{code}«"
    digits = plain.removeprefix("-").partition(",")
    whole = digits[0].zfill(places[0].partition(".")[0].count("0"))
    sign = "-" if number < 0 else ""
    shown = sign + whole + "".join(digits[1:])
    return "".join(shown if is_places else text for is_places, text in runs).strip()
