"""Something that no longer holds of what is sealed, as data."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breach:
    """What no longer holds, and the values that say where; those in øre have names in `_ore`.

    `leasing.billing.presenters.breaches` has the words of every kind.
    """

    kind: str
    values: Mapping[str, object]
