"""What a municipality may not want: parts that the settings switch on and off as a whole."""

from functools import cache

from django.db.models import QuerySet

from albertslund_it.web.database.put_together import put_together_once
from leasing.models import Settings

# The setting, and the names of the addresses of its pages: each name, and what begins with it.
MODULES = {
    "uses_labels": ("labels",),
    "uses_calendar_feed": ("calendar-feed",),
    "uses_api": ("api",),
    "uses_webhooks": ("webhook",),
    "uses_stocktakes": ("stocktake",),
    "uses_scenarios": ("what-if", "scenario"),
    "uses_comparison": ("municipality",),
}


def settings_now() -> Settings | None:
    """Return the settings; None before there are any."""
    return next(iter(_settings()), None)


@put_together_once
def _settings() -> QuerySet[Settings]:
    return Settings.objects.filter(id=1)


@cache  # of the names of our addresses, and of no others
def module_of(name: str) -> str:
    """Return the setting that a page hangs on, by the name of its address; '' for no setting."""
    for setting, begins in MODULES.items():
        if any(name == one or name.startswith(f"{one}-") for one in begins):
            return setting
    return ""


def modules_off(settings: Settings | None = None) -> frozenset[str]:
    """Return the settings of the modules that are switched off; read, unless they are at hand."""
    settings = settings or settings_now()
    return frozenset(name for name in MODULES if settings and not getattr(settings, name))
