"""The lessor is sent the list of a quarter's ends."""

from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from leasing.billing.services.locks import PRICED
from leasing.lease_end.selectors.lessor_list import last_list, lessor_rows
from leasing.models import EndDecision, LessorList, SubAgreement


@transaction.atomic
def note_list_sent(
    *,
    quarter: Quarter,
    agreement: SubAgreement | None,
    actor: Actor,
    today: date,
    now: datetime,
    agree: Check = nothing_to_see,
) -> LessorList:
    """Keep what the lessor was told of each serial number, so that changes are seen.

    Raises:
        Refused: when nothing ends then, or the last list said just the same.
    """
    lock(*PRICED, EndDecision, LessorList)  # so that what is kept is what was agreed to
    agree()
    rows = lessor_rows(quarter, agreement, today)
    if not rows:
        raise Refused(f"Ingen leasing udløber i {quarter.label}, så der er ingen liste at sende.")
    told = {row.serial_number: row.told for row in rows}
    before = last_list(quarter, agreement)
    if before and before.rows == told:
        raise Refused("Listen siger det samme som den, der allerede er sendt.")
    changes = Changes((LessorList,))
    made = changes.create(
        LessorList(
            quarter=str(quarter), sub_agreement=agreement, rows=told, sent_at=now, sent_by=actor
        )
    )
    changes.save(actor)
    return made
