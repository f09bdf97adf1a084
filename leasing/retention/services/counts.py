"""What a stocktake knows of people: who was asked about which device, and what was said."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Q

from albertslund_it.web.database.rows import among
from leasing.models import CountedDevice, Stocktake, StocktakeFind
from leasing.retention.services.forgetting import (
    GONE,
    Forgotten,
    entries_of,
    forget_texts,
    scrub,
)

OF_COUNT = ("note", "place", "employee")
OF_FIND = ("place",)


def forget_counts(moment: datetime, ended_before: date) -> Iterator[Forgotten]:
    """Forget who was asked, and what was said, of stocktakes that were over by then."""
    over = Q(closed_at__lt=moment) | Q(closed_at=None, due_on__lt=ended_before)
    stocktakes = Stocktake.objects.filter(over)
    counted = CountedDevice.objects.filter(stocktake__in=stocktakes)
    said = ~Q(note__in=["", GONE]) | ~Q(place__in=["", GONE])
    named = counted.filter(said | Q(employee__isnull=False))
    ids = list(named.order_by().values_list("pk", flat=True))
    rows = CountedDevice.objects.filter(pk__in=among(ids, int))
    rows.exclude(note="").update(note=GONE)
    rows.exclude(place="").update(place=GONE)
    rows.update(employee=None)
    # What a row said once, and says no more, is in its history still.
    every = list(counted.order_by().values_list("pk", flat=True))
    yield Forgotten(len(ids), scrub(entries_of(CountedDevice, every), OF_COUNT))
    yield forget_texts(StocktakeFind.objects.filter(stocktake__in=stocktakes), OF_FIND)
