"""What units may spend on leasing in a fiscal year: taken from a file, or typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.cells import KEEP, Keep
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.money import format_kroner
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import refuse_unless_sure
from albertslund_it.web.people import Actor
from inventory.imports.selectors import units_by_number, unknown_unit
from inventory.models import Unit
from leasing.leases.selectors.limits import Limits
from leasing.models import Budget

FIRST_YEAR, LAST_YEAR = 2026, 2099


@dataclass(frozen=True, slots=True)
class BudgetFacts:
    """A unit's budget of a year, in øre; KEEP leaves it as it is, also where there is none."""

    year: int
    unit: str
    amount_ore: int | Keep = KEEP
    row: int | None = None


@transaction.atomic
def save_budgets(
    *, rows: Sequence[BudgetFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Enter budgets, or change those that are there.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(Budget)
    errors, changes, units = errors or RowErrors(), Changes((Budget,)), units_by_number()
    limits = Limits.on(today)
    found = Budget.objects.filter(year__in={row.year for row in rows})
    budgets = {(budget.year, budget.unit_id): budget for budget in found}
    for row in rows:
        unit = units.get(row.unit)
        if unit is None:
            errors.add(row.row, unknown_unit(row.unit))
        if row.amount_ore is KEEP:
            continue
        if row.amount_ore < 0:
            errors.add(row.row, "Beløb kan ikke være under nul")
        changes.warn(row.row, limits.of_budget(row.amount_ore))
        what = f"Budgettet for enhed {row.unit} i {row.year}"
        if unit is not None and errors.is_first(row.row, (row.year, unit.id), what):
            _enter(changes, budgets.get((row.year, unit.id)), unit, row.year, row.amount_ore)
    errors.refuse()
    changes.save(actor)
    return changes


@transaction.atomic
def enter_budgets(
    *,
    year: int,
    typed: Mapping[int, int | None],
    seen: Mapping[int, int | None],
    actor: Actor,
    today: date,
    is_sure: bool = False,
) -> Changes:
    """Enter a year's budgets by unit id, None to have none; the same again is no change.

    `seen` is what the person saw: what is typed as it was seen is left as it is. A budget beyond
    the limit is asked about unless one `is_sure`.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock(Budget)
    wanted = {pk: amount for pk, amount in typed.items() if amount != seen.get(pk)}
    units = Unit.objects.in_bulk(wanted)
    budgets = {one.unit_id: one for one in Budget.objects.filter(year=year, unit__in=units)}
    reasons, doubts, changes, limits = [], [], Changes((Budget,)), Limits.on(today)
    for pk, amount in wanted.items():
        budget, unit = budgets.get(pk), units[pk]
        stands = budget.amount_ore if budget else None
        if amount is not None and amount < 0:
            reasons.append(f"{unit.name}: et budget kan ikke være under nul.")
        elif stands not in (seen.get(pk), amount):
            reasons.append(
                f"{unit.name}: en anden har imens skrevet {full_stop(_told(stands))} "
                "Åbn siden igen, og ret budgettet dér."
            )
        elif amount is not None:
            _enter(changes, budget, unit, year, amount)
            if stands != amount:
                doubts += [f"{unit.name}: {doubt}" for doubt in limits.of_budget(amount)]
    if reasons:
        raise Refused(*reasons)
    refuse_unless_sure(doubts, is_sure)
    for pk, amount in wanted.items():
        if amount is None and pk in budgets:
            budgets[pk].delete()
    changes.save(actor)
    return changes


def _enter(changes: Changes, budget: Budget | None, unit: Unit, year: int, amount: int) -> None:
    subject = f"{unit.number} {year}"
    if budget is None:
        told = ValueChange(subject, f"nyt budget: {format_kroner(amount)}")
        changes.create(Budget(unit=unit, year=year, amount_ore=amount), told)
    else:
        changes.update(budget, subject, amount_ore=amount)


def _told(amount_ore: int | None) -> str:
    return "intet budget" if amount_ore is None else format_kroner(amount_ore)
