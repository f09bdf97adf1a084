"""The Danish words of a round: how ready all is, and what of it waits for whom."""

from collections.abc import Iterator

from albertslund_it.common.quarters import span_label
from leasing.confirmation.selectors.first import FirstRebilling, Meter, RoundWork
from leasing.domain.tasks import Task


def meters_of(found: FirstRebilling) -> list[tuple[str, Meter, str]]:
    """Return each meter of the first rebilling with its name, and what lacking it means."""
    silence = "Tavshed tæller som ja efter fristen." if found.round else "Ingen er spurgt endnu."
    return [
        ("Leasede pc'er med en enhed", found.placed, "Resten bærer Fælles IT."),
        (
            "Enheder med fuld kontering",
            found.coded,
            "Uden kontering kan Opus-filen ikke laves.",
        ),
        ("Ledere, der har bekræftet", found.answered, silence),
    ]


def confirmation_tasks(work: RoundWork) -> Iterator[Task]:
    """Yield what waits of a round: an answer from a leader, objections for the helpdesk."""
    if unanswered := work.unanswered:
        yield Task(
            "confirm",
            f"Stemmer listen? {len(unanswered.costs)} stk.",
            f"Svar senest den {unanswered.due_on:%d-%m-%Y}. Derefter regner vi dem som jeres.",
            amount_ore=sum(unanswered.costs.values()),
            note=f"for {span_label(work.quarters).lower()}",
        )
    if count := work.objections:
        yield Task(
            "objections",
            f"{count} indsigelse{'r' if count > 1 else ''}: »Ikke vores«",
            "Flyt udstyret, eller skriv, hvorfor det bliver.",
        )
