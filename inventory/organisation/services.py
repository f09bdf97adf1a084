"""Departments and their units, as a file or a form states them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.files.cells import KEEP, Keep, given
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.names import match_key
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.imports.selectors import departments_by_key, units_by_number
from inventory.models import Department, Unit, UnitBefore

UNIT_FIELDS = ("name", "leader_name", "leader_mail", "ean", "account", "cost_centre", "psp_element")
HEAD_FIELDS = {"head_name": "Leder", "head_mail": "Leder-mail"}


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is to hold for a unit and its department; KEEP leaves a value as it is."""

    department: str
    number: str
    name: str
    head_name: str | Keep = KEEP
    head_mail: str | Keep = KEEP
    leader_name: str | Keep = KEEP
    leader_mail: str | Keep = KEEP
    ean: str | Keep = KEEP
    account: str | Keep = KEEP
    cost_centre: str | Keep = KEEP
    psp_element: str | Keep = KEEP
    is_cost_holder: bool | Keep = KEEP
    row: int | None = None


@transaction.atomic
def save_units(
    *,
    rows: Sequence[UnitFacts],
    actor: Actor,
    today: date,
    errors: RowErrors | None = None,
    cost_holder_is_fixed: bool = False,
) -> Changes:
    """Create or change units, and the departments they name; exactly one stays the cost holder.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(Department, Unit)
    saving = _Saving(errors or RowErrors(), cost_holder_is_fixed, today)
    # The unit that gives up being the cost holder is written before the one that takes over.
    for row in sorted(rows, key=lambda row: row.is_cost_holder is True):
        saving.save(row)
    saving.check_cost_holder()
    saving.errors.refuse()
    # What units were is told by what they become: it is kept, and counted for nothing.
    saving.before.save(actor)
    saving.changes.save(actor)
    return saving.changes


@transaction.atomic
def save_coding(
    *, unit_id: int, actor: Actor, account: str, cost_centre: str, psp_element: str, ean: str
) -> Changes:
    """Set what a posting to a unit needs."""
    lock(Unit)
    unit = Unit.objects.get(id=unit_id)
    changes = Changes((Unit,))
    values = {"account": account, "cost_centre": cost_centre, "psp_element": psp_element}
    changes.update(unit, unit.number, **values, ean=ean)
    changes.save(actor)
    return changes


def keep_before(
    unit: Unit, ends_before: date, changes: Changes, *, department: object, name: object
) -> None:
    """Note what a unit was called and where it belonged until a day, if either is to change."""
    if (unit.department, unit.name) == (department, name):
        return
    if not UnitBefore.objects.filter(unit=unit, ends_before=ends_before).exists():
        changes.create(
            UnitBefore(
                unit=unit, ends_before=ends_before, department=unit.department, name=unit.name
            )
        )


class _Saving:
    def __init__(self, errors: RowErrors, cost_holder_is_fixed: bool, today: date):
        self.errors = errors
        self.cost_holder_is_fixed = cost_holder_is_fixed
        self.today = today
        self.changes, self.before = Changes((Department, Unit)), Changes((UnitBefore,))
        self.departments = departments_by_key()
        self.units = units_by_number()
        self.rows: dict[str, UnitFacts] = {}
        self.heads: dict[tuple[str, str], UnitFacts] = {}

    def save(self, row: UnitFacts) -> None:
        if not self.errors.is_first(row.row, row.number, f"Enhedsnr {row.number}"):
            return
        self.rows[row.number] = row
        unit = self.units.get(row.number)
        was_holder = unit is not None and unit.is_cost_holder
        is_holder = was_holder if row.is_cost_holder is KEEP else row.is_cost_holder
        if is_holder != was_holder and self.cost_holder_is_fixed:
            self.errors.add(row.row, "Omkostningsbæreren ligger fast, når et kvartal er låst")
        values = given(row, *UNIT_FIELDS) | {
            "is_cost_holder": is_holder,
            # The cost holder belongs to no department; what its row says is only a heading.
            "department": None if is_holder else self._department(row),
        }
        self._check_cost_object(row, unit, values)
        if unit:
            self._keep_before(row, unit, values)
            self.changes.update(unit, row.number, **values)
        else:
            where = "omkostningsbærer" if is_holder else str(values["department"])
            told = ValueChange(row.number, f"ny enhed: {row.name} ({where})")
            self.units[row.number] = self.changes.create(Unit(number=row.number, **values), told)

    def _keep_before(self, row: UnitFacts, unit: Unit, values: dict[str, object]) -> None:
        """Note what a unit was, and say that it is another today, not from a day to come."""
        before, after = unit.department, values["department"]
        if before is None or after is None:
            return
        keep_before(unit, self.today, self.before, department=after, name=values["name"])
        if before != after:
            self.changes.warn(
                row.row,
                [
                    f"{unit} flytter fra {before} til {after} i dag. Det, der ikke er opkrævet "
                    "endnu, opkræves hos den nye afdeling. Skal det først ske fra en anden dag, "
                    "så forbered en organisationsændring i stedet."
                ],
            )

    def _department(self, row: UnitFacts) -> Department:
        key = match_key(row.department)
        department = self.departments.get(key)
        if department is None:
            told = ValueChange(row.department, "ny afdeling")
            department = self.changes.create(Department(name=row.department), told)
            self.departments[key] = department
        stated = given(row, *HEAD_FIELDS)
        for field, value in stated.items():
            self._check_head(row, department, field, value)
        self.changes.update(department, department.name, **stated)
        return department

    def _check_head(
        self, row: UnitFacts, department: Department, field: str, value: object
    ) -> None:
        first = self.heads.setdefault((department.name, field), row)
        if getattr(first, field) != value:
            self.errors.add(
                row.row,
                f"{HEAD_FIELDS[field]} for {department.name} er »{value}«, men »"
                f"{getattr(first, field)}« i række {first.row}. Skriv det samme begge steder",
            )

    def _check_cost_object(
        self, row: UnitFacts, unit: Unit | None, values: dict[str, object]
    ) -> None:
        centre = values.get("cost_centre", unit.cost_centre if unit else "")
        element = values.get("psp_element", unit.psp_element if unit else "")
        if not (centre and element):
            return
        advice = "Angiv kun det ene"
        if "cost_centre" not in values:
            advice = "Skriv SLET i Omkostningssted, hvis PSP-elementet skal bruges i stedet"
        elif "psp_element" not in values:
            advice = "Skriv SLET i PSP-element, hvis omkostningsstedet skal bruges i stedet"
        self.errors.add(
            row.row, f"Både omkostningssted {centre} og PSP-element {element}. {advice}"
        )

    def check_cost_holder(self) -> None:
        holders = [unit for unit in self.units.values() if unit.is_cost_holder]
        if not holders:
            self.errors.add_whole(
                "Ingen enhed er omkostningsbærer. Skriv ja i Omkostningsbærer ved Fælles IT "
                "(it-lager)"
            )
        stated = [self.rows[unit.number] for unit in holders if unit.number in self.rows]
        if len(holders) > 1:
            names = " og ".join(str(unit) for unit in holders)
            for row in stated:
                self.errors.add(
                    row.row,
                    f"Der kan kun være én omkostningsbærer, men både {names} er det. "
                    "Skriv nej i Omkostningsbærer ved den, der ikke er det",
                )
