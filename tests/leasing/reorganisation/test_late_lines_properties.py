"""What comes late of a closed unit is its successor's: to the øre, and once; for random histories."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from hypothesis import example, given
from hypothesis import strategies as st

from albertslund_it.common.errors import Refused
from inventory.models import Placement, Unit
from leasing.billing.selectors.verification import breaches
from leasing.models import BillingRun, InvoiceLine
from tests.histories import histories
from tests.leasing.billing import test_closing_properties as closings
from tests.leasing.reorganisation.changing import carried_out

NUMBERS = st.sampled_from(["1001", "1002", "2001"])


@dataclass(frozen=True)
class End:
    """A unit is closed from a day on: its devices go to its successor, or to the stock."""

    unit: str
    successor: str
    day: date
    to_stock: bool


ENDS = st.builds(End, NUMBERS, NUMBERS, st.dates(closings.START, date(2027, 3, 31)), st.booleans())


class Town(closings.World):
    """A municipality whose units may be closed; who enters facts then respects it."""

    def enter(self, fact):
        if isinstance(fact, End):
            kind = "close" if fact.to_stock else "merge"
            of = {number: Unit.objects.get(number=number) for number in (fact.unit, fact.successor)}
            with suppress(Refused):  # closed already, or its own successor
                carried_out(fact.day, (kind, of[fact.unit], {"successor": of[fact.successor]}))
            return
        unit = getattr(fact, "unit", None)
        if unit:
            found = self.units[unit] = Unit.objects.get(number=unit)
            if found.closed_on and not isinstance(fact, closings.Move):
                return
            if found.closed_on and isinstance(fact, closings.Move):
                self.place_late(found, fact)
                return
        super().enter(fact)

    def place_late(self, unit, fact):
        """Place a device at a unit that is gone, for as long as the unit was there."""
        unit = _there_on(unit, fact.starts_on)
        device = self.devices[fact.device]
        Placement.objects.update_or_create(
            device=device, starts_on=fact.starts_on, defaults={"unit": unit}
        )
        later = device.placements.filter(starts_on__gt=fact.starts_on).order_by("starts_on").first()
        while unit.closed_on and (later is None or unit.closed_on < later.starts_on):
            gone_on = unit.closed_on
            unit = _there_on(unit, gone_on)  # its successor may have been closed before it
            Placement.objects.create(device=device, starts_on=gone_on, unit=unit)


def _there_on(unit, day):
    """Return the unit, or the one of its successors that is there on the day."""
    while unit.closed_on and day >= unit.closed_on:
        unit = unit.successor
    return unit


class LateLinesTest(closings.InvariantsTest):
    # Those of the parent are run where they stand.
    test_invariants_after_every_closing = None
    test_nothing_is_lost_or_billed_twice_around_the_year_end = None
    test_late_facts_give_the_same_end_as_facts_in_time = None
    test_the_order_of_entering_does_not_matter = None

    @histories(25)
    @given(
        st.lists(
            st.tuples(st.one_of(closings.FACTS, closings.FACTS, ENDS), st.booleans()), max_size=25
        ),
        st.sets(st.sampled_from(closings.QUARTERS), min_size=2).map(sorted),
    )
    @example(  # the successor was closed before the unit was
        [
            (closings.Deliver(0, date(2026, 1, 5), 14, 1), False),
            (End("1001", "2001", date(2027, 3, 18), False), False),
            (End("2001", "1002", date(2027, 3, 12), False), False),
            (closings.Move(0, date(2026, 1, 6), "1001"), False),
        ],
        [closings.QUARTERS[0], closings.QUARTERS[-1]],
    )
    def test_every_øre_is_billed_once_whoever_takes_over(self, facts, quarters):
        town, waiting, closed = Town(), list(quarters), {}
        for fact, close_now in facts:
            before = _billed(closed)
            town.enter(fact)
            if isinstance(fact, End):
                assert _billed(closed) == before  # closed quarters stay
            if close_now and waiting:
                self._close(town, waiting.pop(0), closed)
        for quarter in waiting:
            self._close(town, quarter, closed)
        self.assert_all_holds()
        self._close(town, closings.QUARTERS[-1].next(), closed)
        again = town.close(closings.QUARTERS[-1].next(2))
        periods = set(again.invoices.values_list("lines__period", flat=True))
        assert periods <= {str(closings.QUARTERS[-1].next(2)), None}
        assert list(breaches()) == []

    def _close(self, town, quarter, closed):
        """Close a quarter: no line of one closed before may be a closed unit's."""
        covered = BillingRun.objects.order_by("-quarter").values_list("quarter", flat=True).first()
        run = town.close(quarter)
        closed[run.code] = run.total_ore
        self.assert_what_waits_holds()
        if covered:
            late = InvoiceLine.objects.filter(
                invoice__run=run,
                period__lte=covered,
                unit__successor__isnull=False,
                lease__isnull=False,
            )
            assert not late.exists()


def _billed(closed):
    sums = BillingRun.objects.order_by().values_list("code").annotate(Sum("invoices__total_ore"))
    return {code: total or 0 for code, total in sums if code in closed}
