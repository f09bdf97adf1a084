"""Links that let in whoever has them: each is signed, and opens one page about one thing.

The address is a secret: a page that is opened by one is named by nobody, kept by no search engine,
and leads nowhere with its address; the log leaves out what stands in a part called `token`.
"""

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# What a link may stand for: the id of a row, or a row and which of its links it is.
Signed = int | list[int]


def token_of(salt: str, what: Signed) -> str:
    """Return what stands in the link of something; each kind of link has a salt of its own."""
    return signing.Signer(salt=salt).sign_object(what)


def signed_in(salt: str, token: str) -> object:
    """Return what a link was made for; None for what was never signed with the salt."""
    try:
        return signing.Signer(salt=salt).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None


def secret_page(
    request: HttpRequest, template: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    """Show a page that a secret link has opened."""
    response = render(request, template, context, status=status)
    # The origin alone: browsers send that with a form, which is then known to be ours.
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
