"""How the system is set up and who has which role, today."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Count, Q

from leasing.models import Settings, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class SetUp:
    """What of the set-up the description of it depends on."""

    is_postgresql: bool
    is_https: bool
    sends_mail: bool
    mail_is_encrypted: bool
    reads_mailbox: bool
    signs_on: bool
    asks_for_code: bool
    uses_api: bool
    tells_others: bool
    session_hours: int
    wrong_passwords: int
    lockout_minutes: int


def running() -> SetUp:
    """Return how the system is set up."""
    return SetUp(
        is_postgresql=connection.vendor == "postgresql",
        is_https=bool(getattr(settings, "SESSION_COOKIE_SECURE", False)),
        sends_mail=settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"),
        mail_is_encrypted=settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL,
        reads_mailbox=bool(settings.IMAP_SECRET_URL),
        signs_on=settings.OIDC_ENABLED,
        tells_others=WebhookEndpoint.objects.filter(is_on=True).exists(),
        asks_for_code=settings.SECOND_FACTOR,
        uses_api=Settings.objects.get().uses_api,
        session_hours=settings.SESSION_COOKIE_AGE // 3600,
        wrong_passwords=settings.AXES_FAILURE_LIMIT,
        lockout_minutes=round(settings.AXES_COOLOFF_TIME * 60),
    )


@dataclass(frozen=True, slots=True)
class RoleToday:
    """A role, how many may log in with it, and what it may do beyond reading."""

    name: str
    users: int
    rights: list[str]


def roles_today() -> list[RoleToday]:
    """Return the roles with their rights: those that are ours, and not Django's on each table."""
    ours = ~Q(codename__regex=r"^(add|change|delete|view)_")
    groups = Group.objects.annotate(users=Count("user", filter=Q(user__is_active=True)))
    return [
        RoleToday(
            group.name,
            group.users,
            list(group.permissions.filter(ours).order_by("name").values_list("name", flat=True)),
        )
        for group in groups.order_by("name")
    ]
