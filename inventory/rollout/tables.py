"""The list of old machines: its table and its filters."""

import django_filters
from django.urls import reverse

from albertslund_it.web.clock import today
from albertslund_it.web.forms.fields import DateField, PlainSelect
from albertslund_it.web.lists.columns import (
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from inventory.models import Replacement, Roll
from inventory.organisation.presenters import unit_choices
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import sees_all, units_seen_by
from inventory.rollout.selectors import (
    EXCUSED,
    REPLACED,
    WAITING,
    is_excused,
    is_on_lease,
    is_replaced,
    is_waiting,
    machines_matching,
    old_machines,
    visited_in,
    weeks_planned,
)

OLD, ENDING = "gamle", "udloeb"
STATES = {
    "udskiftet": ("Udskiftet", is_replaced),
    "leasing": ("Udskiftet på leasingaftale", is_on_lease),
    "uden-ny": ("Udskiftet uden ny pc", lambda on: is_replaced(on) & ~is_on_lease(on)),
    "tilbage": ("Ikke udskiftet", lambda on: ~is_replaced(on)),
    "mangler": ("Mangler udskiftning", is_waiting),
    "grund": ("Udskiftes ikke", is_excused),
}
MARKS = {
    REPLACED: ("good", "Udskiftet"),
    WAITING: ("warn", "Mangler"),
    EXCUSED: ("", "Udskiftes ikke"),
}


class DayFilter(django_filters.DateFilter):
    field_class = DateField


class MachineFilter(FilterSet):
    """What the list of old machines can be narrowed to; every choice is within the user's scope."""

    q = django_filters.CharFilter(label="Søg", method="search")
    roll = django_filters.ModelChoiceFilter(
        label="Rul", queryset=Roll.objects.all(), empty_label="Alle"
    )
    department = django_filters.ModelChoiceFilter(
        label="Afdeling",
        queryset=lambda request: departments_open_to(request.user, today()),
        field_name="unit__department",
        empty_label="Alle",
    )
    unit = django_filters.ChoiceFilter(label="Enhed", empty_label="Alle", widget=PlainSelect)
    week = django_filters.ChoiceFilter(label="Uge i planen", method="in_week", empty_label="Alle")
    lot = django_filters.ChoiceFilter(
        label="Hvorfor",
        choices=[(OLD, "For gamle"), (ENDING, "Leasingen udløber")],
        method="in_lot",
        empty_label="Alle",
    )
    state = django_filters.ChoiceFilter(
        label="Status",
        choices=[(key, name) for key, (name, _) in STATES.items()],
        method="in_state",
        empty_label="Alle",
    )
    pr = DayFilter(label="Pr. dato", method="as_of")

    class Meta:
        model = Replacement
        fields: list[str] = []

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        units = units_seen_by(request.user, today())
        self.filters["unit"].extra["choices"] = unit_choices(units)
        self.filters["week"].extra["choices"] = [
            (week.key, f"Uge {week.week}, {week.year}") for week in weeks_planned()
        ]
        self.hint("Serienr. eller enhed")

    def search(self, machines, name, value):
        return machines_matching(machines, value)

    def in_week(self, machines, name, value):
        year, week = map(int, value.split("-"))
        return machines.filter(visited_in(year, week))

    def in_lot(self, machines, name, value):
        return old_machines(machines) if value == OLD else machines.exclude(roll__lot="")

    def in_state(self, machines, name, value):
        day = self.form.cleaned_data.get("pr") or today()
        return machines.filter(STATES[value][1](day))

    def as_of(self, machines, name, value):
        return machines  # the rows are as of that day already


def _weeks(row: Replacement) -> str:
    weeks = [w.week for w in row.roll.weeks.all() if w.department_id == row.unit.department_id]
    return " og ".join(map(str, weeks))


class MachineTable(Table):
    """The old machines of all rolls."""

    caption = "Gamle maskiner i udrulningen"
    empty_title = "Der er ingen gamle maskiner i udrulningen endnu"
    empty_help = "It-helpdesk finder dem blandt det udstyr, der er indlæst."

    old = CodeColumn(
        "Gammel maskine",
        of="old_device.serial_number",
        sort_by="old_device__serial_number",
        card="title",
    )
    model = Column(
        "Model", of="old_device.model.name", sort_by="old_device__model__name", card="line"
    )
    ram = NumberColumn(
        "RAM (GB)", of="old_device.ram_gb", sort_by="old_device__ram_gb", visible=False
    )
    roll = NumberColumn("Rul", of="roll.number", sort_by="roll__number")
    department = Column(
        "Afdeling",
        of=lambda row: row.unit.department.name if row.unit.department else "",
        sort_by="unit__department__name",
    )
    unit = Column("Enhed", of="unit.name", sort_by="unit__name", card="line")
    weeks = Column("Uge", of=_weeks, orderable=False, card="line")
    state = MarkColumn("Status", of=lambda row: MARKS[row.state], card="note")
    new_serial = CodeColumn("Ny pc", card="line")
    day = DateColumn("Udskiftet")
    reason = Column("Grund", of=lambda row: row.reason if row.state == EXCUSED else "")

    def __init__(self, data, *, opens: bool, links: bool, **kwargs):
        """Link the old machine to its form (`opens`), and the new pc to its page (`links`)."""
        super().__init__(data, **kwargs)
        if opens:
            self.columns["old"].column.link_to = lambda row: reverse(
                "rollout-machine", args=[row.pk]
            )
        if links:
            self.columns["new_serial"].column.link_to = lambda row: (
                reverse("device-detail", args=[row.new_device_id]) if row.new_serial else ""
            )


def links_to_devices(user) -> bool:
    """Return whether a user may open every device that the list names."""
    return sees_all(user)
