"""What the lessor offers devices for: taken in from its list, or typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from albertslund_it.common.days import shown_day
from albertslund_it.common.errors import Refused
from albertslund_it.common.files.cells import KEEP, Keep
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.money import format_kroner
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.objects import new_row
from albertslund_it.web.database.rows import among, any_of, lock
from albertslund_it.web.forms.agreement import refuse_unless_sure
from albertslund_it.web.people import Actor
from inventory.devices.services.models import ModelBook
from inventory.imports.selectors import devices_by_serial_number, unknown_device
from inventory.models import Departure, Device, DeviceModel
from leasing.leases.selectors.limits import Limits
from leasing.models import BuyoutOffer, Lease

WHY_NO_PRICE = "Skriv en frikøbspris, en pris for forlængelse pr. kvartal eller begge"
MOST_ORE = 100_000_000  # a million kroner: more is no price of a used device


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """Prices in øre of a device or of any device of a model, until a day.

    Of a buyout, of a quarter more of its lease, or both.
    """

    valid_until: date
    price_ore: int | Keep = KEEP
    extension_ore: int | Keep = KEEP
    serial_number: str | Keep = KEEP
    model: str | Keep = KEEP
    row: int | None = None


@transaction.atomic
def save_offers(
    *, rows: Sequence[OfferFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Take in offers, or change their price: each is known by what it is for and its last day.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(BuyoutOffer)
    saving = _Saving(rows, errors or RowErrors(), today)
    for row in rows:
        saving.save(row)
    saving.errors.refuse()
    saving.changes.save(actor)
    return saving.changes


class _Saving:
    def __init__(self, rows: Sequence[OfferFacts], errors: RowErrors, today: date):
        self.errors, self.today, self.limits = errors, today, Limits.on(today)
        self.changes = Changes((BuyoutOffer,))
        self.models = ModelBook(self.changes, errors)
        self.devices = devices_by_serial_number(
            [row.serial_number for row in rows if row.serial_number is not KEEP]
        )
        pks = {device.pk for device in self.devices.values()}
        ids = among(pks, int)
        leases = Lease.objects.filter(any_of("device_id", pks, int)).order_by()
        self.leased = set(leases.values_list("device", flat=True))
        departures = Departure.objects.filter(device__in=ids)
        self.gone = dict(departures.values_list("device", "left_on"))
        known = BuyoutOffer.objects.filter(Q(device__in=ids) | Q(model__isnull=False))
        self.offers = {(o.device_id, o.model_id, o.valid_until): o for o in known}

    def save(self, row: OfferFacts) -> None:
        if (row.serial_number is KEEP) == (row.model is KEEP):
            self.errors.add(
                row.row,
                "Skriv enten et serienummer eller en model: Tilbuddet gælder det ene eller det "
                "andet",
            )
            return
        for reason in _faults_of_prices(row.price_ore, row.extension_ore):
            self.errors.add(row.row, reason)
        device, model = self._device(row), self._model(row)
        one = device or model
        if one is None:
            return
        subject = f"{one} til {shown_day(row.valid_until)}"
        key = (device.pk if device else None, model.pk if model else None, row.valid_until)
        if not self.errors.is_first(row.row, key, f"Et tilbud på {subject}"):
            return
        offer = self.offers.get(key)
        said = {"price_ore": row.price_ore, "extension_ore": row.extension_ore}
        prices = {name: value for name, value in said.items() if value is not KEEP}
        if offer is None or any(getattr(offer, name) != value for name, value in prices.items()):
            self._look_at(row, device)
        if offer:
            self.changes.update(offer, subject, **prices)
        elif prices:
            made = new_row(
                BuyoutOffer, device=device, model=model, valid_until=row.valid_until, **prices
            )
            self.changes.create(made, ValueChange(subject, f"nyt tilbud: {_prices_of(made)}"))
        else:
            self.errors.add(row.row, WHY_NO_PRICE)

    def _look_at(self, row: OfferFacts, device: Device | None) -> None:
        """Note what stands against an offer that is not there already, just so."""
        if row.valid_until < self.today:
            self.errors.add(row.row, _why_past(row.valid_until))
        if device and device.pk in self.gone:
            self.errors.add(
                row.row, f"{device} er ude af registeret fra den {self.gone[device.pk]:%d-%m-%Y}"
            )
        elif device and device.pk not in self.leased:
            self.errors.add(row.row, f"{device} er ikke leaset, så leasinggiver kan ikke sælge den")
        if row.price_ore is not KEEP:
            self.changes.warn(row.row, self.limits.of_price(row.price_ore))

    def _device(self, row: OfferFacts) -> Device | None:
        if row.serial_number is KEEP:
            return None
        device = self.devices.get(row.serial_number)
        if device is None:
            self.errors.add(row.row, unknown_device(row.serial_number))
        return device

    def _model(self, row: OfferFacts) -> DeviceModel | None:
        return None if row.model is KEEP else self.models.find(row.row, row.model)


def faults_of_price(price_ore: int) -> list[str]:
    """Return why a price is none, without the full stop."""
    if price_ore <= 0:
        return ["Frikøbspris skal være over nul"]
    if price_ore > MOST_ORE:
        return [f"Frikøbspris er {format_kroner(price_ore)} Den kan højst være en million kroner"]
    return []


def _faults_of_prices(price_ore: int | Keep | None, extension_ore: int | Keep | None) -> list[str]:
    """Return why what an offer names is no price, without the full stop."""
    found = faults_of_price(price_ore) if isinstance(price_ore, int) else []
    if isinstance(extension_ore, int):
        found += [
            reason.replace("Frikøbspris", "Forlængelse pr. kvartal")
            for reason in faults_of_price(extension_ore)
        ]
    return found


def _prices_of(offer: BuyoutOffer) -> str:
    parts = [format_kroner(offer.price_ore)] if offer.price_ore else []
    if offer.extension_ore:
        parts.append(f"forlængelse {format_kroner(offer.extension_ore)} pr. kvartal")
    return ", ".join(parts)


def _why_past(day: date) -> str:
    return f"Gælder til er den {day:%d-%m-%Y}, som er gået, så ingen kan nå at sige ja"


@transaction.atomic
def save_offer(
    *,
    offer_id: int | None,
    device: Device | None,
    model: DeviceModel | None,
    price_ore: int | None,
    valid_until: date,
    actor: Actor,
    today: date,
    extension_ore: int | None = None,
    is_sure: bool = False,
) -> Changes:
    """Enter an offer, or change one; one with the same last day gets the price.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock(BuyoutOffer)
    if offer_id:
        offer = BuyoutOffer.objects.select_related("device", "model").filter(pk=offer_id).first()
        if offer is None:
            raise Refused("Tilbuddet er slettet af en anden imens.")
        device, model = offer.device, offer.model
    if (device is None) == (model is None):
        raise Refused("Skriv enten et serienummer eller vælg en model, ikke begge.")
    same = BuyoutOffer.objects.filter(device=device, model=model, valid_until=valid_until).first()
    if offer_id and same and same.pk != offer_id:
        raise Refused(f"Der er allerede et tilbud, der gælder til den {valid_until:%d-%m-%Y}.")
    found = offer if offer_id else same
    changes, subject = Changes((BuyoutOffer,)), f"{device or model} til {valid_until:%d-%m-%Y}"
    if price_ore is None and extension_ore is None:
        raise Refused(full_stop(WHY_NO_PRICE))
    values = {
        "price_ore": price_ore,
        "extension_ore": extension_ore,
        "valid_until": valid_until,
    }
    if found and all(getattr(found, name) == value for name, value in values.items()):
        return changes
    reasons = [full_stop(reason) for reason in _faults_of_prices(price_ore, extension_ore)]
    if reasons := reasons + _faults(device, valid_until, today):
        raise Refused(*reasons)
    refuse_unless_sure(Limits.on(today).of_price(price_ore or 0), is_sure)
    if found:
        changes.update(found, subject, **values)
    else:
        made = BuyoutOffer(device=device, model=model, **values)
        changes.create(made, ValueChange(subject, f"nyt tilbud: {_prices_of(made)}"))
    changes.save(actor)
    return changes


def _faults(device: Device | None, valid_until: date, today: date) -> list[str]:
    reasons = []
    if valid_until < today:
        reasons.append(full_stop(_why_past(valid_until)))
    if device and hasattr(device, "departure"):
        left_on = device.departure.left_on
        reasons.append(f"{device} er ude af registeret fra den {left_on:%d-%m-%Y}.")
    elif device and not hasattr(device, "lease"):
        reasons.append(f"{device} er ikke leaset, så leasinggiver kan ikke sælge den.")
    return reasons


@transaction.atomic
def delete_offer(*, offer_id: int, actor: Actor) -> None:
    """Delete an offer; who has been asked keeps the price of the mail.

    Raises:
        Refused: when somebody else has deleted it.
    """
    lock(BuyoutOffer)
    offer = BuyoutOffer.objects.select_related("device", "model").filter(pk=offer_id).first()
    if offer is None:
        raise Refused("Tilbuddet er allerede slettet.")
    changes = Changes((BuyoutOffer,))
    changes.delete(offer, str(offer.device or offer.model), "Tilbuddet er slettet")
    changes.save(actor)
