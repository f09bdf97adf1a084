"""The rows of what a rule found: of what, where it is, what it costs, and until when it may stand.

A fault is a row of a rule; what the rule found, all together, is a finding.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from albertslund_it.web.database.rows import among
from inventory.models import Device, Employee, Unit
from inventory.organisation.selectors.scope import reads_names
from leasing.data_quality.selectors.facts import Facts
from leasing.data_quality.selectors.findings import SUBJECTS, Finding, accepted_on, finding_for
from leasing.data_quality.selectors.rule import Id, Of, Rule


@dataclass(frozen=True, slots=True)
class FaultPlace:
    """A unit and its department; no unit is IT's stock."""

    unit_id: int | None = None
    unit: str = ""
    number: str = ""
    department_id: int | None = None
    department: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a rule found; `told` is what the rule says of it, if anything."""

    rule: Rule
    id: Id
    name: str
    model: str
    place: FaultPlace
    person: str
    initials: str
    person_unit: int | None
    quarter_ore: int
    told: object = None
    until: date | None = None
    because: str = ""


@dataclass(frozen=True)
class FoundFaults:
    """What a rule found and its rows: those that stand open, and those that are accepted."""

    finding: Finding
    open: list[Fault]
    accepted: list[Fault]


def faults_for(rule: Rule, user: User, today: date) -> FoundFaults:
    """Return the rows of what a rule finds, within what the user sees, the dearest first."""
    finding, facts = finding_for(rule, user, today)
    amounts = {**finding.open, **finding.accepted}
    rows = list(_rows(rule, amounts, facts, with_names=reads_names(user)))
    rows.sort(key=lambda row: (-row.quarter_ore, row.name))
    return FoundFaults(
        finding,
        [row for row in rows if row.id in finding.open],
        [row for row in rows if row.id in finding.accepted],
    )


def _rows(
    rule: Rule, amounts: Mapping[Id, int], facts: Facts, *, with_names: bool
) -> Iterator[Fault]:
    things = _THINGS[rule.of](amounts, facts)
    told = rule.told(facts, amounts)
    units = places()
    people = _people({thing.person for thing in things.values() if thing.person})
    accepted = _accepted(rule, facts.on)
    for pk, thing in things.items():
        name, initials, works_at = people.get(thing.person or 0, ("", "", None))
        until, because = accepted.get(pk, (None, ""))
        yield Fault(
            rule,
            pk,
            thing.name,
            thing.model,
            units.get(thing.unit or 0, FaultPlace()),
            (name or thing.used_for) if with_names else "",
            initials if with_names else "",
            works_at,
            amounts[pk],
            told.get(pk),
            until,
            because,
        )


@dataclass(frozen=True, slots=True)
class _Thing:
    name: str
    model: str = ""
    unit: int | None = None
    person: int | None = None
    used_for: str = ""


def _devices(ids: Collection[int], facts: Facts) -> dict[int, _Thing]:
    rows = Device.objects.filter(pk__in=among(ids, int)).order_by()
    found = {}
    for pk, serial_number, model in rows.values_list("pk", "serial_number", "model__name"):
        placed = facts.placed.get(pk)
        where = (placed.unit, placed.employee, placed.used_for) if placed else (None, None, "")
        found[pk] = _Thing(serial_number, model, *where)
    return found


def _employees(ids: Collection[int], facts: Facts) -> dict[int, _Thing]:
    rows = Employee.objects.filter(pk__in=among(ids, int)).order_by()
    return {pk: _Thing(name, "", unit, pk) for pk, name, unit in rows.values_list(*PERSON)}


PERSON = ("pk", "name", "unit")


def _units(ids: Collection[int], facts: Facts) -> dict[int, _Thing]:
    rows = Unit.objects.filter(pk__in=among(ids, int)).order_by()
    return {pk: _Thing(name, "", pk) for pk, name in rows.values_list("pk", "name")}


def _numbers(ids: Collection[str], facts: Facts) -> dict[str, _Thing]:
    return {number: _Thing(number) for number in ids}


_THINGS: dict[Of, Callable[[Collection[Id], Facts], Mapping[Id, _Thing]]] = {
    Of.LEASED: _devices,
    Of.DEVICES: _devices,
    Of.PEOPLE: _employees,
    Of.UNITS: _units,
    Of.SEEN: _numbers,
}


def places() -> dict[int, FaultPlace]:
    """Return every unit with its department, by id."""
    rows = Unit.objects.order_by().values_list(
        "pk", "name", "number", "department", "department__name"
    )
    return {
        pk: FaultPlace(pk, name, number, department, department_name or "")
        for pk, name, number, department, department_name in rows
    }


def _people(ids: Collection[int]) -> dict[int, tuple[str, str, int | None]]:
    rows = Employee.objects.filter(pk__in=among(ids, int)).order_by()
    return {
        pk: (name, initials, unit)
        for pk, name, initials, unit in rows.values_list("pk", "name", "initials", "unit")
    }


def _accepted(rule: Rule, on: date) -> dict[Id, tuple[date, str]]:
    rows = accepted_on(on).filter(rule=rule.key).order_by()
    columns = rows.values_list(SUBJECTS[rule.of], "until", "because")
    return {pk: (until, because) for pk, until, because in columns}
