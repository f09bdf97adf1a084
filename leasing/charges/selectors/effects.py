"""What a one-off amount, or the settlement of a lease, does: shown before it is saved."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from albertslund_it.common.quarters import Quarter
from inventory.models import Device, Unit
from leasing.billing.selectors.consequences import Consequence, Plan, consequence_of
from leasing.billing.selectors.window import last_closed_quarter, run_taking
from leasing.leases.selectors.limits import Limits
from leasing.models import Charge, InvoiceLine


@dataclass(frozen=True)
class ChargeEffect:
    """A one-off amount to be saved, the run that bills it, and what else waits for its unit.

    `run` is a code; `before` is the charge that is changed, as it is now; `doubts` are asked about
    once more.
    """

    charge: Charge
    before: Charge | None
    run: str
    closed: Quarter | None
    waiting: int
    waiting_ore: int
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class SettlementEffect:
    """What a settlement does: the lease stops, and the unit is charged."""

    lease: Consequence
    charge: ChargeEffect


def effect_of_charge(*, charge: Charge, today: date) -> ChargeEffect:
    """Work out what a charge does that is not saved yet: a new one, or one that is changed."""
    own, closed = Quarter.of(charge.charged_on), last_closed_quarter()
    billed = InvoiceLine.objects.exclude(charge=None).values("charge")
    others = Charge.objects.filter(unit=charge.unit).exclude(pk=charge.pk).exclude(pk__in=billed)
    # The same again is no other one.
    others = others.exclude(charged_on=charge.charged_on, text=charge.text)
    sums = others.aggregate(count=Count("pk"), ore=Sum("amount_ore"))
    before = Charge.objects.select_related("unit", "device").filter(pk=charge.pk).first()
    return ChargeEffect(
        charge,
        before,
        run_taking(own, today),
        own if closed and own <= closed else None,
        sums["count"],
        sums["ore"] or 0,
        tuple(Limits.on(today).of_charge(charge.amount_ore, charge.charged_on)),
    )


def effect_of_settlement(
    *, device: Device, stops_on: date, unit: Unit, amount_ore: int, text: str, today: date
) -> SettlementEffect:
    """Work out what settling a lease does."""
    charge = Charge(charged_on=stops_on, unit=unit, amount_ore=amount_ore, text=text, device=device)
    return SettlementEffect(
        consequence_of({device.pk: Plan(stops_on=stops_on)}, today),
        effect_of_charge(charge=charge, today=today),
    )
