"""What is done with several rows of a list: a box on each, and a bar with what they come to."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from django.urls import reverse

from albertslund_it.web.lists.columns import Column

MOST = 1000  # rows that are chosen at once, over all pages


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A button of the bar: the page by `url` (its name or address) is given the chosen rows.

    Without `url` it is the page itself. `only` are the rows it is for, 'held' or 'stock', where a
    list has both; `name` and `value` go with it.
    """

    label: str
    url: str = ""
    only: str = ""
    name: str = ""
    value: str = ""
    is_primary: bool = False

    @property
    def style(self) -> str:
        """Return how its button looks."""
        return "primary" if self.is_primary else "outline-secondary"

    @property
    def address(self) -> str:
        """Return where it leads; '' for the page itself."""
        return self.url if not self.url or "/" in self.url else reverse(self.url)


@dataclass(frozen=True)
class Picking:
    """How rows are chosen: as what they are sent on, and what can be done with them.

    `value` gives '' for a row that cannot be chosen; `called` names the row for who hears it.
    What `posts` writes at once; where all of a list may not be chosen at once, `takes_all` is
    False. `carried` are further (name, value) that go with them, `ticked` the values that are
    chosen from the start, and `per` what the kroner are of.
    """

    name: str
    value: Callable[[Any], object]
    actions: tuple[BulkAction, ...]
    called: Callable[[Any], object] | None = None
    ore: Callable[[Any], int] | None = None
    in_stock: Callable[[Any], bool] | None = None
    posts: bool = False
    takes_all: bool = True
    carried: tuple[tuple[str, str], ...] = ()
    ticked: Container[object] = ()
    per: str = "i kvartalet"

    @property
    def tells_stock(self) -> bool:
        """Return whether some actions are for what lies in stock alone, and others for the rest."""
        return self.in_stock is not None


@dataclass(frozen=True, slots=True)
class Picked:
    """All rows of a list, chosen at once as they stood; `ore` is what they cost, where it is known.

    The values go on with the form, word for word: what is done is done to the rows that were seen.
    """

    name: str
    values: tuple[str, ...]
    ore: int | None
    has_stock: bool
    has_held: bool

    @property
    def text(self) -> str:
        return ",".join(self.values)


def all_of(picking: Picking, rows: Iterable[Any]) -> Picked:
    """Return all of some rows that can be chosen."""
    rows = [row for row in rows if picking.value(row)]
    stocked = [bool(picking.in_stock and picking.in_stock(row)) for row in rows]
    return Picked(
        picking.name,
        tuple(str(picking.value(row)) for row in rows),
        sum(map(picking.ore, rows)) if picking.ore else None,
        has_stock=any(stocked),
        has_held=not all(stocked),
    )


class PickColumn(Column):
    """A box to choose a row by; ticked and shut where all are chosen."""

    css = "pick-cell"
    is_pick = True

    def __init__(self, picking: Picking, *, picks_all: bool = False):
        super().__init__("Vælg", orderable=False, exclude_from_export=True)
        self.picking, self.picks_all = picking, picks_all

    def reader(self, name):
        return self.picking.value

    def cell(self, record, value):
        if not value:
            return ""
        picking = self.picking
        shown = escape(str(picking.called(record) if picking.called else value))
        stock = " pick-stock" if picking.in_stock and picking.in_stock(record) else ""
        ore = f' data-ore="{picking.ore(record)}"' if picking.ore else ""
        shut = " checked disabled" if self.picks_all else ""
        shut = shut or " checked" * (value in picking.ticked)
        return (
            f'<input class="form-check-input pick{stock}" type="checkbox" name="{picking.name}" '
            f'form="valgte" value="{escape(str(value))}" aria-label="Vælg {shown}"{ore}{shut}>'
        )
