"""What a stocktake found that the register still says otherwise."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Departure
from leasing.cost_table.facts import successors
from leasing.models import CountedDevice, LossReport, StocktakeFind
from leasing.stocktake.selectors.standing import StandsAt, standings_of

Answer = CountedDevice.Answer
WRONG = (Answer.NO, Answer.WRONG_UNIT, Answer.BROKEN)


@dataclass(frozen=True, slots=True)
class _Row:
    pk: int
    device_id: int
    serial_number: str
    answer: str
    unit_id: int
    employee_id: int | None
    number_now: str


_FIELDS = (
    "pk",
    "device",
    "serial_number",
    "answer",
    "unit",
    "employee",
    "device__serial_number",
)


def could_be_faults(
    rows: QuerySet[CountedDevice], on: date, *, is_over: bool = False
) -> QuerySet[CountedDevice]:
    """Keep what was answered otherwise than the register says, and silence once the day is past.

    `is_over` takes the day for past.
    """
    until = _end_of(on)
    past = Q(stocktake__due_on__lt=on) | Q(stocktake__closed_at__lt=until)
    silent = Q(answer="") if is_over else Q(answer="") & past
    later = CountedDevice.objects.filter(
        device=OuterRef("device"), pk__gt=OuterRef("pk"), stocktake__is_withdrawn=False
    )
    said = Q(answer__in=WRONG, answered_at__lt=until)
    begun = rows.filter(stocktake__started_at__lt=until, stocktake__is_withdrawn=False)
    return begun.filter(said | silent, ~Exists(later))


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def open_faults(
    rows: QuerySet[CountedDevice], on: date, *, is_over: bool = False
) -> dict[int, int]:
    """Return the device of each row that is still a fault, by the row's id.

    It is none any more when the register says otherwise than it did: the device is with another
    person, at another unit, swapped, reported lost or gone.
    """
    found = could_be_faults(rows, on, is_over=is_over).order_by().values_list(*_FIELDS)
    return _open_faults(found.iterator(chunk_size=5_000), on)


@put_together_once
def _all_that_could_be(on: date) -> QuerySet[CountedDevice, tuple[Any, ...]]:
    return could_be_faults(CountedDevice.objects.all(), on).order_by().values_list(*_FIELDS)


def _open_faults(rows: Iterable[tuple[Any, ...]], on: date) -> dict[int, int]:
    kept = [_Row(*row) for row in rows]
    if not kept:
        return {}
    settled = _settled([row.device_id for row in kept], on)
    kept = [row for row in kept if row.device_id not in settled]
    stands, heirs = standings_of([row.device_id for row in kept], on), successors()
    return {
        row.pk: row.device_id
        for row in kept
        if _still(row, heirs.get(row.unit_id, row.unit_id), stands[row.device_id])
    }


def _settled(device_ids: Iterable[int], on: date) -> set[int]:
    """Return the devices that have left the register, or are reported lost."""
    return set(_gone_or_lost(on, devices=list(device_ids)))


@put_together_once
def _gone_or_lost(on: date, *, devices: Collection[int]) -> QuerySet[Any, int]:
    ids = among(devices, int)
    gone = Departure.objects.filter(left_on__lte=on, device__in=ids).order_by()
    lost = LossReport.objects.open().filter(device__in=ids).order_by()
    return gone.values_list("device", flat=True).union(lost.values_list("device", flat=True))


def _still(row: _Row, unit: int, stands: StandsAt) -> bool:
    """Return whether the register says what it said when it was answered, or asked in vain.

    `unit` is the row's, or the one that has taken over from it: that is no answer.
    """
    if row.answer == Answer.BROKEN and row.number_now != row.serial_number:
        return False
    if row.employee_id is None:
        return stands.employee_id is None and stands.unit_id == unit
    is_same_person = stands.employee_id == row.employee_id
    if row.answer == Answer.WRONG_UNIT:
        return is_same_person and stands.unit_id == unit
    return is_same_person


def open_finds(finds: QuerySet[StocktakeFind], on: date) -> dict[int, int]:
    """Return the device of each find that the register still has elsewhere, by the find's id.

    A later answer about the device, in whatever stocktake, counts before it.
    """
    return _open_finds(_unanswered(finds, on), on)


def _unanswered(
    finds: QuerySet[StocktakeFind], on: date
) -> QuerySet[StocktakeFind, tuple[int, int | None, int]]:
    later = CountedDevice.objects.filter(
        device=OuterRef("device"), answered_at__gt=OuterRef("found_at")
    )
    again = StocktakeFind.objects.filter(device=OuterRef("device"), pk__gt=OuterRef("pk"))
    rows = finds.filter(~Exists(later), ~Exists(again), device__isnull=False)
    rows = rows.filter(stocktake__is_withdrawn=False, found_at__lt=_end_of(on)).order_by()
    return rows.values_list("pk", "device", "unit")


@put_together_once
def _all_unanswered(on: date) -> QuerySet[StocktakeFind, tuple[int, int | None, int]]:
    return _unanswered(StocktakeFind.objects.all(), on)


def _open_finds(rows: Iterable[tuple[int, int | None, int]], on: date) -> dict[int, int]:
    kept = [(pk, device, unit) for pk, device, unit in rows if device is not None]
    if not kept:
        return {}
    settled = _settled([device for _, device, _ in kept], on)
    stands, heirs = standings_of([device for _, device, _ in kept], on), successors()
    return {
        pk: device
        for pk, device, unit in kept
        if device not in settled and stands[device].unit_id != heirs.get(unit, unit)
    }


FOUND = "found"  # scanned where it does not belong, and not counted by that stocktake


@dataclass(frozen=True, slots=True)
class SaidOtherwise:
    """What a stocktake found of a device: an answer, '' for none, or `FOUND`."""

    answer: str


def found_otherwise(on: date) -> dict[int, SaidOtherwise]:
    """Return what a stocktake found of each device of which the register does not say so."""
    finds = _open_finds(_all_unanswered(on), on)
    rows = _open_faults(_all_that_could_be(on), on)
    said = dict.fromkeys(finds.values(), FOUND)
    said |= dict(_answers(rows=rows)) if rows else {}
    return {device: SaidOtherwise(answer) for device, answer in said.items()}


@put_together_once
def _answers(*, rows: Collection[int]) -> QuerySet[CountedDevice, tuple[int, str]]:
    some = CountedDevice.objects.filter(pk__in=among(rows, int)).order_by()
    return some.values_list("device", "answer")
