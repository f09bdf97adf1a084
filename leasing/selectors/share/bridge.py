"""The bridge from one quarter's cost to another's: why a bearer pays more or less, to the øre.

Every lease and every charge is put in exactly one step with its whole difference, so the steps add
up to the difference of the two costs whatever the facts are.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.rows import among
from inventory.models import Device, DeviceModel
from leasing.domain import changes
from leasing.domain.allocation import LeaseFacts
from leasing.domain.changes import Comparison, Reason
from leasing.models import InvoiceLine
from leasing.selectors.facts import cost_holder_id, lease_facts, one_moment
from leasing.selectors.outstanding import leases_pending, pending_charges, window_up_to
from leasing.selectors.share.bearers import Bearer
from leasing.selectors.share.bridge_words import LABELS, Cause, names_of_others, sentence
from leasing.selectors.window import Window
from leasing.selectors.world import is_remembered, remembered


class Step(NamedTuple):
    """One reason with its kroner and how many leased items (or charges) it is about."""

    key: str
    label: str
    amount_ore: int
    count: int


@dataclass(frozen=True)
class Bridge:
    """The cost of two quarters and the steps from the first to the second."""

    before: Quarter
    after: Quarter
    before_ore: int
    after_ore: int
    steps: list[Step]
    sentence: str

    @property
    def change_ore(self) -> int:
        return self.after_ore - self.before_ore


class Item(NamedTuple):
    """A lease, or a charge, with its amounts; kept as a plain tuple, fast to read back.

    `day` is an ordinal, 0 where there is none; `other_unit` is 0 where nothing moved between units.
    """

    lease_id: int
    charge_id: int
    unit_id: int
    day: int
    other_unit: int
    before_ore: int
    after_ore: int


@dataclass(frozen=True)
class Question:
    """Whose bridge, perhaps of one unit alone, between which quarters, as of which day."""

    bearer: Bearer
    before: Quarter
    after: Quarter
    today: date
    unit_id: int | None = None

    @property
    def name(self) -> str:
        return (
            f"bridge|{self.bearer.known_as}|{self.before}|{self.after}|{self.today}|{self.unit_id}"
        )

    @property
    def unit_ids(self) -> frozenset[int] | None:
        """Give the units whose pending amounts count; None for every unit."""
        units = self.bearer.unit_ids
        if self.unit_id is None:
            return units
        wanted = frozenset({self.unit_id})
        return wanted if units is None else units & wanted

    @property
    def billed(self) -> Q:
        """Choose the billed lines that count."""
        billed = self.bearer.billed
        return billed if self.unit_id is None else billed & Q(unit=self.unit_id)


def bridge_between(
    bearer: Bearer, before: Quarter, after: Quarter, today: date, unit_id: int | None = None
) -> Bridge:
    """Explain the difference between two quarters' costs, the earlier one first."""
    question = Question(bearer, before, after, today, unit_id)
    return remembered(question.name, lambda: _bridge(question))


def is_bridge_at_hand(question: Question) -> bool:
    """Tell whether `bridge_between` has nothing left to work out."""
    return is_remembered(question.name)


def items_of_step(question: Question, step: str) -> list[tuple]:
    """Give a step's items as tuples of `Item`, the largest difference first."""
    return remembered(
        f"{question.name}|{step}", lambda: _in_order(_Working.of(question).items.get(step, []))
    )


def _bridge(question: Question) -> Bridge:
    working = _Working.of(question)
    steps = []
    for key, label in LABELS.items():
        items = _in_order(working.items.get(key, []))
        remembered(f"{question.name}|{key}", lambda items=items: items)
        if items:
            steps.append(Step(key, label, sum(one[-1] - one[-2] for one in items), len(items)))
    return Bridge(
        question.before,
        question.after,
        working.before_ore,
        working.after_ore,
        steps,
        sentence(question, working.after_ore - working.before_ore, working.causes()),
    )


def _in_order(items: list[tuple]) -> list[tuple]:
    return sorted(items, key=lambda item: (-abs(item[-1] - item[-2]), item))


@dataclass
class _Working:
    """Gathers the amounts of both quarters by lease and by charge, and gives each its step."""

    question: Question
    window: Window
    items: dict[str, list[tuple]] = field(default_factory=lambda: defaultdict(list))
    pcs: dict[tuple[str, int], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0] * 3)
    )
    before_ore: int = 0
    after_ore: int = 0

    @classmethod
    def of(cls, question: Question) -> "_Working":
        with one_moment():
            last = max(question.before, question.after, Quarter(question.today.year, 4))
            working = cls(question, window_up_to(last))
            working._work_out()
        return working

    def _work_out(self) -> None:
        self._pc_models = set(
            DeviceModel.objects.filter(category__is_pc=True).values_list("name", flat=True)
        )
        by_code = {period.code: period for period in self.window.periods}
        comparison = Comparison(
            by_code[str(self.question.before)],
            by_code[str(self.question.after)],
            self.question.unit_ids,
            cost_holder_id(),
        )
        amounts = self._billed()
        for facts, amount in self._leases(amounts):
            self._take_lease(facts, amount, comparison)
        self._take_charges()

    def _billed(self) -> dict[int, "_Amounts"]:
        """Give the billed amounts by lease; those of charges are read with the charges."""
        amounts: dict[int, _Amounts] = defaultdict(_Amounts)
        for lease, unit, period, amount in (
            self._lines().filter(charge=None).values_list("lease", "unit", "period", "amount_ore")
        ):
            amounts[lease].add(period == str(self.question.after), unit, amount)
        return amounts

    def _lines(self):
        quarters = (str(self.question.before), str(self.question.after))
        return InvoiceLine.objects.filter(self.question.billed, period__in=quarters)

    def _leases(self, amounts: dict) -> Iterator[tuple[LeaseFacts, "_Amounts"]]:
        """Give every lease that costs anything in either quarter, with what it costs."""
        before, after = str(self.question.before), str(self.question.after)
        for facts, differences in leases_pending(self.window, self.question.unit_ids):
            amount = amounts.pop(facts.lease_id, None)
            for one in differences:
                if one.period in {before, after}:
                    amount = amount or _Amounts()
                    amount.add(one.period == after, one.unit_id, one.amount_ore)
            if amount:
                yield facts, amount
        # What units that belong elsewhere today were billed for.
        if amounts:
            devices = Device.objects.filter(lease__in=among(list(amounts), int))
            for facts in lease_facts(devices):
                yield facts, amounts[facts.lease_id]

    def _take_lease(self, facts: LeaseFacts, amount: "_Amounts", comparison: Comparison) -> None:
        before, after = amount.ore(self.question)
        self.before_ore += before
        self.after_ore += after
        if before != after:
            reason = comparison.reason(facts, before, after)
            item = Item(
                facts.lease_id,
                0,
                amount.unit,
                reason.day.toordinal() if reason.day else 0,
                reason.other_unit or 0,
                before,
                after,
            )
            self._put(reason, item, facts.model_name in self._pc_models)

    def _put(self, reason: Reason, item: Item, is_pc: bool) -> None:
        self.items[reason.step].append(tuple(item))
        sums = self.pcs[reason.step, item.other_unit]
        sums[0] += item.after_ore - item.before_ore
        sums[1] += 1
        sums[2] += is_pc

    def _take_charges(self) -> None:
        found = list(
            self._lines().exclude(charge=None).values_list("charge", "unit", "period", "amount_ore")
        )
        found += [
            (line.charge_id, line.unit_id, line.period, line.amount_ore)
            for line in pending_charges(self.window, self.question.unit_ids)
        ]
        for charge, unit, period, ore in found:
            before = ore if period == str(self.question.before) else 0
            after = ore if period == str(self.question.after) else 0
            self.before_ore += before
            self.after_ore += after
            if before != after:
                item = Item(0, charge, unit, 0, 0, before, after)
                self._put(Reason(changes.CHARGED), item, False)

    def causes(self) -> list[Cause]:
        """Add the items up by step and by the name of who is on the other side of a move."""
        names = names_of_others({other for _, other in self.pcs}, self.question.bearer)
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 3)
        for (step, other), parts in self.pcs.items():
            into = sums[step, names.get(other, "")]
            for index, part in enumerate(parts):
                into[index] += part
        return [Cause(*key, *parts) for key, parts in sums.items()]


class _Amounts:
    """What a lease costs in the two quarters, and the unit that had it last."""

    __slots__ = ("after", "before", "unit", "_unit_is_later")

    def __init__(self):
        self.before = self.after = self.unit = 0
        self._unit_is_later = False

    def add(self, is_later: bool, unit: int, ore: int) -> None:
        if is_later:
            self.after += ore
        else:
            self.before += ore
        if (is_later, unit) > (self._unit_is_later, self.unit):
            self._unit_is_later, self.unit = is_later, unit

    def ore(self, question: Question) -> tuple[int, int]:
        """Give both amounts; of a quarter beside itself the same one twice."""
        if question.before == question.after:
            return self.after, self.after
        return self.before, self.after
