"""The board of ends: every end of a term that a user may see, narrowed, counted and put in order.

How a lease ends is read from what is kept of it, filtered and paged by the database. The ends that
were extended are few, and laid here: their days follow from the terms.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When

from albertslund_it.common.permissions import DECIDE_LEASE_END, WISH_FOR_END
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.put_together import as_one_group, put_together_once
from albertslund_it.web.database.rows import among
from inventory.devices.selectors import devices_matching
from inventory.models import Departure, Device, Unit
from inventory.organisation.selectors.scope import devices_seen_by, sees_all, units_seen_by
from inventory.placements.selectors import placements_in_force
from leasing.domain.accrual import a_quarter, terms_in_order
from leasing.domain.lease_end import Fate, ends_soon_until
from leasing.lease_end.selectors.endings import payers_own
from leasing.models import CostLease, EndDecision, EndWish, Lease, LeaseTerm, Settings

BEGUN = "begun"  # an end that an extension followed, which runs
NO_WISH = "none"
NOT_DECIDED = (Fate.OVERDUE, Fate.UNDECIDED)
FINAL = (Fate.BUYOUT, Fate.RETURN)
# What ends are chosen by beside their fate: nothing decided, of what is asked about or of all; what
# is extended, begun or not; all that comes to its end, as the calendar counts it.
OPEN, WAITING, EXTENSIONS, LIVE = "open", "waiting", "extensions", "live"
GROUPS: dict[str, tuple[str, ...]] = {
    OPEN: NOT_DECIDED,
    WAITING: (*NOT_DECIDED, Fate.RUNS),
    EXTENSIONS: (Fate.EXTENDED, BEGUN),
    LIVE: (*NOT_DECIDED, Fate.RUNS, *FINAL, Fate.EXTENDED, BEGUN),
}
# Not only what waits for an answer: asked for, it is shown whenever it ends.
SETTLED = (Fate.RUNS, Fate.STOPPED, Fate.GONE, BEGUN, WAITING, EXTENSIONS, LIVE)


@dataclass(frozen=True, slots=True)
class BoardChoice:
    """What the board is narrowed to.

    Without a quarter it holds what the lessor asks about, and what ended with nothing decided.
    `with_people` tells whether a search may find by who has a device.
    """

    quarter: Quarter | None = None
    any_quarter: bool = False
    fate: str = ""
    wish: str = ""
    agreement_id: int | None = None
    department_id: int | None = None
    in_stock: bool = False
    unit_id: int | None = None
    search: str = ""
    with_people: bool = False


@dataclass(frozen=True, slots=True)
class BoardEnd:
    """An end on the board: of a lease's last term, where no other term is named."""

    lease_id: int
    term_id: int | None = None
    ends_before: date = date.max
    quarter_ore: int = 0
    fate: str = ""


@dataclass(frozen=True, slots=True)
class EndSum:
    """How many ends of a kind there are, and what those leases cost a quarter."""

    count: int = 0
    quarter_ore: int = 0

    def __add__(self, other: "EndSum") -> "EndSum":
        return EndSum(self.count + other.count, self.quarter_ore + other.quarter_ore)


def ends_seen_by(user: User, on: date, choice: BoardChoice) -> "EndBoard":
    """Return the ends that a user may see: stock only for who sees all."""
    return EndBoard(None if sees_all(user) else devices_seen_by(user, on), on, choice)


class EndBoard:
    """The ends that a choice leaves; nothing is read before it is asked for.

    Args:
        devices: those that may be seen; None for all.
    """

    def __init__(self, devices: QuerySet[Device] | None, on: date, choice: BoardChoice):
        self.devices, self.on, self.choice = devices, on, choice

    def empty(self) -> "EndBoard":
        """Return a board with nothing on it."""
        return EndBoard(Device.objects.none(), self.on, self.choice)

    @cached_property
    def narrowed(self) -> QuerySet[CostLease]:
        """Return the leases that all but quarter and fate leave."""
        rows, choice = CostLease.objects.order_by(), self.choice
        if self.devices is not None:
            rows = rows.filter(lease__device__in=self.devices.order_by().values("pk"))
        if choice.agreement_id is not None:
            rows = rows.filter(lease__sub_agreement=choice.agreement_id)
        placed = placements_in_force(self.on).order_by()
        if choice.department_id is not None:
            at = placed.filter(unit__department=choice.department_id)
            rows = rows.filter(lease__device__in=at.values("device"))
        if choice.in_stock:
            paid = placed.filter(unit__isnull=False, unit__is_cost_holder=False)
            rows = rows.exclude(lease__device__in=paid.values("device"))
        if choice.unit_id is not None:
            at = placed.filter(unit=choice.unit_id)
            rows = rows.filter(lease__device__in=at.values("device"))
        if choice.search.strip():
            found = devices_matching(
                Device.objects.order_by(), choice.search, self.on, with_people=choice.with_people
            )
            rows = rows.filter(lease__device__in=found.values("pk"))
        return self._wished(rows)

    def _wished(self, rows: QuerySet[CostLease]) -> QuerySet[CostLease]:
        """Keep those for which those who pay today have a wish, or have none."""
        wish = self.choice.wish
        if not wish:
            return rows
        wishes = EndWish.objects.select_related("lease")
        own = payers_own(wishes if wish == NO_WISH else wishes.filter(wish=wish), self.on)
        if wish == NO_WISH:
            return rows.exclude(pk__in=among(list(own), int))
        return rows.filter(pk__in=among(list(own), int))

    @cached_property
    def in_time(self) -> QuerySet[CostLease]:
        """Return the leases whose last end is in the quarter, or late, or asked about."""
        if quarter := self.choice.quarter:
            return self.narrowed.filter(
                ends_before__gt=quarter.starts_on, ends_before__lte=quarter.ends_before
            )
        return self.narrowed

    @cached_property
    def last(self) -> dict[str, QuerySet[CostLease]]:
        """Return the ends of last terms by fate, in the board's order, whatever fate is chosen."""
        found = by_fate(self.in_time, self.on)
        if self._has_past:
            return found
        soon = ends_soon_until(self.on)
        ahead = {
            str(fate): found[fate].filter(ends_before__gt=self.on, ends_before__lte=soon)
            for fate in FINAL
        }
        return {**{str(fate): found[fate] for fate in NOT_DECIDED}, **ahead}

    @property
    def _is_any_quarter(self) -> bool:
        return self.choice.any_quarter or self.choice.fate in SETTLED

    def _is_in_time(self, ends_before: date) -> bool:
        """Return whether an extended end belongs to the quarter, or is one that is asked about."""
        if quarter := self.choice.quarter:
            return quarter.starts_on < ends_before <= quarter.ends_before
        return self._is_any_quarter or self.on < ends_before <= ends_soon_until(self.on)

    @cached_property
    def extended(self) -> list[BoardEnd]:
        """Return the ends that an extension follows, of every fate, the first to end first."""
        several = LeaseTerm.objects.filter(position__gt=1).order_by().values("lease")
        terms = LeaseTerm.objects.filter(lease__in=several).order_by("lease_id", "position")
        if self.narrowed.query.where:
            terms = terms.filter(lease__in=self.narrowed.values("pk"))
        rows = terms.values_list(
            "lease", "lease__starts_on", "lease__stops_on", "pk", "price_ore", "quarters"
        )
        found = [
            end
            for lease_id, group in groupby(rows.iterator(chunk_size=5_000), key=itemgetter(0))
            for end in _extended_of(lease_id, list(group))
            if self._is_in_time(end.ends_before)
        ]
        gone = set(gone_leases().values_list("pk", flat=True)) if found else set()
        return sorted(
            (self._with_fate(end, gone) for end in found),
            key=lambda end: (end.ends_before, end.lease_id),
        )

    def _with_fate(self, end: BoardEnd, gone: Collection[int]) -> BoardEnd:
        fate = Fate.EXTENDED if end.ends_before > self.on else BEGUN
        fate = Fate.GONE if end.lease_id in gone else fate
        return BoardEnd(end.lease_id, end.term_id, end.ends_before, end.quarter_ore, fate)

    @cached_property
    def sums(self) -> dict[str, EndSum]:
        """Return the ends of each fate in the quarter, whatever fate is chosen."""
        found = dict(self._last_sums)
        for end in self.extended:
            found[end.fate] = found.get(end.fate, EndSum()) + EndSum(1, end.quarter_ore)
        return found

    @cached_property
    def _last_sums(self) -> dict[str, EndSum]:
        """Add up the ends of last terms by fate, read in one go."""
        rows = with_fate(self.in_time, self.on)
        if not self._has_past:
            rows = rows.filter(ends_before__lte=ends_soon_until(self.on))
        is_past = Case(When(ends_before__lte=self.on, then=True), default=False)
        found: dict[str, EndSum] = {}
        for fate, past, ends, ore in (
            rows.annotate(past=is_past)
            .values_list("fate", "past")
            .annotate(ends=Count("pk"), ore=Sum(QUARTER_ORE))
        ):
            if fate in self.last and (fate not in FINAL or not past or self._has_past):
                found[fate] = found.get(fate, EndSum()) + EndSum(ends, int(ore))
        return found

    @property
    def _has_past(self) -> bool:
        """Return whether what was decided and has ended since is on the board too."""
        return bool(self.choice.quarter) or self._is_any_quarter

    @cached_property
    def total(self) -> EndSum:
        """Return the ends that are chosen, added up."""
        return sum((one for fate, one in self.sums.items() if self._is_chosen(fate)), EndSum())

    def _is_chosen(self, fate: str) -> bool:
        chosen = self.choice.fate
        return not chosen or fate in GROUPS.get(chosen, (chosen,))

    @cached_property
    def chosen_last(self) -> dict[str, QuerySet[CostLease]]:
        """Return the ends of last terms by fate, of the fate that is chosen."""
        return {fate: rows for fate, rows in self.last.items() if self._is_chosen(fate)}

    @cached_property
    def chosen_extended(self) -> list[BoardEnd]:
        return [end for end in self.extended if self._is_chosen(end.fate)]

    def __len__(self) -> int:
        return self.total.count

    def page(self, start: int, stop: int | None) -> list[BoardEnd]:
        """Return some of the ends in the board's own order: what is undecided first.

        Only the fates that the page falls on are read.
        """
        found: list[BoardEnd] = []
        before = 0
        for fate, rows in self.chosen_last.items():
            count = self._last_sums.get(fate, EndSum()).count
            first, until = max(0, start - before), None if stop is None else stop - before
            if first < count and (until is None or until > 0):
                ids = rows.order_by("ends_before", "pk").values_list("pk", flat=True)
                found += [BoardEnd(pk, fate=fate) for pk in ids[first:until]]
            before += count
        until = None if stop is None else max(0, stop - before)
        return found + self.chosen_extended[max(0, start - before) : until]

    @property
    def chosen_rows(self) -> QuerySet[CostLease]:
        """Return the chosen ends of last terms as one queryset, in no order."""
        chosen = self.choice.fate
        if chosen and chosen not in GROUPS:
            return self.chosen_last.get(chosen, CostLease.objects.none())
        if chosen == EXTENSIONS:  # ends of terms that are not the last
            return CostLease.objects.none()
        if not chosen and self._has_past:
            return self.in_time
        running = self.in_time.exclude(pk__in=gone_leases()).filter(runs_out=True)
        if chosen == LIVE:
            return running
        final = EndDecision.objects.order_by().filter(choice__in=FINAL).values("term__lease")
        is_left_out = Q(pk__in=final)
        if chosen == WAITING:
            return running.exclude(is_left_out)
        if not chosen:
            is_left_out &= Q(ends_before__lte=self.on)
        return running.filter(ends_before__lte=ends_soon_until(self.on)).exclude(is_left_out)

    def term_ids(self) -> list[int]:
        """Return the terms whose ends are chosen, in no order."""
        leases = among(list(self.chosen_rows.values_list("pk", flat=True)), int)
        terms = LeaseTerm.objects.filter(lease__in=leases).order_by("lease_id", "position")
        last = dict(terms.values_list("lease", "pk"))
        return [*last.values(), *(end.term_id for end in self.chosen_extended if end.term_id)]

    def quarters(self) -> list[Quarter]:
        """Return the quarters from the first end to the last of all that may be seen."""
        ends = CostLease.objects.order_by("ends_before").values_list("ends_before", flat=True)
        first, last = ends.first(), ends.last()
        if first is None or last is None:
            return []
        found, until = [quarter_of(first)], quarter_of(last)
        while found[-1] < until:
            found.append(found[-1].next())
        return found


def quarter_of(ends_before: date) -> Quarter:
    """Return the quarter of the last day before an end."""
    quarter = Quarter.of(ends_before)
    return quarter.next(-1) if ends_before == quarter.starts_on else quarter


# What `a_quarter` says: whole numbers are divided so by the database too.
QUARTER_ORE = F("price_ore") / F("quarters")


def gone_leases() -> QuerySet[Lease, Any]:
    """Return the leases of the devices that have left the register, or are to, by their ids."""
    left = Departure.objects.order_by().values("device")
    return Lease.objects.filter(device__in=left).order_by().values("pk")


def undecided(rows: QuerySet[CostLease]) -> QuerySet[CostLease]:
    """Keep the kept leases that are here, run out, and of which nothing final is decided."""
    final = EndDecision.objects.order_by().filter(choice__in=FINAL)
    running = rows.exclude(pk__in=gone_leases()).filter(runs_out=True)
    return running.exclude(pk__in=final.values("term__lease"))


def by_fate(rows: QuerySet[CostLease], on: date) -> dict[str, QuerySet[CostLease]]:
    """Part kept leases by what happens at their end, as `fate_of` says it."""
    final = EndDecision.objects.order_by().filter(choice__in=FINAL)
    here = rows.exclude(pk__in=gone_leases())
    running, waiting = here.filter(runs_out=True), undecided(rows)
    soon = ends_soon_until(on)
    return {
        str(Fate.OVERDUE): waiting.filter(ends_before__lte=on),
        str(Fate.UNDECIDED): waiting.filter(ends_before__gt=on, ends_before__lte=soon),
        str(Fate.RUNS): waiting.filter(ends_before__gt=soon),
        **{
            str(choice): running.filter(pk__in=final.filter(choice=choice).values("term__lease"))
            for choice in FINAL
        },
        str(Fate.STOPPED): here.filter(runs_out=False),
        str(Fate.GONE): rows.filter(pk__in=gone_leases()),
    }


def with_fate(rows: QuerySet[CostLease], on: date) -> QuerySet[CostLease]:
    """Tell of each kept lease what happens at its end: `fate`, as `fate_of` says it."""
    final = EndDecision.objects.order_by()
    made = {choice: final.filter(choice=choice).values("term__lease") for choice in FINAL}
    return rows.annotate(
        fate=Case(
            When(pk__in=gone_leases(), then=Value(str(Fate.GONE))),
            When(runs_out=False, then=Value(str(Fate.STOPPED))),
            *(When(pk__in=leases, then=Value(str(choice))) for choice, leases in made.items()),
            When(ends_before__lte=on, then=Value(str(Fate.OVERDUE))),
            When(ends_before__lte=ends_soon_until(on), then=Value(str(Fate.UNDECIDED))),
            default=Value(str(Fate.RUNS)),
            output_field=CharField(),
        )
    )


def _extended_of(lease_id: int, rows: list[tuple[Any, ...]]) -> Iterator[BoardEnd]:
    """Yield the ends of a lease's terms but the last, as far as it was not stopped before."""
    starts_on, stops_on = rows[0][1:3]
    laid = terms_in_order(starts_on, [(price_ore, quarters) for *_, price_ore, quarters in rows])
    for row, term in zip(rows[:-1], laid[:-1], strict=True):
        if stops_on is None or stops_on >= term.ends_before:
            ore = a_quarter(term.price_ore, term.quarters)
            yield BoardEnd(lease_id, row[3], term.ends_before, ore)


@dataclass(frozen=True, slots=True)
class DecideRight:
    """Whether somebody may decide about ends, and of which units alone; None for all."""

    is_given: bool
    units: QuerySet[Unit] | None = None


def right_to_decide(user: User, on: date) -> DecideRight:
    """Return what a user may decide: IT all, leaders their own where the municipality lets them."""
    if user.has_perm(DECIDE_LEASE_END):
        return DecideRight(True, None if sees_all(user) else units_seen_by(user, on))
    if user.has_perm(WISH_FOR_END) and Settings.objects.filter(heads_decide_ends=True).exists():
        return DecideRight(True, units_seen_by(user, on))
    return DecideRight(False)


def undecided_sum(user: User, on: date) -> EndSum:
    """Count what ends within six months, or has ended, with nothing decided, of what one sees."""
    if sees_all(user):
        [(count, ore)] = _undecided_sum(on)
    else:
        [(count, ore)] = _added_up(ends_seen_by(user, on, BoardChoice(fate=OPEN)).narrowed, on)
    return EndSum(count, int(ore or 0))


@put_together_once
def _undecided_sum(on: date) -> QuerySet[CostLease, tuple[int, int | None]]:
    return _added_up(CostLease.objects.order_by(), on)


def _added_up(rows: QuerySet[CostLease], on: date) -> QuerySet[CostLease, tuple[int, int | None]]:
    """Return the only row of a question: what is late or near with nothing decided, added up."""
    waiting = undecided(rows).filter(ends_before__lte=ends_soon_until(on))
    of_all = as_one_group(waiting)
    return of_all.annotate(ends=Count("pk"), ore=Sum(QUARTER_ORE)).values_list("ends", "ore")


def wishes_of(leases: Collection[int], on: date) -> dict[int, EndWish]:
    """Return the wishes of those who pay today for some leases, by lease."""
    return payers_own(_wishes(leases=leases) if leases else (), on)


@put_together_once
def _wishes(*, leases: Collection[int]) -> QuerySet[EndWish]:
    wishes = EndWish.objects.filter(lease__in=among(leases, int))
    return wishes.select_related("lease", "wished_by")
