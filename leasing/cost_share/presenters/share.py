"""The rows of a share in Danish."""

from collections.abc import Sequence
from dataclasses import replace

from albertslund_it.common.money import format_kroner
from albertslund_it.common.names import danish_key
from leasing.cost_share.selectors.people import HeldBy, Person
from leasing.cost_share.selectors.share import ShareRow
from leasing.cost_share.selectors.trend import TrendPoint
from leasing.models import KIND_NAMES, Kind


def kind_rows(rows: Sequence[ShareRow]) -> list[ShareRow]:
    """Name the kinds that cost something, in Danish order."""
    named = [replace(row, label=KIND_NAMES[Kind(str(row.key))]) for row in rows if row.amount_ore]
    return sorted(named, key=lambda row: danish_key(row.label))


def price_sentence(point: TrendPoint) -> str:
    """Say what a pc costs beside the municipality's."""
    own, everybody = point.own.ore, point.everybody.ore
    if own is None or everybody is None:
        return "I har ingen leasede pc'er."
    says = f"En pc koster jer {format_kroner(own)} i {point.quarter.number}. kvartal"
    if own == everybody:
        return f"{says}, det samme som i hele kommunen."
    way = "mere" if own > everybody else "mindre"
    return f"{says}, {format_kroner(abs(own - everybody))} {way} end i hele kommunen."


def label_of(person: Person) -> str:
    """Return what a person's row is called, or that of what nobody has."""
    if person.held_by is HeldBy.NOBODY:
        return "Uden medarbejder"
    return "Engangsbeløb uden udstyr" if person.held_by is HeldBy.NO_DEVICE else person.name
