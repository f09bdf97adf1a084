"""The steps of a bridge: what they are called, and what is in them."""

from dataclasses import dataclass
from typing import NamedTuple

from albertslund_it.common.quarters import Quarter
from leasing.domain.change import (
    CHARGES,
    CORRECTIONS,
    ENDED,
    MOVED_IN,
    MOVED_OUT,
    NEW,
    ODD,
    PART,
    PRICE,
    STOCK,
)

STEP_NAMES = {
    NEW: "Nye leasinger",
    ENDED: "Ophørte leasinger",
    MOVED_IN: "Flyttet hertil",
    MOVED_OUT: "Flyttet herfra",
    STOCK: "Fra og til lager",
    PRICE: "Ændret pris",
    PART: "Del af et kvartal",
    CORRECTIONS: "Rettelser",
    CHARGES: "Engangsbeløb",
    ODD: "Skæve øre",
}
STEP_HELP = {
    NEW: "Leasingen er begyndt efter det tidligere kvartal.",
    ENDED: "Leasingen var slut før det senere kvartal.",
    MOVED_IN: "Udstyret er kommet fra en anden, som betalte før.",
    MOVED_OUT: "Udstyret er gået til en anden, som betaler nu.",
    STOCK: "Udstyret er hentet på it-lageret eller lagt der. På lager betaler Fælles IT.",
    PRICE: "Samme udstyr hele tiden, men til en anden pris.",
    PART: "Leasingen gjaldt kun en del af det ene kvartal.",
    CORRECTIONS: "Opgjort anderledes i låste kvartaler: rettet senere, eller enheden har skiftet "
    "afdeling.",
    CHARGES: "Skader, fragt og andet, der betales én gang.",
    ODD: "Samme udstyr til samme pris: kvartalerne er ikke lige lange, og øren går ikke op.",
}


class Item(NamedTuple):
    """A device's (or a charge's) part of a step."""

    step: str
    device_id: int | None
    serial_number: str
    model_name: str
    unit_id: int | None
    other_id: int | None
    before_ore: int
    after_ore: int
    text: str = ""

    @property
    def change_ore(self) -> int:
        return self.after_ore - self.before_ore


@dataclass(frozen=True)
class Step:
    """A step; `items` is all that is in it, and left out of a bridge that is only to be drawn."""

    key: str
    amount_ore: int
    count: int
    items: list[Item]

    @classmethod
    def of(cls, key: str, items: list[Item]) -> "Step":
        """Add up what is in a step."""
        amount = sum(item.change_ore for item in items)
        return cls(key, amount, len({item.device_id or item for item in items}), items)

    @property
    def label(self) -> str:
        return STEP_NAMES[self.key]

    @property
    def help(self) -> str:
        return STEP_HELP[self.key]


@dataclass
class Bridge:
    """Two quarters' cost with every step between them."""

    before: Quarter
    after: Quarter
    before_ore: int
    after_ore: int
    steps: list[Step]
    sentence: str = ""

    @property
    def change_ore(self) -> int:
        return self.after_ore - self.before_ore

    def step(self, key: str) -> Step | None:
        """Return a step by its key."""
        return next((step for step in self.steps if step.key == key), None)
