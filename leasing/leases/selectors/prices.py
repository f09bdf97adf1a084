"""Whether a model can be leased on a day: only what has a price on the list can."""

from datetime import date

from inventory.models import DeviceModel
from leasing.models import LeasePrice


def why_no_price(model: DeviceModel, day: date) -> str:
    """Return why a model cannot be leased on a day, and from when it can; '' where it can."""
    starts = LeasePrice.objects.filter(model=model).order_by("starts_on")
    first = starts.values_list("starts_on", flat=True).first()
    if first is None:
        return (
            f"{model.name} har ingen pris på prislisten. Vælg en anden, eller bed økonomi om at "
            "indlæse prisen."
        )
    if first > day:
        return (
            f"{model.name} har først en pris fra {first:%d-%m-%Y}, ikke {day:%d-%m-%Y}. Vent til "
            "da, eller vælg en anden."
        )
    return ""
