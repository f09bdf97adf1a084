"""Kept costs brought up to date: what is marked is worked out again, and only that.

One refresher at a time, in a transaction of its own. Marks are read before any fact, so a fact that
is newer than they are has a mark that stays: a figure may be worked out once too often, never once
too seldom. Exactly the marks that were read are taken away; one with a lower number may be
committed later. READ COMMITTED is right for that reason, and REPEATABLE READ would not be: asking
for the lock takes the snapshot before the wait for it.

Closing waits for none of this and reads none of it.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from django.db import OperationalError, connection, connections, transaction
from django.db.models import F, Q, QuerySet

from albertslund_it.common.progress import Progress
from albertslund_it.web.database.patience import waiting_at_most
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import add_to_rows, among, delete_rows, write_rows
from inventory.models import Device
from leasing.cost_table.facts import CHUNK, lease_facts
from leasing.cost_table.worked_out import (
    COST,
    ENDING_KEY,
    KEPT,
    LEASE,
    LEASES,
    PENDING,
    PLACEMENT,
    SHIFT,
    STEP,
    STEP_KEY,
    TOTAL,
    TOTAL_KEY,
    Ending,
    Frame,
    StepKey,
    StepSums,
    TotalKey,
    Worked,
    ending_of,
    leases_of,
    rows_of,
    runs_out,
    stepped,
    steps_kept,
    worked_out,
)
from leasing.domain.kept import KeptCost, KeptLease, KeptPlacement, KeptShift, Sums, added_up
from leasing.marks import A_RUN, TABLE
from leasing.models import (
    Cost,
    CostEnding,
    CostLease,
    CostMark,
    CostPending,
    CostPlacement,
    CostShift,
    CostStep,
    CostTotal,
    KeptRow,
    Lease,
)

# Whoever holds it works kept costs out; any number will do that nothing else uses.
LOCK = 7_301_926
# So many marks are taken in one transaction: who waits for it waits a second or two.
MARKS = 1_000
# Where there are more leases, a page works them out in as many transactions, not in one.
AT_ONCE = 5_000
NOT_AVAILABLE = "55P03"


class Effort(NamedTuple):
    """Seconds to wait for one's turn, and seconds after which no further one is asked for."""

    wait: float
    work: float | None


# Who asks for a page is not kept longer, and whatever answers it may be stopped in half a minute.
IN_A_REQUEST = Effort(wait=1, work=10)
AT_LEISURE = Effort(wait=20, work=None)


class Mark(NamedTuple):
    """A mark of a device, of a lease, of a run that was made, or of everything."""

    id: int
    device_id: int | None
    lease_id: int | None

    @property
    def is_everything(self) -> bool:
        return self.device_id is None and self.lease_id is None


def refresh(progress: Progress | None = None, effort: Effort = IN_A_REQUEST) -> bool:
    """Work out what is marked; tell whether the kept costs follow all facts committed before.

    They do not where somebody else is at it for longer than the effort allows to wait, nor where
    there is more to do than it allows. `progress` is told how many marks, or of everything how many
    leases, are done, and of how many. In a longer transaction all others wait until it ends.
    """
    last, done = _last_mark(), 0
    if last is None:
        return True
    stop = None if effort.work is None else time.monotonic() + effort.work
    try:
        while taken := _take(last, progress, effort):
            last, done = taken.last, done + taken.marks
            if progress:
                progress(done, done + _up_to(last).count())
            # Not by asking for one's turn again: that is to wait behind everybody else.
            if not _up_to(last).exists():
                return True
            if stop is not None and time.monotonic() > stop:
                return False
    except OperationalError as error:
        if somebody_else_is_at_it(error):
            return not _up_to(last).exists()
        raise
    return True


def takes_long() -> bool:
    """Return whether working out what is marked takes longer than a page may."""
    of_all = _of_everything(CostMark.objects.all())
    return CostMark.objects.order_by("id")[4 * MARKS : 4 * MARKS + 1].exists() or (
        of_all.exists() and Lease.objects.count() > AT_ONCE
    )


def somebody_else_is_at_it(error: OperationalError) -> bool:
    """Return whether an error is that of a turn that did not come in time."""
    return getattr(error.__cause__, "sqlstate", None) == NOT_AVAILABLE or "locked" in str(error)


def _of_everything(marks: QuerySet[CostMark]) -> QuerySet[CostMark]:
    return marks.filter(device_id=None, lease_id=None)


def _up_to(last: int) -> QuerySet[CostMark]:
    """Return the marks that are left of those that were there."""
    return CostMark.objects.filter(id__lte=last)


def refresh_after_migrations(using: str = "default", **kwargs: object) -> None:
    """Work out what a migration marked, before anybody asks; nothing where a table lacks."""
    tables = {model._meta.db_table for model in (*KEPT, CostTotal, CostStep, CostEnding, CostMark)}
    if tables.issubset(connections[using].introspection.table_names()):
        refresh(effort=AT_LEISURE)


def mark_everything() -> None:
    """Let all be worked out again: for who has changed what no trigger sees."""
    CostMark.objects.create()


def _last_mark() -> int | None:
    return next(iter(_newest()), None)


@put_together_once
def _newest() -> QuerySet[CostMark, int]:
    return CostMark.objects.order_by("-id").values_list("id", flat=True)[:1]


class Taken(NamedTuple):
    """How many marks were taken, and the last one that is to be taken yet."""

    marks: int
    last: int


def _take(last: int, progress: Progress | None, effort: Effort) -> Taken | None:
    """Work out some of the marks up to the last one; None where there are none any more."""
    with turn(LOCK, effort.wait):
        marks = _marks(_up_to(last).order_by("id")[:MARKS])
        if not marks:
            return None
        in_pieces = set()
        done = None
        # What comes before the mark of everything is worked out with it, not by itself first.
        if any(mark.is_everything for mark in marks) or (
            len(marks) == MARKS and _of_everything(_up_to(last)).exists()
        ):
            # Whatever they are of is worked out with it: of millions, no more than their ids.
            done = list(_up_to(last).values_list("id", flat=True))
            if effort.work is None or Lease.objects.count() <= AT_ONCE:
                _work_out_everything(progress)
            else:
                in_pieces = _all_leases()
        else:
            if len(marks) == MARKS:
                marks += _of_the_same(marks)
            looked_at = _looked_at_by_a_run() if any(m.lease_id == A_RUN for m in marks) else set()
            if len(looked_at) > MARKS:
                in_pieces, looked_at = looked_at, set()
            _work_out(marks, looked_at)
        if in_pieces:
            write_rows(TABLE, ["lease_id"], ((lease,) for lease in sorted(in_pieces)))
            last = _last_mark() or last
        done = done or [mark.id for mark in marks]
        CostMark.objects.filter(id__in=among(done, int)).delete()
    return Taken(len(done), last)


@contextmanager
def turn(lock: int, seconds: float) -> Iterator[None]:
    """Let nobody else work out what has the lock; fail where somebody does for so many seconds.

    On SQLite the transaction itself has the lock, and waits for it as long as the connection does.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{seconds:.0f}s'")
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
                cursor.execute("SET LOCAL lock_timeout = DEFAULT")
            yield
    else:
        with waiting_at_most(seconds), transaction.atomic():
            yield


def _marks(found: QuerySet[CostMark]) -> list[Mark]:
    return [Mark(*row) for row in found.values_list("id", "device_id", "lease_id")]


def _of_the_same(marks: list[Mark]) -> list[Mark]:
    """Return what else is marked of the same leases, so that each is worked out once."""
    devices, leases = _marked(marks)
    of_devices = Q(device_id__in=among(devices, int))
    same = CostMark.objects.filter(of_devices | Q(lease_id__in=among(leases, int)))
    return _marks(same.exclude(id__in=among([mark.id for mark in marks], int)))


def _marked(marks: list[Mark]) -> tuple[set[int], set[int]]:
    """Return the devices and the leases that marks are of, each with the other."""
    devices = {mark.device_id for mark in marks if mark.device_id is not None}
    leases = {mark.lease_id for mark in marks if mark.lease_id}
    # Two questions, each of an index: PostgreSQL answers one with an OR by reading every lease.
    of_devices = Lease.objects.filter(device__in=among(devices, int)).order_by()
    by_id = Lease.objects.filter(id__in=among(leases, int)).order_by()
    for lease, device in of_devices.values_list("id", "device").union(
        by_id.values_list("id", "device")
    ):
        devices.add(device)
        leases.add(lease)
    return devices, leases


def _work_out(marks: list[Mark], looked_at: Collection[int]) -> None:
    """Work the marked leases out again, and those that a run looked at; write what differs."""
    more = [Mark(0, None, lease) for lease in looked_at]
    devices, leases = _marked(marks + more)
    stream = lease_facts(Device.objects.filter(id__in=among(devices, int)), with_holders=True)
    written = _write_differences(leases, worked_out(stream, Frame()))
    sums: dict[TotalKey, Sums] = {}
    added_up(written.no_costs, -1, sums)
    added_up(written.costs, 1, sums)
    _add_to_sums(CostTotal, TOTAL_KEY, TOTAL, sums)
    endings = Counter(map(ending_of, filter(runs_out, written.leases)))
    endings.subtract(map(ending_of, filter(runs_out, written.no_leases)))
    _add_to_sums(CostEnding, ENDING_KEY, LEASES, _counted(endings))
    _add_to_sums(CostStep, STEP_KEY, STEP, written.steps)


def _looked_at_by_a_run() -> set[int]:
    """Return the leases of which a new run may hold what was pending."""
    text = "lease__billed_facts__text"
    unlike = CostLease.objects.filter(Q(**{text: None}) | ~Q(**{text: F("text")}))
    pending = CostPending.objects.values_list("lease", flat=True)
    return {*unlike.values_list("lease", flat=True), *pending}


def _all_leases() -> set[int]:
    """Return every lease, those included that are kept and are no longer there."""
    there = set(Lease.objects.values_list("id", flat=True))
    return there.union(*(leases_of(model) for model in KEPT))


class Written(NamedTuple):
    """What differed: the rows that came, and those that went; what there is more of each step."""

    costs: set[KeptCost]
    no_costs: set[KeptCost]
    leases: set[KeptLease]
    no_leases: set[KeptLease]
    steps: dict[StepKey, StepSums]


def _write_differences(leases: Collection[int], found: Worked) -> Written:
    """Let the rows of some leases be those that were worked out."""
    before = {KeptCost(*row) for row in rows_of(Cost, leases).values_list(*COST)}
    leases_before = {KeptLease(*row) for row in rows_of(CostLease, leases).values_list(*LEASE)}
    pending = set(rows_of(CostPending, leases).values_list(*PENDING))
    shifts = {KeptShift(*row) for row in rows_of(CostShift, leases).values_list(*SHIFT)}
    placements = {
        KeptPlacement(*row) for row in rows_of(CostPlacement, leases).values_list(*PLACEMENT)
    }
    steps: dict[StepKey, StepSums] = {}
    stepped(found.steps, 1, steps)
    stepped(steps_kept(before, leases_before), -1, steps)
    costs, no_costs = _let_be("leasing_cost", COST, 3, before, set(found.costs))
    kept, not_kept = _let_be("leasing_costlease", LEASE, 1, leases_before, set(found.leases))
    _let_be("leasing_costpending", PENDING, 3, pending, set(found.pending))
    _let_be("leasing_costshift", SHIFT, 3, shifts, set(found.shifts))
    _let_be("leasing_costplacement", PLACEMENT, 2, placements, set(found.placements))
    return Written(costs, no_costs, kept, not_kept, steps)


Row = TypeVar("Row", bound=tuple[Any, ...])


def _let_be(
    table: str, columns: Sequence[str], key: int, there: set[Row], wanted: set[Row]
) -> tuple[set[Row], set[Row]]:
    """Write only what differs of rows whose first columns are their key; return what came, went."""
    fresh, gone = wanted - there, there - wanted
    delete_rows(table, columns[:key], [row[:key] for row in gone])
    write_rows(table, columns, sorted(fresh))
    return fresh, gone


def _add_to_sums(
    model: type[KeptRow],
    key: Sequence[str],
    columns: Sequence[str],
    sums: Mapping[Any, tuple[int, ...]],
) -> None:
    """Add to kept sums, whose first column counts; those that count nothing any more go."""
    rows = [(*of, *values) for of, values in sorted(sums.items()) if any(values)]
    if not rows:
        return
    add_to_rows(model._meta.db_table, key, columns, rows)
    those = {
        f"{name}__in": among({row[key.index(name)] for row in rows}, kind)
        for name, kind in (("period", str), ("unit_id", int))
        if name in key
    }
    model._default_manager.filter(**{columns[0]: 0}, **those).delete()


def _counted(endings: Counter[Ending]) -> dict[Ending, tuple[int]]:
    return {key: (count,) for key, count in endings.items()}


def _work_out_everything(progress: Progress | None) -> None:
    """Let all rows and all sums be those of the facts; what is as it should be stays untouched."""
    frame, stream, done = Frame(), lease_facts(with_holders=True), 0
    total = Lease.objects.count() if progress else 0
    sums: dict[TotalKey, Sums] = {}
    steps: dict[StepKey, StepSums] = {}
    endings: Counter[Ending] = Counter()
    seen: set[int] = set()
    while chunk := list(islice(stream, CHUNK)):
        found = worked_out(chunk, frame)
        leases = {one.lease_id for one in chunk}
        _write_differences(leases, found)
        seen |= leases
        added_up(found.costs, 1, sums)
        stepped(found.steps, 1, steps)
        endings.update(map(ending_of, filter(runs_out, found.leases)))
        done += len(chunk)
        if progress:
            progress(done, max(done, total))
    # Not those that are no leases now: one that has gone since is among the sums.
    for model in KEPT:
        rows_of(model, leases_of(model) - seen).delete()
    for model_of_sums, key, columns, wanted in (
        (CostTotal, TOTAL_KEY, TOTAL, sums),
        (CostStep, STEP_KEY, STEP, steps),
        (CostEnding, ENDING_KEY, LEASES, _counted(endings)),
    ):
        kept = set(model_of_sums._default_manager.values_list(*key, *columns))
        rows = {(*of, *values) for of, values in wanted.items()}
        _let_be(model_of_sums._meta.db_table, (*key, *columns), len(key), kept, rows)
