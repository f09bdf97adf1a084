"""Who may say what others see and do: nobody says it of oneself, and some rights are handed on."""

from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db.models import Q, QuerySet


def may_set_rights_of(actor: User, user: User) -> bool:
    """Return whether somebody may say what another may see and do: nobody says it of oneself."""
    return actor.is_superuser or (actor != user and not user.is_superuser)


def may_take_over(actor: User, user: User) -> bool:
    """Return whether somebody may change how another logs in: not who can do what is reserved."""
    return actor.is_superuser or actor == user or not reserved_users().filter(pk=user.pk).exists()


def reserved_users() -> QuerySet[User]:
    """Return who can do what only a superuser hands on, or could if they were active."""
    rights = Permission.objects.filter(reserved())
    theirs = Q(groups__permissions__in=rights) | Q(user_permissions__in=rights)
    return User.objects.filter(Q(is_superuser=True) | theirs).distinct()


def reserved() -> Q:
    """Return the condition on permissions that only a superuser hands on."""
    found = Q()
    for code in settings.RESERVED_RIGHTS:
        app, codename = code.split(".")
        found |= Q(content_type__app_label=app, codename=codename)
    return found
