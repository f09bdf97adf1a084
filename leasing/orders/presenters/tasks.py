"""What waits on the helpdesk, as lines of the front page."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from leasing.domain.tasks import Task
from leasing.models import Status


class Wording(NamedTuple):
    """What is said of one line that waits, of several, and of what to do."""

    one: str
    several: str
    help: str


# In the order of a day's work.
WORDINGS = {
    Status.DELIVERED: Wording(
        "1 bestilling er klar til udlevering",
        "{} bestillinger er klar til udlevering",
        "Udstyret er her. Udlever det, og giv besked.",
    ),
    Status.APPROVED: Wording(
        "1 godkendt linje skal bestilles hos ATEA",
        "{} godkendte linjer skal bestilles hos ATEA",
        "Hent indkøbslisten, og skriv ATEAs nummer.",
    ),
    Status.ORDERED: Wording(
        "1 linje ventes leveret",
        "{} linjer ventes leveret",
        "Bestilt hos ATEA. Registrér leveringen, når den kommer.",
    ),
    Status.PARTLY: Wording(
        "1 linje er delvis leveret",
        "{} linjer er delvis leveret",
        "Noget er kommet. Udlever det, der er her, og følg op på resten.",
    ),
    Status.AWAITING: Wording(
        "1 linje afventer lederens godkendelse",
        "{} linjer afventer lederens godkendelse",
        "Lederen bliver påmindet, til der er svaret.",
    ),
    Status.DRAFT: Wording("1 kladde er ikke gjort færdig", "{} kladder er ikke gjort færdige", ""),
}


def order_tasks(counts: Mapping[str, int]) -> Iterator[Task]:
    """Yield a task for each status that open lines wait in; `about` is the status."""
    for status, words in WORDINGS.items():
        if count := counts.get(status):
            title = words.one if count == 1 else words.several.format(count)
            yield Task("orders", title, words.help, about=str(status))
