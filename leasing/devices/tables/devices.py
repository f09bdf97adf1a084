from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property

from django.db.models import QuerySet
from django.urls import reverse
from django_tables2.data import TableData

from albertslund_it.web.lists.columns import (
    AmountColumn,
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
)
from albertslund_it.web.lists.picking import MOST
from albertslund_it.web.lists.tables import Table
from inventory.models import Device
from leasing.billing.selectors.quarter_costs import LeasedCost, cost_of
from leasing.devices.presenters import at_the_end, place_of
from leasing.devices.selectors.device_list import (
    DeviceRow,
    device_rows,
    in_register,
    leased_cost,
    ordered_device_ids,
)
from leasing.leases.presenters import lease_cell

CHUNK = 500  # rows read at a time for a download; well under SQLite's limit on parameters


class DeviceRows(TableData):
    """The devices of a queryset: a page's ids first, then the rows of those.

    `cost` counts them and adds them up where that is known without reading them.
    """

    def __init__(
        self,
        devices: QuerySet[Device],
        on: date,
        *,
        is_narrowed: bool,
        cost: Callable[[date], LeasedCost] | None = None,
    ):
        super().__init__(devices.order_by())
        self.on, self.is_narrowed = on, is_narrowed
        self._cost = cost
        self.alias = "serial_number"

    def __len__(self) -> int:
        if not hasattr(self, "_length"):
            if self._is_refused:
                self._length = 0
            elif not self.is_narrowed:
                self._length = in_register(self.on)
            else:
                self._length = self._known.count if self._known else self.data.count()
        return self._length

    def sum_of(self, bound) -> int | None:
        """Add up what they cost in the quarter; None where they are more than are read at once."""
        if self._known:
            return self._known.quarter_ore
        if not self.is_narrowed:
            return leased_cost(self.on).quarter_ore
        return cost_of(self.data, self.on).quarter_ore if len(self) <= MOST else None

    @property
    def _is_refused(self) -> bool:
        return self.data.query.is_empty()  # then it shows nothing

    @cached_property
    def _known(self) -> LeasedCost | None:
        return self._cost(self.on) if self._cost and not self._is_refused else None

    def order_by(self, aliases):
        self.alias = aliases[0] if aliases else "serial_number"

    def __getitem__(self, wanted: slice) -> list[DeviceRow]:
        return device_rows(self._page_of_ids(wanted.start, wanted.stop), self.on)

    def _page_of_ids(self, start: int, stop: int) -> list[int]:
        """Count a deep page from the end: a database reads all that it skips."""
        ids, length = self._ids(), len(self)
        if isinstance(ids, QuerySet) and start > length // 2:
            return list(ids.reverse()[max(0, length - stop) : length - start])[::-1]
        return list(ids[start:stop])

    def __iter__(self) -> Iterator[DeviceRow]:
        ids = list(self._ids()[0:])
        for start in range(0, len(ids), CHUNK):
            yield from device_rows(ids[start : start + CHUNK], self.on)

    def _ids(self):
        descending = self.alias.startswith("-")
        return ordered_device_ids(
            self.data,
            self.alias.lstrip("-"),
            descending=descending,
            on=self.on,
            is_narrowed=self.is_narrowed,
        )


def _device_page(row: DeviceRow) -> str:
    return reverse("device-detail", args=[row.id])


def _unit_page(row: DeviceRow) -> str:
    return reverse("unit-detail", args=[row.unit_id]) if row.unit_id else ""


def _person_page(row: DeviceRow) -> str:
    return reverse("employee-detail", args=[row.person_id]) if row.person_id else ""


class SinceColumn(DateColumn):
    """Since when a device is where it is; one that was never handed out is in stock so far."""

    def cell(self, record, value):
        if value is None:
            return '<span class="soft">Aldrig udleveret</span>'
        return super().cell(record, value)


class DeviceTable(Table):
    """Every device that the user may see."""

    caption = "Udstyr"
    empty_title = "Der er ikke noget udstyr endnu"
    empty_help = "Det kommer, når en leverance er indlæst, eller når din enhed får udleveret noget."

    serial_number = CodeColumn("Serienr.", link=_device_page, card="line")
    model = CodeColumn("Model", card="line")
    category = Column("Kategori", visible=False)
    person = Column("Medarbejder", link=_person_page, card="title")
    unit = Column("Enhed", of=place_of, link=_unit_page, card="line")
    department = Column("Afdeling", visible=False)
    since = SinceColumn("Siden")
    lease_starts_on = DateColumn("Leasing fra", visible=False)
    lease_state = MarkColumn(
        "Leasing til", of=lambda row: lease_cell(row.lease_state), orderable=False
    )
    happens = MarkColumn("Ved udløb", of=at_the_end, orderable=False)
    last_seen = DateColumn("Sidst set", visible=False)
    quarter_ore = AmountColumn("I kvartalet (kr.)", orderable=False, summed=True, card="answer")
    # What an import of the file needs.
    placed_from = DateColumn("Fra", of="since", visible=False)
    unit_number = CodeColumn("Enhedsnr", visible=False)
    initials = CodeColumn("Initialer", visible=False)
    used_for = Column("Bruges til", visible=False)
    sub_agreement = CodeColumn("Underaftale", visible=False)
