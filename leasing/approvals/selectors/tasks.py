"""The exceptions that wait for a head's answer, counted for the front page."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from leasing.approvals.selectors.approvals import (
    ExceptionCost,
    cost_of_exceptions,
    first_to_decide,
)
from leasing.models import Approval

MOST = 200


@dataclass(frozen=True)
class ToDecide:
    """The exceptions that a head is to decide, and what those with a price cost."""

    approvals: list[Approval]
    costs: list[ExceptionCost]

    @property
    def quarter_ore(self) -> int | None:
        """Return what they cost a quarter at most, if the price list has any of them."""
        return sum(cost.quarter_to_ore for cost in self.costs) if self.costs else None

    @property
    def is_range(self) -> bool:
        return any(cost.is_range for cost in self.costs)


def to_decide(user: User, today: date) -> ToDecide:
    """Gather what a user, as a head, is to decide on a day."""
    found = first_to_decide(user, today, MOST)
    return ToDecide(found, list(cost_of_exceptions(found, today).values()) if found else [])
