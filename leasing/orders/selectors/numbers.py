"""Our own order numbers, as people write them."""

import re
from typing import NamedTuple

_WRITTEN = re.compile(
    r"(?:(?P<letter>b)\s*-?|(?P<sign>#))?\s*0*(?P<order>[0-9]{1,9})"
    r"\s*(?:/\s*(?P<line>[0-9]{0,4}))?",
    re.IGNORECASE,
)


class OrderNumber(NamedTuple):
    """An order, and the position of one of its lines; 0 for the whole order."""

    order: int
    line: int
    has_letter: bool
    is_bare: bool  # nothing but figures, which may as well be something else


def order_number_in(text: str) -> OrderNumber | None:
    """Read 'B17', 'b 17', 'B-017', '#17', '17' or 'B17/2'; None where a text is none of them."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    line = int(found["line"] or 0)
    has_letter = found["letter"] is not None
    is_bare = not (has_letter or found["sign"] or line)
    return OrderNumber(int(found["order"]), line, has_letter, is_bare)


def order_id_of(number: str) -> int | None:
    """Return the order that one of our own numbers ('B17') stands for; None for another's."""
    found = order_number_in(number)
    return found.order or None if found and found.has_letter and not found.line else None
