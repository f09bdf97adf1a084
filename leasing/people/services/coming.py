"""A coming employee joined to the real one, with all that was ordered and promised meanwhile."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Employee, Placement
from leasing.approvals.selectors.one_pc import holdings_of, lock_employees
from leasing.models import Order


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of joining two; `breaks_rule` if the person now has more pc's than allowed."""

    employee: Employee
    moved: int
    breaks_rule: bool


@transaction.atomic
def join_coming(*, coming_id: int, real_id: int, actor: Actor, today: date) -> Joined:
    """Move everything of a coming employee to the real one; the coming one is gone then.

    More than one pc is no reason to refuse: it is one person, and data quality shows it.

    Raises:
        Refused: when the coming one is no longer there, or either is of the other kind.
    """
    lock(Order)
    lock(Placement)
    lock(Employee)
    known = set(Employee.objects.filter(pk__in=[coming_id, real_id]).values_list("pk", flat=True))
    people = lock_employees(known)
    coming, real = people.get(coming_id), people.get(real_id)
    if coming is None:
        raise Refused("Den kommende medarbejder er allerede samlet med en anden eller slettet.")
    if not coming.is_coming:
        raise Refused(f"{coming} har fået initialer og kan ikke samles med en anden.")
    if real is None or real.is_coming:
        raise Refused("Vælg en medarbejder, der har initialer.")
    moved = _move_all(coming, real, actor)
    coming.delete()
    return Joined(real, moved, holdings_of(real, today).is_breach)


def _move_all(coming: Employee, real: Employee, actor: Actor) -> int:
    """Point every row that points at the coming one at the real one, whatever it is."""
    links = [
        (one.related_model, one.field.name)
        for one in Employee._meta.related_objects
        if one.one_to_many and isinstance(one.related_model, type)
    ]
    changes = Changes((Employee, *dict.fromkeys(model for model, _ in links)))
    moved = 0
    for model, name in links:
        for row in model._default_manager.filter(**{name: coming}):
            changes.update(row, str(row), **{name: real})
            moved += 1
    if real.starts_on is None and coming.starts_on:
        changes.update(real, real.initials, starts_on=coming.starts_on)
    changes.save(actor)
    real.also_employed_at.add(*coming.also_employed_at.exclude(pk=real.unit_id))
    return moved
