"""Let people in, say what they may and see, and let them out again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Model

from albertslund_it.common.errors import Refused
from albertslund_it.common.meanwhile import only_changed
from albertslund_it.common.permissions import MANAGE_USERS, VIEW_ALL_DEPARTMENTS
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import name_of
from albertslund_it.web.rights import may_set_rights_of, may_take_over
from inventory.models import Access, Department, Unit
from leasing.mail.services import addresses
from leasing.users.selectors.posts import DEPARTMENT, Post, posts
from leasing.users.selectors.users import administrators, groups_that_may, groups_to_give
from leasing.users.services.mail import mail_invitation

REFUSED_OWN = "Dine egne roller og adgange ændrer en anden administrator."
REFUSED_ABOVE = (
    "{name} kan låse kvartaler eller er superbruger. Roller, mail og login ændrer kun en "
    "superbruger."
)
REFUSED_SUPERUSER = "{name} er superbruger. Navn, roller og adgange ændrer kun en superbruger."


@dataclass(frozen=True)
class WhatToSee:
    """What somebody is to see: a department or a unit, from a day and perhaps until one."""

    department: Department | None
    unit: Unit | None
    starts_on: date
    ends_before: date | None = None

    @property
    def thing(self) -> Department | Unit | None:
        return self.department or self.unit


@dataclass(frozen=True)
class AboutUser:
    """What somebody is called, where they get mail, and their roles."""

    first_name: str
    last_name: str
    mail: str
    groups: frozenset[Group]


@dataclass(frozen=True)
class Invited:
    """Who was let in from the list of posts, and the posts whose leader could not be."""

    users: list[User]
    left_out: list[Post]


ABOUT = {"first_name": "Fornavn", "last_name": "Efternavn", "mail": "Mail", "groups": "Roller"}


@transaction.atomic
def invite_user(
    *,
    actor: User,
    mail: str,
    first_name: str,
    last_name: str,
    groups: Collection[Group],
    seen: WhatToSee | None,
    now: datetime,
) -> User:
    """Make a user with roles and what to see, and write them how to log in.

    Raises:
        Refused: when the mail is somebody's, or the actor may not give that much.
    """
    lock(User, Access)
    mail = mail.strip().lower()
    if taken := User.objects.filter(email__iexact=mail).first():
        raise Refused(f"{name_of(taken)} har allerede den mail. Giv adgangen på brugerens side.")
    if User.objects.filter(username=mail).exists():
        raise Refused(f"Der er allerede en bruger med brugernavnet {mail}.")
    if not addresses([mail]):
        raise Refused("Skriv mailen som navn@kommune.dk.")
    _refuse_too_much(actor, set(groups))
    _refuse_without_sight(groups, seen)
    user = User(username=mail, email=mail, first_name=first_name, last_name=last_name)
    user.is_staff = _is_managing(groups)
    user.set_unusable_password()
    user.save()
    user.groups.set(groups)
    if seen and seen.thing:
        _give(user, seen)
    mail_invitation(user=user, actor=actor, now=now)
    return user


@transaction.atomic
def make_account(
    *, actor: User, username: str, name: str, groups: Collection[Group], seen: WhatToSee | None
) -> User:
    """Make an account that nobody logs in by: it has no password, and no mail to get one at.

    Raises:
        Refused: when the actor may not give that much, or the role would see nothing.
    """
    lock(User, Access)
    _refuse_too_much(actor, set(groups))
    _refuse_without_sight(groups, seen)
    user = User(username=username, first_name=name)
    user.set_unusable_password()
    user.save()
    user.groups.set(groups)
    if seen and seen.thing:
        _give(user, seen)
    return user


@transaction.atomic
def invite_leaders(*, actor: User, keys: Sequence[str], today: date, now: datetime) -> Invited:
    """Let in the leaders of some posts, each with the role of the post; one person has one user.

    A leader who is a closed user, or not the actor's to let in, is left out; the others are not.

    Raises:
        Refused: when a post is filled or gone meanwhile.
    """
    lock(User, Access)
    wanted = {one.key: one for one in posts(today, actor)}
    roles = {group.name: group for group in Group.objects.all()}
    invited: dict[str, User] = {}
    left_out = []
    for key in keys:
        post = wanted.get(key)
        if post is None or not post.is_waiting:
            raise Refused("Listen er ændret imens. Se den igen, og vælg på ny.")
        if post.hindrance:
            left_out.append(post)
            continue
        role = roles[settings.POST_ROLES[post.kind]]
        is_department = post.kind == DEPARTMENT
        seen = WhatToSee(
            Department.objects.get(pk=post.id) if is_department else None,
            None if is_department else Unit.objects.get(pk=post.id),
            today,
        )
        if known := post.known or invited.get(post.mail.lower()):
            give_access(actor=actor, user=known, seen=seen)
            if not known.groups.filter(pk=role.pk).exists():
                _set_groups(actor, known, {*known.groups.all(), role})
            invited[post.mail.lower()] = known
            continue
        first, _, last = post.leader.rpartition(" ")
        invited[post.mail.lower()] = invite_user(
            actor=actor,
            mail=post.mail,
            first_name=first or last,
            last_name=last if first else "",
            groups=[role],
            seen=seen,
            now=now,
        )
    return Invited(list(invited.values()), left_out)


@transaction.atomic
def invite_again(*, actor: User, user: User, now: datetime) -> None:
    """Write once more how to log in; links of earlier mails work until one of them is used."""
    lock(User)
    _read_again(user)
    _refuse_takeover(actor, user)
    if not user.is_active:
        raise Refused("Brugeren er lukket. Åbn den, før du inviterer igen.")
    if mail_invitation(user=user, actor=actor, now=now) is None:
        raise Refused("Brugeren har ingen mail. Skriv den først.")


@transaction.atomic
def change_user(*, actor: User, user: User, said: AboutUser, seen: AboutUser) -> None:
    """Set what is said otherwise than seen of what somebody is called, and of their roles.

    Raises:
        Refused: when it is not the actor's to change, or somebody else was first.
    """
    lock(User)
    _read_again(user)
    stands = AboutUser(user.first_name, user.last_name, user.email, frozenset(user.groups.all()))
    changed: dict[str, Any] = only_changed(
        vars(said), seen=vars(seen), stands=vars(stands), labels=ABOUT
    )
    wanted = replace(stands, **changed)
    mail = wanted.mail.strip()
    if mail.lower() != user.email.lower():
        _refuse_takeover(actor, user)
        if User.objects.filter(email__iexact=mail).exclude(pk=user.pk).exists():
            raise Refused("En anden bruger har den mail.")
    before = (stands.first_name, stands.last_name)
    if (wanted.first_name, wanted.last_name) != before and actor != user:
        _refuse_rights(actor, user)
    user.email, user.first_name, user.last_name = mail, wanted.first_name, wanted.last_name
    user.save(update_fields=["email", "first_name", "last_name"])
    _set_groups(actor, user, set(wanted.groups))


def _set_groups(actor: User, user: User, groups: set[Group]) -> None:
    before = set(user.groups.all())
    if groups == before:
        return
    _refuse_rights(actor, user)
    _refuse_takeover(actor, user)
    _refuse_too_much(actor, groups - before)
    user.groups.set(groups)
    user.is_staff = user.is_superuser or _is_managing(groups)
    user.save(update_fields=["is_staff"])
    _refuse_without_administrator()


@transaction.atomic
def give_access(*, actor: User, user: User, seen: WhatToSee) -> Access:
    """Let somebody see a department or a unit, from a day and perhaps until one."""
    lock(User, Access)
    _read_again(user)
    _refuse_rights(actor, user)
    return _give(user, seen)


def _give(user: User, seen: WhatToSee) -> Access:
    if seen.ends_before and seen.ends_before <= seen.starts_on:
        raise Refused("Den sidste dag skal ligge efter den første.")
    same = Access.objects.filter(user=user, department=seen.department, unit=seen.unit)
    for one in same:
        begins_later = seen.ends_before and one.starts_on >= seen.ends_before
        ended = one.ends_before and one.ends_before <= seen.starts_on
        if not (begins_later or ended):
            raise Refused(
                f"{name_of(user)} har allerede adgang til {seen.thing} fra "
                f"{one.starts_on:%d-%m-%Y}. Ret den i stedet."
            )
    return Access.objects.create(
        user=user,
        department=seen.department,
        unit=seen.unit,
        starts_on=seen.starts_on,
        ends_before=seen.ends_before,
    )


@transaction.atomic
def end_access(*, actor: User, access: Access, ends_before: date | None) -> None:
    """Say from which day an access is gone; None for never.

    One that would end before it begins has never been, and is deleted.
    """
    lock(User, Access)
    _read_again(access)
    _refuse_rights(actor, access.user)
    if ends_before and ends_before <= access.starts_on:
        access.delete()
        return
    later = Access.objects.filter(
        user=access.user,
        department=access.department,
        unit=access.unit,
        starts_on__gte=access.starts_on,
    ).exclude(pk=access.pk)
    if any(ends_before is None or one.starts_on < ends_before for one in later):
        raise Refused("Brugeren får adgangen igen fra en senere dag. Slut før den.")
    access.ends_before = ends_before
    access.save(update_fields=["ends_before"])


@transaction.atomic
def close_user(*, actor: User, user: User) -> None:
    """Let somebody log in no more; roles, accesses and history stay.

    Who leaves is closed at once by whoever is there, also one who closes quarters.
    """
    lock(User)
    if actor == user:
        raise Refused("Du kan ikke lukke dig selv. Bed en anden administrator om det.")
    _read_again(user)
    _refuse_rights(actor, user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _refuse_without_administrator()


@transaction.atomic
def open_user(*, actor: User, user: User) -> None:
    """Let somebody who was closed log in again, with what they had."""
    lock(User)
    _read_again(user)
    _refuse_rights(actor, user)
    _refuse_takeover(actor, user)
    user.is_active = True
    user.save(update_fields=["is_active"])


def _is_managing(groups: Collection[Group]) -> bool:
    managing = groups_that_may(MANAGE_USERS)
    return managing.filter(pk__in=[group.pk for group in groups]).exists()


def _refuse_too_much(actor: User, groups: Collection[Group]) -> None:
    may_give = set(groups_to_give(actor))
    if over := sorted(group.name for group in groups if group not in may_give):
        raise Refused(f"Rollen {' og '.join(over)} gives kun af en superbruger.")


def _read_again(row: Model) -> None:
    """Read a row as it stands after the lock.

    Raises:
        Refused: when it was deleted meanwhile.
    """
    try:
        row.refresh_from_db()
    except ObjectDoesNotExist as error:
        raise Refused("En anden har imens slettet det. Se siden igen.") from error


def _refuse_rights(actor: User, user: User) -> None:
    if not may_set_rights_of(actor, user):
        above = REFUSED_SUPERUSER.format(name=name_of(user))
        raise Refused(REFUSED_OWN if actor == user else above)


def _refuse_takeover(actor: User, user: User) -> None:
    if not may_take_over(actor, user):
        raise Refused(REFUSED_ABOVE.format(name=name_of(user)))


def _refuse_without_sight(groups: Collection[Group], seen: WhatToSee | None) -> None:
    """Refuse a leader of nothing: who does not see all sees only what an access gives."""
    seers = set(groups_that_may(VIEW_ALL_DEPARTMENTS))
    if not (seen and seen.thing) and groups and not seers.intersection(groups):
        raise Refused(
            "Vælg den afdeling eller enhed, personen skal se. Rollen ser intet uden en adgang."
        )


def _refuse_without_administrator() -> None:
    if not administrators().exists():
        raise Refused(
            "Det er den sidste administrator. Gør en anden til administrator først, ellers kan "
            "ingen give adgange mere."
        )
