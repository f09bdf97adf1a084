"""The list of cages, and of what could go into one."""

import django_filters
from django.urls import reverse

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from albertslund_it.web.forms.fields import PlainSelect
from albertslund_it.web.lists.columns import (
    AmountColumn,
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import QuerySetRows, Table
from inventory.devices.selectors import devices_matching
from inventory.models import Device
from inventory.organisation.presenters import unit_choices
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import units_seen_by
from inventory.placements.selectors import placements_in_force
from leasing.models import Cage
from leasing.returns.presenters import (
    COLLECTED,
    CONFIRMED,
    OPEN,
    STATES,
    cage_mark,
    last_day,
    place_of,
)
from leasing.returns.selectors.cages import cages_with_faults
from leasing.returns.selectors.proposed import ending_in, proposed_rows, quarters_proposed


class CageTable(Table):
    """Every cage."""

    caption = "It-bure"
    empty_title = "Der er ingen it-bure endnu"
    empty_help = "Opret ét, når leasinggiver har sagt, hvornår det kommer."

    place = Column("Sted", link=lambda cage: reverse("cage-detail", args=[cage.pk]), card="title")
    collected_on = DateColumn("Hentes", card="note")
    room_for = NumberColumn("Plads")
    listed = NumberColumn("På listen", card="line")
    packed = NumberColumn("Pakket", card="line")
    gone_on = DateColumn("Hentet")
    confirmed_on = DateColumn("Bekræftet")
    state = MarkColumn("Status", of=cage_mark, orderable=False, card="line")


class CageFilter(FilterSet):
    """What the list of cages can be narrowed to."""

    status = django_filters.ChoiceFilter(
        label="Status", choices=STATES, method="in_state", empty_label="Alle"
    )
    sted = django_filters.CharFilter(label="Sted", field_name="place", lookup_expr="icontains")

    class Meta:
        model = Cage
        fields: list[str] = []

    def in_state(self, cages, name, state):
        if state == OPEN:
            return cages.filter(gone_on=None)
        if state == COLLECTED:
            return cages.filter(gone_on__isnull=False, confirmed_on=None)
        if state == CONFIRMED:
            return cages.filter(confirmed_on__isnull=False)
        return cages.filter(pk__in=cages_with_faults(today()).order_by().values("pk"))


class ProposedRows(QuerySetRows):
    """Devices that could be packed, dressed for as many as are shown."""

    def rows_of(self, ids):
        return proposed_rows(ids, today())

    def __iter__(self):
        ids = list(self.ids())
        found = proposed_rows(ids, today())
        return (found[pk] for pk in ids)


class ProposedTable(Table):
    """What is to go back and is on no list."""

    caption = "Udstyr, der kan pakkes"
    empty_title = "Der er ikke mere at pakke"
    empty_help = "Her står det udstyr, som det er besluttet at levere tilbage, til det er pakket."

    serial_number = CodeColumn(
        "Serienr.", link=lambda row: reverse("device-detail", args=[row.pk]), card="line"
    )
    model = Column("Model", sort_by="model__name", card="line")
    unit = Column(
        "Står hos", of=lambda row: place_of(row, with_people=False), orderable=False, card="title"
    )
    person = Column(
        "Medarbejder",
        of=lambda row: str((row.placement and row.placement.employee) or ""),
        orderable=False,
    )
    ends = DateColumn(
        "Udløb",
        of=lambda row: last_day(row.ends_before),
        sort_by="lease__kept_cost__ends_before",
        card="note",
    )
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", orderable=False, card="answer")


class ProposedFilter(FilterSet):
    """What is near a cage: by department, unit, and the quarter in which leases end."""

    q = django_filters.CharFilter(label="Søg", method="search")
    afdeling = django_filters.ModelChoiceFilter(
        label="Afdeling",
        queryset=lambda request: departments_open_to(request.user, today()),
        method="in_department",
        empty_label="Alle",
    )
    enhed = django_filters.ChoiceFilter(
        label="Enhed", method="in_unit", empty_label="Alle", widget=PlainSelect
    )
    udloeb = django_filters.ChoiceFilter(label="Udløb", method="in_quarter", empty_label="Alle")

    class Meta:
        model = Device
        fields: list[str] = []

    def __init__(self, *args, request, people: bool, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        self.people = people
        units = unit_choices(units_seen_by(request.user, today()))
        self.filters["enhed"].extra["choices"] = [("lager", "It-lager"), *units]
        self.filters["udloeb"].extra["choices"] = [
            (str(quarter), quarter.label) for quarter in quarters_proposed()
        ]
        self.hint("Serienr., initialer, navn, enhed" if people else "Serienr. eller enhed")

    def search(self, devices, name, value):
        return devices_matching(devices, value, today(), with_people=self.people)

    def in_department(self, devices, name, department):
        return self._placed(devices, unit__department=department)

    def in_unit(self, devices, name, unit):
        if unit == "lager":
            placed = placements_in_force(today()).filter(unit__isnull=False).order_by()
            return devices.exclude(pk__in=placed.values("device"))
        return self._placed(devices, unit=unit)

    def in_quarter(self, devices, name, code):
        return ending_in(devices, Quarter.parse(code))

    def _placed(self, devices, **conditions):
        placed = placements_in_force(today()).filter(**conditions).order_by()
        return devices.filter(pk__in=placed.values("device"))
