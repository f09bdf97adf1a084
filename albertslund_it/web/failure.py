"""The page of an error of ours: works when nothing else does, so it asks nothing of anybody."""

from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from albertslund_it.web.logs import request_id


def server_error(request):
    """Say that it went wrong, and under which number it stands in the log."""
    return HttpResponseServerError(render_to_string("500.html", {"request_id": request_id()}))


def bad_request(request, exception):
    """Say in the frame of every page that an address or a form could not be read."""
    return render(request, "400.html", status=400)
