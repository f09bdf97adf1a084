"""A room is scanned: what is there is counted, what should not be is noted; nothing is moved."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Unit
from leasing.models import CountedDevice, Stocktake, StocktakeFind
from leasing.stocktake.selectors.scans import CountState, Lookup, ScanResult, look_up, read_scan
from leasing.stocktake.services.registered import AsRegistered
from leasing.stocktake.services.stocktakes import running

MOST = 200  # in one go
LONGEST_TEXT = 10_000
LONGEST_PLACE = 60
Answer, How = CountedDevice.Answer, CountedDevice.How


@transaction.atomic
def scan(
    *,
    stocktake_id: int,
    unit: Unit,
    text: str,
    place: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> tuple[list[ScanResult], tuple[str, ...]]:
    """Count what was scanned at a unit; return each number's result, and what was no number.

    The same again is no change. That a device is broken stays, for it is there all the same. What
    belongs at another unit is noted as a find: what was said of it there stays.

    Raises:
        Refused: when the stocktake is over, or nothing or too much was scanned.
    """
    lock(Stocktake, CountedDevice, StocktakeFind)
    running(stocktake_id, today)
    if len(text) > LONGEST_TEXT:
        raise Refused("Det er for meget på én gang. Del det op.")
    read = read_scan(text)
    if len(read) > MOST:
        raise Refused(f"Der kan højst tælles {MOST} stk. på én gang. Del det op.")
    if not read and not read.bad:
        raise Refused("Scan eller skriv mindst ét serienummer.")
    place = " ".join("".join(c if c.isprintable() else " " for c in place).split())
    if len(place) > LONGEST_PLACE:
        raise Refused(f"Stedet må højst være {LONGEST_PLACE} tegn. Skriv det kortere.")
    looked = look_up(read, stocktake_id, today, unit_id=unit.pk, actor=actor)
    scanning = _Scanning(stocktake_id, unit, place, actor, now, looked)
    results = [ScanResult(one, scanning.take(one)) for one in looked]
    scanning.changes.save(actor)
    return results, read.bad


class _Scanning:
    def __init__(
        self,
        stocktake_id: int,
        unit: Unit,
        place: str,
        actor: Actor,
        now: datetime,
        looked: Iterable[Lookup],
    ):
        self.stocktake_id, self.unit, self.place = stocktake_id, unit, place
        self.said: dict[str, object] = {
            "how": How.SCAN,
            "place": place,
            "answered_at": now,
            "answered_by": actor,
        }
        self.actor, self.now = actor, now
        self.changes = Changes((CountedDevice, StocktakeFind))
        self.register = AsRegistered(one.standing for one in looked if one.standing)

    def take(self, one: Lookup) -> CountState:
        """Note what a number turned out to be; return it."""
        if one.device is None:
            return self._note(one, CountState.UNKNOWN)
        if one.is_gone:
            return self._note(one, CountState.GONE)
        if not one.is_at(self.unit.pk):
            return self._note(one, CountState.ELSEWHERE if one.row else CountState.NOT_COUNTED)
        return self._count(one, one.row) if one.row else CountState.HERE

    def _count(self, one: Lookup, row: CountedDevice) -> CountState:
        is_home = bool(one.standing and one.standing.unit_id == self.unit.pk)
        if row.answer and not is_home:  # its person works here too: the answer is another unit's
            return CountState.AGAIN
        is_broken = row.answer == Answer.BROKEN
        is_same = is_broken or (row.answer == Answer.YES and row.how == How.SCAN)
        if is_same and not (
            one.strayed_at and row.answered_at and row.answered_at < one.strayed_at
        ):
            return CountState.AGAIN
        if one.standing:
            self.register.follow(self.changes, row, one.standing)
        note = row.note if row.answer == Answer.YES else ""
        said = self.said | {"answer": Answer.YES, "note": note}
        if is_broken:  # back from where it strayed, and broken all the same
            said = {"answered_at": self.now, "answered_by": self.actor}
        self.changes.update(row, row.serial_number, **said)
        return CountState.HERE

    def _note(self, one: Lookup, state: CountState) -> CountState:
        """Keep what is not counted, once: where it was scanned last counts."""
        seen = {"unit": self.unit, "place": self.place, "found_at": self.now}
        if one.find is None:
            facts = {"serial_number": one.number, "device": one.device, "found_by": self.actor}
            self.changes.create(StocktakeFind(stocktake_id=self.stocktake_id, **facts, **seen))
        elif (
            one.find.unit_id != self.unit.pk
            or one.find.place != self.place
            or (one.row and one.row.answered_at and one.row.answered_at > one.find.found_at)
        ):
            seen |= {"found_by": self.actor, "device": one.device}
            self.changes.update(one.find, one.number, **seen)
        return state
