"""The steps of a bridge, and what is in them."""

from collections.abc import Sequence
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

# In the order of the page.
STEPS = (NEW, ENDED, MOVED_IN, MOVED_OUT, STOCK, PRICE, PART, CORRECTIONS, CHARGES, ODD)


class BridgeItem(NamedTuple):
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
class BridgeStep:
    """A step; `items` is all that is in it, the largest difference first.

    `are_pcs`: nothing but pcs is in it. `place` is the department at the other end of most of it.
    """

    key: str
    amount_ore: int
    count: int
    are_pcs: bool
    place: str
    items: Sequence[BridgeItem]


@dataclass(frozen=True)
class Bridge:
    """Two quarters' cost with every step between them."""

    before: Quarter
    after: Quarter
    before_ore: int
    after_ore: int
    steps: list[BridgeStep]

    @property
    def change_ore(self) -> int:
        return self.after_ore - self.before_ore

    @property
    def main_step(self) -> BridgeStep:
        """Return the step that did most for the change; there is one where there is a change."""
        same_way = [s for s in self.steps if (s.amount_ore > 0) is (self.change_ore > 0)]
        return max(same_way, key=lambda step: abs(step.amount_ore))

    def step(self, key: str) -> BridgeStep | None:
        """Return a step by its key."""
        return next((step for step in self.steps if step.key == key), None)
