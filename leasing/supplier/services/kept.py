"""Kept reconciliations brought up to date: what is marked is reconciled anew, and only that.

As with costs there is one refresher at a time, and marks are read before any fact: see
`leasing.cost_table.refresh`. The lessor's lines come by quarter, so a change of them is worked out
with their whole quarter; a lease or a number is worked out in every quarter, with its block alone.
A sub-agreement's total is shared by all of its leases, and so worked out with its quarter.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.db import OperationalError, connections
from django.db.models import Count, Max, Q, QuerySet, Sum

from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among, update, write_rows
from inventory.models import Device, FormerSerialNumber
from leasing.cost_table.facts import billing_start
from leasing.cost_table.refresh import (
    AT_LEISURE,
    IN_A_REQUEST,
    Effort,
    somebody_else_is_at_it,
    turn,
)
from leasing.domain.reconciliation import Pile
from leasing.marks import RECONCILIATIONS
from leasing.models import (
    DifferenceOutcome,
    Lease,
    ReconciledBlock,
    ReconciledQuarter,
    ReconciledRow,
    ReconcileMark,
    SupplierInvoiceLine,
)
from leasing.supplier.selectors.kept import DIFFERENCE, orphans_kept, tells
from leasing.supplier.selectors.matching import Matched, MatchedRow, Pass, Terms, matched
from leasing.supplier.selectors.outcomes import (
    Settlements,
    decisions_by_quarter,
    decisions_of,
    settlements,
    subject_of,
)
from leasing.supplier.selectors.piles import UNDECIDED, State, state_of, state_of_difference
from leasing.supplier.selectors.reconciliation import lines_of_quarter, sum_of_lines
from leasing.supplier.selectors.sides import lease_side, lines_about, span_of_quarter

# Whoever holds it works reconciliations out; any number will do that nothing else uses.
LOCK = 7_301_927
# So many devices are worked out for the sake of one: many make one dear, few make many rows.
BLOCK = 32
# So many quarters after the last one that a line begins in: a line may reach into them, and one
# that is typed wrongly into any year.
REACH = 4
ONE_DAY = timedelta(days=1)

ROW = (
    "quarter",
    "device_id",
    "serial_number",
    "sub_agreement",
    "place",
    "pile",
    "invoiced_ore",
    "expected_ore",
    "starts_on",
    "ends_before",
    "lines",
    "is_double",
    "state",
    "decision_id",
)
SUMS = (
    "expected_ore",
    "by_earlier_ore",
    "of_later_ore",
    "invoiced_ore",
    "agreed",
    "agreed_ore",
)
ALL_SUMS = (*SUMS, "undecided", "undecided_ore", "claimed")


class LessorMark(NamedTuple):
    """What changed: a device, a lease, a number, days of an invoice's lines, or a decision."""

    id: int
    device_id: int | None
    lease_id: int | None
    number: str | None
    invoice_id: int | None
    starts_on: date | None
    ends_before: date | None
    quarter: str | None

    @property
    def is_everything(self) -> bool:
        return self[1:] == (None,) * 7


def refresh_reconciliations(effort: Effort = IN_A_REQUEST) -> bool:
    """Reconcile anew what is marked; tell whether all is that was committed before.

    It is not where somebody else is at it, or there is more to do, for longer than the effort
    allows. Quarters are worked out one by one then, and those that are left are marked.
    """
    last = _last_mark()
    stop = None if effort.work is None else time.monotonic() + effort.work
    try:
        while last is not None:
            last = _take(last, effort)
            if last is not None and stop is not None and time.monotonic() > stop:
                return False
    except OperationalError as error:
        if somebody_else_is_at_it(error):
            return False
        raise
    return True


def reconcile_after_migrations(using: str = "default", **kwargs: object) -> None:
    """Work out what a migration marked, before anybody asks; nothing where there is no table."""
    if RECONCILIATIONS.table in connections[using].introspection.table_names():
        refresh_reconciliations(AT_LEISURE)


def _last_mark() -> int | None:
    return next(iter(_newest()), None)


@put_together_once
def _newest() -> QuerySet[ReconcileMark, int]:
    return ReconcileMark.objects.order_by("-id").values_list("id", flat=True)[:1]


def _take(last: int, effort: Effort) -> int | None:
    """Work out the marks up to the last one; return the last of what is left for another turn."""
    with turn(LOCK, effort.wait):
        rows = ReconcileMark.objects.filter(id__lte=last).values_list(*LessorMark._fields)
        marks = [LessorMark(*row) for row in rows]
        if not marks:
            return None
        touched = _touched_by(marks) if _invoiced() else _Touched()
        later = [] if effort.work is None else sorted(touched.quarters)[1:]
        touched.quarters.difference_update(later)
        _work_out(touched, later)
        days = [(quarter.starts_on, quarter.ends_before) for quarter in later]
        write_rows(RECONCILIATIONS.table, ("starts_on", "ends_before"), days)
        ReconcileMark.objects.filter(id__in=among([mark.id for mark in marks], int)).delete()
        return _last_mark() if later else None


def _invoiced() -> bool:
    """Return whether a change can meet something: a line, or what is kept of one that is gone."""
    return SupplierInvoiceLine.objects.exists() or ReconciledQuarter.objects.exists()


@dataclass
class _Touched:
    """What is to be worked out: quarters, devices and numbers in the others, decisions."""

    quarters: set[Quarter] = field(default_factory=set)
    devices: set[int] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    decided: set[Quarter] = field(default_factory=set)


def _touched_by(marks: Collection[LessorMark]) -> _Touched:
    calendar = _Calendar()
    if any(mark.is_everything for mark in marks):
        days = SupplierInvoiceLine.objects.order_by().values_list("starts_on", "ends_before")
        return _Touched(calendar.quarters_of(days.distinct()) | _kept_quarters())
    found = _Touched()
    found.quarters = calendar.quarters_of(
        {(mark.starts_on, mark.ends_before) for mark in marks if mark.starts_on}
    )
    found.decided = {Quarter.parse(mark.quarter) for mark in marks if mark.quarter}
    numbers = {mark.number for mark in marks if mark.number}
    found.numbers = _numbers_met(numbers)
    leases = {mark.lease_id for mark in marks if mark.lease_id is not None}
    its = Lease.objects.filter(id__in=among(leases, int)).values_list("device_id", flat=True)
    found.devices = {*its, *_owners_of(found.numbers)}
    found.devices |= {
        mark.device_id
        for mark in marks
        if mark.device_id and (mark.number is None or mark.number in found.numbers)
    }
    totals = SupplierInvoiceLine.objects.filter(serial_number="").order_by()
    if not (found.devices or found.numbers):
        totals = totals.filter(sub_agreement__in=among(numbers))
    found.quarters |= calendar.quarters_of(
        totals.values_list("starts_on", "ends_before").distinct()
    )
    found.quarters |= calendar.quarters_of(_days_of_credits(marks, found))
    return found


def _numbers_met(numbers: Collection[str]) -> set[str]:
    """Return which serial numbers a line or a decision is about; new devices' are not yet."""
    wanted = among(numbers)
    lines = SupplierInvoiceLine.objects.filter(serial_number__in=wanted).order_by()
    decisions = DifferenceOutcome.objects.filter(serial_number__in=wanted).order_by()
    return {
        *lines.values_list("serial_number", flat=True).distinct(),
        *decisions.values_list("serial_number", flat=True).distinct(),
    }


class _Calendar:
    """Which quarters some days are days of."""

    def __init__(self) -> None:
        self.begin = billing_start()
        last = SupplierInvoiceLine.objects.aggregate(last=Max("starts_on"))["last"]
        self.limit = Quarter.of(max(last or self.begin, self.begin)).next(REACH)

    def quarters_of(self, days: Iterable[tuple[date | None, date | None]]) -> set[Quarter]:
        """Return the quarters that lines of some days belong to or reach into."""
        found: set[Quarter] = set()
        for starts_on, ends_before in days:
            if starts_on and ends_before:
                first = Quarter.of(max(starts_on, self.begin))
                last = Quarter.of(max(ends_before - ONE_DAY, self.begin))
                found |= {first, *quarters_between(first, min(last, self.limit))}
        return found


def _kept_quarters() -> set[Quarter]:
    codes = ReconciledQuarter.objects.values_list("quarter", flat=True)
    return {Quarter.parse(code) for code in codes}


def _owners_of(numbers: Collection[str]) -> set[int]:
    """Return the devices that have, or once had, some serial numbers."""
    now = Device.objects.filter(serial_number__in=among(numbers))
    once = FormerSerialNumber.objects.filter(serial_number__in=among(numbers))
    return {*now.values_list("id", flat=True), *once.values_list("device_id", flat=True)}


Days = Iterable[tuple[date | None, date | None]]


def _days_of_credits(marks: Iterable[LessorMark], touched: _Touched) -> Days:
    """Return the days of credit notes that may settle other claims than before, and the claims'.

    A line of a credit note counts where its claim is, so both quarters are worked out.
    """
    settled = DifferenceOutcome.objects.exclude(credit_note=None).order_by()
    by_decision = {mark.invoice_id for mark in marks if mark.invoice_id and mark.quarter}
    by_line = {mark.invoice_id for mark in marks if mark.invoice_id and not mark.quarter}
    notes = by_decision | set(
        settled.filter(
            Q(credit_note__in=among(by_line, int))
            | Q(serial_number__in=among(touched.numbers))
            | Q(credit_note__lines__serial_number__in=among(touched.numbers))
        ).values_list("credit_note_id", flat=True)
    )
    if not notes:
        return []
    of_notes = {mark.quarter for mark in marks if mark.invoice_id in by_decision and mark.quarter}
    of_notes |= set(
        settled.filter(credit_note__in=among(notes, int)).values_list("quarter", flat=True)
    )
    touched.quarters |= {Quarter.parse(code) for code in of_notes}
    lines = SupplierInvoiceLine.objects.filter(invoice__in=among(notes, int)).order_by()
    return lines.values_list("starts_on", "ends_before").distinct()


def _work_out(touched: _Touched, later: Collection[Quarter]) -> None:
    kept = _kept_quarters() - set(later)
    if not (touched.quarters or kept):
        return
    settled, there = settlements(), set()
    for quarter in sorted(touched.quarters):
        _forget(quarter)
        if _lines_about(quarter).exists():
            _work_out_whole(quarter, settled)
            there.add(quarter)
    others = kept - touched.quarters
    if others and (touched.devices or touched.numbers):
        _Some(others, touched, settled).work_out()
    for quarter in touched.decided & others:
        _decide_anew(quarter)
    changed = others if touched.devices or touched.numbers else others & touched.decided
    _sum_up(there | changed)


def _lines_about(quarter: Quarter) -> QuerySet[SupplierInvoiceLine]:
    """Return the lines that belong to a quarter or reach into it."""
    span = span_of_quarter(quarter)
    reaches = Q() if span.is_first else Q(ends_before__gt=span.starts_on)
    return SupplierInvoiceLine.objects.filter(reaches, starts_on__lt=span.ends_before)


def _forget(quarter: Quarter) -> None:
    for model in (ReconciledQuarter, ReconciledBlock, ReconciledRow):
        model.objects.filter(quarter=str(quarter)).delete()


def _work_out_whole(quarter: Quarter, settled: Settlements) -> None:
    decisions = decisions_by_quarter([quarter], settled)[quarter]
    _write(quarter, matched(quarter, decisions))
    lines_ore, line_count = sum_of_lines(quarter, decisions)
    nothing = dict.fromkeys(ALL_SUMS, 0)
    ReconciledQuarter.objects.create(
        quarter=str(quarter),
        is_home=lines_of_quarter(quarter).exists(),
        lines_ore=lines_ore,
        line_count=line_count,
        **nothing,
    )


def _write(quarter: Quarter, steps: Iterable[Matched]) -> None:
    """Write what devices and others come to in a quarter, where nothing is written of them."""
    code, rows = str(quarter), []
    blocks: dict[int, list[int]] = defaultdict(lambda: [0] * len(SUMS))
    for carried, found, device in steps:
        sums = blocks[device // BLOCK] if device else None
        if sums:
            for place, amount in enumerate(carried):
                sums[place] += amount
        for place, row in enumerate(found):
            if sums:
                invoiced, agrees = row.item.invoiced_ore, row.pile is Pile.AGREES
                sums[3] += invoiced
                if agrees:
                    sums[4] += 1
                    sums[5] += invoiced
                    continue
            rows.append(_kept(code, place, row))
    write_rows(ReconciledRow._meta.db_table, ROW, rows)
    kept = [(code, block, *sums) for block, sums in sorted(blocks.items()) if any(sums)]
    write_rows(ReconciledBlock._meta.db_table, ("quarter", "block", *SUMS), kept)


def _kept(code: str, place: int, row: MatchedRow) -> tuple[object, ...]:
    item, decision = row.item, row.decision
    return (
        code,
        row.device_id,
        "" if row.device_id else row.serial_number,
        "" if row.device_id else row.sub_agreement,
        place,
        row.pile.value,
        item.invoiced_ore,
        item.expected_ore,
        item.starts_on,
        item.ends_before,
        item.lines,
        item.is_double,
        state_of_difference(row).value,
        decision.id if decision else None,
    )


class _Some:
    """Some devices, with their blocks, and some numbers: in quarters that are kept already."""

    def __init__(self, quarters: Collection[Quarter], touched: _Touched, settled: Settlements):
        self.quarters, self.numbers, self.settled = quarters, touched.numbers, settled
        self.blocks = {device // BLOCK for device in touched.devices}
        self.ids = {block * BLOCK + place for block in self.blocks for place in range(BLOCK)}

    def work_out(self) -> None:
        """Work them out again."""
        serials = self._serial_numbers()
        leases = list(lease_side(Lease.objects.filter(device__in=among(self.ids, int))))
        lines = [
            line
            for line in lines_about(serials)
            if line.device_id in self.ids or line.serial_number in self.numbers
        ]
        terms = Terms()
        decisions = decisions_by_quarter(self.quarters, self.settled, serials)
        self._forget()
        for quarter in self.quarters:
            span = span_of_quarter(quarter)
            here = (
                line
                for line in lines
                if line.starts_on < span.ends_before
                and (span.is_first or line.ends_before > span.starts_on)
            )
            _write(quarter, Pass(span, decisions[quarter], terms).run(leases, here))

    def _serial_numbers(self) -> set[str]:
        """Return all that their lines may be found by; a line without any is a total."""
        ids = among(self.ids, int)
        now = Device.objects.filter(id__in=ids).values_list("serial_number", flat=True)
        once = FormerSerialNumber.objects.filter(device__in=ids)
        once_numbers = once.values_list("serial_number", flat=True)
        return {*now, *once_numbers, *self.numbers} - {""}

    def _forget(self) -> None:
        codes = [str(quarter) for quarter in self.quarters]
        blocks = ReconciledBlock.objects.filter(block__in=among(self.blocks, int))
        blocks.filter(quarter__in=codes).delete()
        strange = Q(device=None, serial_number__in=among(self.numbers - {""}))
        rows = ReconciledRow.objects.filter(Q(device__in=among(self.ids, int)) | strange)
        rows.filter(quarter__in=codes).delete()


def _decide_anew(quarter: Quarter) -> None:
    """Give each kept difference of a quarter the decision that it has now."""
    decided = decisions_of(quarter).by_difference
    columns = ("pile", "device_id", "serial_number", "sub_agreement", "state", "decision_id")
    rows = ReconciledRow.objects.filter(quarter=str(quarter)).annotate(difference_ore=DIFFERENCE)
    changed = []
    for key, amount, pile, device, serial, number, state, decision in rows.values_list(
        "id", "difference_ore", *columns
    ):
        made = decided.get((pile, subject_of(device, serial, number)))
        now = state_of(pile, amount, made).value, made.id if made else None
        if now != (state, decision):
            changed.append(ReconciledRow(id=key, state=now[0], decision_id=now[1]))
    if changed:
        update(ReconciledRow, ("state", "decision"), changed)


def _sum_up(quarters: Collection[Quarter]) -> None:
    """Add up the blocks and rows of quarters."""
    if not quarters:
        return
    codes = [str(quarter) for quarter in quarters]
    found = {code: dict.fromkeys(ALL_SUMS, 0) for code in codes}
    blocks = ReconciledBlock.objects.filter(quarter__in=codes).order_by()
    for code, *sums in blocks.values_list("quarter").annotate(*map(Sum, SUMS)):
        found[code].update(zip(SUMS, sums, strict=True))
    for code, sums in _sums_of_rows(codes):
        for name, amount in sums:
            found[code][name] += amount
    orphans = orphans_kept(quarters).order_by().values_list("quarter")
    for code, count, amount in orphans.annotate(Count("pk"), Sum("amount_ore")):
        found[code]["undecided"] += count
        found[code]["undecided_ore"] += amount
    for code, values in found.items():
        ReconciledQuarter.objects.filter(quarter=code).update(**values)


def _sums_of_rows(codes: Collection[str]) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Yield (quarter, what rows add to its sums)."""
    rows = (
        ReconciledRow.objects.filter(quarter__in=codes)
        .annotate(difference_ore=DIFFERENCE, is_strange=tells(Q(device=None)))
        .order_by()
        .values_list("quarter", "pile", "state", "is_strange")
        .annotate(Count("pk"), Sum("difference_ore"), Sum("invoiced_ore"))
    )
    for code, pile, state, is_strange, count, difference, invoiced in rows:
        sums = []
        if is_strange:
            sums.append(("invoiced_ore", invoiced))
            if pile == Pile.AGREES:
                sums += [("agreed", count), ("agreed_ore", invoiced)]
        if state in UNDECIDED:
            sums += [("undecided", count), ("undecided_ore", difference)]
        elif state == State.CLAIMED:
            sums.append(("claimed", count))
        yield code, sums
