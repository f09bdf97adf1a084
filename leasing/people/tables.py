"""The list of employees: its table and its filters."""

import django_filters
from django.urls import reverse

from albertslund_it.web.clock import today
from albertslund_it.web.database.rows import among, only
from albertslund_it.web.forms.fields import PlainSelect
from albertslund_it.web.lists.columns import (
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import QuerySetRows, Table
from inventory.models import Employee
from inventory.organisation.presenters import unit_choices
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import units_seen_by
from leasing.data_quality.presenters.words import WORDS
from leasing.data_quality.selectors.findings import open_ids
from leasing.data_quality.selectors.rule import Of
from leasing.data_quality.selectors.rules import BY_KEY, RULES
from leasing.people.presenters.employees import STATES, mark_of_state
from leasing.people.selectors.employee_list import (
    BY_UNIT,
    EmployeeState,
    employee_rows,
    employees_in_state,
    holders_of_pcs,
    ids_by_unit,
    named,
)

WAITS = [(rule.key, WORDS[rule.key].title) for rule in RULES if rule.of is Of.PEOPLE]
CHUNK = 500


class EmployeeFilter(FilterSet):
    """What the list of employees can be narrowed to; every choice is within the user's scope."""

    q = django_filters.CharFilter(label="Søg", method="search")
    department = django_filters.ModelChoiceFilter(
        label="Afdeling",
        queryset=lambda request: departments_open_to(request.user, today()),
        field_name="unit__department",
        empty_label="Alle",
    )
    unit = django_filters.ChoiceFilter(
        label="Enhed", method="in_unit", empty_label="Alle", widget=PlainSelect
    )
    pc = django_filters.ChoiceFilter(
        label="Har pc", choices=[("ja", "Ja"), ("nej", "Nej")], method="has_pc", empty_label="Alle"
    )
    state = django_filters.ChoiceFilter(
        label="Ansættelse", choices=STATES, method="in_state", empty_label="Alle"
    )
    waits = django_filters.ChoiceFilter(
        label="Venter", choices=WAITS, method="in_waits", empty_label="Alle"
    )

    class Meta:
        model = Employee
        fields: list[str] = []

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        units = units_seen_by(request.user, today())
        self.filters["unit"].extra["choices"] = unit_choices(units)
        self.hint("Navn eller initialer")

    def search(self, employees, name, value):
        return named(employees, value)

    def in_unit(self, employees, name, unit):
        return employees.filter(unit=unit)

    def has_pc(self, employees, name, answer):
        holds = set(holders_of_pcs(today()).order_by().values_list("employee", flat=True))
        if answer == "ja":
            return only(employees, holds)
        return employees.exclude(pk__in=among(holds, int))

    def in_state(self, employees, name, state):
        return employees_in_state(employees, EmployeeState(state), today())

    def in_waits(self, employees, name, key):
        return only(employees, open_ids(BY_KEY[key], today()))


class EmployeeRows(QuerySetRows):
    """Employees of a queryset, with what they have looked up for a page at a time."""

    by_unit = ""

    def order_by(self, aliases):
        if len(aliases) == 1 and aliases[0].lstrip("-") in BY_UNIT:
            self.by_unit = aliases[0]
        else:
            super().order_by(aliases)

    def ids(self):
        if not self.by_unit:
            return super().ids()
        column, descending = self.by_unit.lstrip("-"), self.by_unit.startswith("-")
        return ids_by_unit(self.data, column, descending=descending)

    def rows_of(self, ids):
        return Employee.objects.select_related("unit__department").in_bulk(ids)

    def __getitem__(self, wanted):
        return list(employee_rows(super().__getitem__(wanted), today()))

    def __iter__(self):
        ids = list(self.ids()[0:])
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            found = self.rows_of(chunk)
            yield from employee_rows([found[pk] for pk in chunk], today())


class EmployeeTable(Table):
    """Employees with their unit, and how much they have."""

    caption = "Medarbejdere"
    empty_title = "Der er ingen medarbejdere endnu"
    empty_help = "De indlæses af it-helpdesk."

    name = Column(
        "Navn",
        of="employee.name",
        link=lambda row: reverse("employee-detail", args=[row.id]),
        sort_by=("name", "initials"),
        card="title",
    )
    initials = CodeColumn("Initialer", of="employee.initials", sort_by="initials", card="line")
    unit = Column("Enhed", of="employee.unit.name", sort_by=("unit__name", "name"), card="line")
    department = Column(
        "Afdeling",
        of=lambda row: str(row.employee.unit.department or ""),
        sort_by=("unit__department__name", "unit__name"),
    )
    pcs = NumberColumn("Pc'er", orderable=False, card="answer")
    devices = NumberColumn("Udstyr i alt", orderable=False)
    starts_on = DateColumn("Første dag", of="employee.starts_on", sort_by="starts_on")
    left_on = DateColumn("Fratrådt", of="employee.left_on", sort_by="left_on")
    state = MarkColumn("Ansættelse", of=mark_of_state, orderable=False, card="note")
    # What an import of the file needs.
    mail = Column("Mail", of="employee.mail", visible=False)
    unit_number = CodeColumn("Enhedsnr", of="employee.unit.number", visible=False)
