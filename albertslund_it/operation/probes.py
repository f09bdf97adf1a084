"""What a load balancer or a supervisor asks: is the process alive, and can it serve people?

Both are answered before anything else looks at the request: by whatever name or address they are
asked for, without https, login, session or cookie, and without a line in the log while all is well.
"""

import threading
from functools import cache
from time import monotonic

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from leasing.guards import missing_guards

PATIENCE = 2.0  # seconds that an answer may take: a database that hangs is one that is not there
FRESH = 1.0  # seconds that an answer stands: however many ask, the database is asked once
GUARDS_FRESH = 60.0  # all definitions of triggers are read for it

log = structlog.get_logger(__name__)


@login_not_required
@require_safe
def alive(request):
    """Say that this process answers; no database is asked."""
    return _answer("alive")


@login_not_required
@require_safe
def ready(request):
    """Return whether the database answers, is migrated and has its guards; 503 otherwise."""
    why_not = LOOK.why_not()
    if why_not:
        log.warning("not_ready", why=why_not)
    return _answer("not ready", status=503) if why_not else _answer("ready")


def answer_probes(get_response):
    """Answer what machines ask here, before hosts, https, sessions and logins are looked at."""
    from albertslund_it.operation.metrics import metrics

    probes = {"/healthz": alive, "/readyz": ready, "/metrics": metrics}

    def middleware(request):
        probe = probes.get(request.path_info)
        return probe(request) if probe else get_response(request)

    return middleware


def _answer(word: str, *, status: int = 200) -> HttpResponse:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(f"{word}\n", content_type="text/plain", status=status, headers=headers)


class DatabaseLook:
    """One look at the database at a time, in a thread that nobody waits for beyond patience."""

    def __init__(self):
        self._lock = threading.Lock()
        self._looking: threading.Thread | None = None
        self._told: tuple[float, str] | None = None
        self._guards_seen_at: float | None = None

    def why_not(self) -> str:
        """Return why people cannot be served, for the log; '' when they can."""
        with self._lock:
            if self._told and monotonic() - self._told[0] < FRESH:
                return self._told[1]
            if self._looking is None or not self._looking.is_alive():
                self._told = None
                self._looking = threading.Thread(target=self._look, name="readiness", daemon=True)
                self._looking.start()
            looking = self._looking
        looking.join(PATIENCE)
        told = self._told
        return told[1] if told else "the database does not answer in time"

    def _look(self) -> None:
        try:
            why_not = self._ask()
        except (DatabaseError, OSError) as error:
            why_not = f"the database is not to be reached ({type(error).__name__})"
        finally:
            connection.close()
        self._told = (monotonic(), why_not)

    def _ask(self) -> str:
        if missing := our_migrations() - set(MigrationRecorder(connection).applied_migrations()):
            return f"{len(missing)} migrations are not applied"
        seen_at = self._guards_seen_at
        if seen_at is None or monotonic() - seen_at > GUARDS_FRESH:
            if missing_guards(connection):
                return "guards are missing"
            self._guards_seen_at = monotonic()
        return ""


LOOK = DatabaseLook()


@cache
def our_migrations() -> frozenset[tuple[str, str]]:
    """Return every migration that this version comes with."""
    return frozenset(MigrationLoader(None).disk_migrations)
