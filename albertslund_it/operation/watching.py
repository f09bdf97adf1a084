"""What is seen of each request: how long it took, which questions were slow, and who is on.

Nothing of it stops a page: what cannot be kept, or not at once, is not kept.
"""

from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from time import monotonic

import structlog
from django.conf import settings
from django.db import DatabaseError, connections, transaction

from albertslund_it.operation.metrics import note_request
from albertslund_it.web.clock import machine_now
from albertslund_it.web.database.patience import waiting_at_most
from leasing.models import Presence, SlowQuery

SLOW = 0.5  # seconds
MOST_KEPT = 50
KEPT_FOR = timedelta(days=1)
BETWEEN_KEEPING = 5.0  # seconds: a database that is slow for all is not asked to keep that too
BETWEEN_SIGHTS = 5 * 60.0  # seconds between writing that somebody is on
LONGEST = 4000

log = structlog.get_logger(__name__)


class Watch:
    """Middleware: measures what is inside it, and keeps what is worth keeping afterwards."""

    def __init__(self, get_response):
        self._get_response = get_response
        self._kept_at = -BETWEEN_KEEPING
        self._seen_at: dict[int, float] = {}

    def __call__(self, request):
        slow: list[tuple[float, str]] = []
        began = monotonic()
        with ExitStack() as timed:
            for one in connections:  # a replica too
                timed.enter_context(connections[one].execute_wrapper(_timing(slow)))
            response = self._get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else ""
        note_request(route or "", request.method, response.status_code, monotonic() - began)
        if slow:
            self._tell_of_slow(route or "", slow)
        # Not `request.user`, which would ask the database where the page did not.
        user = getattr(request, "_cached_user", None)
        if settings.WATCH_PRESENCE and user is not None and user.is_authenticated:
            self._see(user.pk)
        return response

    def _tell_of_slow(self, route: str, slow: list[tuple[float, str]]) -> None:
        for seconds, statement in slow:
            log.warning("slow_query", route=route, seconds=round(seconds, 3), sql=statement[:500])
        if monotonic() - self._kept_at < BETWEEN_KEEPING:
            return
        self._kept_at = monotonic()
        with suppress(DatabaseError), waiting_at_most(0), transaction.atomic():
            keep_slow(route, slow, now=machine_now())

    def _see(self, user_id: int) -> None:
        moment = monotonic()
        if moment - self._seen_at.get(user_id, -BETWEEN_SIGHTS) < BETWEEN_SIGHTS:
            return
        self._seen_at[user_id] = moment
        with suppress(DatabaseError), waiting_at_most(0), transaction.atomic():
            now = machine_now()
            Presence.objects.update_or_create(user_id=user_id, defaults={"seen_at": now})
            Presence.objects.filter(seen_at__lt=now - KEPT_FOR).delete()


def keep_slow(route: str, slow: list[tuple[float, str]], *, now: datetime) -> None:
    """Keep questions that were slow, and let go of what is old or no longer among the slowest."""
    SlowQuery.objects.bulk_create(
        SlowQuery(
            route=route[:100],
            statement=statement[:LONGEST],
            milliseconds=round(seconds * 1000),
            seen_at=now,
        )
        for seconds, statement in slow
    )
    SlowQuery.objects.filter(seen_at__lt=now - KEPT_FOR).delete()
    too_many = SlowQuery.objects.values_list("pk", flat=True)[MOST_KEPT:]
    SlowQuery.objects.filter(pk__in=list(too_many)).delete()


def _timing(slow: list[tuple[float, str]]):
    def execute_timed(execute, sql, params, many, context):
        began = monotonic()
        try:
            return execute(sql, params, many, context)
        finally:
            took = monotonic() - began
            if took > SLOW:
                slow.append((took, str(sql)))

    return execute_timed
