"""Let roles and accesses follow the account that somebody signs on with."""

from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction

from albertslund_it.web.database.rows import lock
from inventory.models import Access, Department, Unit
from leasing.users.selectors.sign_on import led_by
from leasing.users.selectors.users import accesses_from


@transaction.atomic
def follow_roles(*, user: User, given: Collection[str], governed: Collection[str]) -> None:
    """Give the roles that the account has, and take those of the governed that it has not."""
    before = set(user.groups.all())
    kept = {group for group in before if group.name not in governed}
    wanted = kept | set(Group.objects.filter(name__in=given))
    if wanted != before:
        user.groups.set(wanted)
    is_staff = user.is_superuser or settings.OIDC_STAFF_ROLE in {one.name for one in wanted}
    if is_staff != user.is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])


@transaction.atomic
def follow_accesses(*, user: User, things: Collection[Department | Unit], today: date) -> None:
    """Let somebody see what the account says from today, and no more what it said before.

    What an administrator has given stays as it is.
    """
    lock(User, Access)
    held = list(accesses_from(today).filter(user=user))
    for access in held:
        if access.follows_account and (access.department or access.unit) not in things:
            _end(access, today)
    sees = {one.department or one.unit for one in held if one.starts_on <= today}
    for thing in sorted(set(things) - sees, key=str):
        Access.objects.create(
            user=user,
            department=thing if isinstance(thing, Department) else None,
            unit=thing if isinstance(thing, Unit) else None,
            starts_on=today,
            follows_account=True,
        )


@transaction.atomic
def end_what_is_led_no_more(*, today: date) -> int:
    """End accesses that followed the register's leaders, where it names another by now."""
    if not settings.OIDC_LEADERS_FROM_REGISTER or settings.OIDC_UNIT_CLAIM:
        return 0
    lock(User, Access)
    ended = 0
    for access in accesses_from(today).filter(follows_account=True).select_related("user"):
        if (access.department or access.unit) not in led_by(access.user.email):
            _end(access, today)
            ended += 1
    return ended


def _end(access: Access, today: date) -> None:
    """End an access today; one that has not been is deleted."""
    if access.starts_on >= today:
        access.delete()
        return
    access.ends_before = today
    access.save(update_fields=["ends_before"])


def posts_of(things: Collection[Department | Unit]) -> set[str]:
    """Return the roles that go with leading something."""
    kinds = {"department" if isinstance(one, Department) else "unit" for one in things}
    return {settings.POST_ROLES[kind] for kind in kinds}
