"""How the system is set up and who has which role, today."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Count, Q

from albertslund_it.web.login import MOST_FROM_AN_ADDRESS
from albertslund_it.web.rights import reserved
from leasing.models import CalendarFeed, Settings, WebhookEndpoint


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
    has_calendars: bool
    is_monitored: bool
    has_replica: bool
    claims_reserved: bool
    mails_digests: bool
    session_hours: int
    wrong_passwords: int
    wrong_from_address: int
    lockout_minutes: int


def running() -> SetUp:
    """Return how the system is set up."""
    chosen = Settings.objects.get()
    closes = Group.objects.filter(permissions__in=Permission.objects.filter(reserved()))
    return SetUp(
        is_postgresql=connection.vendor == "postgresql",
        is_https=bool(getattr(settings, "SESSION_COOKIE_SECURE", False)),
        sends_mail=settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"),
        mail_is_encrypted=settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL,
        reads_mailbox=bool(settings.IMAP_SECRET_URL),
        signs_on=settings.OIDC_ENABLED,
        tells_others=WebhookEndpoint.objects.filter(is_on=True).exists(),
        asks_for_code=settings.SECOND_FACTOR,
        uses_api=chosen.uses_api,
        has_calendars=CalendarFeed.objects.exists(),
        is_monitored=bool(settings.METRICS_TOKEN),
        has_replica="replica" in settings.DATABASES,
        claims_reserved=settings.OIDC_ENABLED
        and closes.filter(name__in=settings.OIDC_ROLES.values()).exists(),
        mails_digests=chosen.mails_digests,
        session_hours=settings.SESSION_COOKIE_AGE // 3600,
        wrong_passwords=settings.AXES_FAILURE_LIMIT,
        wrong_from_address=MOST_FROM_AN_ADDRESS,
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
