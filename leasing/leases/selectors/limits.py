"""What is out of scale and asked about once more: amounts beyond the limits of the settings.

Nothing of it is refused, for it may be right: a form asks for a tick, a file's preview warns by
row, and the readiness of the quarter lists what is to be billed.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from leasing.models import Settings

LONGEST = 24  # quarters: a lease is on four years, an extension on one


@dataclass(frozen=True)
class Limits:
    """The largest amounts, øre, that nobody asks about, and the last quarter that can be billed."""

    charge_ore: int
    price_ore: int
    budget_ore: int
    last: Quarter

    @classmethod
    def on(cls, today: date) -> "Limits":
        """Return those that hold today."""
        charge, price, budget = Settings.objects.values_list(
            "charge_limit_kr", "price_limit_kr", "budget_limit_kr"
        ).get(id=1)
        return cls(100 * charge, 100 * price, 100 * budget, Quarter.of(today))

    def of_charge(self, amount_ore: int, charged_on: date) -> list[str]:
        """Say what is odd about a one-off amount."""
        doubts = []
        if abs(amount_ore) > self.charge_ore:
            doubts.append(_doubt_of_size("Beløbet", amount_ore, self.charge_ore))
        if charged_on >= self.last.ends_before:
            doubts.append(
                f"Datoen {charged_on:%d-%m-%Y} ligger efter {self.last.label}, så beløbet kan "
                f"først opkræves med {Quarter.of(charged_on).label}."
            )
        return doubts

    def odd_charges(self) -> Q:
        """Choose the one-off amounts that something is odd about, as `of_charge` says."""
        too_large = Q(amount_ore__gt=self.charge_ore) | Q(amount_ore__lt=-self.charge_ore)
        return too_large | Q(charged_on__gte=self.last.ends_before)

    def of_price(self, price_ore: int = 0, quarters: int = 0) -> list[str]:
        """Say what is odd about the price of one device for its term."""
        doubts = []
        if price_ore > self.price_ore:
            doubts.append(_doubt_of_size("Prisen", price_ore, self.price_ore))
        if quarters > LONGEST:
            doubts.append(
                f"Løbetiden er på {quarters} kvartaler, og der spørges, når den er over {LONGEST}."
            )
        return doubts

    def of_budget(self, amount_ore: int) -> list[str]:
        """Say what is odd about a unit's budget of a year."""
        if amount_ore > self.budget_ore:
            return [_doubt_of_size("Budgettet", amount_ore, self.budget_ore)]
        return []


def _doubt_of_size(what: str, amount_ore: int, limit_ore: int) -> str:
    return (
        f"{what} er {format_kroner(amount_ore)}, og der spørges, når det er over "
        f"{format_kroner(limit_ore)}"
    )
