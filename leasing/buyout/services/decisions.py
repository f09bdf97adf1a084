"""The helpdesk decides that those who said yes may buy."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from leasing.billing.services.locks import PRICED
from leasing.buyout.selectors.rows import BuyoutRow, Question, buyout_rows
from leasing.lease_end.services.decisions import WantedEnd, decide_ends
from leasing.models import BuyoutInvitation, EndChoice, EndDecision

REASON = "Medarbejderen har sagt ja til leasinggivers tilbud"


@transaction.atomic
def decide_buyouts(
    *,
    lease_ids: Collection[int],
    actor: Actor,
    today: date,
    now: datetime,
    agree: Check = nothing_to_see,
) -> Changes:
    """Decide that some devices are bought by the employees who have said yes.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock(*PRICED, EndDecision, BuyoutInvitation)
    if not lease_ids:
        raise Refused("Sæt kryds ved det udstyr, der skal frikøbes.")
    rows = buyout_rows(lease_ids, today)
    agree()
    if reasons := [why for row in rows for why in faults_of_yes(row)]:
        raise Refused(*reasons)
    return decide_ends(
        term_ids=[row.end.term_id for row in rows],
        wanted=WantedEnd(EndChoice.BUYOUT, REASON),
        actor=actor,
        today=today,
        now=now,
    )


def faults_of_yes(row: BuyoutRow) -> list[str]:
    """Return why nobody who has a device has said yes to buying it."""
    if row.asked == Question.MOVED:
        return [f"{row.serial_number} er ikke længere hos den medarbejder, der blev spurgt."]
    if row.asked != Question.YES:
        return [f"{row.serial_number}: medarbejderen har ikke sagt ja til at købe."]
    return []
