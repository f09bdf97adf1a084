"""The facts of every lease, read in order and in bulk, and what closed runs hold of them.

Rows come as tuples in the order of the devices, leases beside placements, so that memory stays flat
at any size and nothing is looked up row by row.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.put_together import put_together_once
from inventory.models import Device, Placement, Unit
from leasing.cost_table.once import once_a_moment
from leasing.domain.accrual import terms_in_order
from leasing.domain.allocation import Heirs, LeaseFacts, last_in_row
from leasing.models import BillingRun, InvoiceLine, Lease, Settings, SubAgreement

# Small enough that a chunk's objects are gone before Python's collector takes them for old ones.
CHUNK = 1_000
# No unit's id: what carries the stock where there is no cost holder.
NOBODY = 0
# Who has what is placed: the columns of a placement, and what one without any is taken for.
HOLDER = ("employee_id", "used_for")
NOWHERE: tuple[int | None, Sequence[tuple[Any, ...]]] = (None, ())

K = TypeVar("K")
V = TypeVar("V")


class Names(dict[K, V]):
    """Few rows by what names them, read once; again for one that has been made since."""

    def __init__(self, read: Callable[[], Iterable[tuple[K, V]]]) -> None:
        self._read = read
        super().__init__(read())

    def __missing__(self, key: K) -> V:
        self.update(self._read())
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found


@once_a_moment
def billing_start() -> date:
    """Return the first day that is billed to anyone."""
    [day] = _billing_start()
    return day


@put_together_once
def _billing_start() -> QuerySet[Settings, date]:
    return Settings.objects.filter(id=1).values_list("billing_starts_on", flat=True)


@once_a_moment
def last_covered_quarter() -> Quarter | None:
    """Return the last quarter that any run has billed, supplementary ones included."""
    return next(map(Quarter.parse, _last_quarter()), None)


@put_together_once
def _last_quarter() -> QuerySet[BillingRun, str]:
    return BillingRun.objects.order_by("-quarter").values_list("quarter", flat=True)[:1]


@once_a_moment
def cost_holder_id() -> int | None:
    """Return the id of the one unit that carries what nobody else does."""
    return next(iter(_cost_holder()), None)


@put_together_once
def _cost_holder() -> QuerySet[Unit, int]:
    return Unit.objects.filter(is_cost_holder=True).order_by().values_list("id", flat=True)[:1]


@once_a_moment
def successors() -> Mapping[int, int]:
    """Return who takes over from each unit that is closed: the last in the row."""
    return last_in_row({unit: heir for unit, heir in _succeeded() if heir})


@put_together_once
def _succeeded() -> QuerySet[Unit, tuple[int, int | None]]:
    closed = Unit.objects.filter(successor__isnull=False).order_by()
    return closed.values_list("id", "successor")


def heirs_up_to(covered: Quarter | None) -> Heirs:
    """Return who gets the lines of closed units, where runs have billed up to a quarter."""
    return Heirs(successors(), str(covered or ""))


@once_a_moment
def department_ids() -> Mapping[int, int | None]:
    """Return the department that each unit has today; None for one that belongs to none."""
    return dict(_departments())


@put_together_once
def _departments() -> QuerySet[Unit, tuple[int, int | None]]:
    return Unit.objects.order_by().values_list("id", "department")


def lease_facts(
    devices: QuerySet[Device] | None = None, *, with_holders: bool = False
) -> Iterator[LeaseFacts]:
    """Yield the facts of each lease, in the order of the devices; all, or those of a queryset."""
    leases, placements = Lease.objects.all(), Placement.objects.all()
    if devices is not None:
        leases = leases.filter(device__in=devices)
        placements = placements.filter(device__in=devices)
    moves = placement_rows(placements, *(HOLDER if with_holders else ()))
    device, its_moves = next(moves, NOWHERE)
    sub_agreements = Names(lambda: SubAgreement.objects.values_list("id", "number"))
    for first, prices in lease_rows(leases):
        lease, device_id, starts_on, stops_on, serial, model, sub_agreement, text = first
        while device is not None and device < device_id:
            device, its_moves = next(moves, NOWHERE)
        its = its_moves if device == device_id else ()
        yield LeaseFacts(
            lease,
            device_id,
            serial,
            model,
            sub_agreements[sub_agreement],
            terms_in_order(starts_on, prices),
            starts_on,
            stops_on,
            [move[:2] for move in its] if with_holders else its,
            [(who, used_for != "") for _, _, who, used_for in its] if with_holders else (),
            billed_text=text,
        )


def lease_rows(leases: QuerySet[Lease]) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    """Yield (columns of the lease, [(price, quarters) of its terms]); a lease may have no term."""
    rows = (
        leases.order_by("device_id", "terms__position")
        .values_list(
            "id",
            "device_id",
            "starts_on",
            "stops_on",
            "device__serial_number",
            "device__model__name",
            "sub_agreement_id",
            "billed_facts__text",
            "terms__price_ore",
            "terms__quarters",
        )
        .iterator(chunk_size=CHUNK)
    )
    return prices_gathered(rows, 8)


def prices_gathered(
    rows: Iterable[tuple[Any, ...]], width: int
) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    """Gather rows that begin alike: (their first `width` columns, [what follows, if anything])."""
    first: tuple[Any, ...] | None = None
    prices: list[Any] = []
    for row in rows:
        if first is None or row[0] != first[0]:
            if first is not None:
                yield first, prices
            first, prices = row[:width], []
        if row[width] is not None:
            prices.append(row[width:])
    if first is not None:
        yield first, prices


def placement_rows(
    placements: QuerySet[Placement], *more: str
) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """Yield (device id, [(day, unit id, what more is asked for)]) in the order of the devices."""
    rows = (
        placements.order_by("device_id", "starts_on")
        .values_list("device_id", "starts_on", "unit_id", *more)
        .iterator(chunk_size=CHUNK)
    )
    for device, group in groupby(rows, key=itemgetter(0)):
        yield device, [row[1:] for row in group]


def billed_by_lease(lease_ids: Iterable[int]) -> dict[int, dict[tuple[str, int], tuple[int, int]]]:
    """Return what closed runs hold for leases: lease -> (period, unit) -> (øre, days)."""
    billed: dict[int, dict[tuple[str, int], tuple[int, int]]] = defaultdict(dict)
    lines = InvoiceLine.objects.filter(lease_id__in=list(lease_ids)).values_list(
        "lease_id", "period", "unit_id", "amount_ore", "days"
    )
    for lease, period, unit, amount, days in lines.iterator(chunk_size=CHUNK):
        before = billed[lease].get((period, unit), (0, 0))
        billed[lease][period, unit] = (before[0] + amount, before[1] + days)
    return billed
