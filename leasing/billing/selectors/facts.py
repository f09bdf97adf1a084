"""The facts of every lease, read in order and in bulk, and what is billed and pending by them.

Rows come as tuples in the order of the devices, leases beside placements, so that memory stays flat
at any size and nothing is looked up row by row.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import islice

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from inventory.models import Device
from leasing.billing.selectors.window import Window
from leasing.cost_table.facts import (
    CHUNK,
    NOBODY,
    billed_by_lease,
    cost_holder_id,
    heirs_up_to,
    lease_facts,
)
from leasing.cost_table.once import once_a_moment
from leasing.domain.allocation import Difference, LeaseFacts, differences
from leasing.models import Charge


def leases_with_differences(
    window: Window, *, devices: QuerySet[Device] | None = None, everything: bool = False
) -> Iterator[tuple[LeaseFacts, list[Difference]]]:
    """Yield each lease of a window with its differences, those the run does not take included.

    Closed quarters are looked at only where a lease's facts are not those it was billed from;
    `everything` looks at all of them, as a check on that.
    """
    holder, heirs = cost_holder_id() or NOBODY, heirs_up_to(window.covered)
    current = str(window.current) if window.current else None
    all_periods, new_periods = window.periods, window.new_periods
    stream = lease_facts(devices)
    while chunk := list(islice(stream, CHUNK)):
        for facts in chunk:
            facts.text = facts.canonical_text()
        looked_back = [everything or facts.billed_text != facts.text for facts in chunk]
        if window.covered and any(looked_back):
            ids = [f.lease_id for f, back in zip(chunk, looked_back, strict=True) if back]
            billed = billed_by_lease(ids)
            for facts in chunk:
                facts.billed = billed.get(facts.lease_id, {})
        for facts, back in zip(chunk, looked_back, strict=True):
            periods = all_periods if back else new_periods
            yield facts, differences(facts, periods, current, holder, heirs)


def charges_to_bill(
    window: Window, unit_ids: Collection[int] | None = None, since: date | None = None
) -> list[Charge]:
    """Return the charges that no run has billed and this one takes, in order.

    Of some units, and of a day and later ones, where only those are asked for.
    """
    return [c for c in _looked_at(window, unit_ids, since) if _is_taken(c, window)]


def charges_left_by(window: Window) -> list[Charge]:
    """Return the charges that no run has billed and that this one leaves to another."""
    return [c for c in _looked_at(window) if not _is_taken(c, window)]


def _is_taken(charge: Charge, window: Window) -> bool:
    return str(Quarter.of(charge.charged_on)) in window.taken


def _looked_at(
    window: Window, unit_ids: Collection[int] | None = None, since: date | None = None
) -> Sequence[Charge]:
    first = max(window.billing_start, since or window.billing_start)
    return _unbilled(
        first, window.last.ends_before, None if unit_ids is None else frozenset(unit_ids)
    )


@once_a_moment
def _unbilled(first: date, end: date, unit_ids: frozenset[int] | None) -> Sequence[Charge]:
    """Return the charges of some days that no run has billed, in order."""
    unbilled = unbilled_charges(first, unit_ids).filter(charged_on__lt=end)
    return list(unbilled.select_related("device__model"))


def unbilled_charges(
    billing_start: date, unit_ids: Collection[int] | None = None
) -> QuerySet[Charge]:
    """Choose the charges that no run has billed, in order; of these units or of all."""
    unbilled = Charge.objects.filter(lines=None, charged_on__gte=billing_start)
    if unit_ids is not None:
        unbilled = unbilled.filter(unit__in=unit_ids)
    return unbilled.order_by("charged_on", "id")
