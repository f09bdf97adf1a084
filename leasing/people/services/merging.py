"""Two rows that stand for one person made one, with all that was placed, ordered and promised."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from auditlog.registry import auditlog
from django.db import IntegrityError, transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Employee, EmployeeAlias, NotSamePerson, Placement
from leasing.approvals.selectors.one_pc import holdings_of, lock_employees
from leasing.models import AcceptedFinding, Order
from leasing.people.selectors.merging import Link, Merging, links_that_move, merging_of

Agree = Callable[[Merging], None]


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of it; `breaks_rule` if the person now has more pc's than allowed."""

    employee: Employee
    moved: int
    breaks_rule: bool


@transaction.atomic
def merge_people(
    *, kept_id: int, gone_id: int, actor: Actor, today: date, agree: Agree = lambda merging: None
) -> Merged:
    """Point everything of one row at the other; the one is gone then, and remembered as aliases.

    More than one pc is no reason to refuse: it is one person, and data quality shows it. What is
    billed stays as it is: units pay, and who had a device is in no closed quarter.

    Raises:
        Refused: when either is no longer there, or they cannot be made one.
        NotAsShown: when it does something else than what was agreed to.
    """
    lock(Order)
    lock(Placement)
    lock(Employee)
    known = set(Employee.objects.filter(pk__in=[kept_id, gone_id]).values_list("pk", flat=True))
    people = lock_employees(known)
    if not {kept_id, gone_id} <= people.keys():
        raise Refused("En af de to er allerede samlet med en anden eller slettet.")
    kept, gone = people[kept_id], people[gone_id]
    merging = merging_of(kept, gone, today)
    agree(merging)
    try:
        with transaction.atomic():
            moved = _move_all(merging, actor)
    except IntegrityError as error:
        raise Refused(
            f"{kept} og {gone} har hver noget, som én person kun kan have én gang. Intet er gemt."
        ) from error
    return Merged(kept, moved, holdings_of(kept, today).is_breach)


def _move_all(merging: Merging, actor: Actor) -> int:
    kept, gone = merging.kept.employee, merging.gone.employee
    links = links_that_move()
    logged = [link for link in links if auditlog.contains(link.model)]
    changes = Changes((Employee, *dict.fromkeys(link.model for link in logged)))
    moved = 0
    for link in links:
        rows = link.model._default_manager.filter(**{link.field: gone})
        if link not in logged:
            moved += _move_unlogged(link, gone, kept)
            continue
        for row in rows:
            changes.update(row, str(row), **{link.field: kept})
            moved += 1
    kinds = EmployeeAlias.Kind
    called: tuple[tuple[EmployeeAlias.Kind, tuple[str, ...]], ...]
    called = ((kinds.INITIALS, merging.initials), (kinds.ADDRESS, merging.addresses))
    if not any(values for _, values in called):
        called = ((kinds.ROW, (str(gone.pk),)),)
    for kind, values in called:
        # One that somebody had before is whoever's it was last.
        EmployeeAlias.objects.filter(kind=kind, value__in=values).delete()
        for value in values:
            alias = EmployeeAlias(employee=kept, kind=kind, value=value, former_id=gone.pk)
            changes.create(alias)
    changes.update(
        kept,
        kept.short_name,
        mail=merging.mail,
        starts_on=merging.starts_on,
        left_on=merging.left_on,
    )
    _forget_likeness(kept, gone)
    AcceptedFinding.objects.filter(employee=gone).delete()
    # Before the other is changed: two may not have one mail even for a moment of history.
    changes.save(actor)
    kept.also_employed_at.set(merging.also_at)
    gone.also_employed_at.set([])  # to clear it would tell of every unit in history
    farewell = Changes((Employee,))
    farewell.delete(gone, str(gone), f"samlet med {kept}")
    farewell.save(actor)
    return moved


def _move_unlogged(link: Link, gone: Employee, kept: Employee) -> int:
    """Move rows that have no history; of a pair that the other is part of too, one is left."""
    rows = link.model._default_manager.filter(**{link.field: gone})
    if link.model._meta.auto_created:
        [beside] = [
            field.attname
            for field in link.model._meta.concrete_fields
            if field.is_relation and field.name != link.field
        ]
        own = link.model._default_manager.filter(**{link.field: kept})
        rows.filter(**{f"{beside}__in": list(own.values_list(beside, flat=True))}).delete()
    return rows.update(**{link.field: kept})


def _forget_likeness(kept: Employee, gone: Employee) -> None:
    """Carry over of whom the other is said to be another; that it was this one's is refuted."""
    said = NotSamePerson.objects.filter(first=gone) | NotSamePerson.objects.filter(second=gone)
    for row in list(said):
        other = row.second_id if row.first_id == gone.pk else row.first_id
        row.delete()
        if other == kept.pk:
            continue
        first, second = sorted((kept.pk, other))
        NotSamePerson.objects.get_or_create(
            first_id=first,
            second_id=second,
            defaults={"said_at": row.said_at, "said_by_id": row.said_by_id},
        )


@transaction.atomic
def say_two_people(*, one_id: int, other_id: int, actor: Actor, now: datetime) -> None:
    """Remember that two who look alike are two people; said again it is as it was.

    Raises:
        Refused: when either is no longer there, or they are one row.
    """
    if one_id == other_id:
        raise Refused("Det er den samme række. Vælg en anden medarbejder.")
    lock(Employee)
    first, second = sorted((one_id, other_id))
    lock_employees({first, second})
    if NotSamePerson.objects.filter(first=first, second=second).exists():
        return
    changes = Changes((NotSamePerson,))
    changes.create(NotSamePerson(first_id=first, second_id=second, said_at=now, said_by=actor))
    changes.save(actor)
