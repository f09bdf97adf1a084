"""What goes back when something is undone, in words."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Model

from albertslund_it.common.names import how_many
from albertslund_it.web.moments import moment_told
from inventory.history.presenters import NOTHING, shown_value
from inventory.history.selectors import Names
from inventory.models import Act, ActRows
from leasing.undo.selectors.acts import GoingBack, WaitingBack

What = ActRows.What
GOES = {What.CREATED: "slettes", What.CHANGED: "rettes tilbage", What.DELETED: "kommer igen"}


class ShownBack(NamedTuple):
    """A row that goes back: what it is, what becomes of it, and its fields in words."""

    what: str
    goes: str
    fields: list[str]


def counts_in_words(counts: Iterable[tuple[type[Model], ActRows.What, int]]) -> list[str]:
    """Return how many rows of each kind go back: '2 tildelinger slettes igen'."""
    return [f"{_counted(count, model)} {GOES[what]}" for model, what, count in counts]


def _counted(count: int, model: type[Model]) -> str:
    names = model._meta
    return how_many(count, str(names.verbose_name), str(names.verbose_name_plural))


def waiting_in_words(waiting: WaitingBack) -> list[str]:
    """Say what becomes of rows that wait: '2 rækker, der venter på at blive rettet, slettes'."""
    gone, again = (how_many(n, "række", "rækker") for n in (waiting.gone, waiting.again))
    told = [f"{gone}, der venter på at blive rettet, slettes"] if waiting.gone else []
    return told + ([f"{again}, som filen rettede, venter igen"] if waiting.again else [])


def rows_in_words(rows: Sequence[GoingBack], names: Names) -> list[ShownBack]:
    """Say of each row what becomes of it, and of which fields."""
    return [_row(one, names) for one in rows]


def _row(one: GoingBack, names: Names) -> ShownBack:
    fields = []
    for column, now, then in one.fields:
        label = str(column.verbose_name).replace(" (øre)", "")
        shown = shown_value(column, now, names), shown_value(column, then, names)
        held = [value for value in shown if value != NOTHING]
        # What it is of is its name, and says nothing twice.
        if shown[0] != shown[1] and held != [one.name]:
            values = " → ".join(shown if one.what == What.CHANGED else held)
            fields.append(f"{label[0].upper()}{label[1:]}: {values}")
    kind = str(one.model._meta.verbose_name).capitalize()
    return ShownBack(f"{kind} {one.name}".strip(), GOES[one.what], fields)


def state_of(act: Act) -> tuple[str, str]:
    """Return the mark of an act with its age: undone, or whether it may still be."""
    if act.undone_at:
        return "", f"Fortrudt {moment_told(act.undone_at)}"
    if vars(act)["is_old"]:
        return "", "For gammel til at fortryde"
    return "good", "Kan fortrydes"
