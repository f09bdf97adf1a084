"""How far stocktakes are, as a user sees them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, QuerySet

from albertslund_it.common.names import danish_key
from albertslund_it.common.permissions import COUNT_DEVICES, HANDLE_ORDERS
from inventory.models import Unit
from inventory.organisation.selectors.scope import sees_all, units_seen_by
from leasing.models import CountedDevice, Stocktake, StocktakeFind
from leasing.stocktake.selectors.standing import not_to_be_asked_of, standings_of

Answer = CountedDevice.Answer
NONE_YET = ""


@dataclass
class CountProgress:
    """How many devices are counted at a unit, or at all of them, by answer.

    What left the register unanswered, or was reported lost, is answered by that.
    """

    unit: Unit | None = None
    answers: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def devices(self) -> int:
        return sum(self.answers.values())

    @property
    def open(self) -> int:
        return self.answers[NONE_YET]

    @property
    def answered(self) -> int:
        return self.devices - self.open

    @property
    def yes(self) -> int:
        return self.answers[Answer.YES]

    @property
    def wrong(self) -> int:
        """Count what was answered otherwise than the register says."""
        return self.answers[Answer.NO] + self.answers[Answer.WRONG_UNIT]

    @property
    def broken(self) -> int:
        return self.answers[Answer.BROKEN]

    @property
    def gone(self) -> int:
        return self.answers[Answer.GONE]

    @property
    def percent(self) -> int:
        """Return how much is answered; 100 only when all is."""
        return self.answered * 100 // self.devices if self.devices else 100


def stocktakes_seen_by(user: User, on: date) -> QuerySet[Stocktake]:
    """Return the stocktakes that count anything at a unit that a user sees."""
    if sees_all(user):
        return Stocktake.objects.all()
    theirs = CountedDevice.objects.filter(
        stocktake=OuterRef("pk"), unit__in=units_seen_by(user, on)
    ).order_by()
    return Stocktake.objects.filter(Exists(theirs))


def rows_seen_by(user: User, on: date) -> QuerySet[CountedDevice]:
    """Return the devices of all stocktakes that are counted at a unit which a user sees."""
    if sees_all(user):
        return CountedDevice.objects.all()
    return CountedDevice.objects.filter(unit__in=units_seen_by(user, on))


def finds_seen_by(user: User, on: date) -> QuerySet[StocktakeFind]:
    """Return what was scanned besides, at a unit that a user sees."""
    if sees_all(user):
        return StocktakeFind.objects.all()
    return StocktakeFind.objects.filter(unit__in=units_seen_by(user, on))


def progress_of(rows: QuerySet[CountedDevice], on: date) -> list[CountProgress]:
    """Return how far some rows of one stocktake are, by unit in Danish order."""
    counted = rows.order_by().values("unit", "answer").annotate(n=Count("pk"))
    by_unit: defaultdict[int, CountProgress] = defaultdict(CountProgress)
    for unit, answer, n in counted.values_list("unit", "answer", "n"):
        by_unit[unit].answers[answer] += n
    left = rows.filter(not_to_be_asked_of(on), answer=NONE_YET).order_by().values("unit")
    for unit, n in left.annotate(n=Count("pk")).values_list("unit", "n"):
        by_unit[unit].answers[NONE_YET] -= n
        by_unit[unit].answers[Answer.GONE] += n
    units = Unit.objects.select_related("department").in_bulk(list(by_unit))
    for pk, one in by_unit.items():
        one.unit = units[pk]
    return sorted(by_unit.values(), key=lambda one: danish_key(units_name(one)))


def units_name(one: CountProgress) -> str:
    """Return the name of the unit of some progress."""
    return one.unit.name if one.unit else ""


def total_of(progress: Iterable[CountProgress]) -> CountProgress:
    """Add up the progress of units."""
    total = CountProgress()
    for one in progress:
        for answer, n in one.answers.items():
            total.answers[answer] += n
    return total


def is_over(stocktake: Stocktake, on: date) -> bool:
    """Return whether nobody can answer any more."""
    return stocktake.closed_at is not None or stocktake.due_on < on


def unanswered(stocktake: Stocktake, on: date) -> QuerySet[CountedDevice]:
    """Return the devices that nobody has answered for, and that are neither gone nor lost."""
    return stocktake.devices.filter(answer=NONE_YET).exclude(not_to_be_asked_of(on))


def can_be_reminded(stocktake: Stocktake, on: date) -> bool:
    """Return whether anybody who has a device that waits for an answer can be written to."""
    waiting = unanswered(stocktake, on).order_by().values_list("device", flat=True)
    return any(one.mail for one in standings_of(set(waiting), on).values())


@dataclass(frozen=True, slots=True)
class StocktakeWork:
    """What waits of stocktakes for a user: theirs to answer, and those to close.

    `units` are those with something to answer, when it is one stocktake alone.
    """

    open: int
    due_on: date | None
    stocktake_id: int | None
    units: tuple[int, ...]
    to_close: int


def stocktake_work(user: User, on: date) -> StocktakeWork:
    """Return what of the stocktakes that run a user is to do."""
    to_close = open_rows = 0
    due_on, only, units = None, None, set()
    if user.has_perm(HANDLE_ORDERS):
        to_close = Stocktake.objects.filter(closed_at=None, due_on__lt=on).count()
    elif user.has_perm(COUNT_DEVICES):
        rows = rows_seen_by(user, on).filter(
            answer=NONE_YET, stocktake__closed_at=None, stocktake__due_on__gte=on
        )
        counted = rows.exclude(not_to_be_asked_of(on)).order_by().values("stocktake", "unit")
        found = counted.annotate(n=Count("pk"))
        of = list(found.values_list("stocktake", "unit", "n", "stocktake__due_on"))
        open_rows = sum(n for *_, n, _ in of)
        due_on = min((due for *_, due in of), default=None)
        stocktakes = {pk for pk, *_ in of}
        only = stocktakes.pop() if len(stocktakes) == 1 else None
        units = {unit for _, unit, *_ in of} if only else set()
    return StocktakeWork(open_rows, due_on, only, tuple(sorted(units)), to_close)
