"""The rows of the board: what is said of each end on a page, and the orders they can stand in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet

from albertslund_it.web.database.rows import FEW, among
from albertslund_it.web.lists.ranking import first_in_order, rank_in
from albertslund_it.web.people import name_of
from inventory.models import Device, DeviceModel, Employee, Placement, Unit
from inventory.models.organisation import in_danish_order
from inventory.placements.selectors import placements_in_force
from leasing.domain.lease_end import Fate
from leasing.lease_end.selectors.board import QUARTER_ORE, BoardEnd, EndBoard, wishes_of
from leasing.lease_end.selectors.endings import by_signs, payers_own
from leasing.lease_end.selectors.term_ends import TermEnd, term_ends
from leasing.models import CostLease, EndDecision, EndWish

ONE_DAY = timedelta(days=1)
BY_NAME = in_danish_order("name")
# What is the lease's own or its last end's, by the column that is sorted by it.
SQL_FIELDS: dict[str, Any] = {
    "serial_number": "lease__device__serial_number",
    "warranty_until": F("lease__device__warranty_until"),
    "last_day": F("ends_before"),
    "days_left": F("ends_before"),
    "quarter_ore": ExpressionWrapper(QUARTER_ORE, BigIntegerField()),
}
OF_THE_END = {
    "last_day": "ends_before",
    "days_left": "ends_before",
    "quarter_ore": "quarter_ore",
}
PLACES: dict[str, tuple[str, Callable[[], QuerySet[Any]]]] = {
    "unit": ("unit", lambda: Unit.objects.order_by(BY_NAME, "number")),
    "department": (
        "unit",
        lambda: Unit.objects.order_by(in_danish_order("department__name"), BY_NAME),
    ),
    "person": ("employee", lambda: Employee.objects.order_by(BY_NAME, "initials")),
}


@dataclass(frozen=True, slots=True)
class BoardRow:
    """An end as the board shows it: with where the device is today, and what is wished for.

    `ends_before` is the first day without the lease, or without the term that was extended.
    """

    end: TermEnd
    on: date
    placement: Placement | None
    wish: EndWish | None
    ram_gb: int | None
    windows_11: bool | None
    warranty_until: date | None

    @property
    def fate(self) -> Fate:
        return self.end.fate(self.on)

    @property
    def serial_number(self) -> str:
        return self.end.serial_number

    @property
    def model_name(self) -> str:
        return self.end.model_name

    @property
    def sub_agreement(self) -> str:
        return self.end.sub_agreement

    @property
    def last_day(self) -> date:
        """Return the last day of the term, or of the lease where it stops before."""
        stops_on = self.end.stops_on
        if self.end.is_last and stops_on and stops_on < self.end.ends_before:
            return stops_on - ONE_DAY
        return self.end.last_day

    @property
    def days_left(self) -> int | None:
        """Return the days until the last one, below zero when it is past; None when settled."""
        if self.fate in {Fate.GONE, Fate.STOPPED}:
            return None
        return (self.last_day - self.on).days

    @property
    def quarter_ore(self) -> int:
        return self.end.quarter_ore

    @property
    def unit(self) -> str:
        return self.placement.unit.name if self.placement and self.placement.unit else ""

    @property
    def department(self) -> str:
        unit = self.placement.unit if self.placement else None
        return unit.department.name if unit and unit.department else ""

    @property
    def person(self) -> str:
        """Name who has it, or what it is used for."""
        if self.placement is None:
            return ""
        return str(self.placement.employee or self.placement.used_for)

    @property
    def wished_by(self) -> str:
        return name_of(self.wish.wished_by) if self.wish else ""


def board_rows(ends: Sequence[BoardEnd], on: date) -> list[BoardRow]:
    """Return the rows of some ends, in their order."""
    leases = [end.lease_id for end in ends]
    found = term_ends(set(leases))
    wishes = wishes_of(set(leases), on)
    chosen = [_chosen(found[end.lease_id], end.term_id) for end in ends if end.lease_id in found]
    ids = {end.device_id for end in chosen}
    placed = placements_in_force(on).filter(device__in=among(ids, int))
    at = {p.device_id: p for p in placed.select_related("unit__department", "employee")}
    facts = Device.objects.only("ram_gb", "windows_11", "warranty_until").in_bulk(ids)
    return [
        BoardRow(
            end,
            on,
            at.get(end.device_id),
            wishes.get(end.lease_id),
            device.ram_gb,
            device.windows_11,
            device.warranty_until,
        )
        for end in chosen
        for device in [facts[end.device_id]]
    ]


def _chosen(ends: Sequence[TermEnd], term_id: int | None) -> TermEnd:
    return next((end for end in ends if end.term_id == term_id), ends[-1])


def ordered_ends(
    board: EndBoard, column: str, *, descending: bool, stop: int | None = None
) -> list[BoardEnd]:
    """Return the ends that are chosen in the order of a column, so many of them; nothing is last.

    What is the lease's own is ordered by the database, of which as many are read as are wanted.
    """
    if column == "happens":
        found = board.page(0, None)
        return found[::-1] if descending else found
    rows = board.chosen_rows
    if field := _sql_field(column):
        order = field.desc(nulls_last=True) if descending else field.asc(nulls_last=True)
        pairs = list(rows.order_by(order, "pk").values_list("pk", field)[:stop])
    elif column in PLACES and stop is not None:
        pairs = _first_placed(rows, board.on, column, descending=descending, stop=stop)
    else:
        pairs = _paired(list(rows.values_list("pk", "lease__device")), board.on, column)
    keyed = [(key, BoardEnd(pk)) for pk, key in pairs]
    keyed += [(key, end) for end, key in _extended_keys(board, column)]
    there = [pair for pair in keyed if pair[0] is not None]
    there.sort(key=itemgetter(0), reverse=descending)
    return [end for _, end in there] + [end for key, end in keyed if key is None]


def _first_placed(
    rows: QuerySet[CostLease], on: date, column: str, *, descending: bool, stop: int
) -> list[tuple[int, Any]]:
    """Return the first so many leases by who has the device, with what they are sorted by."""
    field, ordered = PLACES[column]
    in_use = placements_in_force(on).filter(**{f"{field}__isnull": False})
    pairs: list[tuple[int, Any]]
    if rows.query.where:
        # Asked once: as a part of each query it would be worked out by each of them.
        chosen = among(list(rows.values_list("pk", flat=True)), int)
        placed = in_use.filter(device__lease__in=chosen).order_by()
        rank = rank_in(ordered())
        pairs = [(pk, rank(key)) for pk, key in placed.values_list("device__lease", field)]
        pairs.sort()
        pairs.sort(key=itemgetter(1), reverse=descending)
        pairs = pairs[:stop]
    else:
        placed = in_use.filter(device__lease__isnull=False)
        pairs = first_in_order(
            placed, "device__lease", field, ordered(), descending=descending, stop=stop
        )
    if len(pairs) < stop:
        without = rows.exclude(lease__device__in=placed.values("device")).order_by("pk")
        missing = without.values_list("pk", flat=True)[: stop - len(pairs)]
        pairs += [(pk, None) for pk in missing]
    return pairs


def _sql_field(column: str) -> Any:
    """Return what the database orders by; None where that is done here."""
    field = SQL_FIELDS.get(column)
    return by_signs(field) if isinstance(field, str) else field


def _extended_keys(board: EndBoard, column: str) -> Iterator[tuple[BoardEnd, Any]]:
    """Yield what the extended ends are sorted by."""
    ends = board.chosen_extended
    if not ends:
        return
    if column in OF_THE_END:
        yield from ((end, getattr(end, OF_THE_END[column])) for end in ends)
        return
    if column == "decided_at":
        ids = among([end.term_id for end in ends], int)
        made = EndDecision.objects.filter(term__in=ids).values_list("term", "decided_at")
        keys = dict(made)
        yield from ((end, keys.get(end.term_id)) for end in ends)
        return
    kept = CostLease.objects.filter(pk__in=among([end.lease_id for end in ends], int)).order_by()
    if field := _sql_field(column):
        keys = dict(kept.values_list("pk", field))
    else:
        keys = dict(_paired(list(kept.values_list("pk", "lease__device")), board.on, column))
    yield from ((end, keys.get(end.lease_id)) for end in ends)


def _paired(leases: list[tuple[int, int]], on: date, column: str) -> list[tuple[int, Any]]:
    """Return what leases, each with its device, are sorted by."""
    if column == "wish":
        wishes = payers_own(EndWish.objects.select_related("lease"), on)
        words = {pk: str(wish.get_wish_display()) for pk, wish in wishes.items()}
        return [(pk, words.get(pk)) for pk, _ in leases]
    if column == "decided_at":
        made = EndDecision.objects.final().order_by()
        at = dict(made.values_list("term__lease", "decided_at"))
        return [(pk, at.get(pk)) for pk, _ in leases]
    if column == "model_name":
        rank = rank_in(DeviceModel.objects.order_by(BY_NAME))
        of = dict(Device.objects.order_by().values_list("pk", "model"))
    else:
        field, ordered = PLACES[column]
        placed = placements_in_force(on).filter(**{f"{field}__isnull": False}).order_by()
        if len(leases) <= FEW:
            placed = placed.filter(device__in=among([device for _, device in leases], int))
        rank, of = rank_in(ordered()), dict(placed.values_list("device", field))
    return [(pk, rank(of[device]) if device in of else None) for pk, device in leases]
