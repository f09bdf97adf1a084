"""Names as different people spell them, and the order they stand in."""

import re
import unicodedata

DANISH_LETTERS = "æøå"
# Most signs are letters and spaces: their keys are made once, as thousands of names are sorted.
_KEYS = {" ": (0, 0, " ")} | {
    letter: (2, rank, "")
    for rank, letter in enumerate("abcdefghijklmnopqrstuvwxyz" + DANISH_LETTERS)
}
_PARTS = re.compile(r"[0-9]+|.")
_FOLD = str.maketrans({"ä": "æ", "ö": "ø", "ü": "y", "é": "e", "è": "e"})

# As people write them where the keyboard or a mail address has no such letters.
SPELLED = {"æ": "ae", "ø": "oe", "å": "aa"}
_SPELLED = str.maketrans(SPELLED)

DanishKey = list[tuple[int, int, str]]


def match_key(name: str) -> str:
    """Reduce a name to what its spellings share: 'Børn og familie' and 'Børn & Familie'."""
    text = unicodedata.normalize("NFC", name).casefold().replace("&", " og ")
    if not text.replace(" ", "").isalnum():  # most names are letters only, and many are read
        text = re.sub(r"[^\w]+", " ", text)
    return " ".join(text.split())


def search_words(text: str) -> list[str]:
    """Return the words of a text as a search compares them: 'Pilebæk' and 'pilebaek' are one."""
    plain = unicodedata.normalize("NFC", text).lower().translate(_SPELLED)
    return plain.replace("-", " ").split()


def model_key(name: str) -> str:
    """Reduce a model's name to what its spellings share: 'T14, 5G' and 't14 5g', but not 'T14+'."""
    return match_key(name.replace("+", " plus "))


def danish_key(text: str) -> DanishKey:
    """Return the sort key of Danish dictionaries: … z, æ, ø, å; aa as å; numbers by value."""
    folded = unicodedata.normalize("NFC", text).lower().replace("aa", "å").translate(_FOLD)
    return [
        _KEYS.get(part) or ((1, int(part), "") if part.isdecimal() else (0, 0, part))
        for part in _PARTS.findall(folded)
    ]


def how_many(count: int, one: str, several: str) -> str:
    """Return '1 tildeling', '3 tildelinger', and of a word without a plural '3 stk. udstyr'."""
    name = one if count == 1 else several
    return f"{count} {'stk. ' if name.endswith('udstyr') else ''}{name}"
