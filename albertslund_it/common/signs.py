"""Signs that nobody sees, taken out of what a person or a stranger has written."""

import unicodedata

# Signs that say in which direction others are read could make one name look like another.
_DIRECTIONS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x61C)))
_MARKS = frozenset("\u200e\u200f\u200b\ufeff\u2060")
_LAID_OUT = frozenset("\r\n\t")


def without_unseen(text: str) -> str:
    """Return a text without signs that nobody sees or that turn the reading; its lines stay."""
    if text.isprintable():
        return text
    return "".join(sign for sign in text if sign in _LAID_OUT or not _is_unseen(sign))


def _is_unseen(sign: str) -> bool:
    return sign in _DIRECTIONS or sign in _MARKS or unicodedata.category(sign) in ("Cc", "Cs")
