"""Exceptions from one pc per employee: who sees them, who decides them, and what they cost."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone

from albertslund_it.common.permissions import DECIDE_APPROVAL
from albertslund_it.web.database.put_together import given, put_together_once
from albertslund_it.web.people import BACKEND
from inventory.models import Access, Department, Device, Employee, Unit
from inventory.organisation.selectors.scope import sees_all, units_seen_by
from leasing.approvals.selectors.one_pc import Holdings, holdings_of
from leasing.domain.accrual import a_quarter, accrued, span_of, terms_in_order
from leasing.leases.selectors.leases import leases_of
from leasing.models import Approval, Decision, LeasePrice, OrderLine, Status
from leasing.models.order import CLOSED

ONE_DAY = timedelta(days=1)
SOON_DAYS = 30


class ApprovalState(StrEnum):
    """How an exception stands, as addresses name it; one that is ENDING is GRANTED too."""

    WAITING = "afventer"
    GRANTED = "givet"
    ENDING = "udloeber"
    ENDED = "udloebet"
    REFUSED = "afvist"
    VOID = "bortfaldet"


def approvals_seen_by(user: User, on: date) -> QuerySet[Approval]:
    """Return the exceptions asked for people whose units a user sees."""
    found = Approval.objects.all()
    if not sees_all(user):
        found = found.filter(employee__unit__in=units_seen_by(user, on))
    return found


def awaiting_answer(approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    """Keep those that a head is to decide; one whose order was called off no longer waits."""
    # Not joined: PostgreSQL would read every order line there is beside the few that wait.
    lines = OrderLine.objects.filter(status=Status.AWAITING).order_by()
    return approvals.filter(Q(line=None) | Q(line__in=lines.values("pk")), decision="")


def waiting_first(approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    """Put those that a head is to decide before the others, the latest first."""
    waits = Q(pk__in=awaiting_answer(Approval.objects.all()).values("pk"))
    return approvals.order_by(Case(When(waits, then=0), default=1), "-asked_at", "-id")


def approvals_in_state(
    approvals: QuerySet[Approval], state: ApprovalState, on: date
) -> QuerySet[Approval]:
    """Keep the exceptions that are in a state on a day."""
    granted = approvals.filter(decision=Decision.GRANTED).exclude(
        line__status__in=[Status.CANCELLED, Status.REFUSED]
    )
    if state == ApprovalState.WAITING:
        return awaiting_answer(approvals)
    if state == ApprovalState.REFUSED:
        return approvals.filter(decision=Decision.REFUSED)
    if state == ApprovalState.ENDED:
        return granted.filter(ends_before__lte=on)
    if state == ApprovalState.GRANTED:
        return granted.filter(ends_before__gt=on)
    if state == ApprovalState.ENDING:
        soon = on + timedelta(days=SOON_DAYS)
        return granted.filter(ends_before__gt=on, ends_before__lte=soon)
    called_off = approvals.filter(line__status__in=CLOSED)
    return called_off.filter(
        Q(decision="") | Q(decision=Decision.GRANTED, line__status__in=[Status.CANCELLED])
    )


def state_of_approval(approval: Approval, on: date) -> ApprovalState:
    """Return how an exception stands on a day; its line must be at hand."""
    status = approval.line.status if approval.line else None
    if approval.decision == Decision.REFUSED:
        return ApprovalState.REFUSED
    if status in {Status.CANCELLED, Status.REFUSED} or (status in CLOSED and not approval.decision):
        return ApprovalState.VOID
    if not approval.decision:
        return ApprovalState.WAITING
    if approval.ends_before <= on:
        return ApprovalState.ENDED
    return ApprovalState.GRANTED


def accesses_to(department: Department | None, on: date) -> QuerySet[Access]:
    """Return the accesses to a whole department that hold on a day."""
    return Access.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=on), department=department, starts_on__lte=on
    ).exclude(department=None)


def may_decide(user: User, department: Department | None, on: date) -> bool:
    """Return whether a user is a head of a department on a day: the right, and the post."""
    return user.has_perm(DECIDE_APPROVAL) and accesses_to(department, on).filter(user=user).exists()


def heads_of(department: Department | None, on: date) -> QuerySet[User]:
    """Return the users who decide exceptions in a department on a day."""
    able = User.objects.with_perm(DECIDE_APPROVAL, backend=BACKEND)
    return able.filter(pk__in=accesses_to(department, on).values("user")).order_by("pk")


def mails_to_heads_of(unit: Unit, on: date) -> list[str]:
    """Return the addresses for a question to the head of a unit's department; there may be none.

    The heads with access that day; else the department's own address; else the unit leader, who
    cannot decide but knows who acts for the head.
    """
    mails = [user.email for user in heads_of(unit.department, on) if user.email]
    if not mails and unit.department and unit.department.head_mail:
        mails = [unit.department.head_mail]
    if not mails and unit.leader_mail:
        mails = [unit.leader_mail]
    return list(dict.fromkeys(mails))


def approvals_to_decide(user: User, on: date) -> QuerySet[Approval]:
    """Return the exceptions that a user, as a head, is to decide on a day."""
    return _to_decide(user, on) if user.has_perm(DECIDE_APPROVAL) else Approval.objects.none()


def first_to_decide(user: User, on: date, most: int) -> list[Approval]:
    """Read as many of them, each with its line and employee."""
    return _first(on, most, user=user.pk) if user.has_perm(DECIDE_APPROVAL) else []


@put_together_once
def _first(on: date, most: int, *, user: int) -> QuerySet[Approval]:
    return _to_decide(given(user), on).select_related("line", "employee")[:most]


def count_to_decide(user: User, on: date) -> int:
    """Count them."""
    return len(_ids_to_decide(on, user=user.pk)) if user.has_perm(DECIDE_APPROVAL) else 0


@put_together_once
def _ids_to_decide(on: date, *, user: int) -> QuerySet[Approval, int]:
    return _to_decide(given(user), on).order_by().values_list("pk", flat=True)


def _to_decide(user: Any, on: date) -> QuerySet[Approval]:
    mine = Access.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=on),
        user=user,
        starts_on__lte=on,
        department__isnull=False,
    )
    return awaiting_answer(
        Approval.objects.filter(employee__unit__department__in=mine.values("department"))
    )


@dataclass(frozen=True)
class ExceptionCost:
    """What one pc more costs a unit, øre: a quarter, and until the exception ends.

    Its lower and upper bounds differ while the model is not known: the cheapest and the dearest.
    """

    quarter_ore: int
    quarter_to_ore: int
    whole_ore: int
    whole_to_ore: int

    @property
    def is_range(self) -> bool:
        return self.quarter_ore != self.quarter_to_ore


def cost_of_exceptions(approvals: list[Approval], on: date) -> dict[int, ExceptionCost]:
    """Return what each exception costs, by its id; one without a price on the list is left out.

    The pc is taken to be leased from the day, or from when it was asked for once it is decided.
    """
    prices = {price.model_id: price for price in _pc_prices(on)}
    found = {}
    for approval in approvals:
        model = approval.line.model_id if approval.line else None
        of = [prices[model]] if model in prices else list(prices.values()) if not model else []
        if not of:
            continue
        asked_on = timezone.localtime(approval.asked_at).date()
        starts_on = min(asked_on, on) if approval.decision else on
        costs = sorted(_cost(price, starts_on, approval.ends_before) for price in of)
        found[approval.pk] = ExceptionCost(
            costs[0][0], costs[-1][0], min(c[1] for c in costs), max(c[1] for c in costs)
        )
    return found


@put_together_once
def _pc_prices(on: date) -> QuerySet[LeasePrice]:
    listed = LeasePrice.objects.filter(model__category__is_pc=True, starts_on__lte=on)
    return listed.order_by("starts_on")


def _cost(price: LeasePrice, starts_on: date, ends_before: date) -> tuple[int, int]:
    terms = terms_in_order(starts_on, [(price.price_ore, price.quarters)])
    return a_quarter(price.price_ore, price.quarters), accrued(terms, None, ends_before)


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """An exception as the list shows it; without a cost until its model has one price."""

    approval: Approval
    state: ApprovalState
    quarter_ore: int | None


def approval_rows(approvals: list[Approval], on: date) -> list[ApprovalRow]:
    """Return the rows of some exceptions, in their order."""
    costs = cost_of_exceptions(approvals, on)
    found = []
    for approval in approvals:
        cost = costs.get(approval.pk)
        quarter_ore = cost.quarter_ore if cost and not cost.is_range else None
        found.append(ApprovalRow(approval, state_of_approval(approval, on), quarter_ore))
    return found


@dataclass(frozen=True)
class LeasedPc:
    """A pc that a person has, and until when it is leased."""

    device: Device
    until: date | None


@dataclass(frozen=True)
class Possessions:
    """What counts for a person today, with the last day of each pc's lease."""

    holdings: Holdings
    devices: tuple[LeasedPc, ...]


def possessions_of(employee: Employee, on: date, *, but: OrderLine | None = None) -> Possessions:
    """Return what a person has and has on order on a day, one line left out."""
    holdings = holdings_of(employee, on, without_lines=[but.pk] if but else [])
    leases = leases_of([device.pk for device in holdings.devices])
    held = []
    for device in holdings.devices:
        lease = leases.get(device.pk)
        until = span_of(lease.laid, lease.stops_on)[1] - ONE_DAY if lease and lease.laid else None
        held.append(LeasedPc(device, until))
    return Possessions(holdings, tuple(held))


@dataclass(frozen=True)
class ApprovalPage:
    """What a head needs to decide one exception, and whether this reader may."""

    approval: Approval
    state: ApprovalState
    possessions: Possessions
    cost: ExceptionCost | None
    heads: tuple[User, ...]
    is_mine: bool
    is_waiting: bool


def approval_page(approval: Approval, user: User, on: date) -> ApprovalPage:
    """Gather an exception's page; its line, order, employee and unit must be at hand."""
    department = approval.employee.unit.department
    return ApprovalPage(
        approval=approval,
        state=state_of_approval(approval, on),
        possessions=possessions_of(approval.employee, on, but=approval.line),
        cost=cost_of_exceptions([approval], on).get(approval.pk),
        heads=tuple(heads_of(department, on)),
        is_mine=may_decide(user, department, on),
        is_waiting=awaiting_answer(Approval.objects.filter(pk=approval.pk)).exists(),
    )
