"""The bridge from what one quarter costs a payer to what another does, step by step.

Each lease's difference is cut in two: what the facts say it is, and what is left because closed
runs hold something else for this payer, which is a correction. So the steps add up to the whole
difference whatever the facts are.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, overload

from django.db.models import Q, QuerySet, Sum

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Placement, Unit
from leasing.billing.selectors.costs import model_names, pc_model_ids
from leasing.billing.selectors.facts import unbilled_charges
from leasing.billing.selectors.outstanding import window_up_to
from leasing.cost_share.selectors.bridge_costs import MOVE, TERMS, CostsOfTwo, Differing
from leasing.cost_share.selectors.bridge_steps import STEPS, Bridge, BridgeItem, BridgeStep
from leasing.cost_share.selectors.payers import Payer, PayerKind, billed_of
from leasing.cost_table.facts import NOBODY, cost_holder_id, lease_rows, placement_rows
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import terms_in_order
from leasing.domain.allocation import CHARGE, ONE_DAY, Period
from leasing.domain.change import (
    CHARGES,
    CORRECTIONS,
    ODD,
    PRICE,
    has_other_price,
    move_between,
)
from leasing.models import Charge, Cost, CostLease, CostTotal, InvoiceLine, InvoiceSummary, Lease

# Of a lease: its step, and the unit at the other end of a move.
Why = tuple[str, int | None]


def bridge_between(payer: Payer, before: Quarter, after: Quarter) -> Bridge:
    """Explain the difference between what two quarters cost a payer."""
    early, late = sorted((before, after))
    with one_moment():
        found = _Working(payer, early, late)
        steps = list(found.steps()) if early != late else []
        sums = found.sums()
    if before > after:
        return Bridge(before, after, sums[1], sums[0], [_turned(step) for step in steps])
    return Bridge(before, after, *sums, steps)


class _Working:
    """Gathers what two quarters cost, and tells why they differ."""

    def __init__(self, payer: Payer, early: Quarter, late: Quarter) -> None:
        self.payer, self.quarters = payer, (early, late)
        self.codes = [str(early), str(late)]
        self.window = window_up_to(late)
        periods = {period.code: period for period in self.window.periods}
        self.early, self.late = (periods[code] for code in self.codes)
        self.holder = cost_holder_id() or NOBODY
        self.own = Q() if payer.unit_ids is None else Q(unit__in=among(payer.unit_ids, int))
        self.charges = list(self._charges())
        self.apart = self._apart()

    def is_own(self, unit: int) -> bool:
        return self.payer.unit_ids is None or unit in self.payer.unit_ids

    def sums(self) -> tuple[int, int]:
        """Add up what each quarter costs."""
        early, late = self.kept_ore
        early += sum(ore for ore, _ in self.apart.values())
        early += sum(item.before_ore for item in self.charges)
        if self.early == self.late:
            return early, early
        late += sum(ore for _, ore in self.apart.values())
        return early, late + sum(item.after_ore for item in self.charges)

    @cached_property
    def kept_ore(self) -> tuple[int, int]:
        """Return what the own units' days of each quarter cost."""
        is_of_all, units = self.payer.unit_ids is None, self.payer.unit_ids or ()
        kept = dict(_totals(tuple(self.codes), is_of_all, units=units))
        early, late = (kept.get(code, 0) for code in self.codes)
        return early, late

    def steps(self) -> Iterator[BridgeStep]:
        """Yield the steps from the earlier quarter to the later one."""
        corrections, settled = self._corrections()
        costs = CostsOfTwo(*self.quarters, self.payer.unit_ids, settled)
        pcs = pc_model_ids()
        no_pcs = {model: name for model, name in model_names().items() if model not in pcs}
        differing = costs.differing(no_pcs, self.kept_ore[1] - self.kept_ore[0])
        why = self._moves([one for one in differing if one.kind == MOVE])
        places = _places(why.values())
        why |= self._terms({one.lease_id for one in differing if one.kind == TERMS})
        by_step: dict[str, list[Differing]] = defaultdict(list)
        for one in differing:
            by_step[why[one.lease_id][0] if one.lease_id else one.kind].append(one)
        names = set(no_pcs.values())
        for key in STEPS:
            if key == CORRECTIONS and corrections:
                yield _step(key, corrections, names)
            elif key == CHARGES and (items := [item for item in self.charges if item.change_ore]):
                yield _step(key, items, names)
            elif some := by_step[key]:
                count = sum(one.leases for one in some)
                yield BridgeStep(
                    key,
                    sum(one.late_ore - one.early_ore for one in some),
                    count,
                    not any(one.has_no_pc for one in some),
                    places.get(key, ""),
                    _LeaseItems(self, costs, key, why, count),
                )

    def units_of(self, leases: Collection[int]) -> dict[int, int]:
        """Return the last of the own units that had each lease's item in the two quarters."""
        costs = Cost.objects.filter(
            self.own, lease__in=among(leases, int), period__in=self.codes
        ).order_by("period", "first_day")
        return dict(costs.values_list("lease", "unit"))

    def _apart(self) -> dict[int, list[int]]:
        """Return what leases cost beyond what the own units' days of them do, by quarter.

        Closed runs and what is pending beside them make what a unit carries. So it is only where
        a unit was another payer's as it was billed; and what nobody carries, without cost holder.
        """
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        if self.payer.unit_ids is None:
            costs = Cost.objects.filter(unit=NOBODY, period__in=self.codes)
            for lease, period, amount in costs.values_list("lease", "period", "amount_ore"):
                found[lease][self.codes.index(period)] -= amount
            return dict(found)
        billed, own = self.payer.billed, self.own
        kind, asked, codes = self.payer.kind, self.payer.asked, tuple(self.codes)
        for sign, which in ((1, billed & ~own), (-1, own & ~billed)):
            units = set(_units_apart(codes, kind, sign, **asked))
            if not units:
                continue
            lines = InvoiceLine.objects.filter(
                which, unit__in=among(units, int), period__in=self.codes, charge=None
            ).order_by()
            for lease, period, amount in lines.values_list("lease", "period").annotate(
                Sum("amount_ore")
            ):
                found[lease][self.codes.index(period)] += sign * amount
        return dict(found)

    def _corrections(self) -> tuple[list[BridgeItem], list[int]]:
        """Return what closed runs hold otherwise, and the leases that cost nothing for it."""
        if not self.apart:
            return [], []
        kept: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        costs = Cost.objects.filter(
            self.own, lease__in=among(self.apart, int), period__in=self.codes
        )
        for lease, period, amount in costs.values_list("lease", "period", "amount_ore"):
            kept[lease][self.codes.index(period)] += amount
        units = self.units_of(self.apart)
        leases = Lease.objects.filter(id__in=among(self.apart, int)).values_list(
            "id", "device_id", "device__serial_number", "device__model__name"
        )
        items, settled = [], []
        for lease, device, serial, model in leases:
            early, late = self.apart[lease]
            if kept[lease] == [-early, -late]:
                settled.append(lease)
            elif early != late:
                about = (device, serial, model, units.get(lease))
                items.append(BridgeItem(CORRECTIONS, *about, None, early, late))
        return items, settled

    def _terms(self, leases: Collection[int | None]) -> dict[int, Why]:
        """Return which leases of more than one term have another price."""
        chosen = Lease.objects.filter(id__in=among(leases, int)) if leases else Lease.objects.none()
        found: dict[int, Why] = {}
        for first, prices in lease_rows(chosen):
            terms = terms_in_order(first[2], prices)
            is_other = has_other_price(terms, self.early, self.late)
            found[first[0]] = (PRICE if is_other else ODD), None
        return found

    def _moves(self, moved: Collection[Differing]) -> dict[int, Why]:
        """Name the moves, in the order of the devices."""
        if not moved:
            return {}
        by_id = {one.lease_id: one for one in moved}
        leases = CostLease.objects.filter(lease__in=among(by_id, int))
        spans = {
            device: (lease, began, ended)
            for lease, device, began, ended in leases.values_list(
                "lease", "lease__device", "starts_on", "ends_before"
            )
        }
        placements = dict(placement_rows(Placement.objects.filter(device__in=among(spans, int))))
        found: dict[int, Why] = {}
        for device, (lease, began, ended) in sorted(spans.items()):
            found[lease] = move_between(
                placements.get(device, ()),
                max(self.early.starts_on, began),
                min(self.late.ends_before, ended),
                self.is_own,
                self.holder,
                by_id[lease].is_inwards,
            )
        return found

    def _charges(self) -> Iterator[BridgeItem]:
        """Yield what is paid once, billed and pending."""
        # From the charges: there are few of them beside the lines, which then need not be read.
        if not (charged := _charged(self.early, self.late)):
            return
        billed = InvoiceLine.objects.filter(
            self.payer.billed, charge__in=among(charged, int), period__in=self.codes
        ).order_by()
        rows: list[tuple[str, int | None, str, str, int, int, str]] = list(
            billed.values_list(
                "period",
                "charge__device",
                "serial_number",
                "model_name",
                "unit",
                "amount_ore",
                "text",
            )
        )
        pending = unbilled_charges(self.window.billing_start, self.payer.unit_ids)
        pending = pending.filter(_within(self.early, self.late))
        about = ("device__serial_number", "device__model__name", "unit_id", "amount_ore", "text")
        early, late = self.codes
        for day, serial, model, *others in pending.values_list("charged_on", *about):
            period = late if day >= self.late.starts_on else early
            rows.append((period, None, serial or "", model or "", *others))
        for period, device, serial, model, unit, amount, text in rows:
            early_ore, late_ore = (amount if period == code else 0 for code in self.codes)
            about_it = (device, serial, model, unit, None)
            yield BridgeItem(CHARGES, *about_it, early_ore, late_ore, text)


def _step(key: str, items: list[BridgeItem], no_pcs: set[str]) -> BridgeStep:
    return BridgeStep(
        key=key,
        amount_ore=sum(item.change_ore for item in items),
        count=len({item.device_id or item for item in items}),
        are_pcs=no_pcs.isdisjoint(item.model_name for item in items),
        place="",
        items=sorted(
            items, key=lambda item: (-abs(item.change_ore), item.serial_number, item.model_name)
        ),
    )


def _turned(step: BridgeStep) -> BridgeStep:
    """Let a step go from the later quarter to the earlier one."""
    items: Sequence[BridgeItem]
    if isinstance(step.items, _LeaseItems):
        items = replace(step.items, is_back=True)
    else:
        items = [_back(item) for item in step.items]
    return replace(step, amount_ore=-step.amount_ore, items=items)


def _back(item: BridgeItem) -> BridgeItem:
    return item._replace(before_ore=item.after_ore, after_ore=item.before_ore)


def _places(moves: Iterable[Why]) -> dict[str, str]:
    """Return by step the department at the other end of most of its moves."""
    department_of = dict(_department_names())
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for step, other in moves:
        if other in department_of:
            counts[step][department_of[other]] += 1
    return {step: count.most_common(1)[0][0] for step, count in counts.items()}


@put_together_once
def _department_names() -> QuerySet[Unit, tuple[int, str]]:
    units = Unit.objects.filter(department__isnull=False).order_by()
    return units.values_list("id", "department__name")


@put_together_once
def _totals(
    codes: tuple[str, ...], is_of_all: bool, *, units: Collection[int]
) -> QuerySet[CostTotal, tuple[str, int]]:
    totals = CostTotal.objects.filter(period__in=codes).order_by()
    if not is_of_all:
        totals = totals.filter(unit__in=among(units, int))
    return totals.values_list("period").annotate(Sum("amount_ore"))


@put_together_once
def _units_apart(
    codes: tuple[str, ...], kind: PayerKind, sign: int, **asked: Any
) -> QuerySet[InvoiceSummary, int]:
    """Choose the units that a payer was billed for and has not, or has and was not billed for."""
    billed, own = billed_of(kind, **asked), Q(unit__in=among(asked["units"], int))
    sums = InvoiceSummary.objects.filter(period__in=codes).exclude(kind=CHARGE)
    apart = sums.filter(billed & ~own if sign > 0 else own & ~billed)
    return apart.order_by().values_list("unit", flat=True)


@put_together_once
def _charged(early: Period, late: Period) -> QuerySet[Charge, int]:
    return Charge.objects.filter(_within(early, late)).order_by().values_list("id", flat=True)


def _within(early: Period, late: Period) -> Q:
    return Q(charged_on__range=(early.starts_on, early.ends_before - ONE_DAY)) | Q(
        charged_on__range=(late.starts_on, late.ends_before - ONE_DAY)
    )


@dataclass(frozen=True)
class _LeaseItems(Sequence[BridgeItem]):
    """The leases of a step, the largest difference first: only those that are asked for are read.

    `why` has those whose kind does not tell it.
    """

    working: _Working
    costs: CostsOfTwo
    step: str
    why: dict[int, Why]
    total: int
    is_back: bool = False

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, at: int) -> BridgeItem: ...

    @overload
    def __getitem__(self, at: slice) -> list[BridgeItem]: ...

    def __getitem__(self, at: int | slice) -> BridgeItem | list[BridgeItem]:
        if isinstance(at, int):
            at = range(self.total)[at]
            return self[at : at + 1][0]
        start, stop, _ = at.indices(self.total)
        named = [lease for lease, (step, _) in self.why.items() if step == self.step]
        with one_moment():
            rows = self.costs.rows(self.step, named, max(0, stop - start), start)
            unit_of = self.working.units_of([row.lease_id for row in rows])
        items = [
            BridgeItem(
                self.step,
                row.device_id,
                row.serial_number,
                row.model_name,
                unit_of[row.lease_id],
                self.why.get(row.lease_id, (self.step, None))[1],
                row.early_ore,
                row.late_ore,
            )
            for row in rows
        ]
        return [_back(item) for item in items] if self.is_back else items
