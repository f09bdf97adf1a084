"""Four eyes: who looked a run's proposal through, which one it was, and what has changed since."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor, name_of
from leasing.billing.presenters.changes import WHY_LAPSED, sentences_of_changes
from leasing.billing.presenters.runs import label_in_sentence
from leasing.billing.selectors.preparedness import Preparedness, preparedness_of
from leasing.billing.selectors.preview import preview_run
from leasing.billing.selectors.proposal import (
    DepartmentChange,
    Proposal,
    changes_since,
)
from leasing.billing.selectors.window import Window, window_for
from leasing.models import BillingRun, Preparation, SeenProposal


class ProposalChanged(Refused):
    """Refused because the proposal is not the one that was agreed to; `changes` says how."""

    def __init__(self, reason: str, changes: list[DepartmentChange]):
        super().__init__(reason, *sentences_of_changes(changes))
        self.reason, self.changes = reason, changes


def remember_proposal(*, proposal: Proposal, now: datetime) -> None:
    """Keep what somebody is shown before they agree to its digest."""
    SeenProposal.objects.get_or_create(
        digest=proposal.digest,
        defaults={"code": proposal.code, "rows": proposal.rows, "seen_at": now},
    )


def prepare_quarter(
    *, code: str, account: User, seen: str, today: date, now: datetime
) -> Preparation:
    """Record that the owner of an account has looked the proposal with the digest `seen` through.

    Raises:
        Refused: when it could not be closed today, or is another one by now.
    """
    proposal = preview_run(code, today).proposal
    refuse_another(proposal, seen)
    values = {
        "account": account,
        "prepared_by": name_of(account),
        "prepared_at": now,
        "digest": seen,
    }
    with transaction.atomic():
        lock(BillingRun)
        window_for(code, today)  # nobody has closed it meanwhile
        remember_proposal(proposal=proposal, now=now)
        return Preparation.objects.update_or_create(code=proposal.code, defaults=values)[0]


def refuse_another(proposal: Proposal, seen: str) -> None:
    """Refuse a proposal that is not the one with the digest `seen`."""
    if seen == proposal.digest:
        return
    changes = changes_since(seen, proposal)
    unknown = "" if changes else " Vi har ikke gemt det, du så, så se forslaget igen."
    raise ProposalChanged(
        f"Forslaget er ændret, siden du så det. Intet er skrevet.{unknown}", changes
    )


def refuse_one_pair_of_eyes(proposal: Proposal, window: Window, account: Actor) -> None:
    """Refuse a closing by who prepared it, or of what nobody has, where two people are needed."""
    found = preparedness_of(proposal, account.pk if account else None)
    if found.may_close and (account or not found.needs_two_people):
        return
    raise _refusal(found, window, account)


def _refusal(found: Preparedness, window: Window, account: Actor) -> Refused:
    if account is None:
        return Refused(
            "Der skal to personer til at låse, og de kendes på deres konti. "
            "Sig med --by BRUGER, hvem der låser."
        )
    label = label_in_sentence(window.code)
    if found.prepared is None:
        return Refused(
            f"Der skal to personer til at låse, og ingen har forberedt {label} endnu. "
            "Den ene gennemgår forslaget og markerer det som forberedt, den anden låser."
        )
    if found.has_lapsed:
        reason = (
            f"{found.prepared.prepared_by} forberedte {label}, men {WHY_LAPSED[found.lapse]}, så "
            "forberedelsen gælder ikke mere. Forbered det igen."
        )
        return ProposalChanged(reason, found.changes) if found.has_changed else Refused(reason)
    return Refused(
        f"{name_of(account)} har selv forberedt {label}. Der skal to personer til: "
        "bed en anden om at godkende og låse."
    )
