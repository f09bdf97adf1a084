"""What the lessor takes for a device: the offer that holds on a day."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db.models import Q, QuerySet

from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from leasing.models import BuyoutOffer


def offers_in_force(on: date) -> QuerySet[BuyoutOffer]:
    """Return the offers of a buyout that hold on a day, the one that holds longest first."""
    return _holding(on).filter(price_ore__isnull=False)


def _holding(on: date) -> QuerySet[BuyoutOffer]:
    return BuyoutOffer.objects.filter(valid_until__gte=on).order_by("-valid_until", "-pk")


def offers_of(models: Mapping[int, int], on: date) -> dict[int, BuyoutOffer]:
    """Return the offer that holds for each of some devices on a day; `models` are theirs, by id.

    A device's own goes before its model's; of several it is the one that holds longest.
    """
    asked = _offers(on, devices=models, models=set(models.values())) if models else []
    return _best(models, asked)


@put_together_once
def _offers(
    on: date, *, devices: Collection[int], models: Collection[int]
) -> QuerySet[BuyoutOffer]:
    return offers_in_force(on).filter(_about(devices, models))


def _about(devices: Collection[int], models: Collection[int]) -> Q:
    return Q(device__in=among(devices, int)) | Q(model__in=among(models, int))


def extensions_offered(models: Mapping[int, int], on: date) -> dict[int, BuyoutOffer]:
    """Return the offer of an extension that holds for each of some devices, as `offers_of` does."""
    about = _about(models, set(models.values()))
    return _best(models, offers_of_extensions(on).filter(about))


def offers_of_extensions(on: date) -> QuerySet[BuyoutOffer]:
    """Return the offers of an extension that hold on a day, the one that holds longest first."""
    return _holding(on).filter(extension_ore__isnull=False)


def _best(models: Mapping[int, int], offers: Iterable[BuyoutOffer]) -> dict[int, BuyoutOffer]:
    own: dict[int, BuyoutOffer] = {}
    of_models: dict[int, BuyoutOffer] = {}
    for offer in offers:
        if offer.device_id is not None:
            own.setdefault(offer.device_id, offer)
        elif offer.model_id is not None:
            of_models.setdefault(offer.model_id, offer)
    found = {device: own.get(device) or of_models.get(model) for device, model in models.items()}
    return {device: offer for device, offer in found.items() if offer}
