"""The bridge from what one quarter costs a bearer to what another does, step by step.

Each lease's difference is cut in two: what the facts say it is, and what is left because closed
runs hold something else for this bearer, which is a correction. So the steps add up to the whole
difference whatever the facts are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Sum

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.rows import among
from inventory.models import DeviceModel, Unit
from leasing.domain.change import (
    CHARGES,
    CORRECTIONS,
    ENDED,
    MOVED_IN,
    MOVED_OUT,
    NEW,
    ODD,
    PART,
    PRICE,
    STOCK,
    explain,
)
from leasing.models import InvoiceLine, Lease
from leasing.selectors.facts import cost_holder_id, one_moment
from leasing.selectors.outstanding import leases_pending, pending_charges, window_up_to
from leasing.selectors.share import bearers
from leasing.selectors.share.bearers import Bearer
from leasing.selectors.world import is_remembered, remembered

STEP_NAMES = {
    NEW: "Nye leasinger",
    ENDED: "Udløbet eller stoppet",
    MOVED_IN: "Flyttet hertil",
    MOVED_OUT: "Flyttet herfra",
    STOCK: "Fra og til lager",
    PRICE: "Pris eller løbetid ændret",
    PART: "Del af et kvartal",
    CORRECTIONS: "Rettelser",
    CHARGES: "Engangsbeløb",
    ODD: "Skæve øre",
}
STEP_HELP = {
    NEW: "Leasingen er begyndt efter det tidligere kvartal.",
    ENDED: "Leasingen var slut før det senere kvartal.",
    MOVED_IN: "Udstyret er kommet fra en anden, som betalte før.",
    MOVED_OUT: "Udstyret er gået til en anden, som betaler nu.",
    STOCK: "Udstyret er hentet på it-lageret eller lagt der. På lager betaler Fælles IT.",
    PRICE: "Samme udstyr hele tiden, men til en anden pris.",
    PART: "Leasingen gjaldt kun en del af det ene kvartal.",
    CORRECTIONS: "Opgjort anderledes i låste kvartaler: rettet senere, eller enheden har skiftet "
    "afdeling.",
    CHARGES: "Skader, fragt og andet, der betales én gang.",
    ODD: "Samme udstyr til samme pris: kvartalerne er ikke lige lange, og øren går ikke op.",
}


class Item(NamedTuple):
    """A device's (or a charge's) part of a step."""

    step: str
    device_id: int | None
    serial_number: str
    model_name: str
    unit_id: int | None
    other_id: int | None
    before_ore: int
    after_ore: int
    text: str = ""

    @property
    def change_ore(self) -> int:
        return self.after_ore - self.before_ore


@dataclass
class Step:
    """A step with all that is in it."""

    key: str
    items: list[Item]

    @property
    def label(self) -> str:
        return STEP_NAMES[self.key]

    @property
    def help(self) -> str:
        return STEP_HELP[self.key]

    @property
    def amount_ore(self) -> int:
        return sum(item.change_ore for item in self.items)

    @property
    def count(self) -> int:
        return len({item.device_id or item for item in self.items})


@dataclass
class Bridge:
    """Two quarters' cost with every step between them."""

    before: Quarter
    after: Quarter
    before_ore: int
    after_ore: int
    steps: list[Step]
    sentence: str = ""

    @property
    def change_ore(self) -> int:
        return self.after_ore - self.before_ore

    def step(self, key: str) -> Step | None:
        """Give a step by its key."""
        return next((step for step in self.steps if step.key == key), None)


def bridge_between(bearer: Bearer, before: Quarter, after: Quarter, today: date) -> Bridge:
    """Explain the difference between what two quarters cost a bearer, worked out once."""
    return remembered(_name(bearer, before, after, today), lambda: _bridge(bearer, before, after))


def is_at_hand(bearer: Bearer, before: Quarter, after: Quarter, today: date) -> bool:
    """Tell whether `bridge_between` has nothing left to work out."""
    return is_remembered(_name(bearer, before, after, today))


def _name(bearer, before, after, today) -> str:
    return f"bridge|{bearer.known_as}|{before}|{after}|{today}"


def _bridge(bearer: Bearer, before: Quarter, after: Quarter) -> Bridge:
    early, late = sorted((before, after))
    with one_moment():
        working = _Working(bearer, early, late)
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
            Step(key, sorted(by_step[key], key=lambda item: (-abs(item.change_ore), *item[2:4])))
            for key in STEP_NAMES
            if by_step[key]
        ]
        found = Bridge(before, after, *sums, steps)
        found.sentence = sentence_of(found, bearer)
    return found


class _Working:
    """Gathers what two quarters cost, lease by lease, and explains each."""

    def __init__(self, bearer: Bearer, early: Quarter, late: Quarter):
        self.bearer, self.codes = bearer, [str(early), str(late)]
        self.window = window_up_to(late)
        periods = {period.code: period for period in self.window.periods}
        self.early, self.late = (periods[code] for code in self.codes)
        self.holder = cost_holder_id()
        self.sums = [0, 0]

    def is_own(self, unit: int) -> bool:
        return self.bearer.unit_ids is None or unit in self.bearer.unit_ids

    def items(self) -> Iterator[Item]:
        """Give every difference that is in the two sums, and add the sums up on the way."""
        costs: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        billed = InvoiceLine.objects.filter(self.bearer.billed, period__in=self.codes).order_by()
        leases = billed.filter(charge=None).values_list("lease", "period")
        for lease, period, amount in leases.annotate(Sum("amount_ore")).iterator():
            costs[lease][self.codes.index(period)] += amount
        for facts, differences in leases_pending(self.window, self.bearer.unit_ids):
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
        """Give what was billed here of devices that only others have had."""
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
        for charge in pending_charges(self.window, self.bearer.unit_ids):
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


def sentence_of(found: Bridge, bearer: Bearer) -> str:
    """Say the difference and its largest cause as a colleague would."""
    whose = {bearers.EVERYBODY: "Kommunens udgift", bearers.STOCK: "Lagerets udgift"}.get(
        bearer.key, "Jeres udgift"
    )
    change = found.change_ore
    if not change:
        return f"{whose} er den samme som i {found.before.label}."
    rises = change > 0
    says = f"{whose} {'stiger' if rises else 'falder'} {format_kroner(abs(change))}"
    same_way = [step for step in found.steps if (step.amount_ore > 0) is rises]
    main = max(same_way, key=lambda step: abs(step.amount_ore))
    return f"{says}, mest fordi {_because(main, rises)}."


def _because(step: Step, rises: bool) -> str:
    if step.key == CHARGES:
        return "der er flere engangsbeløb" if rises else "der er færre engangsbeløb"
    if step.key == CORRECTIONS:
        return "der er rettelser til låste kvartaler"
    if step.key == ODD:
        return "kvartalerne ikke er lige lange"
    what = _counted(step.items)
    place = _most_common_department(step.items)
    return {
        NEW: f"{what} er nye",
        ENDED: f"leasingen af {what} er slut" if rises is False else f"{what} var udløbet",
        MOVED_IN: f"{what} er kommet til" + (f" fra {place}" if place else ""),
        MOVED_OUT: f"{what} er flyttet" + (f" til {place}" if place else " væk"),
        STOCK: f"{what} er hentet på lageret" if rises else f"{what} er lagt på lager",
        PRICE: f"prisen er ændret for {what}",
        PART: f"{what} ikke gjaldt hele kvartalet " + ("før" if rises else "nu"),
    }[step.key]


def _counted(items: Iterable[Item]) -> str:
    """Say how many, as pcs where all are."""
    models = {item.model_name for item in items}
    count = len({item.device_id or item for item in items})
    others = DeviceModel.objects.filter(name__in=models, category__is_pc=False)
    if others.exists():
        return f"{count} stk. udstyr"
    return "1 pc" if count == 1 else f"{count} pc'er"


def _most_common_department(items: Iterable[Item]) -> str:
    """Name the department at the other end of most of the moves."""
    units = Unit.objects.select_related("department").in_bulk(
        {item.other_id for item in items if item.other_id}
    )
    names = Counter(
        units[item.other_id].department.name
        for item in items
        if item.other_id in units and units[item.other_id].department
    )
    return names.most_common(1)[0][0] if names else ""
