"""Names as different people spell them, and the order they stand in."""

import re
import unicodedata

DANISH_LETTERS = "æøå"
_ALPHABET = {
    letter: rank for rank, letter in enumerate("abcdefghijklmnopqrstuvwxyz" + DANISH_LETTERS)
}
_FOLD = str.maketrans({"ä": "æ", "ö": "ø", "ü": "y", "é": "e", "è": "e"})

DanishKey = list[tuple[int, int, str]]


def match_key(name: str) -> str:
    """Reduce a name to what its spellings share: 'Børn og familie' and 'Børn & Familie'."""
    text = unicodedata.normalize("NFC", name).casefold().replace("&", " og ")
    return " ".join(re.sub(r"[^\w]+", " ", text).split())


def danish_key(text: str) -> DanishKey:
    """Give the sort key of Danish dictionaries: … z, æ, ø, å; aa as å; numbers by value."""
    folded = unicodedata.normalize("NFC", text).lower().replace("aa", "å").translate(_FOLD)
    return [
        (1, int(part), "")
        if part.isdecimal()
        else (2, _ALPHABET[part], "")
        if part in _ALPHABET
        else (0, 0, part)
        for part in re.findall(r"[0-9]+|.", folded)
    ]
