"""Send one message to an address outside, and to none inside unless that is allowed.

The name is looked up once, and what it leads to is what is connected to: it cannot be another
address a moment later. Nothing is followed, little is read, and ten seconds are enough for it all.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from albertslund_it.common.errors import Refused
from leasing.webhooks.presenters import (
    INSIDE,
    NO_ADDRESS,
    NO_ANSWER,
    NO_CONNECTION,
    NO_HTTPS,
    NO_TRUST,
    NOT_FOUND,
    REDIRECTS,
)

SECONDS = 10
READ = 1000
SHOWN = 200
PORTS = {"https": 443, "http": 80}
IP = ipaddress.IPv4Address | ipaddress.IPv6Address
# All that is given out on the internet. What stands outside it is of one network, or an address of
# IPv4 in the clothes of IPv6, which leads wherever its gateway says.
GIVEN_OUT = ipaddress.ip_network("2000::/3")


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What came back: a status and the beginning of the text, or why nothing did."""

    status: int | None = None
    text: str = ""
    error: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def checked_address(text: str) -> SplitResult:
    """Return an address that may be sent to, as far as its text alone can say.

    Raises:
        Refused: when it is none, is not encrypted, or is one inside.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except (ValueError, UnicodeError):
        raise Refused(NO_ADDRESS) from None
    is_plain = all("!" <= sign <= "~" for sign in text)
    if not (is_plain and host and "@" not in parts.netloc and port != 0 and len(text) <= 500):
        raise Refused(NO_ADDRESS)
    number = _number_in(host)
    is_ours = number is not None and _is_allowed_inside(number)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_ours):
        raise Refused(NO_HTTPS)
    if number is not None and not (is_ours or _is_outside(number)):
        raise Refused(INSIDE)
    return parts


def post(address: str, body: str, headers: dict[str, str]) -> WebhookAnswer:
    """Send a message; whatever goes wrong is said in the answer."""
    try:
        parts = checked_address(address)
        numbers = _numbers_of(parts)
    except Refused as refused:
        return WebhookAnswer(error=refused.reasons[0])
    except OSError:
        return WebhookAnswer(error=NOT_FOUND)
    try:
        return _sent(parts, numbers[0], body, headers)
    except ssl.SSLCertVerificationError:
        return WebhookAnswer(error=NO_TRUST)
    except TimeoutError:
        return WebhookAnswer(error=NO_ANSWER)
    except (OSError, http.client.HTTPException):
        return WebhookAnswer(error=NO_CONNECTION)


def _sent(parts: SplitResult, number: str, body: str, headers: dict[str, str]) -> WebhookAnswer:
    host = parts.hostname or ""
    connection = http.client.HTTPConnection(host, parts.port or PORTS[parts.scheme])
    plain = socket.create_connection((number, connection.port), timeout=SECONDS)
    is_late = threading.Event()

    def stop() -> None:
        is_late.set()
        with_socket = connection.sock or plain
        try:
            with_socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            plain.close()

    watch = threading.Timer(SECONDS, stop)  # each sign in time is not the whole in time
    watch.daemon = True
    watch.start()
    try:
        connection.sock = _secured(plain, host) if parts.scheme == "https" else plain
        path = parts.path or "/"
        path += f"?{parts.query}" if parts.query else ""
        connection.request("POST", path, body.encode(), headers)
        answer = connection.getresponse()
        text = answer.read(READ).decode("utf-8", "replace").replace("\0", "")
    except (OSError, http.client.HTTPException):
        if is_late.is_set():
            raise TimeoutError from None
        raise
    finally:
        watch.cancel()
        connection.close()
        plain.close()
    error = REDIRECTS if 300 <= answer.status < 400 else ""
    return WebhookAnswer(answer.status, text[:SHOWN], error)


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _numbers_of(parts: SplitResult) -> list[str]:
    """Look a name up; refuse it where any of what it leads to is inside."""
    port = parts.port or PORTS[parts.scheme]
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    numbers = [str(one[4][0]) for one in found]
    for text in numbers:
        number = ipaddress.ip_address(text.partition("%")[0])
        if not (_is_outside(number) or _is_allowed_inside(number)):
            raise Refused(INSIDE)
    if not numbers:
        raise Refused(NOT_FOUND)
    return numbers


def _number_in(host: str) -> IP | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_outside(number: IP) -> bool:
    if isinstance(number, ipaddress.IPv6Address):
        if number.ipv4_mapped:
            return _is_outside(number.ipv4_mapped)
        if number.sixtofour or number.teredo or number not in GIVEN_OUT:
            return False
    return number.is_global and not number.is_multicast


def _is_allowed_inside(number: IP) -> bool:
    return any(number in network for network in settings.WEBHOOK_NETWORKS)
