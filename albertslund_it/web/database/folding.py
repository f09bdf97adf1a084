"""Texts as a search compares them, by plain functions that both databases have.

On SQLite a LIKE that knows æ, ø and å is a call into Python for every row.
"""

from django.db.models import CharField, Expression, F, Func, Q, Value
from django.db.models.functions import Concat, Lower, Replace, StrIndex
from django.db.models.lookups import GreaterThan

from albertslund_it.common.names import SPELLED, search_words

MOST_WORDS = 10  # no name has more, and each is looked for in every row


def folded(text: str | Expression | F) -> Func:
    """Return a text in small letters, with æ, ø and å spelled out and words parted by spaces."""
    made: Func = Lower(text)
    for letter, spelled in SPELLED.items():
        # PostgreSQL's LOWER knows the capitals too; SQLite's knows A–Z alone.
        made = Replace(made, Value(letter.upper()), Value(spelled))
        made = Replace(made, Value(letter), Value(spelled))
    return Replace(made, Value("-"), Value(" "))


def folded_words(*fields: str) -> Func:
    """Return some fields as one folded text, with a space before each word."""
    parts = [part for field in fields for part in (Value(" "), F(field))]
    return folded(Concat(*parts, output_field=CharField()))


def begins_words(text: Expression | F, typed: str) -> Q:
    """Match where each word that was typed begins a word of a folded text, in brackets or not."""
    found = Q()
    for word in search_words(typed)[:MOST_WORDS]:
        plain = word.strip("()")  # as initials are written after a name
        if plain:
            fits = _begins(text, plain)
            found &= fits if plain == word else fits | _begins(text, word)
    return found


def _begins(text: Expression | F, word: str) -> Q:
    index: GreaterThan[int] = GreaterThan(StrIndex(text, Value(f" {word}")), 0)
    return Q(index)


def contains(text: Expression | F, typed: str) -> Q:
    """Match where a folded text has in it what was typed."""
    index: GreaterThan[int] = GreaterThan(StrIndex(text, Value(" ".join(search_words(typed)))), 0)
    return Q(index)
