"""Whatever happens in whichever order: kept costs are those that a full recomputation gives."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.errors import Refused
from inventory.models import Device, Employee, Placement, Unit
from inventory.placements.selectors import placements_in_force
from leasing.billing.selectors.facts import leases_with_differences
from leasing.billing.selectors.window import pending_window
from leasing.cost_table.check import costs_that_differ
from leasing.cost_table.refresh import mark_everything, refresh
from leasing.models import CostMark, CostPending, CostPlacement, Settings
from tests import builders as make
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import (
    CLOSINGS,
    DEVICES,
    FACTS,
    UNITS,
    World,
)

JANUARY = date(2027, 1, 15)
# So few that one is often met again.
FEW = date(2026, 1, 1), date(2026, 5, 4)


@dataclass(frozen=True)
class OfModel:
    device: int
    name: str


@dataclass(frozen=True)
class Holds:
    """A unit becomes the one that carries what nobody else does, or nobody does."""

    unit: str | None


@dataclass(frozen=True)
class Begins:
    day: date


@dataclass(frozen=True)
class Close:
    is_supplementary: bool


@dataclass(frozen=True)
class Everything:
    pass


@dataclass(frozen=True)
class HasIt:
    """A person has a device from a day on, several share it, or nobody has it."""

    device: int
    starts_on: date
    unit: str | None
    is_shared: bool | None


MORE = st.one_of(
    st.builds(HasIt, DEVICES, st.sampled_from(FEW), UNITS, st.sampled_from([True, False, None])),
    st.builds(OfModel, DEVICES, st.sampled_from(["T14", "T16"])),
    st.builds(Holds, UNITS),
    st.builds(Begins, st.sampled_from([date(2026, 1, 1), date(2026, 2, 10), date(2026, 7, 1)])),
    st.builds(Close, st.booleans()),
    st.builds(Everything),
)


class Changing(World):
    """A municipality whose models, cost holder and first day change too."""

    def __init__(self, closings):
        super().__init__()
        self.waiting = list(closings)
        for device in self.devices[:2]:
            make.lease_of(device, starts_on=date(2026, 1, 1))

    def enter(self, fact):
        if isinstance(fact, OfModel):
            model = make.model(fact.name)
            Device.objects.filter(pk=self.devices[fact.device].pk).update(model=model)
        elif isinstance(fact, HasIt):
            self._give(fact)
        elif isinstance(fact, Close):
            with suppress(Refused):
                if fact.is_supplementary:
                    self.close("2026S", JANUARY)
                elif self.waiting:
                    self.close(self.waiting.pop(0), JANUARY)
        elif isinstance(fact, Everything):
            mark_everything()
        elif isinstance(fact, Holds | Begins):
            # Both lie fast once a quarter is closed.
            with suppress(IntegrityError), transaction.atomic():
                self._change_for_all(fact)
        else:
            super().enter(fact)

    def _give(self, fact):
        unit = self.units[fact.unit] or self.units["1001"]
        person = Employee.objects.first() or make.employee(unit=unit)
        Placement.objects.update_or_create(
            device=self.devices[fact.device],
            starts_on=fact.starts_on,
            defaults={
                "unit": unit,
                "employee": person if fact.is_shared is False else None,
                "used_for": "Biblioteket" if fact.is_shared else "",
            },
        )

    def _change_for_all(self, fact):
        if isinstance(fact, Begins):
            Settings.objects.update(billing_starts_on=fact.day)
            return
        Unit.objects.filter(is_cost_holder=True).update(
            is_cost_holder=False, department=make.department()
        )
        if unit := self.units[fact.unit]:
            Unit.objects.filter(pk=unit.pk).update(is_cost_holder=True, department=None)


class KeptCostsTest(TestCase):
    def assert_all_is_kept(self):
        assert refresh()
        assert not CostMark.objects.exists()
        assert list(costs_that_differ()) == []
        for day in (FEW[0] - timedelta(days=1), *FEW, date(2027, 6, 1)):
            self.assert_placements_are_kept(day)
        window = pending_window()
        if window is None:
            assert not CostPending.objects.exists()
            return
        kept = CostPending.objects.values_list(
            "lease", "period", "unit", "kind", "amount_ore", "first_day", "last_day", "days"
        )
        pending = {
            (facts.lease_id, *difference)
            for facts, found in leases_with_differences(window, everything=True)
            for difference in found
        }
        assert set(kept) == pending

    def assert_placements_are_kept(self, day):
        """Where what is leased is on a day, as the placements say it, and once each."""
        leased = placements_in_force(day).filter(device__lease__isnull=False)
        told = leased.exclude(unit=None).values_list("device", "unit", "employee", "used_for")
        on_the_day = CostPlacement.objects.filter(starts_on__lte=day, ends_before__gt=day)
        kept = on_the_day.exclude(unit=None).values_list("device", "unit", "employee", "is_shared")
        assert sorted(kept, key=str) == sorted(((*one[:3], one[3] != "") for one in told), key=str)
        assert not on_the_day.values("lease").annotate(n=Count("lease")).filter(n__gt=1).exists()

    @histories(30)
    @given(st.lists(st.tuples(st.one_of(FACTS, MORE), st.booleans()), max_size=25), CLOSINGS)
    def test_after_each_refresh(self, history, closings):
        world = Changing(closings)
        for fact, is_looked_at in history:
            world.enter(fact)
            if is_looked_at:
                self.assert_all_is_kept()
        self.assert_all_is_kept()
