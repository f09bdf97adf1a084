"""Exceptions in Danish: their states, and the line of the front page."""

from collections.abc import Iterator

from leasing.approvals.selectors.approvals import SOON_DAYS, ApprovalState
from leasing.approvals.selectors.tasks import ToDecide
from leasing.domain.tasks import Task

STATES = [
    (ApprovalState.WAITING, "Afventer svar"),
    (ApprovalState.GRANTED, "Givet og gælder"),
    (ApprovalState.ENDING, f"Udløber inden {SOON_DAYS} dage"),
    (ApprovalState.ENDED, "Udløbet"),
    (ApprovalState.REFUSED, "Afvist"),
    (ApprovalState.VOID, "Bortfaldet"),
]
# The mark of a state: its style and its word.
MARKS = {
    ApprovalState.WAITING: ("warn", "Afventer"),
    ApprovalState.GRANTED: ("good", "Givet"),
    ApprovalState.ENDED: ("", "Udløbet"),
    ApprovalState.REFUSED: ("bad", "Afvist"),
    ApprovalState.VOID: ("", "Bortfaldet"),
}


def approval_tasks(waiting: ToDecide) -> Iterator[Task]:
    """Yield the one task of all exceptions that a head is to decide."""
    approvals = waiting.approvals
    if not approvals:
        return
    names = [approval.employee.name for approval in approvals[:3]]
    count = f"{len(approvals)} dispensation{'er' if len(approvals) > 1 else ''}"
    yield Task(
        "approvals",
        f"{count} venter på dit svar",
        ", ".join(names) + (" …" if len(approvals) > 3 else ""),
        about=str(approvals[0].pk) if len(approvals) == 1 else "",
        amount_ore=waiting.quarter_ore,
        note="højst, pr. kvartal" if waiting.is_range else "pr. kvartal",
    )
