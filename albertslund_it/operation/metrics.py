"""What monitoring reads at /metrics: counts, seconds and ages, behind a token; no names, no ids.

gunicorn's processes count in files of a folder that `gunicorn.conf.py` makes. A file belongs to a
slot, not to a process: as many as run at once, however often they are replaced.
"""

import fcntl
import os
from collections.abc import Iterator
from functools import cache
from hmac import compare_digest
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)
from prometheus_client.core import GaugeMetricFamily

from albertslund_it.operation.probes import LOOK
from albertslund_it.web.clock import today
from leasing.approvals.selectors.approvals import awaiting_answer
from leasing.models import Approval, CommandRun, Mail
from leasing.movements.selectors.overdue import overdue_returns
from leasing.orders.selectors.queues import line_counts
from leasing.orders.selectors.received import waiting_mail_count

PREFIX = "pc_leasing"
SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
UNKNOWN = "unknown"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def _own_slot() -> str:
    """Take the first slot that no living process has, and hold it as long as this one lives."""
    return _slot_of(os.getpid())[0]


@cache
def _slot_of(pid: int) -> tuple[str, object]:
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    for number in range(1, 1000):
        lock = (folder / f"slot-{number}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return str(number), lock
    raise OSError("no slot is free")


IS_SHARED = "PROMETHEUS_MULTIPROC_DIR" in os.environ
if IS_SHARED:
    values.ValueClass = values.MultiProcessValue(_own_slot)

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    f"{PREFIX}_requests",
    "Answered requests, by the name of the page's route.",
    ["route", "method", "status"],
    registry=REGISTRY,
)
DURATIONS = Histogram(
    f"{PREFIX}_request_seconds",
    "How long a request took.",
    ["route"],
    buckets=SECONDS,
    registry=REGISTRY,
)


def note_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count an answered request; nothing where nobody reads the metrics."""
    if settings.METRICS_TOKEN:
        route = route or UNKNOWN
        REQUESTS.labels(route, method if method in METHODS else "other", status).inc()
        DURATIONS.labels(route).observe(seconds)


@login_not_required
@require_safe
def metrics(request):
    """Return the metrics to who has the token; where none is set there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    said = request.headers.get("Authorization", "")
    if not compare_digest(said.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(
            status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"}
        )
    registry = REGISTRY
    if IS_SHARED:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    now = CollectorRegistry()
    now.register(WhatWaits())
    return HttpResponse(
        generate_latest(registry) + generate_latest(now),
        content_type=CONTENT_TYPE_LATEST,
        headers={"Cache-Control": "no-store"},
    )


class WhatWaits:
    """What is so at this moment, asked of the database: when it answers at all."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield whether the system is ready, and what waits if it is."""
        is_ready = not LOOK.why_not()
        yield _gauge(
            "ready", "1 when the database answers, is migrated and has its guards.", is_ready
        )
        if is_ready:
            try:
                yield from list(_waiting())
            except DatabaseError:  # it went away meanwhile; the next reading says so
                return


def _waiting() -> Iterator[GaugeMetricFamily]:
    unsent = Mail.objects.filter(sent_at=None)
    yield _gauge("mails_waiting", "Mails that are not sent yet.", unsent.count())
    failed = unsent.filter(failed_at__isnull=False)
    yield _gauge("mails_failed", "Of them, those that were tried in vain.", failed.count())
    ok = GaugeMetricFamily(
        f"{PREFIX}_command_ok", "1 when the last run went well.", labels=["command"]
    )
    at = GaugeMetricFamily(
        f"{PREFIX}_command_ok_timestamp_seconds",
        "When a command last went well.",
        labels=["command"],
    )
    for run in CommandRun.objects.all():
        ok.add_metric([run.name], run.is_ok)
        if run.ok_at:
            at.add_metric([run.name], run.ok_at.timestamp())
    yield from (ok, at)
    queues = GaugeMetricFamily(f"{PREFIX}_queue", "What waits in a queue.", labels=["queue"])
    for queue, count in line_counts().items():
        queues.add_metric([queue.name.lower()], count)
    queues.add_metric(["received_mails"], waiting_mail_count())
    queues.add_metric(["approvals"], awaiting_answer(Approval.objects.all()).count())
    queues.add_metric(["overdue_returns"], overdue_returns(today()).count())
    yield queues


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", what, value=float(value))
