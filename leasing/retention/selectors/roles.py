"""Which permissions each role has today."""

from django.conf import settings as django_settings
from django.contrib.auth.models import Group

from leasing.models import Settings


def permissions_by_role() -> dict[str, frozenset[str]]:
    """Return the permissions of each group, as 'app.code', by its name."""
    return {
        group.name: frozenset(
            f"{one.content_type.app_label}.{one.codename}" for one in group.permissions.all()
        )
        for group in Group.objects.order_by("name").prefetch_related("permissions__content_type")
    }


def numbers_of_retention() -> dict[str, int]:
    """Return how long things are kept, as the settings say."""
    settings = Settings.objects.get()
    return {
        "years": settings.retention_years,
        "undo_days": settings.undo_days,
        "session_hours": django_settings.SESSION_COOKIE_AGE // 3600,
        "snapshots": max(settings.snapshots_kept, 2),  # the one before stays too
    }
