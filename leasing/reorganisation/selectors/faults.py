"""What stands in the way of a reorganisation, and what is to be known before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.quarters import Quarter, quarters_between
from inventory.models import UnitBefore
from leasing.cost_table.facts import billing_start, last_covered_quarter
from leasing.models import Budget, Charge, OrderLine, ReorganisationStep
from leasing.models.order import OPEN
from leasing.reorganisation.selectors.plan import ENDS_UNIT, Kind, Outlook, StepEffect, ids_of


@dataclass(frozen=True)
class Remark:
    """A key that the presenters have words for, the step it is of, and what is named in it."""

    key: str
    step: ReorganisationStep | None = None
    what: str = ""
    day: date | None = None


def faults_of(plan: Outlook) -> list[Remark]:
    """Return what must be put right before it can be agreed to or carried out."""
    if not plan.effects:
        return [Remark("no_steps")]
    found = []
    if plan.day < billing_start():
        found.append(Remark("too_early", day=billing_start()))
    state = _State(plan)
    for effect in plan.effects:
        if effect.step.kind == Kind.RENAME_DEPARTMENT:
            found += state.of_department(effect.step)
        else:
            found += [*state.of_units(effect.step), *state.of_kind(effect)]
        state.take(effect.step)
    return found


class _State:
    """The units as the steps before leave them."""

    def __init__(self, plan: Outlook) -> None:
        self.units = plan.units
        self.closed = {pk for pk, unit in plan.units.items() if unit.closed_on}
        self.numbers = {unit.number.upper() for pk, unit in plan.units.items() if pk > 0}
        self.departments = {pk: unit.department_id for pk, unit in plan.units.items()}
        self.names = {pk: unit.name for pk, unit in plan.units.items()}
        self.called = {pk: one.name for pk, one in plan.departments.items()}
        later = UnitBefore.objects.filter(ends_before__gt=plan.day).order_by("ends_before")
        self.changed_later = dict(reversed(later.values_list("unit", "ends_before")))

    def of_department(self, step: ReorganisationStep) -> Iterator[Remark]:
        if self.called.get(step.department_id or 0) == step.name:
            yield Remark("same_name", step)
        elif step.name in self.called.values():
            yield Remark("department_name_taken", step, step.name)

    def of_units(self, step: ReorganisationStep) -> Iterator[Remark]:
        unit, to = ids_of(step)
        if to == unit:
            yield Remark("same_unit", step)
        for one in filter(None, {unit, to}):
            if one in self.closed:
                yield Remark("closed", step, str(self.units[one]))
            if self.units[one].is_cost_holder:
                yield Remark("cost_holder", step, str(self.units[one]))

    def of_kind(self, effect: StepEffect) -> Iterator[Remark]:
        step, unit = effect.step, effect.step.unit_id or 0
        if step.kind in (Kind.MOVE, Kind.RENAME) and unit in self.changed_later:
            yield Remark("changed_later", step, day=self.changed_later[unit])
        if step.kind == Kind.MOVE and self.departments[unit] == step.department_id:
            yield Remark("same_department", step)
        if step.kind == Kind.RENAME and self.names[unit] == step.name:
            yield Remark("same_name", step)
        if step.kind == Kind.SPLIT:
            if step.number and step.number.upper() in self.numbers:
                yield Remark("number_taken", step, step.number)
            if not (effect.devices or effect.people):
                yield Remark("nothing_chosen", step)

    def take(self, step: ReorganisationStep) -> None:
        """Let a step have been."""
        if step.kind == Kind.RENAME_DEPARTMENT:
            self.called[step.department_id or 0] = step.name
        elif step.unit_id is None:
            return
        elif step.kind == Kind.MOVE:
            self.departments[step.unit_id] = step.department_id
        elif step.kind == Kind.RENAME:
            self.names[step.unit_id] = step.name
        elif step.kind == Kind.SPLIT:
            self.numbers.add(step.number.upper())
        else:
            self.closed.add(step.unit_id)


def notes_of(plan: Outlook, today: date) -> list[Remark]:
    """Return what is worth knowing: what follows along, and which quarters are not closed."""
    return [*_of_quarters(plan, today), *_of_units(plan), *_of_names_and_budgets(plan)]


def _of_names_and_budgets(plan: Outlook) -> Iterator[Remark]:
    if any(effect.step.kind == Kind.RENAME_DEPARTMENT for effect in plan.effects):
        yield Remark("department_name")
    moved = [effect.step for effect in plan.effects if effect.step.kind == Kind.MOVE]
    has = set(Budget.objects.filter(year__gte=plan.day.year).values_list("unit", flat=True))
    for step in moved:
        if step.unit_id in has:
            yield Remark("budget_moves", step)
    for effect in plan.effects:
        if effect.step.kind == Kind.SPLIT and effect.step.unit_id in has:
            yield Remark("budget_stays", effect.step)


def _of_quarters(plan: Outlook, today: date) -> Iterator[Remark]:
    """A department pays for its units as they are when the quarter is closed: all of it."""
    quarter, covered = Quarter.of(plan.day), last_covered_quarter()
    if plan.day < today:
        yield Remark("in_the_past")
    if covered and covered >= quarter:
        yield Remark("closed_quarters", what=covered.label)
    if not any(effect.step.kind == Kind.MOVE for effect in plan.effects):
        return
    first = covered.next() if covered else Quarter.of(billing_start())
    for one in quarters_between(first, quarter.next(-1)) if first < quarter else ():
        yield Remark("not_closed", what=one.label)
    if plan.day != quarter.starts_on and not (covered and covered >= quarter):
        yield Remark("whole_quarter", what=quarter.label)


def _of_units(plan: Outlook) -> Iterator[Remark]:
    ending = [one.step.unit_id or 0 for one in plan.effects if one.step.kind in ENDS_UNIT]
    lines = OrderLine.objects.filter(unit__in=ending, status__in=OPEN).count()
    if lines:
        yield Remark("orders", what=str(lines))
    charges = Charge.objects.filter(unit__in=ending, lines=None).count()
    if charges:
        yield Remark("charges", what=str(charges))
    told = set()
    for effect in plan.effects:
        _, to = ids_of(effect.step)
        if to and to not in told and plan.units[to].missing_coding:
            told.add(to)
            yield Remark("no_coding", effect.step, str(plan.units[to]))
        if effect.step.kind == Kind.CLOSE and effect.devices:
            yield Remark("to_stock", effect.step, str(len(effect.devices)))
