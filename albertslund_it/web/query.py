"""What stands in an address or a form, read as what it may be."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

# A database keeps an id in 63 bits: more digits are nobody's, and thousands take long to read.
MOST_DIGITS = 18


def number_in(text: str) -> int | None:
    """Return the whole number that a text writes, an id or a page; None where it writes none."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if is_one else None


def numbers_in(texts: Iterable[str]) -> set[int]:
    """Return the numbers among some texts."""
    return {number for text in texts if (number := number_in(text)) is not None}


def one_of(asked: Mapping, name: str, known: Collection[str], default: str) -> str:
    """Return which of some known values an address asks for; the default where it asks for none.

    Raises:
        Http404: when it asks for one that is not there. Showing another would be a wrong answer.
    """
    wanted = asked.get(name) or default
    if wanted != default and wanted not in known:
        raise Http404(f"{name}={wanted[:40]}")
    return wanted


def refuse_nothing_signs(get_response):
    """Refuse an address with a sign of nothing (NUL), which no database keeps and nobody types."""

    def middleware(request):
        if any("\0" in one for pair in request.GET.lists() for one in (pair[0], *pair[1])):
            raise BadRequest("a NUL in the query")
        return get_response(request)

    return middleware


BACK = "retur"  # the page that a form was opened from


class Addresses:
    """The addresses of pages, by their names, for many rows: each page's is looked up once."""

    def __init__(self) -> None:
        self._page = cache(reverse)
        self._around = cache(lambda name: reverse(name, args=[0]).rsplit("0", 1))

    def page(self, name: str) -> str:
        """Return the address of a page."""
        return self._page(name)

    def of(self, name: str, pk: int) -> str:
        """Return the address of a row's page."""
        before, after = self._around(name)
        return f"{before}{pk}{after}"


def returning_to(url: str, back: str) -> str:
    """Return the address of a form that leads back to a page, if to any, once it is saved."""
    if not back:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({BACK: back})}"


def page_before(request: HttpRequest, otherwise: str) -> str:
    """Return the page of ours that a form was opened from, or else the one it leads to itself."""
    asked = request.POST.get(BACK) or request.GET.get(BACK, "")
    # Of this site alone: an address that somebody is sent may not lead them out of it.
    if not url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return otherwise
    try:
        resolve(urlsplit(asked).path)
    except Resolver404:
        return otherwise
    return asked
