"""What a person whose device is gone could have instead: from the shelf, else a new one."""

from datetime import date

from albertslund_it.common.money import format_kroner
from inventory.models import DeviceModel
from leasing.models import LeasePrice
from leasing.movements.selectors.states import DeviceState
from leasing.orders.selectors.shelf import shelf_for

STOCK, NEW = "lager", "ny"


def replacements_for(state: DeviceState, on: date) -> list[tuple[str, str]]:
    """Return (choice, label), the shelf first; none for what is itself in stock."""
    if state.is_in_stock(on):
        return []
    model = state.device.model
    offers = [
        (f"{STOCK}-{one.device.pk}", f"Fra lageret: {one.device.model.name} {one.device}")
        for one in shelf_for(model, on)
    ]
    prices = LeasePrice.objects.filter(starts_on__lte=on, model__category=model.category_id)
    latest = {price.model_id: price for price in prices.order_by("starts_on")}
    models = DeviceModel.objects.filter(pk__in=latest)
    return offers + [
        (f"{NEW}-{one.pk}", f"Bestil en ny {one.name} ({format_kroner(latest[one.pk].price_ore)})")
        for one in models
    ]
