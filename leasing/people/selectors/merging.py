"""Two rows of one person: what points at each, and what follows when they become one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.db.models.fields.reverse_related import ForeignObjectRel

from albertslund_it.common.errors import Refused
from inventory.models import (
    DirectoryPerson,
    Employee,
    EmployeeAlias,
    NotSamePerson,
    Placement,
    Unit,
)
from inventory.people.selectors.doubles import Double, suspected_doubles
from inventory.placements.selectors import placements_in_force
from leasing.approvals.selectors.one_pc import ALLOWED, Holdings, holdings_of


class Link(NamedTuple):
    """A column that points at employees."""

    model: type[models.Model]
    field: str

    @property
    def label(self) -> str:
        return f"{self.model._meta.label}.{self.field}"


# Every column that points at employees: `test_merging` holds this against the models. Rows of those
# that move are pointed at the one who is kept; the rest is seen to by `merge_people` itself.
MOVES = frozenset(
    {
        "inventory.DirectoryPerson.employee",
        "inventory.EmployeeAlias.employee",
        "inventory.ExpectedReturn.employee",
        "inventory.Placement.employee",
        "inventory.SeenDevice.employee",
        "leasing.Approval.employee",
        "leasing.BuyoutInvitation.employee",
        "leasing.CountedDevice.employee",
        "leasing.Note.employee",
        "leasing.OrderLine.employee",
        "leasing.ReorganisationStep_people.employee",
    }
)
SEEN_TO = frozenset(
    {
        "inventory.Employee_also_employed_at.employee",
        "inventory.NotSamePerson.first",
        "inventory.NotSamePerson.second",
        # What was accepted of a fault of the other row is looked at anew.
        "leasing.AcceptedFinding.employee",
        # Kept of the placements, which move and are marked.
        "leasing.CostPlacement.employee",
    }
)


def links_to_employees() -> list[Link]:
    """Return every column of any table that points at employees, by its label."""
    found = [
        Link(one.related_model, one.field.name)
        for one in Employee._meta.get_fields(include_hidden=True)
        if isinstance(one, ForeignObjectRel)
        and isinstance(one.related_model, type)
        and (one.one_to_many or one.one_to_one)
    ]
    return sorted(found, key=lambda link: link.label)


def links_that_move() -> list[Link]:
    """Return those whose rows follow the person; one nobody has thought of follows too."""
    return [link for link in links_to_employees() if link.label not in SEEN_TO]


@dataclass(frozen=True)
class Side:
    """One of the two, with what they have and who signs on as them."""

    employee: Employee
    has: tuple[Placement, ...]
    rows: dict[Link, int]
    also_at: tuple[Unit, ...]
    users: tuple[User, ...]
    holdings: Holdings
    has_left: bool

    @property
    def loans(self) -> int:
        return sum(one.unit is not None and one.unit.is_cost_holder for one in self.has)

    @property
    def addresses(self) -> set[str]:
        return {self.employee.mail.casefold()} - {""}


@dataclass(frozen=True)
class Merging:
    """What comes of it when `gone` becomes part of `kept`; nothing has been done yet."""

    kept: Side
    gone: Side
    mail: str
    starts_on: date | None
    left_on: date | None
    also_at: tuple[Unit, ...]
    initials: tuple[str, ...]  # what is kept as an alias
    addresses: tuple[str, ...]

    @property
    def pcs(self) -> int:
        """Count what counts by the rule of one pc; what an order of either replaces does not."""
        lines = {line.pk: line for one in (self.kept, self.gone) for line in one.holdings.lines}
        replaced = {line.replaces_id for line in lines.values()}
        devices = {one.pk for side in (self.kept, self.gone) for one in side.holdings.devices}
        return len(lines) + len(devices - replaced)

    @property
    def allowed(self) -> int:
        return ALLOWED + self.kept.holdings.exceptions + self.gone.holdings.exceptions

    @property
    def breaks_rule(self) -> bool:
        return self.pcs > self.allowed


def merging_of(kept: Employee, gone: Employee, on: date) -> Merging:
    """Return what follows when two become one; their units must be at hand.

    What the one who is kept lacks comes from the other. Who has not left by either row has not
    left, and where the other is still employed the person is employed there too.

    Raises:
        Refused: when they cannot be made one, with what to do instead.
    """
    refuse_to_merge(kept, gone)
    one, other = _side(kept, on), _side(gone, on)
    _refuse_two_accounts(one, other)
    also = {unit.pk: unit for unit in (*one.also_at, *other.also_at)}
    if not other.has_left:
        also[gone.unit_id] = gone.unit
    also.pop(kept.unit_id, None)
    left = [one.left_on for one in (kept, gone) if one.left_on]
    mail = kept.mail or gone.mail
    return Merging(
        kept=one,
        gone=other,
        mail=mail,
        starts_on=kept.starts_on or gone.starts_on,
        left_on=max(left) if len(left) == 2 else None,
        also_at=tuple(sorted(also.values(), key=lambda unit: unit.number)),
        initials=tuple(_only(gone.initials.upper(), but=kept.initials.upper())),
        addresses=tuple(_addresses(gone, but=mail.casefold())),
    )


def _only(text: str, *, but: str) -> Iterable[str]:
    return (text,) if text and text != but else ()


def _addresses(gone: Employee, *, but: str) -> list[str]:
    """Return the mail and the UPNs of the one who goes: files and directories may still use them.

    A UPN is what the directory says that somebody logs in with.
    """
    logins = DirectoryPerson.objects.filter(employee=gone, login__contains="@")
    upns = sorted({login.casefold() for login in logins.values_list("login", flat=True)})
    wanted = dict.fromkeys((gone.mail.casefold(), *upns))
    return [address for address in wanted if address not in ("", but)]


def refuse_to_merge(kept: Employee, gone: Employee) -> None:
    """Refuse two of whom the one cannot become part of the other, whatever they have.

    Raises:
        Refused: with what to do instead.
    """
    if kept.pk == gone.pk:
        raise Refused("Det er den samme række. Vælg en anden medarbejder at samle med.")
    for one in (kept, gone):
        if one.is_anonymous:
            raise Refused(f"{one} er anonymiseret og kan ikke samles med nogen.")
    if kept.is_coming and not gone.is_coming:
        raise Refused(f"{kept} er kommende. Behold den, der har initialer.")


def _refuse_two_accounts(kept: Side, gone: Side) -> None:
    own = {user.pk: user for user in kept.users if user.is_active}
    other = {user.pk: user for user in gone.users if user.is_active}
    if own.keys() - other.keys() and other.keys() - own.keys():
        names = " og ".join(f"»{user}«" for user in {**own, **other}.values())
        raise Refused(
            f"Begge kan logge ind, med {names}. Er det én person, så bed en administrator lukke "
            "den konto, der ikke skal bruges mere, og saml dem derefter."
        )


def _side(employee: Employee, on: date) -> Side:
    placed = placements_in_force(on).filter(employee=employee)
    return Side(
        employee=employee,
        has=tuple(placed.select_related("device__model", "unit").order_by("device")),
        rows={link: _rows_of(link, employee.pk).count() for link in links_that_move()},
        also_at=tuple(employee.also_employed_at.all()),
        users=tuple(users_of(employee)),
        holdings=holdings_of(employee, on),
        has_left=employee.left_on is not None and employee.left_on <= on,
    )


def _rows_of(link: Link, employee_id: int) -> "models.QuerySet[models.Model]":
    return link.model._default_manager.filter(**{link.field: employee_id})


def users_of(employee: Employee) -> list[User]:
    """Return the users who have somebody's mail, today's or a former one."""
    former = EmployeeAlias.objects.filter(
        employee=employee, kind=EmployeeAlias.Kind.ADDRESS
    ).values_list("value", flat=True)
    wanted = Q(pk__in=())
    for address in {employee.mail, *former} - {""}:
        wanted |= Q(email__iexact=address)
    return list(User.objects.filter(wanted).prefetch_related("accesses").order_by("username"))


@dataclass(frozen=True, slots=True)
class SuspectedDouble:
    """Two who may be one, as people; first who has initials, and is still here."""

    first: Employee
    second: Employee
    double: Double


def doubles_with_people(on: date, seen: "models.QuerySet[Employee]") -> list[SuspectedDouble]:
    """Return the suspected doubles of whom both are among some employees, by name."""
    return _with_people(suspected_doubles(on), seen)


def doubles_of(
    employee: Employee, on: date, seen: "models.QuerySet[Employee]"
) -> list[SuspectedDouble]:
    """Return those with one employee, of whom the other is among some employees too."""
    return _with_people(suspected_doubles(on, of=employee), seen)


def _with_people(
    doubles: Collection[Double], seen: "models.QuerySet[Employee]"
) -> list[SuspectedDouble]:
    ids = {pk for one in doubles for pk in (one.first_id, one.second_id)}
    people = seen.select_related("unit__department").in_bulk(list(ids))
    found = []
    for one in doubles:
        pair = [people[pk] for pk in (one.first_id, one.second_id) if pk in people]
        if len(pair) == 2:
            first, second = sorted(pair, key=lambda who: (who.is_coming, who.left_on is not None))
            found.append(SuspectedDouble(first, second, one))
    return found


def said_to_be_two(kept_id: int, gone_id: int) -> bool:
    """Return whether somebody has said that they are two people."""
    first, second = sorted((kept_id, gone_id))
    return NotSamePerson.objects.filter(first=first, second=second).exists()
