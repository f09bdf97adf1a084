"""What the causes of corrections, and the changes behind them, are called."""

from collections.abc import Iterable
from dataclasses import dataclass

from auditlog.models import LogEntry

from inventory.models import Placement
from leasing.domain.facts_text import DELIVERED, MOVED, OTHER, PRICED, STARTED, STOPPED
from leasing.models import Charge, Lease, LeaseTerm
from leasing.quarters.selectors.corrections import (
    CHARGED,
    Correction,
    CorrectionCause,
    LateCharge,
    Source,
)

CAUSES = {
    MOVED: "Flyttet sent",
    DELIVERED: "Leveret eller registreret sent",
    STOPPED: "Stoppet",
    STARTED: "Leasingstart rettet",
    PRICED: "Pris rettet",
    OTHER: "Andet",
    CHARGED: "Engangsbeløb, der kom til sent",
}
CHANGED = {
    Placement: "Tildeling",
    LeaseTerm: "Løbetid",
    Lease: "Leasing",
    Charge: "Engangsbeløb",
}
ACTIONS = {
    LogEntry.Action.CREATE: "oprettet",
    LogEntry.Action.UPDATE: "rettet",
    LogEntry.Action.DELETE: "slettet",
}


@dataclass(frozen=True)
class ShownCorrections:
    """A cause with its name, and its first corrections with the change behind each."""

    cause: CorrectionCause
    name: str
    rows: list[tuple[Correction | LateCharge, str]]


def shown_causes(causes: Iterable[CorrectionCause]) -> list[ShownCorrections]:
    """Return the causes as they are shown, the one with most lines first."""
    shown = [
        ShownCorrections(
            cause,
            " og ".join(CAUSES[kind] for kind in cause.kinds),
            [(row, change_of(row.source) if row.source else "") for row in cause.shown],
        )
        for cause in causes
    ]
    return sorted(shown, key=lambda one: (-one.cause.line_count, one.name))


def change_of(source: Source) -> str:
    """Say what was done to what."""
    return f"{CHANGED[source.model]} {ACTIONS.get(source.action, 'ændret')}"
