"""The bridge from what one quarter costs a payer to what another does, step by step.

Each lease's difference is cut in two: what the facts say it is, and what is left because closed
runs hold something else for this payer, which is a correction. So the steps add up to the whole
difference whatever the facts are.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.db.models import Sum

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.rows import among
from leasing.billing.selectors.facts import cost_holder_id, one_moment
from leasing.billing.selectors.outstanding import leases_pending, pending_charges, window_up_to
from leasing.billing.selectors.remembered import is_remembered, remembered
from leasing.cost_share.selectors.bridge_steps import STEP_NAMES, Bridge, Item, Step
from leasing.cost_share.selectors.bridge_words import sentence_of
from leasing.cost_share.selectors.payers import Payer
from leasing.domain.change import CHARGES, CORRECTIONS, explain
from leasing.models import InvoiceLine, Lease


def bridge_between(payer: Payer, before: Quarter, after: Quarter, today: date) -> Bridge:
    """Explain the difference between what two quarters cost a payer, worked out once.

    The steps come without what is in them; see `items_between`.
    """
    name = _name(payer, before, after, today)

    def outline() -> Bridge:
        found = worked_out(payer, before, after)
        for step in found.steps:
            # Plain tuples are kept and found again in half the time.
            remembered(f"{name}|{step.key}", lambda step=step: [tuple(i) for i in step.items])
        return replace(found, steps=[replace(step, items=[]) for step in found.steps])

    return remembered(name, outline)


def items_between(
    payer: Payer, before: Quarter, after: Quarter, today: date, key: str
) -> list[Item]:
    """Return what is in a step of `bridge_between`, the largest difference first."""

    def items() -> list[tuple]:
        step = worked_out(payer, before, after).step(key)
        return [tuple(item) for item in step.items] if step else []

    found = remembered(f"{_name(payer, before, after, today)}|{key}", items)
    return [Item._make(row) for row in found]


def is_at_hand(payer: Payer, before: Quarter, after: Quarter, today: date) -> bool:
    """Tell whether `bridge_between` has nothing left to work out."""
    return is_remembered(_name(payer, before, after, today))


def _name(payer, before, after, today: date) -> str:
    return f"bridge|{payer.known_as}|{before}|{after}|{today}"


def worked_out(payer: Payer, before: Quarter, after: Quarter) -> Bridge:
    """Work the same out from the facts as they are now."""
    early, late = sorted((before, after))
    with one_moment():
        working = _Working(payer, early, late)
        items = [item for item in working.items() if item.change_ore]
        sums = working.sums
        if before > after:
            items = [
                item._replace(before_ore=item.after_ore, after_ore=item.before_ore)
                for item in items
            ]
            sums = sums[::-1]
        by_step = defaultdict(list)
        for item in items:
            by_step[item.step].append(item)
        steps = [
            Step.of(key, sorted(by_step[key], key=lambda item: (-abs(item.change_ore), *item[2:4])))
            for key in STEP_NAMES
            if by_step[key]
        ]
        found = Bridge(before, after, *sums, steps)
        found.sentence = sentence_of(found, payer)
    return found


class _Working:
    """Gathers what two quarters cost, lease by lease, and explains each."""

    def __init__(self, payer: Payer, early: Quarter, late: Quarter):
        self.payer, self.codes = payer, [str(early), str(late)]
        self.window = window_up_to(late)
        periods = {period.code: period for period in self.window.periods}
        self.early, self.late = (periods[code] for code in self.codes)
        self.holder = cost_holder_id()
        self.sums = [0, 0]

    def is_own(self, unit: int) -> bool:
        return self.payer.unit_ids is None or unit in self.payer.unit_ids

    def items(self) -> Iterator[Item]:
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
                yield from self._explained(facts, cost)
        yield from self._left_over(costs)
        yield from self._charges(billed)

    def _add(self, early: int, late: int) -> None:
        self.sums[0] += early
        if self.codes[0] != self.codes[1]:
            self.sums[1] += late
        else:
            self.sums[1] += early

    def _explained(self, facts, cost: list[int]) -> Iterator[Item]:
        if self.codes[0] == self.codes[1]:
            return
        why = explain(facts, self.early, self.late, self.is_own, self.holder)
        about = (facts.device_id, facts.serial_number, facts.model_name, why.unit_id)
        yield Item(why.step, *about, why.other_id, why.early_ore, why.late_ore)
        left = (cost[0] - why.early_ore, cost[1] - why.late_ore)
        yield Item(CORRECTIONS, *about, None, *left)

    def _left_over(self, costs: dict[int, list[int]]) -> Iterator[Item]:
        """Yield what was billed here of devices that only others have had."""
        names = {
            lease: about
            for lease, *about in Lease.objects.filter(id__in=among(costs, int)).values_list(
                "id", "device_id", "device__serial_number", "device__model__name"
            )
        }
        for lease, cost in costs.items():
            self._add(*cost)
            if self.codes[0] != self.codes[1]:
                yield Item(CORRECTIONS, *names[lease], None, None, *cost)

    def _charges(self, billed) -> Iterator[Item]:
        rows = list(
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
                rows.append(
                    (
                        charge.period,
                        None,
                        charge.serial_number,
                        charge.model_name,
                        charge.unit_id,
                        charge.amount_ore,
                        charge.text,
                    )
                )
        for period, device, serial, model, unit, amount, text in rows:
            cost = [amount if period == code else 0 for code in self.codes]
            self._add(*cost)
            if self.codes[0] != self.codes[1]:
                yield Item(CHARGES, device, serial, model, unit, None, *cost, text)
