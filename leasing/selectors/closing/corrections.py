"""What the next run will correct in closed quarters, and which change caused it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.people import author_of
from albertslund_it.web.rows import among
from inventory.models import Placement, Unit
from leasing.domain.allocation import Difference, LeaseFacts
from leasing.domain.facts_text import (
    DELIVERED,
    MOVED,
    OTHER,
    PRICED,
    STARTED,
    STOPPED,
    causes_of,
    moved_on,
)
from leasing.models import Lease, LeaseTerm
from leasing.selectors.facts import one_moment
from leasing.selectors.outstanding import leases_pending, window_up_to
from leasing.selectors.window import last_covered_quarter

CAUSES = {
    MOVED: "Flyttet sent",
    DELIVERED: "Leveret eller registreret sent",
    STOPPED: "Stoppet",
    STARTED: "Leasingstart rettet",
    PRICED: "Pris rettet",
    OTHER: "Andet",
}
ROWS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Source:
    """The change in the history that caused a correction."""

    at: datetime
    by: str
    what: str


@dataclass
class Correction:
    """One leased item with what the next run corrects of it."""

    facts: LeaseFacts
    parts: list[tuple[Difference, str]]
    source: Source | None = None

    @property
    def amount_ore(self) -> int:
        return sum(part.amount_ore for part, _ in self.parts)


@dataclass
class Cause:
    """Every correction of one cause."""

    name: str
    rows: list[Correction] = field(default_factory=list)

    @property
    def amount_ore(self) -> int:
        return sum(row.amount_ore for row in self.rows)

    @property
    def line_count(self) -> int:
        return sum(len(row.parts) for row in self.rows)

    @property
    def shown(self) -> list[Correction]:
        return self.rows[:ROWS_SHOWN]


def corrections(today: date) -> list[Cause]:
    """Give what waits in closed quarters by cause, the one with most lines first."""
    covered = last_covered_quarter()
    if covered is None:
        return []
    groups: dict[tuple[str, ...], list[Correction]] = defaultdict(list)
    with one_moment():
        names = dict(Unit.objects.values_list("id", "name"))
        for facts, differences in leases_pending(window_up_to(Quarter.of(today))):
            parts = [(d, names[d.unit_id]) for d in differences if d.period <= str(covered)]
            if parts:
                groups[causes_of(facts.billed_text, facts.text)].append(Correction(facts, parts))
        for causes, rows in groups.items():
            _find_sources(causes[0], rows[:ROWS_SHOWN])
    found = [Cause(" og ".join(CAUSES[c] for c in causes), rows) for causes, rows in groups.items()]
    return sorted(found, key=lambda cause: (-cause.line_count, cause.name))


def _find_sources(cause: str, rows: list[Correction]) -> None:
    """Find the latest entry of the history about what each correction's cause changed."""
    if cause == MOVED:
        wanted = {
            f"{row.facts.device_id} fra {day:%d-%m-%Y}": row
            for row in rows
            for day in moved_on(row.facts.billed_text, row.facts.text)
        }
        for entry in _entries(Placement, Q(object_repr__in=among(list(wanted)))):
            wanted[entry.object_repr].source = _source(entry, "Tildeling")
        return
    model, what = (LeaseTerm, "Løbetid") if cause == PRICED else (Lease, "Leasing")
    ids = {row.facts.lease_id: row for row in rows}
    if model is LeaseTerm:
        terms = LeaseTerm.objects.filter(lease__in=among(list(ids), int))
        ids = {term: ids[lease] for term, lease in terms.values_list("id", "lease_id")}
    for entry in _entries(model, Q(object_id__in=among(list(ids), int))):
        if _is_about(cause, entry):
            ids[entry.object_id].source = _source(entry, what)


def _entries(model, condition: Q) -> Iterable[LogEntry]:
    kind = ContentType.objects.get_for_model(model)
    return (
        LogEntry.objects.filter(condition, content_type=kind)
        .select_related("actor")
        .order_by("timestamp", "id")
    )


def _is_about(cause: str, entry: LogEntry) -> bool:
    if entry.action == LogEntry.Action.CREATE:
        return True
    column = {STOPPED: "stops_on", STARTED: "starts_on", PRICED: "price_ore"}.get(cause)
    return column is None or column in (entry.changes or {})


def _source(entry: LogEntry, what: str) -> Source:
    action = {0: "oprettet", 1: "rettet", 2: "slettet"}.get(entry.action, "ændret")
    return Source(entry.timestamp, author_of(entry), f"{what} {action}")
