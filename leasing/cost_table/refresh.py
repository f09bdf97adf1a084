"""Kept costs brought up to date: what is marked is worked out again, and only that.

One refresher at a time, in a transaction of its own. Marks are read before any fact, so a fact that
is newer than they are has a mark that stays: a figure may be worked out once too often, never once
too seldom. Exactly the marks that were read are taken away; one with a lower number may be
committed later. READ COMMITTED is right for that reason, and REPEATABLE READ would not be: asking
for the lock takes the snapshot before the wait for it.

Closing waits for none of this and reads none of it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from django.db import OperationalError, connection, connections, transaction
from django.db.models import F, Q, QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import add_to_rows, among, delete_rows, write_rows
from inventory.models import Device, DeviceModel
from leasing.cost_table.facts import (
    CHUNK,
    NOBODY,
    billed_by_lease,
    billing_start,
    cost_holder_id,
    last_covered_quarter,
    lease_facts,
)
from leasing.domain.allocation import LeaseFacts, Period, differences
from leasing.domain.kept import (
    NOTHING,
    KeptCost,
    KeptLease,
    Sums,
    added_up,
    costs_of,
    lease_kept,
    periods_between,
)
from leasing.marks import A_RUN, TABLE
from leasing.models import Cost, CostEnding, CostLease, CostMark, CostPending, CostTotal, Lease

# Whoever holds it works kept costs out; any number will do that nothing else uses.
LOCK = 7_301_926
# So many marks are taken in one transaction: who waits for it waits a second at most.
MARKS = 1_000
NOT_AVAILABLE = "55P03"

COST = KeptCost._fields
LEASE = KeptLease._fields
TOTAL = ("row_count", "line_count", "amount_ore", "held", "whole", "whole_ore")
TOTAL_KEY = ("period", "unit_id", "model_id")
ENDING_KEY = ("unit_id", "model_id", "ends_before", "price_ore", "quarters")
KEY = ("lease_id", "period", "unit_id")
PENDING = (*KEY, "model_id", "kind", "amount_ore", "first_day", "last_day", "days")

Progress = Callable[[int, int], None]


class Mark(NamedTuple):
    """A mark of a device, of a lease, of a run that was made, or of everything."""

    id: int
    device_id: int | None
    lease_id: int | None

    @property
    def is_everything(self) -> bool:
        return self.device_id is None and self.lease_id is None


def refresh(progress: Progress | None = None) -> bool:
    """Work out what is marked; tell whether the kept costs follow all facts committed before.

    They do not where somebody else works out more than a second's worth. `progress` is told how
    many marks, or of everything how many leases, are done, and of how many.
    """
    last = CostMark.objects.order_by("-id").values_list("id", flat=True).first()
    if last is None:
        return True
    left = CostMark.objects.filter(id__lte=last)
    total = left.count() if progress else 0
    try:
        while _take(left, progress):
            if progress:
                progress(total - left.count(), total)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == NOT_AVAILABLE or "locked" in str(error):
            return False
        raise
    return True


def refresh_after_migrations(using: str = "default", **kwargs: object) -> None:
    """Work out what a migration marked, before anybody asks; nothing where there is no table."""
    if TABLE in connections[using].introspection.table_names():
        refresh()


def _take(left: QuerySet[CostMark], progress: Progress | None) -> bool:
    """Work out some of the marks that are left; tell whether there were any."""
    with transaction.atomic():
        _wait_for_turn()
        rows = left.order_by("id").values_list("id", "device_id", "lease_id")[:MARKS]
        marks = [Mark(*row) for row in rows]
        if not marks:
            return False
        if any(mark.is_everything for mark in marks):
            _work_out_everything(progress)
        else:
            _work_out(marks)
        CostMark.objects.filter(id__in=among([mark.id for mark in marks], int)).delete()
    return True


def _wait_for_turn() -> None:
    """Let nobody else work costs out; on SQLite the transaction itself has the lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")


@dataclass
class Frame:
    """What is the same for every lease."""

    billing_start: date = field(default_factory=billing_start)
    holder: int = field(default_factory=lambda: cost_holder_id() or NOBODY)
    covered: Quarter | None = field(default_factory=last_covered_quarter)
    model_ids: dict[str, int] = field(
        default_factory=lambda: dict(DeviceModel.objects.values_list("name", "id"))
    )

    @property
    def covered_periods(self) -> tuple[Period, ...]:
        """Return the quarters that a run has billed."""
        if self.covered is None or self.covered.ends_before <= self.billing_start:
            return ()
        return periods_between(self.billing_start, self.covered.last_day, self.billing_start)


@dataclass
class Worked:
    """Rows as the facts make them."""

    costs: list[KeptCost] = field(default_factory=list)
    leases: list[KeptLease] = field(default_factory=list)
    pending: list[tuple[object, ...]] = field(default_factory=list)


def worked_out(facts: Iterable[LeaseFacts], frame: Frame) -> Worked:
    """Work out what is to be kept of some leases."""
    found, changed = Worked(), []
    for one in facts:
        model = frame.model_ids[one.model_name]
        one.text = one.canonical_text()
        found.costs += costs_of(one, model, frame.billing_start, frame.holder)
        if kept := lease_kept(one, model, frame.holder):
            found.leases.append(kept)
        if frame.covered and one.text != one.billed_text:
            changed.append(one)
    if changed:
        found.pending = list(_pending(changed, frame))
    return found


def _pending(changed: Collection[LeaseFacts], frame: Frame) -> Iterator[tuple[object, ...]]:
    """Yield what closed runs do not hold of leases that were billed by other facts."""
    billed = billed_by_lease([one.lease_id for one in changed])
    for one in changed:
        one.billed = billed.get(one.lease_id, {})
        model = frame.model_ids[one.model_name]
        for difference in differences(one, frame.covered_periods, None, frame.holder):
            period, unit, *rest = difference
            yield (one.lease_id, period, unit, model, *rest)


def _work_out(marks: list[Mark]) -> None:
    """Work the marked leases out again, and write what differs."""
    devices = {mark.device_id for mark in marks if mark.device_id is not None}
    leases = {mark.lease_id for mark in marks if mark.lease_id}
    if any(mark.lease_id == A_RUN for mark in marks):
        leases |= _looked_at_by_a_run()
    there = Lease.objects.filter(
        Q(device__in=among(devices, int)) | Q(id__in=among(leases, int))
    ).values_list("id", "device")
    leases |= {lease for lease, _ in there}
    devices = {device for _, device in there}
    stream = lease_facts(Device.objects.filter(id__in=among(devices, int)))
    found = worked_out(stream, Frame())
    _write_differences(leases, found)


def _looked_at_by_a_run() -> set[int]:
    """Return the leases of which a new run may hold what was pending."""
    text = "lease__billed_facts__text"
    unlike = CostLease.objects.filter(Q(**{text: None}) | ~Q(**{text: F("text")}))
    pending = CostPending.objects.values_list("lease", flat=True)
    return {*unlike.values_list("lease", flat=True), *pending}


def _write_differences(leases: Collection[int], found: Worked) -> None:
    old = [KeptCost(*row) for row in _rows_of(Cost, leases).values_list(*COST)]
    gone, fresh = set(old).difference(found.costs), set(found.costs).difference(old)
    delete_rows("leasing_cost", KEY, [(row.lease_id, row.period, row.unit_id) for row in gone])
    write_rows("leasing_cost", COST, sorted(fresh))
    sums: dict[tuple[str, int, int], Sums] = {}
    added_up(gone, -1, sums)
    added_up(fresh, 1, sums)
    _add_to_totals(sums)

    before = [KeptLease(*row) for row in _rows_of(CostLease, leases).values_list(*LEASE)]
    ended, running = set(before).difference(found.leases), set(found.leases).difference(before)
    delete_rows("leasing_costlease", KEY[:1], [(row.lease_id,) for row in ended])
    write_rows("leasing_costlease", LEASE, sorted(running))
    endings = Counter(map(ending_of, filter(runs_out, running)))
    endings.subtract(map(ending_of, filter(runs_out, ended)))
    _add_to_endings(endings)

    _rows_of(CostPending, leases).delete()
    write_rows("leasing_costpending", PENDING, found.pending)


def _rows_of(model: type[Cost | CostLease | CostPending], leases: Collection[int]) -> QuerySet[Any]:
    return model.objects.filter(lease__in=among(leases, int))


def runs_out(row: KeptLease) -> bool:
    return row.runs_out


def ending_of(row: KeptLease) -> tuple[int, int, date, int, int]:
    return row.unit_id, row.model_id, row.ends_before, row.price_ore, row.quarters


def _add_to_totals(sums: dict[tuple[str, int, int], Sums]) -> None:
    rows = [(*key, *value) for key, value in sorted(sums.items()) if value != NOTHING]
    add_to_rows("leasing_costtotal", TOTAL_KEY, TOTAL, rows)
    CostTotal.objects.filter(row_count=0).delete()


def _add_to_endings(endings: Counter[tuple[int, int, date, int, int]]) -> None:
    rows = [(*key, count) for key, count in sorted(endings.items()) if count]
    add_to_rows("leasing_costending", ENDING_KEY, ("leases",), rows)
    CostEnding.objects.filter(leases=0).delete()


def _work_out_everything(progress: Progress | None) -> None:
    """Empty the tables and fill them again."""
    for model in (Cost, CostLease, CostPending, CostTotal, CostEnding):
        model.objects.all().delete()
    frame, stream, done = Frame(), lease_facts(), 0
    total = Lease.objects.count() if progress else 0
    sums: dict[tuple[str, int, int], Sums] = {}
    endings: Counter[tuple[int, int, date, int, int]] = Counter()
    for found in _in_chunks(stream, frame):
        write_rows("leasing_cost", COST, found.costs)
        write_rows("leasing_costlease", LEASE, found.leases)
        write_rows("leasing_costpending", PENDING, found.pending)
        added_up(found.costs, 1, sums)
        endings.update(map(ending_of, filter(runs_out, found.leases)))
        if progress:
            progress(done := done + CHUNK, total)
    _add_to_totals(sums)
    _add_to_endings(endings)


def _in_chunks(stream: Iterator[LeaseFacts], frame: Frame) -> Iterator[Worked]:
    while chunk := list(islice(stream, CHUNK)):
        yield worked_out(chunk, frame)
