"""Addresses of services, as they stand in the environment.

An address holds a password, and who mistypes one sees what is said of it on a screen or in a log.
So a refusal quotes nothing of the address, and whatever is read otherwise than it was meant is
refused: a password with a bare `#`, `/` or `?` would end up as a port, a host or a database's name,
which every error of the service would then print.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

# What an address may begin with, and what is said of it when it begins otherwise.
DATABASES = {
    "postgresql": "postgresql://",
    "postgres": "postgresql://",
    "sqlite": "sqlite:///",
    "sqlite3": "sqlite:///",
}
MAIL = {"smtp": "smtp://", "smtps": "smtps://", "console": "console:"}
MAILBOXES = {"imaps": "imaps://", "imap": "imap:// med ?tls=1"}
# A name, a number of IPv4 or IPv6, a folder of a socket; none is a service's own default.
HOST = re.compile(r"[\w.:/%-]*")
# A database that is on several machines, of which the driver asks one after the other.
SEVERAL_HOSTS = re.compile(r"(postgres(?:ql)?://(?:[^/?#]*@)?)([^/?#@]*,[^/?#@]*)(.*)")

# WAL lets people read while somebody writes; an immediate transaction takes the write lock at
# once instead of failing half-way; foreign keys are off in SQLite unless asked for.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        "PRAGMA cache_size=-32000;"
    ),
}
# A server that says nothing must not hold a page for minutes. And of a large register PostgreSQL
# takes figures for dear enough to compile, which takes it longer than to add them up.
POSTGRESQL_OPTIONS = {"connect_timeout": "5", "options": "-c jit=off"}


PERCENT = "Tegn som @ / # : ? og % i bruger og adgangskode skrives med procent, fx %40 for @."


def _read(name: str, url: str, examples: Mapping[str, str]) -> tuple[SplitResult, int | None]:
    """Return an address in its parts, and its port.

    Raises:
        ValueError: with what is wrong, in Danish, and nothing of the address itself.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise ValueError(f"{name} kan ikke læses: porten skal være et tal. {PERCENT}") from None
    if parts.scheme not in examples:
        shown = " eller ".join(dict.fromkeys(examples.values()))
        raise ValueError(f"{name} skal begynde med {shown}.")
    is_split_early = "#" in url or "@" in parts.path + parts.query
    if is_split_early or not HOST.fullmatch(unquote(host)) or parts.netloc.count("@") > 1:
        raise ValueError(f"{name} kan ikke læses. {PERCENT}")
    return parts, port


def _one_by_one(url: str) -> list[str]:
    """Return the address once for each host it names."""
    if several := SEVERAL_HOSTS.fullmatch(url.strip()):
        return [f"{several[1]}{host}{several[3]}" for host in several[2].split(",")]
    return [url]


def parse_database_url(url: str, default_file: Path) -> dict[str, Any]:
    """Turn postgresql://… or sqlite:///… into a Django database setting.

    Of PostgreSQL several hosts may be named, separated by commas, each with its port.

    Raises:
        ValueError: with what is wrong, in Danish, and nothing of the address itself.
    """
    if not url.strip():
        url = "sqlite:///"
    (parts, port), *others = (_read("DATABASE_URL", one, DATABASES) for one in _one_by_one(url))
    if DATABASES[parts.scheme] == "sqlite:///":
        if parts.netloc:
            raise ValueError("DATABASE_URL til SQLite har tre skråstreger: sqlite:///sti/til/fil.")
        name = unquote(parts.path.removeprefix("/"))
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name or str(default_file),
            "OPTIONS": SQLITE_OPTIONS,
        }
    name = unquote(parts.path.removeprefix("/"))
    if not name or "/" in name:
        raise ValueError(f"DATABASE_URL mangler databasens navn efter værten. {PERCENT}")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": ",".join([parts.hostname or "", *(other.hostname or "" for other, _ in others)]),
        "PORT": ",".join([str(port or ""), *(str(number or "") for _, number in others)]),
        # A new connection has the catalogue to read: 30 to 40 ms of a page.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": POSTGRESQL_OPTIONS | dict(parse_qsl(parts.query)),
    }


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def parse_email_url(url: str) -> dict[str, Any]:
    """Turn smtp://user:password@host:port?tls=1 into mail settings; nothing means the console.

    Raises:
        ValueError: with what is wrong, in Danish, and nothing of the address itself.
    """
    parts, port = _read("EMAIL_URL", url.strip() or "console:", MAIL)
    query = dict(parse_qsl(parts.query))
    smtp = parts.scheme != "console"
    return {
        "backend": f"django.core.mail.backends.{'smtp' if smtp else 'console'}.EmailBackend",
        "host": parts.hostname or "localhost",
        "port": port or (465 if parts.scheme == "smtps" else 25),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "tls": query.get("tls") == "1",
        "ssl": parts.scheme == "smtps",
    }


# What a token for Exchange Online is asked for; others name their own.
EXCHANGE_ONLINE = "https://outlook.office365.com/.default"


@dataclass(frozen=True, slots=True)
class TokenSource:
    """Where a program gets a token to log in by instead of a password, and who it says it is."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = EXCHANGE_ONLINE


@dataclass(frozen=True, slots=True)
class ImapAddress:
    """A mailbox: where it is, which folder is read, and which two the mails are left in.

    Who has no password logs in by a token of `tokens`.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tokens: TokenSource | None
    is_tls: bool  # from the first byte; otherwise by STARTTLS, if `starts_tls`
    starts_tls: bool
    folder: str
    read_folder: str
    other_folder: str


LOOPBACK = ("localhost", "127.0.0.1", "::1")


TOKENS = {"https": "https://", "http": "https://"}


def parse_token_source(named: Mapping[str, str]) -> TokenSource | None:
    """Turn the settings of IMAP_OAUTH_… into where tokens come from; None where none is set.

    Raises:
        ValueError: with what is wrong, in Danish, and nothing of what is set.
    """
    if not any(named.values()):
        return None
    needed = ("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET")
    if missing := [f"IMAP_OAUTH_{name}" for name in needed if not named.get(name)]:
        raise ValueError(f"Postkassens login med token mangler {', '.join(missing)} i miljøet.")
    parts, _ = _read("IMAP_OAUTH_TOKEN_URL", named["TOKEN_URL"], TOKENS)
    if not parts.hostname or parts.username or parts.password:
        raise ValueError("IMAP_OAUTH_TOKEN_URL skal være en adresse uden bruger og adgangskode.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(
            "IMAP_OAUTH_TOKEN_URL ville sende hemmeligheden ukrypteret. Brug https://."
        )
    return TokenSource(
        url=named["TOKEN_URL"].strip(),
        client_id=named["CLIENT_ID"],
        client_secret=named["CLIENT_SECRET"],
        scope=named.get("SCOPE") or EXCHANGE_ONLINE,
    )


def parse_imap_url(url: str, tokens: TokenSource | None = None) -> ImapAddress:
    """Turn imaps://user:password@host:993/INBOX?read=Indlæst&other=Andet into a mailbox.

    With tokens the address has no password.

    Raises:
        ValueError: with what is wrong, in Danish, and nothing of the address itself.
    """
    parts, port = _read("IMAP_URL", url, MAILBOXES)
    host, query = parts.hostname or "", dict(parse_qsl(parts.query))
    if not (host and parts.username and (parts.password or tokens)):
        raise ValueError(f"IMAP_URL mangler server, bruger eller adgangskode. {PERCENT}")
    if parts.password and tokens:
        raise ValueError("IMAP_URL har en adgangskode, og IMAP_OAUTH_… er sat. Fjern den ene.")
    is_tls, starts_tls = parts.scheme == "imaps", query.get("tls") == "1"
    if not (is_tls or starts_tls or host in LOOPBACK):
        raise ValueError(
            "IMAP_URL ville sende adgangskoden ukrypteret. Brug imaps://, eller imap:// med ?tls=1."
        )
    return ImapAddress(
        host=host,
        port=port or (993 if is_tls else 143),
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        tokens=tokens,
        is_tls=is_tls,
        starts_tls=starts_tls,
        folder=unquote(parts.path.strip("/")) or "INBOX",
        read_folder=query.get("read") or "Indlæst",
        other_folder=query.get("other") or "Ikke indlæst",
    )
