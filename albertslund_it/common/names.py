"""Names as different people spell them, and the order they stand in."""

import re
import unicodedata
from string import ascii_lowercase

DANISH_LETTERS = "æøå"
_NUMBER = re.compile(r"([0-9]+)")
_FOLD = {"ä": "æ", "ö": "ø", "ü": "y", "é": "e", "è": "e"}

# As people write them where the keyboard or a mail address has no such letters.
SPELLED = {"æ": "ae", "ø": "oe", "å": "aa"}
_SPELLED = str.maketrans(SPELLED)


class _Order(dict[int, str]):
    """What stands for each sign in a key: letters for themselves, æ, ø and å for what follows z.

    All other signs come before the letters, and numbers between the two.
    """

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        self[code] = _number_key(str(int(sign))) if sign.isdecimal() else f"\0{sign}"
        return self[code]


_LETTERS = {letter: letter for letter in ascii_lowercase} | dict(zip("æøå", "{|}", strict=True))
_ORDER = _Order(str.maketrans(_LETTERS | {sign: _LETTERS[to] for sign, to in _FOLD.items()}))


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


def danish_key(text: str) -> str:
    """Return the sort key of Danish dictionaries: … z, æ, ø, å; aa as å; numbers by value.

    A text, since thousands are made and compared where a list is sorted.
    """
    folded = unicodedata.normalize("NFC", text).lower().replace("aa", "å")
    if not _NUMBER.search(folded):
        return folded.translate(_ORDER)
    parts = _NUMBER.split(folded)  # what is beside the numbers, and every other part a number
    parts[::2] = [beside.translate(_ORDER) for beside in parts[::2]]
    parts[1::2] = [_number_key(number) for number in parts[1::2]]
    return "".join(parts)


def _number_key(digits: str) -> str:
    """Return what sorts by the value of a number: how many digits first."""
    digits = digits.lstrip("0")
    return f"\1{chr(len(digits))}{digits}"


def how_many(count: int, one: str, several: str) -> str:
    """Return '1 tildeling', '3 tildelinger', and of a word without a plural '3 stk. udstyr'."""
    name = one if count == 1 else several
    return f"{count} {'stk. ' if name.endswith('udstyr') else ''}{name}"
