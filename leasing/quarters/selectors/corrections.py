"""What the next run will correct in closed quarters, and which change caused it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from albertslund_it.web.people import author_of
from inventory.models import Device, Placement, Unit
from leasing.billing.selectors.facts import charges_to_bill
from leasing.billing.selectors.outstanding import window_up_to
from leasing.billing.selectors.run_lines import RunLine, charge_line
from leasing.billing.selectors.window import Window
from leasing.cost_table.facts import NOBODY, last_covered_quarter, lease_facts
from leasing.cost_table.moment import one_moment
from leasing.domain.allocation import Difference, LeaseFacts
from leasing.domain.facts_text import (
    MOVED,
    PRICED,
    STARTED,
    STOPPED,
    causes_of,
    moved_on,
)
from leasing.models import Charge, CostPending, Lease, LeaseTerm

CHARGED = "charged"  # a charge that came late; what else changes is in `facts_text`
ROWS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Source:
    """The change in the history that caused a correction: of what, and what was done to it."""

    at: datetime
    by: str
    model: type[Model]
    action: int


@dataclass
class Correction:
    """One leased item with what the next run corrects of it."""

    facts: LeaseFacts
    parts: list[tuple[Difference, str]]
    source: Source | None = None

    charge = None

    @property
    def amount_ore(self) -> int:
        return sum(part.amount_ore for part, _ in self.parts)


@dataclass
class LateCharge:
    """A one-off amount of a closed quarter that no run has billed."""

    charge: Charge
    parts: list[tuple[RunLine, str]]
    source: Source | None = None

    @property
    def amount_ore(self) -> int:
        return self.charge.amount_ore


@dataclass
class CorrectionCause:
    """Every correction of one cause: what has changed, one or more of `facts_text`."""

    kinds: tuple[str, ...]
    rows: Sequence[Correction | LateCharge]

    @property
    def amount_ore(self) -> int:
        return sum(row.amount_ore for row in self.rows)

    @property
    def line_count(self) -> int:
        return sum(len(row.parts) for row in self.rows)

    @property
    def shown(self) -> Sequence[Correction | LateCharge]:
        return self.rows[:ROWS_SHOWN]


def corrections(today: date, run: Window | None = None) -> list[CorrectionCause]:
    """Return what waits in closed quarters by cause.

    Of one run to come, only what it takes: after New Year differences of the old year may wait for
    a supplementary run.
    """
    covered = last_covered_quarter()
    if covered is None:
        return []
    window = run or window_up_to(Quarter.of(today))

    def is_late(period: str) -> bool:
        return period <= str(covered) and period in window.taken

    groups: dict[tuple[str, ...], list[Correction]] = defaultdict(list)
    with one_moment():
        names = dict(Unit.objects.values_list("id", "name"))
        for facts, differences in _late_differences(is_late):
            parts = [(d, names[d.unit_id]) for d in differences]
            groups[causes_of(facts.billed_text, facts.text)].append(Correction(facts, parts))
        for causes, rows in groups.items():
            _find_sources(causes[0], rows[:ROWS_SHOWN])
        charges = _late_charges(window, is_late, names)
    found = [CorrectionCause(causes, rows) for causes, rows in groups.items()]
    return [*found, CorrectionCause((CHARGED,), charges)] if charges else found


def _late_differences(
    is_late: Callable[[str], bool],
) -> Iterator[tuple[LeaseFacts, list[Difference]]]:
    """Yield the facts of each lease of which something is late, with what is, in its order."""
    found: dict[int, list[Difference]] = defaultdict(list)
    late = CostPending.objects.exclude(unit=NOBODY).order_by("lease", "period", "unit")
    for lease, *difference in late.values_list("lease_id", *Difference._fields):
        if is_late(difference[0]):
            found[lease].append(Difference(*difference))
    leases = Lease.objects.filter(id__in=among(found, int))
    for facts in lease_facts(Device.objects.filter(id__in=leases.values("device"))):
        facts.text = facts.canonical_text()
        yield facts, found[facts.lease_id]


def _late_charges(
    window: Window, is_late: Callable[[str], bool], names: dict[int, str]
) -> list[LateCharge]:
    found = []
    for charge in charges_to_bill(window):
        line = charge_line(charge)
        if is_late(line.period):
            found.append(LateCharge(charge, [(line, names[line.unit_id])]))
    ids = {one.charge.pk: one for one in found[:ROWS_SHOWN]}
    for entry in _entries(Charge, Q(object_id__in=among(list(ids), int))):
        ids[entry.object_id].source = _source(entry, Charge)
    return found


def _find_sources(cause: str, rows: list[Correction]) -> None:
    """Find the latest entry of the history about what the cause of each correction changed."""
    if cause == MOVED:
        wanted = {
            f"{row.facts.device_id} fra {day:%d-%m-%Y}": row
            for row in rows
            for day in moved_on(row.facts.billed_text, row.facts.text)
        }
        for entry in _entries(Placement, Q(object_repr__in=among(list(wanted)))):
            wanted[entry.object_repr].source = _source(entry, Placement)
        return
    model = LeaseTerm if cause == PRICED else Lease
    ids = {row.facts.lease_id: row for row in rows}
    if model is LeaseTerm:
        terms = LeaseTerm.objects.filter(lease__in=among(list(ids), int))
        ids = {term: ids[lease] for term, lease in terms.values_list("id", "lease_id")}
    for entry in _entries(model, Q(object_id__in=among(list(ids), int))):
        if _is_about(cause, entry):
            ids[entry.object_id].source = _source(entry, model)


def _entries(model: type[Model], condition: Q) -> QuerySet[LogEntry]:
    kind = ContentType.objects.get_for_model(model)
    found: QuerySet[LogEntry] = LogEntry.objects.filter(condition, content_type=kind)
    return found.select_related("actor").order_by("timestamp", "id")


def _is_about(cause: str, entry: LogEntry) -> bool:
    if entry.action == LogEntry.Action.CREATE:
        return True
    column = {STOPPED: "stops_on", STARTED: "starts_on", PRICED: "price_ore"}.get(cause)
    return column is None or column in (entry.changes or {})


def _source(entry: LogEntry, model: type[Model]) -> Source:
    return Source(entry.timestamp, author_of(entry), model, entry.action)
