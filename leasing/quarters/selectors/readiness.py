"""What to look at before a quarter is closed, and what costs money to nobody's use.

Each open point says how many, and what they cost. The sets of devices are querysets of devices, so
that a page can list the same ones that are counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.db.models import Exists, OuterRef

from albertslund_it.common.quarters import Quarter, quarters_between
from inventory.models import Device, Unit
from leasing.billing.selectors.preview import RunPreview
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.billing.selectors.verification import breaches_at_a_glance
from leasing.billing.selectors.window import last_closed_quarter
from leasing.confirmation.selectors.items import quarters_asked, silent_departments
from leasing.cost_table.moment import one_moment
from leasing.data_quality.selectors.sets import (
    held_by_leavers,
    long_in_stock,
    unpriced_leases,
)
from leasing.lease_end.selectors.endings import cost_without_choice
from leasing.leases.selectors.limits import Limits
from leasing.models import Charge, InvoiceLine, Kind, Objection
from leasing.quarters.selectors.coding import points_of_coding
from leasing.quarters.selectors.points import BLOCKING, WARNING, OpenPoint
from leasing.rebilling.selectors.vouchers import unposted_runs
from leasing.supplier.selectors.waiting import missing_invoices, waiting_quarters

NAMES_SHOWN = 5


@dataclass
class Readiness:
    """All that is open before a run is closed, what blocks it first."""

    points: list[OpenPoint]

    @property
    def blocking(self) -> list[OpenPoint]:
        return [point for point in self.points if point.level == BLOCKING]

    @property
    def stops_closing(self) -> bool:
        return any(not point.blocks for point in self.blocking)


@one_moment()
def readiness_of(preview: RunPreview, today: date) -> Readiness:
    """Look a run over before it is closed."""
    found = [
        *_of_setup(),
        *_of_seals(),
        *points_of_coding(preview),
        *_of_earlier(preview),
        *_of_objections(today),
        *_of_lessor(preview),
        *_of_charges(today),
        *_of_missing_invoices(today),
        *_of_vouchers(),
        *_of_leaders(today),
        *_of_devices(today),
    ]
    return Readiness(sorted(found, key=lambda point: point.level != BLOCKING))


def _of_setup() -> Iterable[OpenPoint]:
    if not Unit.objects.filter(is_cost_holder=True).exists():
        yield OpenPoint("units", BLOCKING, 1)
    unpriced = Device.objects.filter(pk__in=unpriced_leases())
    if count := unpriced.count():
        names = unpriced.order_by("pk").values_list("serial_number", flat=True)
        yield OpenPoint("unpriced", WARNING, count, names=tuple(names[:NAMES_SHOWN]))


def _of_seals() -> Iterable[OpenPoint]:
    if broken := breaches_at_a_glance():
        yield OpenPoint("seal", BLOCKING, len(broken), broken=tuple(broken[:NAMES_SHOWN]))


def _of_objections(today: date) -> Iterable[OpenPoint]:
    said = Objection.objects.filter(outcome="").order_by()
    if disputed := list(said.values_list("device", flat=True)):
        amount_ore = sum(quarter_costs(set(disputed), today).values())
        yield OpenPoint("objections", WARNING, len(disputed), amount_ore, is_per_quarter=True)


def _of_lessor(preview: RunPreview) -> Iterable[OpenPoint]:
    """Look for differences with the lessor that nobody has dealt with, of any quarter of the run.

    A quarter that no invoice is there for has none yet.
    """
    if waiting := waiting_quarters(preview.window.last):
        yield OpenPoint(
            "lessor",
            WARNING,
            sum(one.undecided + one.claimed for one in waiting),
            sum(one.undecided_ore for one in waiting),
            quarters=tuple(one.quarter for one in waiting),
            about=str(waiting[0].quarter),
        )


def _of_charges(today: date) -> Iterable[OpenPoint]:
    """Look for one-off amounts out of scale that no run has billed yet, whatever their date."""
    billed = InvoiceLine.objects.filter(charge=OuterRef("pk"))
    # The few that are odd first: SQLite would else read all that was ever billed.
    waiting = Charge.objects.filter(Limits.on(today).odd_charges(), ~Exists(billed))
    if odd := list(waiting.order_by("-amount_ore", "id")):
        yield OpenPoint(
            "charges",
            WARNING,
            len(odd),
            sum(charge.amount_ore for charge in odd),
            names=tuple(str(one) for one in odd[:NAMES_SHOWN]),
            amounts=tuple(one.amount_ore for one in odd[:NAMES_SHOWN]),
        )


def _of_missing_invoices(today: date) -> Iterable[OpenPoint]:
    """Name the ended quarters that the lessor has not invoiced, with what is expected."""
    if missing := missing_invoices(today):
        amounts = tuple(one.expected_ore for one in missing)
        yield OpenPoint(
            "invoices",
            WARNING,
            len(missing),
            sum(amounts),
            names=tuple(one.quarter.label for one in missing),
            amounts=amounts,
        )


def _of_vouchers() -> Iterable[OpenPoint]:
    if runs := list(unposted_runs()):
        amounts = tuple(run.total_ore for run in runs)
        yield OpenPoint(
            "vouchers",
            WARNING,
            len(runs),
            sum(amounts),
            names=tuple(run.label for run in runs),
            amounts=amounts,
            about=runs[0].code,
        )


def _of_leaders(today: date) -> Iterable[OpenPoint]:
    if silent := silent_departments(today):
        yield OpenPoint(
            "leaders",
            WARNING,
            len(silent),
            sum(one.amount_ore for one in silent),
            names=tuple(one.name for one in silent),
            quarters=tuple(quarters_asked(today)),
        )


def _of_earlier(preview: RunPreview) -> Iterable[OpenPoint]:
    window = preview.window
    if window.current:
        closed = last_closed_quarter()
        first = closed.next() if closed else Quarter.of(window.billing_start)
        skipped = list(quarters_between(first, window.current.next(-1)))
        if taken := [quarter for quarter in skipped if str(quarter) in window.taken]:
            late_backlog = preview.late.parts.get(Kind.BACKLOG, (0, 0))[1]
            yield OpenPoint(
                "skipped",
                WARNING,
                len(taken),
                preview.by_kind[Kind.BACKLOG] - late_backlog,
                quarters=tuple(taken),
            )
        yield from _of_left(preview, [q for q in skipped if str(q) not in window.taken])
    if preview.late.lines:
        yield OpenPoint(
            "corrections",
            WARNING,
            preview.late.lines,
            preview.late.amount_ore,
            late=preview.late,
            about=window.code,
        )


def _of_left(preview: RunPreview, left: list[Quarter]) -> Iterable[OpenPoint]:
    """Yield the skipped quarters that the run leaves to the supplementary run of their year."""
    for year, of_year in groupby(left, attrgetter("year")):
        quarters = tuple(of_year)
        codes = {str(quarter) for quarter in quarters}
        amount = sum(ore for (_, period), ore in preview.pending.items() if period in codes)
        yield OpenPoint("left", WARNING, len(quarters), amount, quarters=quarters, about=f"{year}S")


def _of_devices(today: date) -> Iterable[OpenPoint]:
    found = {
        key: set(devices.order_by().values_list("pk", flat=True))
        for key, devices in (
            ("stock", long_in_stock(today)),
            ("leavers", held_by_leavers(today)),
        )
    }
    costs = quarter_costs(set().union(*found.values()), today)
    for key, devices in found.items():
        if leased := devices & costs.keys():
            amount_ore = sum(costs[device] for device in leased)
            yield OpenPoint(key, WARNING, len(leased), amount_ore, is_per_quarter=True)
    if (ending := cost_without_choice(today)).count:
        yield OpenPoint("ending", WARNING, ending.count, ending.quarter_ore, is_per_quarter=True)
