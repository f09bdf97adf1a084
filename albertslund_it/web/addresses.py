"""Where the pages of the menu are, worked out once.

The frame of every page names forty of them: to work them out anew is a millisecond.
"""

from functools import lru_cache

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, reverse


def address_of(name: str) -> str:
    """Return the address of a page that has no parts; '' if that part is not installed."""
    return _address_of(name, settings.ROOT_URLCONF, get_script_prefix())


# An address hangs on these alone: the pages that are installed, and where the whole stands.
@lru_cache(maxsize=512)
def _address_of(name: str, urls: str, prefix: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
