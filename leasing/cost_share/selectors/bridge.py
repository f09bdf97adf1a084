"""The bridge from what one quarter costs a payer to what another does, step by step.

Each lease's difference is cut in two: what the facts say it is, and what is left because closed
runs hold something else for this payer, which is a correction. So the steps add up to the whole
difference whatever the facts are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from django.db.models import QuerySet, Sum

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import DeviceModel, Unit
from leasing.billing.selectors.outstanding import leases_pending, pending_charges, window_up_to
from leasing.billing.selectors.remembered import kept, kept_rows
from leasing.cost_share.selectors.bridge_steps import STEPS, Bridge, BridgeItem, BridgeStep
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.facts import NOBODY, cost_holder_id
from leasing.cost_table.moment import one_moment
from leasing.domain.allocation import LeaseFacts
from leasing.domain.change import CHARGES, CORRECTIONS, explain
from leasing.models import InvoiceLine, Lease


@kept("bridge")
def bridge_between(payer: Payer, before: Quarter, after: Quarter, today: date) -> Bridge:
    """Explain the difference between what two quarters cost a payer.

    The steps come without what is in them; see `items_between`.
    """
    found = bridge_worked_out(payer, before, after)
    for step in found.steps:
        items_between.keep(step.items, payer, before, after, today, step.key)
    return outline_of(found)


def outline_of(found: Bridge) -> Bridge:
    """Leave out what is in the steps."""
    return replace(found, steps=[replace(step, items=[]) for step in found.steps])


@kept_rows("bridge-step", BridgeItem)
def items_between(
    payer: Payer, before: Quarter, after: Quarter, today: date, key: str
) -> list[BridgeItem]:
    """Return what is in a step of `bridge_between`, the largest difference first."""
    step = bridge_worked_out(payer, before, after).step(key)
    return step.items if step else []


def bridge_worked_out(payer: Payer, before: Quarter, after: Quarter) -> Bridge:
    """Work a bridge out from the facts as they are now, with all that is in its steps."""
    early, late = sorted((before, after))
    with one_moment():
        working = _Working(payer, early, late)
        items = [item for item in working.items() if item.change_ore]
        sums = working.early_ore, working.late_ore
        if before > after:
            items = [
                item._replace(before_ore=item.after_ore, after_ore=item.before_ore)
                for item in items
            ]
            sums = working.late_ore, working.early_ore
        return Bridge(before, after, *sums, _steps(items))


def _steps(items: list[BridgeItem]) -> list[BridgeStep]:
    by_step: dict[str, list[BridgeItem]] = defaultdict(list)
    for item in items:
        by_step[item.step].append(item)
    no_pcs = set(DeviceModel.objects.filter(category__is_pc=False).values_list("name", flat=True))
    others = {item.other_id for item in items if item.other_id}
    units = Unit.objects.filter(pk__in=among(others, int), department__isnull=False)
    department_of = dict(units.values_list("id", "department__name"))
    return [_step(key, by_step[key], no_pcs, department_of) for key in STEPS if by_step[key]]


def _step(
    key: str, items: list[BridgeItem], no_pcs: set[str], department_of: Mapping[int, str]
) -> BridgeStep:
    moves = Counter(
        department_of[item.other_id]
        for item in items
        if item.other_id and item.other_id in department_of
    )
    most = moves.most_common(1)
    return BridgeStep(
        key=key,
        amount_ore=sum(item.change_ore for item in items),
        count=len({item.device_id or item for item in items}),
        are_pcs=no_pcs.isdisjoint(item.model_name for item in items),
        place=most[0][0] if most else "",
        items=sorted(
            items, key=lambda item: (-abs(item.change_ore), item.serial_number, item.model_name)
        ),
    )


class _Working:
    """Gathers what two quarters cost, lease by lease, and explains each."""

    def __init__(self, payer: Payer, early: Quarter, late: Quarter) -> None:
        self.payer, self.codes = payer, [str(early), str(late)]
        self.is_same = early == late
        self.window = window_up_to(late)
        periods = {period.code: period for period in self.window.periods}
        self.early, self.late = (periods[code] for code in self.codes)
        self.holder = cost_holder_id() or NOBODY
        self.early_ore = self.late_ore = 0

    def is_own(self, unit: int) -> bool:
        return self.payer.unit_ids is None or unit in self.payer.unit_ids

    def items(self) -> Iterator[BridgeItem]:
        """Yield every difference that is in the two sums, and add the sums up on the way."""
        costs: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        billed = InvoiceLine.objects.filter(self.payer.billed, period__in=self.codes).order_by()
        leases = billed.filter(charge=None).values_list("lease", "period")
        for lease, period, amount in leases.annotate(Sum("amount_ore")).iterator():
            costs[lease][self.codes.index(period)] += amount
        for facts, differences in leases_pending(self.window, self.payer.unit_ids):
            cost = costs.pop(facts.lease_id, [0, 0])
            for one in differences:
                if one.period in self.codes:
                    cost[self.codes.index(one.period)] += one.amount_ore
            self._add(*cost)
            if any(cost):
                yield from self._explained(facts, *cost)
        yield from self._left_over(costs)
        yield from self._charges(billed)

    def _add(self, early: int, late: int) -> None:
        self.early_ore += early
        self.late_ore += early if self.is_same else late

    def _explained(self, facts: LeaseFacts, early: int, late: int) -> Iterator[BridgeItem]:
        if self.is_same:
            return
        why = explain(facts, self.early, self.late, self.is_own, self.holder)
        about = (facts.device_id, facts.serial_number, facts.model_name, why.unit_id)
        yield BridgeItem(why.step, *about, why.other_id, why.early_ore, why.late_ore)
        yield BridgeItem(CORRECTIONS, *about, None, early - why.early_ore, late - why.late_ore)

    def _left_over(self, costs: dict[int, list[int]]) -> Iterator[BridgeItem]:
        """Yield what was billed here of devices that only others have had."""
        leases = Lease.objects.filter(id__in=among(costs, int)).values_list(
            "id", "device_id", "device__serial_number", "device__model__name"
        )
        for lease, device, serial, model in leases:
            early, late = costs[lease]
            self._add(early, late)
            if not self.is_same:
                yield BridgeItem(CORRECTIONS, device, serial, model, None, None, early, late)

    def _charges(self, billed: QuerySet[InvoiceLine]) -> Iterator[BridgeItem]:
        rows: list[tuple[str, int | None, str, str, int, int, str]] = list(
            billed.exclude(charge=None).values_list(
                "period",
                "charge__device",
                "serial_number",
                "model_name",
                "unit",
                "amount_ore",
                "text",
            )
        )
        for charge in pending_charges(self.window, self.payer.unit_ids):
            if charge.period in self.codes:
                about = (charge.serial_number, charge.model_name, charge.unit_id)
                rows.append((charge.period, None, *about, charge.amount_ore, charge.text))
        for period, device, serial, model, unit, amount, text in rows:
            early, late = (amount if period == code else 0 for code in self.codes)
            self._add(early, late)
            if not self.is_same:
                yield BridgeItem(CHARGES, device, serial, model, unit, None, early, late, text)
