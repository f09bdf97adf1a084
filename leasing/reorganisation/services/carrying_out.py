"""A reorganisation carried out: what its units had and owed goes where the steps say."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_ORGANISATION
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.people import Actor
from inventory.acts.services.recording import recorded_as
from inventory.models import (
    Access,
    Act,
    Department,
    Employee,
    ExpectedReturn,
    Placement,
    Replacement,
    Unit,
    UnitBefore,
)
from inventory.organisation.services import keep_before
from leasing.billing.services.locks import PRICED
from leasing.cost_table.facts import last_covered_quarter
from leasing.models import Budget, Charge, Order, OrderLine, Reorganisation, ReorganisationStep
from leasing.models.order import OPEN
from leasing.reorganisation.presenters import DONE, FAULTS, NOT_KEPT, UNDONE, sentences
from leasing.reorganisation.selectors.budgets import BudgetMove, budget_moves
from leasing.reorganisation.selectors.faults import faults_of
from leasing.reorganisation.selectors.plan import (
    Kind,
    StepEffect,
    placements_from,
    plan_of,
)
from leasing.reorganisation.services.telling import letters_of, tell_heads
from leasing.undo.services import undo_act

# Placements before the unit that they leave: it is closed with nothing there.
CHANGED = (
    Employee, Access, Placement, ExpectedReturn, Replacement, OrderLine, Charge, Budget,
    UnitBefore, Department, Unit,
)  # fmt: skip


def lock_all() -> None:
    """Let nobody move, order, close a quarter or change a unit meanwhile; in the order of all."""
    lock(Order)
    lock(*PRICED, Charge, Budget)
    lock(Employee)
    lock(Department, Unit)


def carry_out_due(*, today: date, now: datetime) -> tuple[list[str], list[str]]:
    """Carry out what is agreed to and whose day has come; say what was done, and what was not."""
    done, failed = [], []
    due = Reorganisation.objects.filter(
        starts_on__lte=today, carried_out_at=None, cancelled_at=None, agreed_at__isnull=False
    )
    for pk in list(due.order_by("starts_on", "pk").values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                lock_all()
                one = Reorganisation.objects.select_for_update().get(pk=pk)
                if one.is_open and one.agreed_at:
                    carry_out(reorganisation=one, actor=None, today=today, now=now)
                    done.append(f"Organisationsændringen »{one.title}« er gennemført.")
        except Refused as refused:
            failed.append(
                f"Organisationsændringen »{one.title}« er ikke gennemført: "
                + " ".join(refused.reasons)
            )
    return done, failed


def carry_out(*, reorganisation: Reorganisation, actor: Actor, today: date, now: datetime) -> None:
    """Carry out every step, in a transaction that has the locks, and tell the heads.

    Raises:
        Refused: with all that stands in the way; nothing is written.
    """
    plan = plan_of(reorganisation)
    if reasons := sentences(faults_of(plan), FAULTS):
        raise Refused(*reasons)
    letters = letters_of(plan)
    budgets = budget_moves(plan)
    with recorded_as(
        Act.Kind.REORGANISATION,
        title=f"Organisationsændringen »{reorganisation.title}«",
        permission=MANAGE_ORGANISATION,
        actor=actor,
        now=now,
        models=CHANGED,
    ) as recording:
        outcomes = [
            _Step(effect.step, plan.day, actor).carry_out(
                effect, [move for move in budgets if move.step == effect.step]
            )
            for effect in plan.effects
        ]
    for effect, outcome in zip(plan.effects, outcomes, strict=True):
        effect.step.outcome = outcome
        effect.step.save(update_fields=["outcome"])
    reorganisation.carried_out_at, reorganisation.act = now, recording.act
    reorganisation.save(update_fields=["carried_out_at", "act"])
    tell_heads(letters, reorganisation=reorganisation, news=DONE, today=today, now=now)


@transaction.atomic
def undo_reorganisation(*, reorganisation_id: int, actor: Actor, today: date, now: datetime) -> str:
    """Put everything back as it was before a reorganisation, and tell the heads; return its title.

    It is a draft again.

    Raises:
        Refused: with all that rests on it; nothing is written.
    """
    lock_all()
    found = Reorganisation.objects.select_for_update().get(pk=reorganisation_id)
    if not found.carried_out_at or not found.act_id:
        raise Refused(NOT_KEPT if found.carried_out_at else f"»{found.title}« er ikke gennemført.")
    undo_act(act_id=found.act_id, actor=actor, now=now, of_anybody=True)
    for step in found.steps.all():
        step.outcome = ""
        step.save(update_fields=["outcome"])
    found.carried_out_at = found.agreed_at = found.act = None
    found.agreed_by = ""
    found.save(update_fields=["carried_out_at", "agreed_at", "agreed_by", "act"])
    letters = letters_of(plan_of(found))
    tell_heads(letters, reorganisation=found, news=UNDONE, today=today, now=now)
    return found.title


class _Step:
    """One step, in its turn: the steps before it are saved."""

    def __init__(self, step: ReorganisationStep, day: date, actor: Actor) -> None:
        self.step, self.day, self.actor = step, day, actor
        if step.unit_id:
            self.unit = Unit.objects.select_related("department").get(pk=step.unit_id)
        self.changes = Changes(CHANGED)
        self.outcome = ""

    def carry_out(self, effect: StepEffect, budgets: Iterable[BudgetMove]) -> str:
        """Do what the step says; return what came of it."""
        step = self.step
        if step.kind == Kind.RENAME_DEPARTMENT:
            self._rename_department()
        elif step.kind == Kind.MOVE:
            self.outcome = f"Den hørte til {self.unit.department}."
            self._be(step.department, self.unit.name)
        elif step.kind == Kind.RENAME:
            self.outcome = f"Den hed {self.unit.name}."
            self._be(self.unit.department, step.name)
        elif step.kind == Kind.SPLIT:
            to = step.successor or self._made()
            self._split(to, effect)
        else:
            self._end(step.successor, effect)
            self._pass_on(budgets)
        self.changes.save(self.actor)
        return self.outcome

    def _rename_department(self) -> None:
        """Name the department anew; files may go on calling it what they did."""
        one = Department.objects.get(pk=self.step.department_id or 0)
        known = [name.strip() for name in one.also_known_as.split(";") if name.strip()]
        names = "; ".join([*known, *([] if one.name in known else [one.name])])
        if len(names) > (Department._meta.get_field("also_known_as").max_length or 0):
            names = one.also_known_as
        self.outcome = f"Den hed {one.name}."
        self.changes.update(one, one.name, name=self.step.name, also_known_as=names)

    def _pass_on(self, budgets: Iterable[BudgetMove]) -> None:
        """Let what is left of the budgets be the successor's."""
        for move in budgets:
            held = Budget.objects.get(unit=move.unit.id, year=move.year)
            if move.is_whole:
                self.changes.delete(held, str(held), "slettes")
            else:
                self.changes.update(held, str(held), amount_ore=move.left_ore)
            theirs = Budget.objects.filter(unit=move.to.id, year=move.year).first()
            if theirs:
                amount = theirs.amount_ore + move.amount_ore
                self.changes.update(theirs, str(theirs), amount_ore=amount)
            else:
                self.changes.create(
                    Budget(unit_id=move.to.id, year=move.year, amount_ore=move.amount_ore)
                )

    def _be(self, department: Department | None, name: str) -> None:
        keep_before(self.unit, self.day, self.changes, department=department, name=name)
        self.changes.update(self.unit, self.unit.number, department=department, name=name)

    def _made(self) -> Unit:
        """Make the unit that a split is to, before anything points to it."""
        step, changes = self.step, Changes((Unit,))
        made = changes.create(
            Unit(
                number=step.number,
                name=step.name,
                department=step.department or self.unit.department,
            )
        )
        changes.save(self.actor)
        return made

    def _split(self, to: Unit, effect: StepEffect) -> None:
        self._move_devices(to, effect.devices)
        self._move_people(to, effect.people)
        lines = OrderLine.objects.filter(
            unit=self.unit, status__in=OPEN, employee__in=among(effect.people, int)
        )
        self._repoint(lines, to)
        self._tell(effect, to)

    def _end(self, to: Unit | None, effect: StepEffect) -> None:
        if to is None:
            raise AssertionError("a unit is not closed without a successor")
        to_stock = self.step.kind == Kind.CLOSE
        self._move_devices(None if to_stock else to, None)
        self._move_people(to, effect.people)
        for person in self.unit.also_employs.all():
            person.also_employed_at.remove(self.unit)
            if person.unit_id != to.pk:
                person.also_employed_at.add(to)
        self._repoint(OrderLine.objects.filter(unit=self.unit, status__in=OPEN), to)
        self._repoint(Replacement.objects.filter(unit=self.unit, replaced_on=None, reason=""), to)
        self._repoint(self._charges(), to)
        if self.step.takes_access:
            self._give_access(to, effect.accesses)
        self.changes.update(self.unit, self.unit.number, closed_on=self.day, successor=to)
        self._tell(effect, to, to_stock=to_stock)

    def _charges(self) -> Iterable[Charge]:
        """Return the charges that the unit is not billed for as itself any more."""
        covered = last_covered_quarter()
        late = Q(charged_on__lt=covered.ends_before) if covered else Q(pk=None)
        return Charge.objects.filter(late | Q(charged_on__gte=self.day), unit=self.unit, lines=None)

    def _move_devices(self, to: Unit | None, only: Collection[int] | None) -> None:
        """Let the devices, all or some, be with another unit from the day on; None is the stock."""
        leaving = placements_from(self.unit.pk, self.day).select_related("device", "employee")
        if only is not None:
            leaving = leaving.filter(device__in=among(only, int))
        expected = defaultdict(list)
        for one in ExpectedReturn.objects.filter(unit=self.unit):
            expected[one.device_id].append(one)
        for placement in leaving:
            kept = {"employee": placement.employee, "used_for": placement.used_for}
            values = {"unit": to, **(kept if to else {"employee": None, "used_for": ""})}
            if placement.starts_on >= self.day:
                self.changes.update(placement, str(placement.device), **values)
            else:
                self.changes.create(
                    Placement(device=placement.device, starts_on=self.day, **values)
                )
            for one in expected.pop(placement.device_id, ()) if to else ():
                self.changes.update(one, str(placement.device), unit=to)

    def _move_people(self, to: Unit, people: Collection[int]) -> None:
        for person in Employee.objects.filter(pk__in=among(people, int)):
            self.changes.update(person, person.short_name, unit=to)

    def _repoint(self, rows: Iterable[OrderLine | Replacement | Charge], to: Unit) -> None:
        for row in rows:
            self.changes.update(row, str(row), unit=to)

    def _give_access(self, to: Unit, accesses: Iterable[Access]) -> None:
        """Let who sees the unit see its successor from the day on, unless they do already."""
        has = set(
            Access.objects.filter(Q(unit=to) | Q(department=to.department)).values_list(
                "user", flat=True
            )
        )
        for access in accesses:
            if access.user_id not in has:
                has.add(access.user_id)
                self.changes.create(
                    Access(
                        user=access.user,
                        unit=to,
                        starts_on=max(self.day, access.starts_on),
                        ends_before=access.ends_before,
                    )
                )

    def _tell(self, effect: StepEffect, to: Unit, *, to_stock: bool = False) -> None:
        count = len(effect.people)
        people = f"{count} medarbejder{'' if count == 1 else 'e'}"
        beside = " gik på it-lageret," if to_stock else ""
        self.outcome = f"{len(effect.devices)} stk. udstyr{beside} og {people} gik til {to}."[:300]
