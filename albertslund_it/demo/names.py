"""Made-up people: plausible Danish names that belong to nobody we know."""

from itertools import chain, count
from random import Random

FIRST = (  # noqa: SIM905
    "Agnete Aksel Alma Anker Asta Bent Birgit Bodil Carl Dagmar Ditte Ebbe Edith Ejner Elna Esther "
    "Eskild Filip Frida Frode Gerda Gorm Grethe Gudrun Halfdan Hedvig Helga Hjalmar Holger Ingolf "
    "Iris Jeppe Johanne Jytte Kamma Karl Kirstine Laurits Leif Liv Magda Malthe Marius Minna Nanna "
    "Niels Oda Oluf Palle Petra Poul Ragnhild Regitze Rikard Rosa Signe Sigurd Solveig Sverre "
    "Thyra Torben Tove Ulla Vagn Valborg Vibe Viggo Villads Ylva Åse Øjvind"
).split()
STEMS = (  # noqa: SIM905
    "Ahorn Ask Birke Bøge Elle Enge Fyrre Gran Hassel Hede Humle Hyld Kilde Klit Klint Lærke Lyng "
    "Mose Pile Poppel Ravn Røn Siv Slåen Sol Svale Torn Vibe Ørne Åkande"
).split()
ENDINGS = ("bæk", "dal", "holt", "høj", "krog", "kær", "løkke", "mark", "skrænt", "toft", "vang")

_ASCII = str.maketrans({"Æ": "A", "Ø": "O", "Å": "A"})


def seeded(seed: int | str) -> Random:
    """Return a source of chance that draws the same for everybody."""
    return Random(seed)  # noqa: S311 - nothing secret is drawn


class NamePool:
    """Gives people, each once: a name and initials that nobody else has."""

    def __init__(self, random: Random):
        names = [(f, s + e) for f in FIRST for s in STEMS for e in ENDINGS]
        random.shuffle(names)
        self._names = iter(names)
        self._taken: set[str] = set()

    def take(self) -> tuple[str, str]:
        """Return (name, initials) of a new person."""
        first, last = next(self._names)
        return f"{first} {last}", self._initials(first, last)

    def _initials(self, first: str, last: str) -> str:
        codes = chain(
            (first[:2] + last[0] + letter for letter in last[1:]),
            (f"{first[:2]}{last[:2]}{number}" for number in count(2)),
        )
        spelled = (code.upper().translate(_ASCII) for code in codes)
        initials = next(code for code in spelled if code not in self._taken)
        self._taken.add(initials)
        return initials
