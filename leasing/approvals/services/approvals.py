"""Exceptions from one pc per employee: asked for by the helpdesk, decided by the head alone."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.moments import moment_told
from albertslund_it.web.people import Actor, name_of
from inventory.models import Employee
from leasing.approvals.selectors.approvals import (
    awaiting_answer,
    cost_of_exceptions,
    mails_to_heads_of,
    may_decide,
)
from leasing.approvals.selectors.one_pc import lock_employees
from leasing.mail.services import write_mail
from leasing.models import Approval, Decision, Mail, Order, OrderLine, Settings, Status
from leasing.webhooks.services.outbox import tell_of_approved

WITH_ALL = ("employee__unit__department", "line__order", "line__model")


@transaction.atomic
def ask_approval(
    *,
    employee: Employee,
    reason: str,
    ends_before: date,
    actor: Actor,
    now: datetime,
    line: OrderLine | None = None,
) -> Approval:
    """Ask the head for one pc more for a person until a day, and write the head a mail.

    Asked again for the same person and line, the one that waits is returned. A line, approved or
    a draft, then waits for the answer.

    Raises:
        Refused: without a reason, with an end that has passed, or for somebody who has left.
    """
    lock(Order)
    employee = lock_employees([employee.pk])[employee.pk]
    open_ones = awaiting_answer(Approval.objects.filter(employee=employee, line=line))
    if found := open_ones.select_related(*WITH_ALL).first():
        return found
    today = timezone.localtime(now).date()
    if reasons := faults_of_question(employee, reason, ends_before, today):
        raise Refused(*reasons)
    changes = Changes((OrderLine, Approval))
    approval = Approval(
        employee=employee,
        line=line,
        reason=" ".join(reason.split()),
        ends_before=ends_before,
        asked_at=now,
        asked_by=actor,
    )
    changes.create(approval)
    if line:
        changes.update(line, str(line), status=Status.AWAITING)
    changes.save(actor)
    approval = Approval.objects.select_related(*WITH_ALL).get(pk=approval.pk)
    mail_the_head(approval=approval, today=today, now=now)
    return approval


def faults_of_question(
    employee: Employee, reason: str, ends_before: date | None, today: date
) -> list[str]:
    """Say what is missing before a head can be asked."""
    reasons = []
    if not reason.strip():
        reasons.append("Skriv, hvorfor medarbejderen skal have en pc mere. Lederen afgør det.")
    elif len(reason.strip()) > 300:
        reasons.append("Begrundelsen må højst være 300 tegn.")
    if ends_before is None:
        reasons.append("Skriv, hvornår dispensationen udløber.")
    elif ends_before <= today:
        reasons.append("Dispensationen skal udløbe efter i dag. Vælg en senere dato.")
    if employee.left_on and employee.left_on <= today:
        reasons.append(f"{employee} fratrådte den {employee.left_on:%d-%m-%Y}.")
    return reasons


@transaction.atomic
def decide_approval(
    *, approval_id: int, decision: str, reason: str, actor: User, today: date, now: datetime
) -> Approval:
    """Grant or refuse an exception, as a head of the person's department of today.

    The order line goes on as approved, or is closed as refused; the orderer is told by mail. The
    same head saying the same again changes nothing.

    Raises:
        Refused: by anybody else, a second time, without a reason for a refusal, or when the order
            has been called off.
    """
    lock(Order)  # first, as everything that changes orders or hands out does: no deadlock
    person, line_id = Approval.objects.values_list("employee", "line").get(pk=approval_id)
    employee = lock_employees([person])[person]
    line = OrderLine.objects.select_for_update(of=("self",)).filter(pk=line_id).first()
    approval = Approval.objects.select_for_update(of=("self",)).get(pk=approval_id)
    if not may_decide(actor, employee.unit.department, today):
        raise Refused(
            f"Kun en leder af {employee.unit.department or employee.unit.name} kan give eller "
            "afvise dispensationen. Det følger adgangen i dag."
        )
    if approval.decision:
        if (approval.decision, approval.decided_by_id) == (decision, actor.pk):
            return approval
        raise Refused(already_decided(approval))
    reason = " ".join(reason.split())
    if reasons := _faults_of_decision(approval, line, decision, reason, today):
        raise Refused(*reasons)
    changes = Changes((Approval, OrderLine))
    changes.update(
        approval,
        str(approval),
        decision=decision,
        decision_reason=reason,
        decided_at=now,
        decided_by=actor,
    )
    if line:
        _move_on(line, decision, reason, changes)
    changes.save(actor)
    approval = Approval.objects.select_related(*WITH_ALL, "decided_by").get(pk=approval_id)
    _tell_the_orderer(approval=approval, now=now)
    if line and decision == Decision.GRANTED:
        tell_of_approved(order=line.order, lines=[line.position], now=now)
    return approval


def already_decided(approval: Approval) -> str:
    """Return who was first, when, and with what answer."""
    by = name_of(approval.decided_by)
    word = "godkendt" if approval.decision == Decision.GRANTED else "afvist"
    return f"Dispensationen er allerede {word} af {by} den {moment_told(approval.decided_at)}."


def _faults_of_decision(
    approval: Approval, line: OrderLine | None, decision: str, reason: str, today: date
) -> list[str]:
    if decision not in Decision.values:
        return ["Vælg, om du godkender eller afviser."]
    if line and line.status != Status.AWAITING:
        return [
            f"Bestilling B{line.order_id} venter ikke længere på svar: den er "
            f"{line.get_status_display().lower()}."
        ]
    if decision == Decision.REFUSED and not reason:
        return ["Skriv, hvorfor du afviser. Bestilleren får begrundelsen."]
    if len(reason) > 300:
        return ["Begrundelsen må højst være 300 tegn."]
    if decision == Decision.GRANTED and approval.ends_before <= today:
        return [
            f"Dispensationen skulle kun gælde til den {approval.ends_before:%d-%m-%Y}, og den dag "
            "er nået. Afvis den, og bed it-helpdesk om at spørge igen."
        ]
    return []


def _move_on(line: OrderLine, decision: str, reason: str, changes: Changes) -> None:
    if decision == Decision.REFUSED:
        changes.update(line, str(line), status=Status.REFUSED, closed_because=reason)
        return
    devices = line.devices.all()
    handed_out = sum(one.handed_out_on is not None for one in devices)
    changes.update(line, str(line), status=line.status_with(len(devices), handed_out))


def mail_the_head(
    *, approval: Approval, today: date, now: datetime, reminder: str = ""
) -> Mail | None:
    """Mail the question to those who can answer it; each `reminder`, by its number, once."""
    unit, key = approval.employee.unit, f"approval-{approval.pk}"
    name = approval.employee.name
    return write_mail(
        recipients=mails_to_heads_of(unit, today),
        subject=f"{'Påmindelse: ' if reminder else ''}Må {name} få en pc mere?",
        template="approval_request",
        context={
            "approval": approval,
            "cost": cost_of_exceptions([approval], today).get(approval.pk),
            "is_reminder": bool(reminder),
        },
        now=now,
        order=approval.line.order if approval.line else None,
        key=f"{key}-{reminder}" if reminder else key,
    )


def _tell_the_orderer(*, approval: Approval, now: datetime) -> None:
    order = approval.line.order if approval.line else None
    word = "godkendt" if approval.decision == Decision.GRANTED else "afvist"
    about = f"{order.number}: d" if order else "D"
    write_mail(
        recipients=[order.requester_mail if order else "", Settings.objects.get().helpdesk_mail],
        subject=f"{about}ispensationen til {approval.employee.name} er {word}",
        template="approval_decided",
        context={"approval": approval, "is_granted": approval.decision == Decision.GRANTED},
        now=now,
        order=order,
        key=f"approval-{approval.pk}-decided",
    )
