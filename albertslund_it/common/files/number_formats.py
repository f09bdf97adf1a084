"""Numbers as Excel shows them, where that is another text than the number itself."""

import re
from dataclasses import dataclass
from itertools import groupby

from albertslund_it.common.files.cells import FormattedNumber

LONGEST = 255  # signs: Excel's own limit of a format
_SYMBOL = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_PIECE = re.compile(
    r"""\[[^\]]*\] | _. | \*.          # colours, widths and fillings: not seen
      | "(?P<quoted>[^"]*)" | \\(?P<escaped>.)
      | (?P<exponent>E[+-]0+) | (?P<places>[0#?.,](?:[0#?.,\x20]*[0#?.,])?) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What of a format code makes a number read as another name than its own."""

    before: str = ""
    after: str = ""
    noughts: int = 0  # as many digits as the whole part has at least
    exponent_places: int | None = None
    instead: str = ""  # the whole of what is shown

    def formatted(self, number: int | float) -> int | float:
        """Return a number, marked with how Excel shows it where that is another text."""
        if self is _PLAIN:
            return number
        plain = f"{number:.15g}".replace(".", ",")
        shown = self._shown(number, plain)
        return number if shown == plain else FormattedNumber(number, shown)

    def _shown(self, number: int | float, plain: str) -> str:
        if self.instead:
            return self.instead
        if self.exponent_places is not None:
            return f"{number:.{self.exponent_places}E}".replace(".", ",")
        whole, comma, decimals = plain.removeprefix("-").partition(",")
        sign = "-" if number < 0 else ""
        digits = f"{sign}{whole.zfill(self.noughts)}{comma}{decimals}"
        return f"{self.before}{digits}{self.after}".strip()


_PLAIN = NumberFormat()


def number_format(code: str) -> NumberFormat:
    """Take a format code apart: once for all of the cells that have it.

    How digits are grouped, and how many decimals are shown, does not matter.
    """
    if code in ("General", "@", "0") or len(code) > LONGEST:
        return _PLAIN
    code = _SYMBOL.sub(r'"\1"', code).split(";")[0]
    pieces = [(p.lastgroup, p[p.lastgroup]) for p in _PIECE.finditer(code) if p.lastgroup]
    runs = [
        (is_places, "".join(text for _, text in run))
        for is_places, run in groupby(pieces, key=lambda piece: piece[0] == "places")
    ]
    places = [text for is_places, text in runs if is_places]
    if not places:
        return _PLAIN
    first = places[0].partition(".")
    if any(kind == "exponent" for kind, _ in pieces):
        return NumberFormat(exponent_places=len(first[2]))
    if len(places) > 1 or "%" in code or "/" in code:
        return NumberFormat(instead=f"»{code}«")
    at = runs.index((True, places[0]))
    before, after = ("".join(text for _, text in some) for some in (runs[:at], runs[at + 1 :]))
    return NumberFormat(before, after, first[0].count("0"))
