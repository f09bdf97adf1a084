"""People and units."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.db.models import Q
from ninja import Schema
from pydantic import Field

from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE
from inventory.models import Employee, Unit
from inventory.organisation.selectors.organisation import unit_rows
from inventory.organisation.selectors.scope import employees_seen_by, units_seen_by
from leasing.api.selectors.clients import Reader
from leasing.api.views.resource import Filters, Resource
from leasing.api.views.resources.refs import person_ref, unit_ref
from leasing.api.views.schemas import Id, Text, UnitRef
from leasing.models import COST_HOLDER_NAME
from leasing.people.selectors.employee_list import employee_rows


class PersonOut(Schema):
    """An employee; without initials one who is still to begin."""

    id: int
    initials: str
    name: str
    mail: str
    unit: UnitRef
    starts_on: date | None
    left_on: date | None
    pcs: int
    devices: int


class PersonFilters(Filters):
    """Which employees."""

    initials: Text | None = None
    unit: Text | None = Field(None, description="Enhedsnr.")
    has_left: bool | None = None
    lookups: ClassVar = {"initials": "initials__iexact", "unit": "unit__number"}

    def narrow(self, rows, reader):
        rows = super().narrow(rows, reader)
        if self.has_left is not None:
            left = Q(left_on__isnull=False, left_on__lte=reader.on)
            rows = rows.filter(left if self.has_left else ~left)
        return rows


def show_people(people: Sequence[Employee], reader: Reader):
    """Yield employees with what they have."""
    for row in employee_rows(people, reader.on):
        person = row.employee
        yield {
            **(person_ref(person, reader) or {}),
            "mail": person.mail,
            "unit": unit_ref(person.unit),
            "starts_on": person.starts_on,
            "left_on": person.left_on,
            "pcs": row.pcs,
            "devices": row.devices,
        }


class UnitOut(UnitRef):
    """A unit with its coding, and what is there today."""

    department_id: int | None
    ean: str
    account: str
    cost_centre: str
    psp_element: str
    pcs: int
    devices: int
    closed_on: date | None


class UnitFilters(Filters):
    """Which units."""

    number: Text | None = None
    department_id: Id | None = None
    in_use: bool | None = None
    lookups: ClassVar = {
        "number": "number",
        "department_id": "department",
        "in_use": "closed_on__isnull",
    }


def show_units(units: Sequence[Unit], reader: Reader):
    """Yield units as the page of a department has them."""
    ids = [unit.pk for unit in units]
    rows = {row.id: row for row in unit_rows(Unit.objects.filter(pk__in=ids), reader.on)}
    for pk in ids:
        row = rows[pk]
        yield {
            "id": row.id,
            "number": row.number,
            "name": row.name,
            "department": row.department or COST_HOLDER_NAME,
            "department_id": row.department_id,
            "ean": row.ean,
            "account": row.account,
            "cost_centre": row.cost_centre,
            "psp_element": row.psp_element,
            "pcs": row.pcs,
            "devices": row.devices,
            "closed_on": row.closed_on,
        }


RESOURCES = (
    Resource(
        "people",
        PersonOut,
        PersonFilters,
        (VIEW_EMPLOYEE,),
        lambda reader: employees_seen_by(reader.user, reader.on).select_related("unit__department"),
        show_people,
    ),
    Resource(
        "units",
        UnitOut,
        UnitFilters,
        (VIEW_DEVICE,),
        lambda reader: units_seen_by(reader.user, reader.on),
        show_units,
    ),
)
