"""The log: one line of JSON an event on standard error, with request id and user id.

No personal data: no names, no addresses, no query strings, no values of rows. What a user searched
for stands in a query string, and what a row held in a database's error text; neither is logged.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import structlog
from django.db import OperationalError
from django_structlog.middlewares import RequestMiddleware
from structlog.typing import EventDict, Processor

# What these say is about the machine or the code; any other exception may quote a row or a form.
SPEAK_OF_NO_PERSON = (
    OperationalError,
    OSError,
    TypeError,
    AttributeError,
    NameError,
    ImportError,
    RecursionError,
    MemoryError,
)
UNKNOWN_ADDRESS = "(ukendt adresse)"
# Parts of an address that let in whoever has them.
SECRETS = {"token", "secret"}
FRAMES = 30


class RequestLog(RequestMiddleware):
    """Log each request when it is answered, and say which one it was in a header."""

    @staticmethod
    def format_request(request) -> str:
        """Return the method and the path; of a path that is nobody's, only that it is not known."""
        found = request.resolver_match
        # The admin catches all that is below it, and calls that "url".
        if not found or "url" in found.kwargs:
            return f"{request.method} {UNKNOWN_ADDRESS}"
        path = request.path
        for secret in SECRETS & found.kwargs.keys():
            path = path.replace(str(found.kwargs[secret]), "…")
        return f"{request.method} {path}"

    def handle_response(self, request, response) -> None:
        """Log the answer and put the request's id on it."""
        response["X-Request-ID"] = request_id()
        super().handle_response(request, response)


def request_id() -> str:
    """Return the id of the request that is being answered; '' outside one."""
    return structlog.contextvars.get_contextvars().get("request_id", "")


def tell_the_failure(logger, method, event: EventDict) -> EventDict:
    """Replace an exception by its type and where it happened, link by link of its causes.

    Its words are kept only where they cannot be about a person.
    """
    failure = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exception()
    elif isinstance(failure, tuple):
        failure = failure[1]
    if failure is None:
        return event
    event["exception"] = [
        {
            "type": type(error).__name__,
            "says": str(error) if isinstance(error, SPEAK_OF_NO_PERSON) else "",
            "frames": [f"{f.filename}:{f.lineno} {f.name}" for f in _frames(error)[-FRAMES:]],
        }
        for error in _chain(failure)
    ]
    return event


def _frames(error: BaseException) -> traceback.StackSummary:
    return traceback.extract_tb(error.__traceback__)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what it was raised from, as a traceback prints them."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def configuration(*, debug: bool) -> dict[str, Any]:
    """Set structlog up; return Django's LOGGING: JSON on a server, plain words while developing."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.dev.ConsoleRenderer(colors=False)
        if debug
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *([] if debug else [tell_the_failure]),
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING" if debug else "INFO"},
        "loggers": {
            # Without handlers of their own: what they say goes to the root, in its form.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # Says what the request's own line says, with whatever stood in the address.
            "django.request": {"level": "CRITICAL"},
            # Name the account that somebody tried.
            "axes": {"level": "CRITICAL"},
            "mozilla_django_oidc": {"level": "ERROR"},
        },
    }


LEVELS: dict[str, object] = {
    "DJANGO_STRUCTLOG_IP_LOGGING_ENABLED": False,
    "DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL": logging.DEBUG,
}
