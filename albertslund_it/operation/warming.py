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
    # What is there now stays; each full collection held all threads for 0.2 s to look through it.
    gc.collect()
    gc.freeze()
