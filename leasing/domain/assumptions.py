"""What a forecast takes for granted of what nobody has agreed on yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Assumptions:
    """What is assumed: of leases that run out, of prices, and of how many pcs there are to be.

    Without a word, each item is leased again at its expiry: the same model for the price that the
    list has on the day of the forecast, raised as the models' prices are.

    `models` has, by model name, the model taken instead when it is leased again. `prices_ore` has
    prices of a whole term by model name, instead of the list's. `price_change` is in hundredths of
    a per cent (1500 = +15 %) and holds for terms that begin on `price_change_from` or later.
    `more` has, by (unit id, model name), how many are added (or, below zero, not leased again) from
    `more_from`. `extended_quarters` above zero extends what runs out by so many quarters at the
    quarterly price it had, before it is leased again. `renews` off: what runs out is not replaced.
    """

    models: Mapping[str, str] = field(default_factory=dict)
    prices_ore: Mapping[str, int] = field(default_factory=dict)
    price_change: int = 0
    price_change_from: date | None = None
    more: Mapping[tuple[int, str], int] = field(default_factory=dict)
    more_from: date | None = None
    extended_quarters: int = 0
    renews: bool = True
