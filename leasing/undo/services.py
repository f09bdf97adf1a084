"""Undo what one did last: a hand-out, a move, a take-back, a swap or a file that was taken in."""

from datetime import datetime

from django.db import transaction

from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.acts.selectors.written import rows_of
from inventory.acts.services.undoing import put_everything_back
from inventory.models import Act
from leasing.approvals.selectors.one_pc import lock_employees
from leasing.billing.services.locks import PRICED
from leasing.guards import clashes_refused
from leasing.kept_files.services import forget_unused
from leasing.models import DifferenceOutcome, KeptFile, Order, SupplierInvoice, WaitingRow
from leasing.undo.selectors.hindrances import (
    BESIDE,
    TIMELINES,
    files_of,
    further_hindrances,
    oldest_kept,
    people_of,
)

__all__ = ["undo_act"]


def undo_act(
    *,
    act_id: int,
    actor: Actor,
    now: datetime,
    agree: Check = nothing_to_see,
    of_anybody: bool = False,
) -> Act:
    """Put everything back as it was before an act; mails that were sent stay sent.

    Rows of a file that wait go with it, and those that it had settled wait again. `of_anybody` lets
    who sits at the terminal undo what another has done.

    Raises:
        Refused: with every reason: what has changed since, rests on it or is billed, and when it is
            another's, undone already or too long ago; nothing is written.
    """
    with clashes_refused(), transaction.atomic():
        lock(Order)
        lock(*PRICED)
        act = Act.objects.get(pk=act_id)
        written = rows_of(act)
        lock_employees(people_of(written))
        if any(rows.model is SupplierInvoice for rows in written):
            lock(SupplierInvoice, DifferenceOutcome, KeptFile)  # nobody decides meanwhile
        files = files_of(written)
        undone = put_everything_back(
            act_id=act_id,
            actor=actor,
            now=now,
            oldest=oldest_kept(now),
            timelines=TIMELINES,
            beside=BESIDE,
            further=further_hindrances,
            agree=agree,
            of_anybody=of_anybody,
        )
        WaitingRow.objects.filter(batch__act=act).delete()
        WaitingRow.objects.filter(settled_by__act=act).update(settled_by=None)
        forget_unused(files)
        return undone
