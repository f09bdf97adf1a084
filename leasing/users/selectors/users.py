"""Who may log in, which roles they have, and what they see from when until when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Exists, Min, OuterRef, Prefetch, Q, QuerySet

from albertslund_it.common.permissions import MANAGE_USERS, VIEW_ALL_DEPARTMENTS
from albertslund_it.web.rights import reserved
from inventory.models import Access, Account

# An access that ends within so many days is told of, so that somebody may take over in time.
SOON = timedelta(days=30)
CLOSED, INVITED, ENDING, BARE, ACTIVE = "lukket", "inviteret", "ophoerer", "intet", "aktiv"


def _granting(code: str) -> QuerySet[Permission]:
    app, codename = code.split(".")
    return Permission.objects.filter(content_type__app_label=app, codename=codename)


def groups_that_may(code: str) -> QuerySet[Group]:
    """Return the roles that have a permission."""
    return Group.objects.filter(permissions__in=_granting(code))


def groups_to_give(actor: User) -> QuerySet[Group]:
    """Return the roles that somebody may give and take: who is no superuser not all of them."""
    groups = Group.objects.order_by("name")
    if actor.is_superuser:
        return groups
    return groups.exclude(permissions__in=Permission.objects.filter(reserved()))


def administrators() -> QuerySet[User]:
    """Return those who can log in and let others in."""
    managing = Q(groups__in=groups_that_may(MANAGE_USERS)) | Q(is_superuser=True)
    return User.objects.filter(managing, is_active=True).distinct()


def is_last_administrator(user: User | None) -> bool:
    """Return whether nobody else can let others in."""
    return user is not None and list(administrators()[:2]) == [user]


def accesses_from(today: date) -> QuerySet[Access]:
    """Return the accesses that hold today or will."""
    found = Access.objects.filter(Q(ends_before=None) | Q(ends_before__gt=today))
    return found.select_related("department", "unit").order_by("starts_on", "pk")


class UserWithAccess(Protocol):
    """A user as `users_with_access` reads them: what they see, and when the first of it ends."""

    is_active: bool
    is_superuser: bool
    last_login: datetime | None
    groups: Any
    current: list[Access]
    ends_first: date | None
    sees_all: bool


def users_with_access(today: date) -> QuerySet[User]:
    """Return every user with roles and accesses, and with what says how they stand."""
    mine = Access.objects.filter(user=OuterRef("pk"))
    lasting = mine.filter(Q(ends_before=None) | Q(ends_before__gt=today + SOON))
    seers = Group.objects.filter(permissions__in=_granting(VIEW_ALL_DEPARTMENTS))
    going = Q(accesses__ends_before__gt=today)
    return User.objects.prefetch_related(
        "groups", Prefetch("accesses", accesses_from(today), to_attr="current")
    ).annotate(
        ends_first=Min("accesses__ends_before", filter=going),
        is_lasting=Exists(lasting),
        sees_all=Exists(seers.filter(user=OuterRef("pk"))),
        signs_on=Exists(Account.objects.filter(user=OuterRef("pk"))),
    )


def state_of(user: UserWithAccess, today: date) -> str:
    """Return how one of `users_with_access` stands: the first that is worth doing something of."""
    if not user.is_active:
        return CLOSED
    if user.ends_first and user.ends_first <= today + SOON:
        return ENDING
    if not (user.is_superuser or user.sees_all or user.current):
        return BARE
    return ACTIVE if user.last_login else INVITED


def in_state(users: QuerySet[User], state: str, today: date) -> QuerySet[User]:
    """Keep those of `users_with_access` who stand like this, whatever `state_of` tells first."""
    if state == CLOSED:
        return users.filter(is_active=False)
    users, soon = users.filter(is_active=True), Q(ends_first__lte=today + SOON)
    if state == ENDING:
        return users.filter(soon)
    held = Exists(accesses_from(today).filter(user=OuterRef("pk")))
    sees = Q(is_superuser=True) | Q(sees_all=True) | held
    # Who has never logged in is so too with an access that ends soon, or with none yet.
    if state == INVITED:
        return users.filter(last_login=None)
    users = users.filter(Q(ends_first=None) | Q(ends_first__gt=today + SOON))
    if state == BARE:
        return users.exclude(sees)
    return users.filter(sees, last_login__isnull=False)


@dataclass(frozen=True)
class UserCounts:
    """How many are in use, have never logged in, and lose an access soon."""

    active: int
    invited: int
    ending: int


def user_counts(today: date) -> UserCounts:
    """Count the users by how they stand."""
    users = users_with_access(today).filter(api_client=None)
    states = (ACTIVE, INVITED, ENDING)
    return UserCounts(*(in_state(users, state, today).count() for state in states))
