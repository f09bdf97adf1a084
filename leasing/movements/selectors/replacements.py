"""What a person whose device is gone could have instead: from the shelf, else a new one."""

from dataclasses import dataclass
from datetime import date

from inventory.models import Device, DeviceModel
from leasing.models import LeasePrice
from leasing.movements.selectors.states import DeviceState
from leasing.orders.selectors.shelf import shelf_for

# What a choice begins with; the id of a device or of a model follows.
STOCK, NEW = "lager", "ny"


@dataclass(frozen=True, slots=True)
class Offers:
    """The devices of the stock, and the prices of models that can be ordered."""

    shelf: tuple[Device, ...] = ()
    prices: tuple[LeasePrice, ...] = ()


def replacements_for(state: DeviceState, on: date) -> Offers:
    """Return what could stand in for a device; nothing for what is itself in stock."""
    if state.is_in_stock(on):
        return Offers()
    model = state.device.model
    prices = LeasePrice.objects.filter(starts_on__lte=on, model__category=model.category_id)
    latest = {price.model_id: price for price in prices.order_by("starts_on")}
    models = DeviceModel.objects.filter(pk__in=latest)
    for one in models:
        latest[one.pk].model = one
    return Offers(
        tuple(one.device for one in shelf_for(model, on)),
        tuple(latest[one.pk] for one in models),
    )
