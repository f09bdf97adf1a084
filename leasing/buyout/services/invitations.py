"""Employees are asked whether they buy what they have; each answers once, by the link in a mail."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from leasing.billing.services.locks import PRICED
from leasing.buyout.selectors.candidates import invitation_still_open
from leasing.buyout.selectors.links import invitation_in, token_of
from leasing.buyout.selectors.rows import FOR_GOOD, BuyoutRow, Question, buyout_rows
from leasing.mail.services import write_mail
from leasing.models import BuyoutInvitation, BuyoutOffer, EndDecision, Mail

REMINDED_BEFORE = timedelta(days=4)
REMINDER = "buyout-reminder-"
# Who saves sends as many mails: more would keep the page waiting.
MOST = 200


@dataclass(frozen=True, slots=True)
class AskableRow:
    """A device whose employee can be asked: the row, at what price, answered by when."""

    row: BuyoutRow
    price_ore: int
    answer_by: date


def askable(rows: Sequence[BuyoutRow]) -> list[AskableRow]:
    """Return those of some rows that can be asked about, as many as are asked at once."""
    return [
        AskableRow(row, row.offer.price_ore, row.answer_by)
        for row in rows
        if row.obstacle is None and row.offer and row.offer.price_ore and row.answer_by
    ][:MOST]


@transaction.atomic
def ask_employees(
    *,
    lease_ids: Collection[int],
    actor: Actor,
    today: date,
    now: datetime,
    agree: Check = nothing_to_see,
) -> list[BuyoutInvitation]:
    """Ask those who have the devices of some leases, with a mail each; return what was asked.

    Who cannot be asked is left out: `agree` is what has shown them. A question that has run out, or
    was put to somebody else, is withdrawn by the new one.

    Raises:
        Refused: when there is nobody to ask; nothing is written.
    """
    lock(*PRICED, EndDecision, BuyoutOffer, BuyoutInvitation)
    if not lease_ids:
        raise Refused("Sæt kryds ved det udstyr, der skal spørges om.")
    chosen = askable(buyout_rows(lease_ids, today))
    agree()
    if not chosen:
        raise Refused("Der er ingen at spørge. Se hvorfor ved hvert udstyr.")
    changes = Changes((BuyoutInvitation,))
    made = [_ask(one, changes, actor, now) for one in chosen]
    changes.save(actor)
    for one, invitation in zip(chosen, made, strict=True):
        _write_to(one, invitation, now)
    return made


def _ask(one: AskableRow, changes: Changes, actor: Actor, now: datetime) -> BuyoutInvitation:
    row = one.row
    if row.invitation and row.invitation.withdrawn_at is None:
        changes.update(row.invitation, row.serial_number, withdrawn_at=now)
    told = ValueChange(row.serial_number, f"spurgt om frikøb til {format_kroner(one.price_ore)}")
    made = BuyoutInvitation(
        lease_id=row.lease_id,
        employee=row.employee,
        price_ore=one.price_ore,
        valid_until=one.answer_by,
        sent_at=now,
        sent_by=actor,
    )
    return changes.create(made, told)


def _write_to(one: AskableRow, invitation: BuyoutInvitation, now: datetime) -> None:
    write_mail(
        recipients=invitation.employee.mail,
        subject=f"Vil du købe din {one.row.model_name}?",
        template="buyout",
        context={"row": one.row, "invitation": invitation, "token": token_of(invitation.pk)},
        now=now,
        key=f"buyout-{invitation.pk}",
    )


def remind_invitations(*, today: date, now: datetime) -> Iterator[Mail]:
    """Remind those who have not answered, once, as the last day comes near; yield each mail.

    Who was asked within those days has the first mail fresh, and gets no other.
    """
    waiting = BuyoutInvitation.objects.filter(
        answer="",
        withdrawn_at=None,
        valid_until__gte=today,
        valid_until__lte=today + REMINDED_BEFORE,
        sent_at__lt=now - REMINDED_BEFORE,
    )
    told = set(Mail.objects.filter(key__startswith=REMINDER).values_list("key", flat=True))
    found = {
        invitation.lease_id: invitation
        for invitation in waiting.select_related("employee")
        if f"{REMINDER}{invitation.pk}" not in told
    }
    for row in buyout_rows(found, today) if found else ():
        if row.asked != Question.WAITS or row.obstacle in FOR_GOOD:
            continue
        invitation = found[row.lease_id]
        mail = write_mail(
            recipients=invitation.employee.mail,
            subject=f"Husk at svare: vil du købe din {row.model_name}?",
            template="buyout",
            context={"row": row, "invitation": invitation, "token": token_of(invitation.pk)},
            now=now,
            key=f"{REMINDER}{invitation.pk}",
        )
        if mail:
            yield mail


@transaction.atomic
def withdraw_invitations(
    *,
    lease_ids: Collection[int],
    actor: Actor,
    today: date,
    now: datetime,
    agree: Check = nothing_to_see,
) -> int:
    """Withdraw the questions that stand about some leases, answered or not; return how many.

    Raises:
        Refused: when there is none, or a device is bought and gone; nothing is written.
    """
    lock(BuyoutInvitation)
    rows = buyout_rows(lease_ids, today)
    agree()  # an answer may have come meanwhile
    standing = [row for row in rows if row.invitation and row.invitation.withdrawn_at is None]
    if not standing:
        raise Refused("Ingen af dem er spurgt, så der er ikke noget at trække tilbage.")
    if gone := [row for row in standing if row.end.left_on]:
        raise Refused(*(f"{row.serial_number} er allerede overdraget." for row in gone))
    changes = Changes((BuyoutInvitation,))
    for row in standing:
        if row.invitation:
            changes.update(row.invitation, row.serial_number, withdrawn_at=now)
    changes.save(actor)
    return len(standing)


@transaction.atomic
def answer_invitation(
    *, token: str, answer: str, actor: Actor, today: date, now: datetime
) -> BuyoutInvitation:
    """Record what an employee answers; it decides nothing.

    Raises:
        Refused: when the link is none of ours or can no longer be used; nothing is written, and
            which of it is not said.
    """
    pk = invitation_in(token)
    if pk is not None:
        lock(BuyoutInvitation)  # of two answers at once, one is first
    found = invitation_still_open(pk, today) if pk is not None else None
    if found is None:
        raise Refused("Linket kan ikke bruges.")
    if answer not in BuyoutInvitation.Answer.values:
        raise Refused("Svar ja eller nej.")
    changes = Changes((BuyoutInvitation,))
    subject = found.lease.device.serial_number
    changes.update(found, subject, answer=answer, answered_at=now)
    changes.save(actor)
    return found
