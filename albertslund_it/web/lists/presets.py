"""Presets: a list's filters, order and columns under a name, one click away."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import QueryDict

CHOSEN = "visning"  # in an address that asks for all: a bare one asks for what the list opens on
ALL = "alt"
COLUMN, ORDER, SEARCH = "kolonne", "sorter", "q"
PASSING = {"side", CHOSEN, "hent", "valgt"}  # of a page now, and no part of what it shows

Shape = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """What a list shows under a name; `is_own` if it was saved by who looks.

    `count` are its rows where they are known, and `empty` what is said, in two parts, of none.
    """

    name: str
    query: str = ""
    is_own: bool = False
    count: int | None = None
    empty: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class PresetLink:
    """A preset as a list offers it; `count` are its rows where they are known."""

    name: str
    address: str
    is_current: bool
    count: int | None = None
    empty: tuple[str, str] = ("", "")


# What gives the presets that were saved for a user, of a list by its name among the addresses.
SAVED: list[Callable[[User, str], Iterable[Preset]]] = []


def saved_for(user: User, list_name: str) -> list[Preset]:
    """Return the presets of a list that a user saved, or is shown by others."""
    return [preset for source in SAVED for preset in source(user, list_name)]


def shape_of(query: QueryDict) -> Shape:
    """Return what an address shows, whatever the order it is written in; columns keep theirs."""
    items = [(key, value) for key, values in query.lists() for value in values]
    return tuple(
        sorted((item for item in items if item[0] not in PASSING and item[1]), key=lambda i: i[0])
    )


def rows_shown(query: QueryDict) -> Shape:
    """Return which rows an address shows, whatever their order and columns."""
    return tuple(item for item in shape_of(query) if item[0] not in {ORDER, COLUMN})


def address_of(path: str, query: str) -> str:
    """Return the address of a preset; one without a query shows all."""
    return f"{path}?{query or f'{CHOSEN}={ALL}'}"


def links_to(presets: Iterable[Preset], path: str, now: QueryDict) -> Iterator[PresetLink]:
    """Yield the presets as a page offers them, the first that is shown now being the current."""
    shape, is_found = shape_of(now), False
    for preset in presets:
        is_current = not is_found and shape_of(QueryDict(preset.query)) == shape
        is_found = is_found or is_current
        address = address_of(path, preset.query)
        yield PresetLink(preset.name, address, is_current, preset.count, preset.empty)
