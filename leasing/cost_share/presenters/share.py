"""The rows of a share in Danish."""

from collections.abc import Sequence
from dataclasses import replace

from albertslund_it.common.names import danish_key
from leasing.cost_share.selectors.people import HeldBy, Person
from leasing.cost_share.selectors.share import ShareRow
from leasing.models import KIND_NAMES, Kind


def kind_rows(rows: Sequence[ShareRow]) -> list[ShareRow]:
    """Name the kinds that cost something, in Danish order."""
    named = [replace(row, label=KIND_NAMES[Kind(str(row.key))]) for row in rows if row.amount_ore]
    return sorted(named, key=lambda row: danish_key(row.label))


def label_of(person: Person) -> str:
    """Return what a person's row is called, or that of what nobody has."""
    if person.held_by is HeldBy.NOBODY:
        return "Uden medarbejder"
    return "Engangsbeløb uden udstyr" if person.held_by is HeldBy.NO_DEVICE else person.name
