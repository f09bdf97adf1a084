"""The price list: what a model costs for leases that start from a day on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.files.cells import KEEP, Keep, given
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.money import format_kroner
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.people import Actor
from inventory.devices.services.models import ModelBook
from inventory.models import Category, DeviceModel
from leasing.leases.selectors.limits import Limits
from leasing.models import LeasePrice

DEFAULT_QUARTERS = 16


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """A price of a whole term in øre; KEEP leaves a value as it is."""

    model: str
    category: str
    starts_on: date
    price_ore: int
    quarters: int | Keep = KEEP
    source: str | Keep = KEEP
    row: int | None = None


@transaction.atomic
def save_prices(
    *, rows: Sequence[PriceFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Put prices on the list, or correct them; leases that have theirs keep it.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(Category, DeviceModel, LeasePrice)
    errors = errors or RowErrors()
    changes, limits = Changes((Category, DeviceModel, LeasePrice)), Limits.on(today)
    book = ModelBook(changes, errors)
    prices = {(price.model_id, price.starts_on): price for price in LeasePrice.objects.all()}
    for row in rows:
        model = book.state(row.row, row.model, row.category)
        if model is None:  # what is wrong with it is noted
            continue
        subject = f"{model.name} fra {row.starts_on:%d-%m-%Y}"
        if row.price_ore <= 0:
            errors.add(row.row, "Leasingpris skal være over nul")
        quarters = 0 if row.quarters is KEEP else row.quarters
        changes.warn(row.row, limits.of_price(row.price_ore, quarters))
        if not errors.is_first(row.row, (id(model), row.starts_on), f"Model {subject}"):
            continue
        values = given(row, "price_ore", "quarters", "source")
        if price := prices.get((model.id, row.starts_on)):
            changes.update(price, subject, **values)
        else:
            told = ValueChange(subject, f"ny pris: {format_kroner(row.price_ore)}")
            values = {"quarters": DEFAULT_QUARTERS} | values
            changes.create(LeasePrice(model=model, starts_on=row.starts_on, **values), told)
    errors.refuse()
    changes.save(actor)
    return changes


class PriceList:
    """The prices of some models, for the rows of one file."""

    def __init__(self, models: Iterable[DeviceModel]):
        ids = among({model.id for model in models}, int)
        prices = LeasePrice.objects.filter(model_id__in=ids).order_by("-starts_on")
        self._prices: dict[int, list[LeasePrice]] = {}
        for price in prices:
            self._prices.setdefault(price.model_id, []).append(price)

    def on(self, model: DeviceModel, day: date) -> LeasePrice | None:
        """Return the price that is in force on a day: the latest that begins by then."""
        prices = self._prices.get(model.id, ())
        return next((price for price in prices if price.starts_on <= day), None)

    def first_day(self, model: DeviceModel) -> str:
        """Return from when a model has a price, as an aside; '' where it has none."""
        prices = self._prices.get(model.id)
        return f" (den første gælder fra {prices[-1].starts_on:%d-%m-%Y})" if prices else ""
