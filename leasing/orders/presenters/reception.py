"""Deliveries in Danish: whom they are for, and what one would do."""

from collections.abc import Iterator, Sequence

from albertslund_it.common.money import format_kroner
from leasing.models import OrderedDevice
from leasing.orders.selectors.reception import Reception

NAMED = 3


def names_in_short(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" og {len(names) - NAMED} til" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def rows_of_reception(reception: Reception) -> Iterator[tuple[str, str]]:
    """Yield what a delivery would create, for whoever agrees to it."""
    yield "Underaftalen", f"{reception.sub_agreement} fra {reception.starts_on:%d-%m-%Y}"
    if reception.closed:
        yield "Låste kvartaler, leasingen når ind i", reception.closed.label
    for one in reception.new:
        line = f"linje {one.line.line}, {one.line.whom}" if one.line else "lager"
        price = format_kroner(one.price.price_ore)
        yield one.serial_number, f"{one.model.name} til {line}, {price}"


def rows_of_ordered(ordered: OrderedDevice | None) -> list[tuple[str, str]]:
    """Return what a device that came on a line is, for whoever takes it off."""
    if ordered is None:
        return []
    line = ordered.line
    whom = line.employee or line.used_for or line.unit.name
    return [(str(ordered.device), f"linje {line} til {whom}, {line.get_status_display().lower()}")]
