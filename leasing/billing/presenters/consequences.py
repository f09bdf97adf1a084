"""What a change of who has a device, or of its lease, costs whom, in rows to agree to."""

from collections.abc import Iterator

from albertslund_it.common.money import format_kroner
from leasing.billing.selectors.consequences import Consequence


def rows_of_consequence(consequence: Consequence) -> Iterator[tuple[str, str]]:
    """Say all of it in rows, for whoever agrees to it."""
    yield "Udstyr, der er leaset", f"{consequence.leased} af {consequence.devices}"
    for one in consequence.units:
        cost = f"Udgiften for {one.unit.name}"
        now, before = format_kroner(one.full_after_ore), format_kroner(one.full_before_ore)
        yield cost, f"{now} i et helt kvartal fra {one.from_day:%d-%m-%Y} (før {before})"
        for change in one.changes:
            now, before = format_kroner(change.after_ore), format_kroner(change.before_ore)
            locked = ", låst" if change.is_closed else ""
            yield f"{cost} i {change.quarter.label}", f"{now} (før {before}{locked})"
