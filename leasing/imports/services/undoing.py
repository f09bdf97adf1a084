"""A file that was taken in, undone: what it changed is as it was before."""

from datetime import datetime

from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from leasing.models import ImportBatch
from leasing.undo.services import undo_act


def undo_batch(
    *,
    number: int,
    actor: Actor,
    now: datetime,
    agree: Check = nothing_to_see,
    of_anybody: bool = False,
) -> ImportBatch:
    """Put back what a batch changed; its file stays, its rows that wait go with it.

    Those that it settled wait again.

    Raises:
        Refused: with all that stands in the way; nothing is written.
    """
    batch = ImportBatch.objects.select_related("act").defer("headings").filter(pk=number).first()
    if batch is None:
        raise Refused(f"Der er ingen indlæsning nr. {number}.")
    if batch.act is None:
        raise Refused(f"{batch} ændrede intet, der kan fortrydes.")
    undo_act(act_id=batch.act.pk, actor=actor, now=now, agree=agree, of_anybody=of_anybody)
    return batch
