"""Have everything at hand before the first request comes."""

import gc

from django.conf import settings
from django.template import loader
from django.urls import get_resolver

TEMPLATES = settings.BASE_DIR / "templates"


def load_pages() -> None:
    """Load every view and compile every template: else whoever comes first waits for seconds."""
    resolver = get_resolver()
    resolver.reverse_dict  # noqa: B018  # it is worked out when it is first asked
    for path in TEMPLATES.rglob("*.html"):
        loader.get_template(str(path.relative_to(TEMPLATES)))
    keep_what_is_there()


def keep_what_is_there() -> None:
    """Let no collection look through what stays, and look seldom: pages make rows by thousands."""
    # Each full collection held all threads for 0.2 s to look through what is there now.
    gc.collect()
    gc.freeze()
    # At 700, as it comes, a page of many rows spent a fifth to two fifths of its time on looking.
    gc.set_threshold(10_000, 20, 20)
