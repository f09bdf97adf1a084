"""Whether a run's proposal is prepared, and who may close it."""

from dataclasses import dataclass

from leasing.billing.selectors.proposal import DepartmentChange, Proposal, changes_since
from leasing.models import Preparation, Settings

CHANGED = "changed"


@dataclass(frozen=True)
class Preparedness:
    """Whether a proposal is prepared, by whom, and whether the reader may close it.

    A preparation holds for the very proposal that was seen, and while the account that prepared it
    is known, so that it can be told from the one that closes; afterwards it has lapsed: `lapse` is
    the key of why, '' where it holds.
    """

    prepared: Preparation | None
    needs_two_people: bool
    lapse: str
    is_mine: bool
    changes: list[DepartmentChange]

    @property
    def has_lapsed(self) -> bool:
        return bool(self.lapse)

    @property
    def has_changed(self) -> bool:
        """Return whether it has lapsed because the proposal is another one by now."""
        return self.lapse == CHANGED

    @property
    def holds(self) -> bool:
        return self.prepared is not None and not self.has_lapsed

    @property
    def waits_for_another(self) -> bool:
        """Return whether the reader prepared it, so that somebody else must close it."""
        return self.needs_two_people and self.holds and self.is_mine

    @property
    def may_close(self) -> bool:
        return not self.needs_two_people or (self.holds and not self.is_mine)


def needs_two_people() -> bool:
    """Return whether the one who prepares a run may not close it."""
    return Settings.objects.values_list("needs_two_people", flat=True).get(id=1)


def preparedness_of(proposal: Proposal, account_id: int | None) -> Preparedness:
    """Return how far a proposal is prepared, as the owner of an account meets it."""
    prepared = Preparation.objects.filter(code=proposal.code).first()
    if prepared is None:
        return Preparedness(None, needs_two_people(), "", False, [])
    lapse = _lapse(prepared, proposal)
    return Preparedness(
        prepared,
        needs_two_people(),
        lapse,
        prepared.account_id == account_id,
        changes_since(prepared.digest, proposal) if lapse == CHANGED else [],
    )


def _lapse(prepared: Preparation, proposal: Proposal) -> str:
    """Return why a preparation does not hold, as a key; '' where it does."""
    if not prepared.digest:
        return "unknown"
    if prepared.digest != proposal.digest:
        return CHANGED
    return "" if prepared.account_id else "no_account"
