"""Addresses of services, as they stand in the environment."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

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


def parse_database_url(url: str, default_file: Path) -> dict[str, Any]:
    """Turn postgresql://… or sqlite:///… into a Django database setting."""
    parts = urlsplit(url)
    if parts.scheme in {"", "sqlite", "sqlite3"}:
        name = unquote(parts.path.removeprefix("/")) if url else str(default_file)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name or str(default_file),
            "OPTIONS": SQLITE_OPTIONS,
        }
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL skal begynde med postgresql:// eller sqlite:// ({url!r})")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def parse_email_url(url: str) -> dict[str, Any]:
    """Turn smtp://user:password@host:port?tls=1 into mail settings; nothing means the console."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    smtp = parts.scheme in {"smtp", "smtps"}
    return {
        "backend": f"django.core.mail.backends.{'smtp' if smtp else 'console'}.EmailBackend",
        "host": parts.hostname or "localhost",
        "port": parts.port or (465 if parts.scheme == "smtps" else 25),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "tls": query.get("tls") == "1",
        "ssl": parts.scheme == "smtps",
    }
