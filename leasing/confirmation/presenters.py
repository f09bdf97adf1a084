"""The Danish words of a round: how ready all is, and what of it waits for whom."""

from collections.abc import Iterator

from django.urls import reverse

from albertslund_it.common.quarters import span_label
from leasing.confirmation.selectors.first import FirstRebilling, Meter, RoundWork
from leasing.domain.tasks import Task


def meters_of(found: FirstRebilling) -> list[tuple[str, Meter, str, str]]:
    """Return each meter with its name, what lacking it means, and the address of what it counts."""
    silence = "Tavshed tæller som ja efter fristen." if found.round else "Ingen er spurgt endnu."
    return [
        (
            "Leasede pc'er med en enhed",
            found.placed,
            "Resten bærer Fælles IT.",
            f"{reverse('device-list')}?state=leaset-pc",
        ),
        (
            "Enheder med fuld kontering",
            found.coded,
            "Uden kontering kan Opus-filen ikke laves.",
            reverse("finding", args=["coding"]),
        ),
        ("Ledere, der har bekræftet", found.answered, silence, "#svar"),
    ]


def confirmation_tasks(work: RoundWork) -> Iterator[Task]:
    """Yield what waits of a round: an answer from a leader, objections for the helpdesk."""
    if unanswered := work.unanswered:
        yield Task(
            "confirm",
            f"Stemmer listen? {unanswered.silence.count} stk.",
            f"Svar senest den {unanswered.due_on:%d-%m-%Y}. Derefter regner vi dem som jeres.",
            amount_ore=unanswered.silence.amount_ore,
            note=f"for {span_label(work.quarters).lower()}",
        )
    if count := work.objections:
        yield Task(
            "objections",
            f"{count} indsigelse{'r' if count > 1 else ''}: »Ikke vores«",
            "Flyt udstyret, eller skriv, hvorfor det bliver.",
        )
