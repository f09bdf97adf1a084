"""What is to be bought at the lessor, and what has been."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet

from albertslund_it.common.names import danish_key
from inventory.models import DeviceModel
from leasing.domain.accrual import a_quarter
from leasing.models import LeasePrice, OrderLine
from leasing.models.order import Status

TO_BUY = (Status.APPROVED, Status.PARTLY)
STILL_OPEN = (Status.ORDERED, Status.PARTLY)


@dataclass(frozen=True, slots=True)
class ToBuy:
    """An approved line, and how many of it are neither here nor bought."""

    line: OrderLine
    missing: int

    @property
    def key(self) -> str:
        """Name the line as a person has seen it: another count is another thing to buy."""
        return f"{self.line.pk}-{self.missing}"


@dataclass(frozen=True)
class ModelToBuy:
    """The lines of one model, and today's price of one for the whole term, if there is one."""

    model: DeviceModel
    lines: tuple[ToBuy, ...]
    price: LeasePrice | None
    quarter_ore: int

    @property
    def count(self) -> int:
        return sum(one.missing for one in self.lines)

    @property
    def price_ore(self) -> int:
        return self.count * self.price.price_ore if self.price else 0

    @property
    def all_quarter_ore(self) -> int:
        return self.count * self.quarter_ore


def lines_to_buy(ids: Iterable[int] | None = None) -> list[ToBuy]:
    """Return the approved lines that the shelf does not cover and nobody has bought yet."""
    lines = OrderLine.objects.filter(status__in=TO_BUY, supplier_order_number="")
    if ids is not None:
        lines = lines.filter(pk__in=list(ids))
    lines = (
        lines.annotate(ready=Count("devices"))
        .filter(quantity__gt=F("ready"))
        .select_related("order", "model__category", "unit", "employee")
        .order_by("order_id", "position")
    )
    return [ToBuy(line, line.quantity - line.ready) for line in lines]


def by_model(lines: Sequence[ToBuy], on: date) -> list[ModelToBuy]:
    """Group lines by model, in Danish order, with the price list's price of a day."""
    models = {one.line.model for one in lines}
    listed = LeasePrice.objects.filter(model__in=models, starts_on__lte=on).order_by("starts_on")
    prices = {price.model_id: price for price in listed}
    found = []
    for model in sorted(models, key=lambda model: danish_key(model.name)):
        price = prices.get(model.pk)
        of_model = tuple(one for one in lines if one.line.model_id == model.pk)
        quarter = a_quarter(price.price_ore, price.quarters) if price else 0
        found.append(ModelToBuy(model, of_model, price, quarter))
    return found


def purchases() -> QuerySet[OrderLine, dict[str, Any]]:
    """Return the purchases made, the latest first: number, ordered_on, lines, count, open_lines."""
    return (
        OrderLine.objects.exclude(supplier_order_number="")
        .values(number=F("supplier_order_number"))
        .annotate(
            bought_on=Max("ordered_on"),
            first_order=Min("order_id"),
            lines=Count("pk"),
            open_lines=Count("pk", filter=Q(status__in=STILL_OPEN)),
        )
        .order_by(F("bought_on").desc(nulls_last=True), "-number")
    )


def lines_bought(number: str) -> list[OrderLine]:
    """Return the lines of one purchase, with the count of devices that have come."""
    return list(
        OrderLine.objects.filter(supplier_order_number=number)
        .exclude(supplier_order_number="")
        .annotate(ready=Count("devices"))
        .select_related("order", "model", "unit", "employee")
        .order_by("order_id", "position")
    )
