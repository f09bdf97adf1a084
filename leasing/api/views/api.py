"""The API put together: its resources, its writes, its errors and its document."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page, require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from albertslund_it.common.errors import Refused
from albertslund_it.web.problems import PROBLEM, problem
from leasing.api.presenters.problems import said_of
from leasing.api.services.answers import KeyUsed
from leasing.api.views.access import Bearer
from leasing.api.views.resource import declare
from leasing.api.views.resources import RESOURCES
from leasing.api.views.writes import NotAgreed, declare_writes

VERSION = "1.0"


class Api(NinjaAPI):
    """Writes into its document that errors are problems."""

    def get_openapi_schema(self, **options):
        document = super().get_openapi_schema(**options)
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if status >= 400:
                        response["content"] = {PROBLEM: next(iter(response["content"].values()))}
        return document


api = Api(
    title="Pc-leasing",
    version=VERSION,
    description="Albertslund Kommunes pc-leasing. Beløb er i hele øre og uden moms; en periode til "
    "og med dagen før `ends_before`. Sider læses med `next_cursor`, til den er null.",
    auth=Bearer(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-1",
)
for _resource in RESOURCES:
    declare(api, _resource)
declare_writes(api)


@api.exception_handler(AuthenticationError)
def _unknown(request, error):
    response = problem(401)
    response["WWW-Authenticate"] = 'Bearer realm="pc-leasing"'
    return response


@api.exception_handler(HttpError)
def _failed(request, error):
    is_ours = error.message and error.status_code != 400  # ninja's own are in English
    return problem(error.status_code, error.message if is_ours else "")


@api.exception_handler(Http404)
def _missing(request, error):
    return problem(404)


@api.exception_handler(ValidationError)
def _wrong(request, error):
    errors = [
        {"where": ".".join(map(str, one["loc"])), "what": said_of(one)} for one in error.errors
    ]
    return problem(422, kind="wrong", errors=errors)


@api.exception_handler(NotAgreed)
def _not_agreed(request, error):
    told = " ".join(error.reasons)
    return problem(409, told, kind="not-agreed", preview=error.preview, agreed=error.agreed)


@api.exception_handler(KeyUsed)
def _used(request, error):
    return problem(409, " ".join(error.reasons), kind="key-used")


@api.exception_handler(Refused)
def _refused(request, error):
    errors = [{"where": "", "what": reason} for reason in error.reasons]
    return problem(422, " ".join(error.reasons), kind="refused", errors=errors)


@login_not_required
@require_safe
@conditional_page
def document(request):
    """Return the OpenAPI document, to a client or to somebody who is logged in."""
    try:
        if not (request.user.is_authenticated or Bearer()(request)):
            return _unknown(request, None)
    except HttpError as error:
        return _failed(request, error)
    response = JsonResponse(api.get_openapi_schema())
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _opened(view):
    """Return a view of the API's as it is asked for: by a token alone, and again by its ETag."""

    @login_not_required
    @csrf_exempt
    @conditional_page
    def opened(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return opened


def patterns():
    """Return the addresses of the API, none of which asks for a login."""
    found, app, namespace = api.urls
    for pattern in found:
        pattern.callback = _opened(pattern.callback)
    return found, app, namespace
