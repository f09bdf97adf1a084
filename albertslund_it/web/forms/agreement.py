"""A form's way to carry what its page showed to its save, and what is said when that has changed.

A page that shows a consequence tells it as rows: of what, and what is said of it. The hidden field
of `{% agreement rows %}` holds their digest. The save works the rows out again under its locks and
calls `refuse_unless_seen`: nothing is written that the person has not seen.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from django.core import signing

from albertslund_it.common.agreement import digest_of
from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.fields import PlainForm

FIELD = "agreed"
SALT = "agreement"
LOOK = "Se virkningen igennem, og gem så. Der er ikke gemt noget endnu."
AGAIN = "Intet er gemt. Se det nye igennem, og gem igen, hvis det stadig er rigtigt."
KEPT = 300  # rows told word for word; the digest is of all of them
TOLD = 8
# Of this is the row of a page that cannot tell yet all that saving does: one has to look once more.
HALF = "Resten"
WORD_FOR_WORD = 2  # of what has come, or gone: of more only the names

# (of what, what is said of it), as ('Udgiften for Birkeskolen', '349,42 kr. i kvartalet').
Row = Sequence[str]
# What a service calls under its locks, before it writes.
Check = Callable[[], None]


class NotAsShown(Refused):
    """What is to be saved does something else than the person saw, or they saw nothing yet.

    `what` names the rows that are other ones by now.
    """

    def __init__(self, *reasons: str, what: Sequence[str] = ()):
        super().__init__(*reasons)
        self.what = what

    @property
    def is_unseen(self) -> bool:
        """Return whether nothing has been seen yet, so that nothing is wrong either."""
        return not self.what


class Doubted(Refused):
    """What is out of scale and may be right all the same: asked about once more."""

    def __init__(self, doubts: Sequence[str]):
        super().__init__(*doubts, "Sæt kryds ved, at det er rigtigt, eller ret det.")
        self.doubts = tuple(doubts)


def nothing_to_see() -> None:
    """Ask for no agreement: a command, and a program, see what they do in their own way."""


def value_of(rows: Iterable[Row]) -> str:
    """Return what the hidden field holds: signed, for it comes back from outside."""
    rows = _texts(rows)
    return signing.dumps([digest_of(rows), rows[:KEPT]], salt=SALT, compress=True)


def refuse_unless_seen(value: str, rows: Iterable[Row]) -> None:
    """Refuse what is another consequence than the one whose hidden field came back.

    Raises:
        NotAsShown: with what has changed since.
    """
    try:
        digest, before = signing.loads(value, salt=SALT)
    except signing.BadSignature:
        raise NotAsShown(LOOK) from None
    rows = _texts(rows)
    if digest == digest_of(rows):
        return
    if not before:
        raise NotAsShown(LOOK)
    before, now = dict(before), dict(rows[:KEPT])
    if before.pop(HALF, None) is not None:
        now = {what: now[what] for what in before if what in now}
        if before == now:
            raise NotAsShown(LOOK)
    told = list(_changes(before, now)) or ["Noget af det, der vises, er ændret, siden du så det."]
    more = len(told) - TOLD
    if more > 0:
        told[TOLD:] = [
            f"{more} andre ting er også ændret." if more > 1 else "Én ting mere er ændret."
        ]
    what = [one for one in {**before, **now} if before.get(one) != now.get(one)]
    raise NotAsShown(*told, AGAIN, what=what or [""])


def _texts(rows: Iterable[Row]) -> list[list[str]]:
    return [[str(part) for part in row] for row in rows]


def _changes(before: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    """Say what is other than it was; of much that comes or goes, only what it is about."""
    for what, new in now.items():
        if before.get(what, new) != new:
            yield f"{what} er ændret fra {before[what]} til {new}, siden du så den."
    for words, some in (
        ("Kommet til", {what: new for what, new in now.items() if what not in before}),
        ("Ikke med længere", {what: old for what, old in before.items() if what not in now}),
    ):
        if len(some) > WORD_FOR_WORD:
            yield f"{words}, siden du så siden: {', '.join(some)}."
        else:
            yield from (f"{words}, siden du så siden: {what}: {some[what]}." for what in some)


def agreed_by(posted: Mapping[str, str], rows: Callable[[], Iterable[Row]]) -> Check:
    """Return what a service calls: it compares what came back with what the rows are by then."""
    return lambda: refuse_unless_seen(posted.get(FIELD, ""), rows())


def status_of(form: PlainForm, refused: Refused) -> int:
    """Put on a form why it is not saved; return the status.

    Only to look first is no fault: `form.must_look` then has what to say above the form.
    """
    if isinstance(refused, NotAsShown) and refused.is_unseen:
        form.must_look = refused.reasons[0]
        return 200
    if isinstance(refused, Doubted):
        form.doubts = refused.doubts
    for reason in refused.reasons:
        form.add_error(None, reason)
    return 422


def refuse_unless_sure(doubts: Sequence[str], is_sure: bool) -> None:
    """Ask once more about what is out of scale: `is_sure` is the box that came with the reasons.

    Raises:
        Doubted: with every doubt, when the box was not ticked.
    """
    if doubts and not is_sure:
        raise Doubted(doubts)
