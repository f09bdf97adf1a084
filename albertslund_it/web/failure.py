"""The page of an error of ours: works when nothing else does, so it asks nothing of anybody."""

import re
import sqlite3
import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.debug import SafeExceptionReporterFilter

from albertslund_it.web.disks import full_disk
from albertslund_it.web.logs import request_id

RETRY_AFTER = 10  # seconds
# SQLSTATE of a server that is not there, stops, starts, or has no connection left.
GONE = ("08", "57P", "53300")
# Of settings, and of the environment, whose names say this a report shows stars alone.
STARRED = "API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|HTTP_COOKIE|_URL$"


class NoSecrets(SafeExceptionReporterFilter):
    """Django's own filter, to which the addresses with a password in them are secrets too."""

    hidden_settings = re.compile(STARRED, re.IGNORECASE)


def server_error(request):
    """Say that it went wrong, and under which number it stands in the log.

    A database that is gone is no error of ours, and comes back: that is 503, and when to try again.
    A disk that is full is none either, and takes somebody to make room.
    """
    error = sys.exception()
    if full_disk(error):
        page = render_to_string("507.html", {"request_id": request_id()})
        return HttpResponse(page, status=HTTPStatus.INSUFFICIENT_STORAGE)
    if database_is_gone(error):
        page = render_to_string("503.html", {"request_id": request_id()})
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponseServerError(render_to_string("500.html", {"request_id": request_id()}))


def bad_request(request, exception):
    """Say in the frame of every page that an address or a form could not be read."""
    return render(request, "400.html", status=400)


def database_is_gone(error: BaseException | None) -> bool:
    """Return whether an error, or what it came of, is that the database cannot be reached."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            cause = error.__cause__
            if isinstance(cause, sqlite3.Error):
                return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_CANTOPEN
            state = getattr(cause, "sqlstate", None)
            return state is None or state.startswith(GONE)
        error = error.__cause__ or error.__context__
    return False
