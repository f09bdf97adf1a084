"""Kept costs follow what people do: whoever changed something works them out, and who reads waits.

That is after the change was saved. It stays saved, whatever becomes of this: what is marked and not
worked out is for whoever reads next.
"""

import logging

from django.db import connection
from django.template.loader import render_to_string

from albertslund_it.web.database.replica import ReplicaLost
from leasing.cost_table import moment
from leasing.cost_table.moment import moments_noted
from leasing.cost_table.refresh import AT_LEISURE, IN_A_REQUEST
from leasing.jobs.views.tasks import leave_costs_to_worker
from leasing.marks import MARK_TABLES

READING = {"GET", "HEAD", "OPTIONS", "TRACE"}
logger = logging.getLogger(__name__)


def follow_changes(get_response):
    """Bring kept costs up to date after a request, and let a fragment say where they are not."""

    def middleware(request):
        with moments_noted(only_read=request.method in READING) as moments:
            response = get_response(request)
        if request.method not in READING:
            bring_up_to_date()
        # A whole page has said it in its frame.
        if moments.are_behind and not moments.are_told and getattr(request, "htmx", False):
            _tell(response)
        return response

    middleware.process_exception = read_again  # type: ignore[attr-defined]
    return middleware


def read_again(request, error):
    """Answer a page from the primary where the replica was lost while it was read."""
    if not isinstance(error, ReplicaLost):
        return None
    view, named, values = request.resolver_match
    return view(request, *named, **values)


def _tell(response) -> None:
    is_page = response.get("Content-Type", "").startswith("text/html")
    if is_page and not response.streaming:
        context = {"costs_are_behind": True, "is_beside": True}
        response.write(render_to_string("costs_behind.html", context))
        if response.has_header("Content-Length"):
            response["Content-Length"] = len(response.content)


def refresh_after_command(sender, command, **kwargs):
    """Bring kept costs up to date after a command of ours, where there are tables for them."""

    def tell(done: int, total: int) -> None:
        command.show_progress(f"Regner udgifter om: {done} af {total}")

    if {one.table for one in MARK_TABLES} <= set(connection.introspection.table_names()):
        bring_up_to_date(tell, AT_LEISURE)
        command.show_progress("")


def bring_up_to_date(progress=None, effort=IN_A_REQUEST) -> None:
    """Work out what a change has marked; log it where that cannot be done."""
    if _is_inside_a_change():
        return
    try:
        if effort is IN_A_REQUEST and leave_costs_to_worker():
            return
        if not moment.bring_up_to_date(progress, effort):
            logger.warning("kept costs are left to the next reader: somebody else is at it")
    except Exception:
        logger.exception("kept costs are left to the next reader")


def _is_inside_a_change() -> bool:
    """Return whether a transaction is open that may be undone yet; a test's own is none."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
