"""The request that a page gets: the middleware lets nobody in who is not logged in."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request as our middleware hands it on. Only a type: Django makes the object."""

    user: User
    htmx: HtmxDetails
