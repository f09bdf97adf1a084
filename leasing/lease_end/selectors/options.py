"""What can be chosen at the end of a term: until when, and what each choice costs."""

from dataclasses import dataclass
from datetime import date

from inventory.models import Device
from leasing.domain.accrual import a_quarter
from leasing.domain.lease_end import last_buyout_day, last_extension_day, last_return_day
from leasing.lease_end.selectors.offers import extensions_offered, offers_of
from leasing.lease_end.selectors.questions import answer_by_of
from leasing.lease_end.selectors.term_ends import TermEnd
from leasing.models import BuyoutOffer, LeasePrice, Settings


@dataclass(frozen=True, slots=True)
class Options:
    """The choices at an end as they stand on a day, with the last day of each and its price.

    No last day of a buyout: the municipality does not allow it. `quarter_ore` is the instalment
    of the term; an extension is estimated by it until a price is offered (`extension_offer`).
    `new_ore` is what a new one of the model costs a quarter by the price list; None without one.
    """

    end: TermEnd
    on: date
    days_left: int
    last_buyout: date | None
    last_extension: date
    last_return: date
    answer_by: date | None
    quarter_ore: int
    new_ore: int | None
    offer: BuyoutOffer | None
    extension_offer: BuyoutOffer | None

    def is_too_late(self, last: date | None) -> bool:
        return last is None or last < self.on


def options_at(end: TermEnd, on: date) -> Options:
    """Return the choices at an end."""
    settings = Settings.objects.get()
    answer_by = answer_by_of([end.lease_id]).get(end.lease_id)
    device = Device.objects.select_related("model").get(pk=end.device_id)
    prices = LeasePrice.objects.filter(model=device.model, starts_on__lte=on)
    price = prices.order_by("-starts_on").first()
    last_buyout = last_buyout_day(end.starts_on, end.ends_before, settings.buyout_margin_days)
    return Options(
        end=end,
        on=on,
        days_left=(end.last_day - on).days,
        last_buyout=last_buyout if settings.allows_buyout else None,
        last_extension=last_extension_day(end.ends_before, answer_by),
        last_return=last_return_day(end.ends_before, settings.return_days),
        answer_by=answer_by,
        quarter_ore=end.quarter_ore,
        new_ore=a_quarter(price.price_ore, price.quarters) if price else None,
        offer=offer_for(device, on),
        extension_offer=extensions_offered({device.pk: device.model_id}, on).get(device.pk),
    )


def offer_for(device: Device, on: date) -> BuyoutOffer | None:
    """Return the lessor's offer for a device: its own before its model's, the latest that holds."""
    return offers_of({device.pk: device.model_id}, on).get(device.pk)
