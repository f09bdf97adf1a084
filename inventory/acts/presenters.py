"""In Danish why an act cannot be undone."""

from collections.abc import Iterable

from albertslund_it.web.moments import moment_told
from inventory.acts.selectors.hindrances import HinderedBy, Hindrance
from inventory.models import Act

TOO_LATE = "Der er gået for lang tid: hvad der stod før, er ikke gemt længere."
ANOTHERS = "Det er en anden, der har gjort det, så kun den person kan fortryde det."
SAID = {
    HinderedBy.GONE: "{count} × {what} er slettet siden.",
    HinderedBy.ALTERED: "{of} er ændret siden ({what}).",
    HinderedBy.HAS_GOT: "{of} har siden fået: {what}.",
    HinderedBy.POINTS_NOWHERE: "{count} × {what} findes ikke længere.",
    HinderedBy.BILLED: "{of} er siden opkrævet i {what}. Ret det på ny i stedet.",
    HinderedBy.HAS_ANOTHER: "{of} har siden fået {what}.",
    HinderedBy.HAS_ORDERED: "{of} har siden fået en anden bestilt ({what}).",
}

UNDO = "fortryd-"  # the tag of a message that offers to undo an act; the act's id follows


def tag_of(act: Act | None) -> str:
    """Return the tag of a message that tells of an act and offers to undo it."""
    return f"{UNDO}{act.pk}" if act else ""


def words_of(hindrances: Iterable[Hindrance]) -> list[str]:
    """Say what is in the way, each thing once."""
    said = [_sentence(one) for one in hindrances]
    return list(dict.fromkeys(said))


def _sentence(one: Hindrance) -> str:
    of = one.of or f"… og {one.count} flere"
    return SAID[one.why].format(of=of, what=one.what.replace(" (øre)", ""), count=one.count)


def why_undone_already(act: Act) -> str:
    """Say since when an act is undone."""
    return f"Den er allerede fortrudt {moment_told(act.undone_at)}."
