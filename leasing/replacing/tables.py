"""The list of what is to be replaced soon, and what it can be narrowed to."""

from collections.abc import Iterator
from datetime import date

import django_filters
from django.db.models import QuerySet
from django.urls import reverse

from albertslund_it.common.money import format_kroner
from albertslund_it.common.permissions import VIEW_EMPLOYEE
from albertslund_it.web.clock import today
from albertslund_it.web.forms.fields import PlainSelect
from albertslund_it.web.lists.columns import (
    AmountColumn,
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import QuerySetRows, Table
from inventory.devices.selectors import devices_matching
from inventory.models import Category, Device
from inventory.organisation.presenters import unit_choices
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import units_seen_by
from inventory.placements.selectors import placements_in_force
from leasing.lease_end.presenters import happens_beside_the_day
from leasing.replacing.selectors.due import (
    LEASE,
    MONTHS,
    WARRANTY,
    DueDevice,
    due_devices,
    due_within,
    new_ones_ore,
)

CHUNK = 500  # rows read at a time for a download
WITHIN = (1, 3, 9, 12, 18, 24)


class DueFilter(FilterSet):
    """What the list can be narrowed to; every choice is within the user's scope."""

    q = django_filters.CharFilter(label="Søg", method="search")
    months = django_filters.ChoiceFilter(
        label="Inden for",
        choices=[(str(n), "1 måned" if n == 1 else f"{n} måneder") for n in WITHIN],
        method="within",
        empty_label=f"{MONTHS} måneder",
    )
    what = django_filters.ChoiceFilter(
        label="Hvad udløber",
        choices=[(WARRANTY, "Garantien"), (LEASE, "Leasingen")],
        method="within",
        empty_label="Garanti eller leasing",
    )
    department = django_filters.ModelChoiceFilter(
        label="Afdeling",
        queryset=lambda request: departments_open_to(request.user, today()),
        method="in_department",
        empty_label="Alle",
    )
    unit = django_filters.ChoiceFilter(
        label="Enhed", method="in_unit", empty_label="Alle", widget=PlainSelect
    )
    category = django_filters.ModelChoiceFilter(
        label="Kategori",
        field_name="model__category",
        queryset=Category.objects.all(),
        empty_label="Alle",
    )

    class Meta:
        model = Device
        fields: list[str] = []

    def __init__(self, *args, request, **kwargs):
        self.people = request.user.has_perm(VIEW_EMPLOYEE)
        super().__init__(*args, request=request, **kwargs)
        units = units_seen_by(request.user, today())
        self.filters["unit"].extra["choices"] = unit_choices(units)
        self.hint("Serienr., enhed eller person" if self.people else "Serienr. eller enhed")

    def filter_queryset(self, queryset):
        """Narrow to what ends in time, then to all that is asked for besides."""
        asked = self.form.cleaned_data
        months = int(asked.get("months") or MONTHS)
        found = due_within(queryset, asked.get("what") or "", months, today())
        return super().filter_queryset(found)

    def within(self, devices, name, value):
        return devices  # both of them say what ends in time, together

    def search(self, devices, name, value):
        return devices_matching(devices, value, today(), with_people=self.people)

    def in_department(self, devices, name, value):
        placed = placements_in_force(today()).filter(unit__department=value)
        return devices.filter(pk__in=placed.values("device"))

    def in_unit(self, devices, name, value):
        placed = placements_in_force(today()).filter(unit=value)
        return devices.filter(pk__in=placed.values("device"))


class DueRows(QuerySetRows):
    """The devices of a queryset: a page's ids first, then the rows of those."""

    def __init__(self, devices: QuerySet[Device], on: date):
        super().__init__(devices)
        self.on = on

    def rows_of(self, ids: list[int]) -> dict[int, DueDevice]:
        return due_devices(ids, self.on)

    def __iter__(self) -> Iterator[DueDevice]:
        ids = list(self.ids())
        for start in range(0, len(ids), CHUNK):
            yield from self[start : start + CHUNK]


def _device_page(row: DueDevice) -> str:
    return reverse("device-detail", args=[row.id])


def _ends(row: DueDevice):
    if row.end is None:
        return ""
    happening = happens_beside_the_day(row.end, today())
    return happening.style, happening.words


class DueTable(Table):
    """The devices to be replaced, those of a unit beside each other."""

    caption = "Udstyr, hvis garanti eller leasing udløber"
    empty_title = "Intet udløber uden at være erstattet"
    empty_help = "Det kommer her, når garantien eller leasingen snart er slut."

    serial_number = CodeColumn(
        "Serienr.",
        of="device.serial_number",
        link=_device_page,
        sort_by="serial_number",
        card="line",
    )
    model = Column("Model", of="device.model.name", sort_by="model__name", card="line")
    department = Column(
        "Afdeling",
        of=lambda row: (
            row.placement.unit.department.name
            if row.placement and row.placement.unit and row.placement.unit.department
            else ""
        ),
        orderable=False,
    )
    unit = Column(
        "Enhed",
        of=lambda row: row.placement.unit.name if row.placement and row.placement.unit else "",
        orderable=False,
        card="title",
    )
    person = Column("Bruges af", orderable=False, card="line")
    warranty_until = DateColumn("Garanti til", of="device.warranty_until", sort_by="warranty_until")
    last_day = DateColumn(
        "Leasing til",
        of=lambda row: row.end.last_day if row.end else None,
        sort_by="lease__kept_cost__ends_before",
        card="note",
    )
    ends = MarkColumn("Ved udløb", of=_ends, orderable=False)
    quarter_ore = AmountColumn("En ny, kr. pr. kvartal", orderable=False, card="answer")

    @property
    def summary(self) -> str:
        """Say what new ones would cost."""
        if not len(self.data):
            return ""
        ore = new_ones_ore(self.data.data, self.data.on)
        return f"nye af samme model koster i alt {format_kroner(ore)} pr. kvartal"
