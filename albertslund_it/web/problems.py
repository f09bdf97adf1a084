"""Errors as programs read them: RFC 9457, for every answer below the API's address."""

import json
from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse

from albertslund_it.web.logs import request_id

API = "/api/v1/"
# The one page among the programs' addresses, which people read.
PAGE = f"{API}docs/"
PROBLEM = "application/problem+json"
MOST_BYTES = 1024 * 1024
# What an error is called, and what is said of it where nothing nearer is known.
WORDS = {
    400: ("Ulæselig forespørgsel", "Forespørgslen kan ikke læses."),
    401: (
        "Ingen gyldig nøgle",
        "Send en gyldig nøgle som »Authorization: Bearer …«. Den mangler, er forkert, udløbet "
        "eller trukket tilbage.",
    ),
    403: (
        "Ingen adgang",
        "Nøglen giver ikke adgang til det. En administrator kan udvide den.",
    ),
    404: ("Findes ikke", "Det findes ikke, eller ikke for den, der spørger."),
    405: ("Forkert metode", "Adressen kan ikke bruges på den måde."),
    409: ("Ikke udført", "Det er ikke gjort."),
    413: ("For stor forespørgsel", "Forespørgslen er for stor: højst 1 MB. Del den op."),
    415: ("Forkert format", "Send forespørgslen som application/json."),
    422: ("Kan ikke bruges", "Noget i forespørgslen er ikke, som det skal være."),
    429: ("For mange forsøg", "Der er prøvet for mange forkerte nøgler. Prøv igen senere."),
    500: ("Fejl hos os", "Der skete en fejl hos os. Den står i loggen under request_id."),
    503: ("Ude af drift", "Databasen svarer ikke lige nu. Prøv igen om lidt."),
    507: ("Disken er fuld", "Serverens disk er fuld. Intet er gemt. Prøv igen, når der er plads."),
}
OTHER = ("Ikke udført", "Forespørgslen kan ikke besvares.")


def problem(
    status: int,
    detail: str = "",
    *,
    kind: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    **more: object,
) -> HttpResponse:
    """Return an error: what it is in general, what is wrong here, and of which field.

    `kind` names one that a program may want to tell from others of the same status.
    """
    title, usual = WORDS.get(status, OTHER)
    body: dict[str, object] = {
        "type": f"urn:pc-leasing:problem:{kind}" if kind else "about:blank",
        "title": title,
        "status": status,
        "detail": detail or usual,
    }
    if errors:
        body["errors"] = list(errors)
    body |= more
    if found := request_id():
        body["request_id"] = found
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=PROBLEM)


def answer_programs(get_response):
    """Answer every error below the API's address as a problem, never as a page."""

    def middleware(request):
        if not request.path.startswith(API) or request.path == PAGE:
            return get_response(request)
        response = _unread(request) or get_response(request)
        if response.status_code >= 400 and response.get("Content-Type") != PROBLEM:
            told = problem(response.status_code)
            response.content = told.content
            response["Content-Type"] = PROBLEM
            if response.has_header("Content-Length"):
                response["Content-Length"] = len(response.content)
        return response

    return middleware


def _unread(request: HttpRequest) -> HttpResponse | None:
    """Refuse what is too large or in another form before it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal():
        return problem(400)
    if int(length) > MOST_BYTES:
        return problem(413)
    if request.method == "POST" and request.content_type != "application/json":
        return problem(415)
    return None
