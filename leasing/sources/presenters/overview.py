"""Each source as the page of sources shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from inventory.models import Snapshot, SourceKind
from leasing.sources.presenters.words import SOURCES, WORDS, DifferenceWords
from leasing.sources.selectors.kinds import DifferenceKind, FoundDifference

AT_THE_TERMINAL = "kommandolinjen"


@dataclass(frozen=True, slots=True)
class ShownFound:
    """A kind of difference as the page of sources shows it."""

    found: FoundDifference
    words: DifferenceWords
    url: str


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A source as its page shows it: its newest snapshot, and what differs."""

    source: SourceKind
    help: str
    snapshot: Snapshot | None
    by: str
    differing: list[ShownFound]
    in_order: list[str]
    import_url: str


def sources_shown(
    sources: Iterable[SourceKind],
    snapshots: Mapping[str, Snapshot],
    found: Iterable[FoundDifference],
) -> list[ShownSource]:
    """Return the sources as their page shows them."""
    found = list(found)
    return [_source(one, snapshots.get(one), found) for one in sources]


def _source(
    source: SourceKind, snapshot: Snapshot | None, found: Iterable[FoundDifference]
) -> ShownSource:
    own = [one for one in found if one.kind.source == source]
    return ShownSource(
        source,
        SOURCES[source],
        snapshot,
        made_by(snapshot) if snapshot else "",
        [ShownFound(one, WORDS[one.kind.key], kind_url(one.kind)) for one in own if one.count],
        [WORDS[one.kind.key].title for one in own if not one.count],
        reverse("import-kind", args=[source.value]),
    )


def made_by(snapshot: Snapshot) -> str:
    """Return who took a snapshot in."""
    user = snapshot.made_by
    return (user.get_full_name() or user.get_username()) if user else AT_THE_TERMINAL


def kind_url(kind: DifferenceKind) -> str:
    """Return the list that holds exactly what a kind of difference counts."""
    return reverse("source-difference", args=[kind.key])
