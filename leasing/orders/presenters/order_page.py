"""What is next for an order, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leasing.models import Status
from leasing.orders.selectors.order_page import LineOfPage


@dataclass(frozen=True, slots=True)
class OrderStep:
    """What is next for some of the lines: `key` names the page it is done on."""

    key: str
    title: str
    note: str
    first: LineOfPage | None


# In the order of a day's work: who stands and waits comes first.
STEPS = (
    ("hand-out", "Klar til udlevering", "Udstyret er her. Udlever det, så får bestilleren besked."),
    ("purchase", "Skal bestilles hos ATEA", "Hent indkøbslisten, og skriv ATEAs nummer."),
    ("delivery", "Ventes leveret", "Bestilt hos ATEA. Modtag leveringen, når den kommer."),
    ("approval", "Venter på lederens svar", "Lederen bliver påmindet, til der er svaret."),
    ("draft", "Kladde", "Den tæller ikke med, før den er bestilt."),
)
WAITS_AT = {
    Status.APPROVED: "purchase",
    Status.ORDERED: "delivery",
    Status.PARTLY: "delivery",
    Status.AWAITING: "approval",
    Status.DRAFT: "draft",
}


def next_steps(lines: Sequence[LineOfPage]) -> Iterator[OrderStep]:
    """Yield what the lines of an order wait for, each step once, with its first line.

    An order without lines is a mail of which nothing was recognised: a draft as well.
    """
    if not lines:
        yield OrderStep(*STEPS[-1], first=None)
    for key, title, note in STEPS:
        waiting = [one for one in lines if key == _waits_at(one)]
        if waiting:
            more = f": {len(waiting)} linjer" if len(waiting) > 1 else ""
            yield OrderStep(key, f"{title}{more}", note, waiting[0])


def _waits_at(one: LineOfPage) -> str:
    return "hand-out" if one.may_hand_out else WAITS_AT.get(Status(one.line.status), "")
