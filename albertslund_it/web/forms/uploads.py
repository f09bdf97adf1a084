"""Uploaded files: none larger than it may be, and kept from one page of a person's to the next.

They are kept in the database: the next page may be asked of another machine. As plain bytes: what
stands there is read by nothing that would run it, as a cache's pickles would be.
"""

import base64
import re
import secrets
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import connection
from django.http import HttpRequest

from albertslund_it.web.clock import true_now

KEPT_SECONDS = 60 * 60
_TOKEN = re.compile(r"[0-9a-f]{32}")


class SizeLimit(FileUploadHandler):
    """Stores no more of a request's files than the limit; the page asks `was_too_large`."""

    received = 0

    @property
    def is_passed(self) -> bool:
        return self.received > settings.IMPORT_MAX_BYTES

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.is_passed:
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None  # the handlers after this one keep the file


def was_too_large(request: HttpRequest) -> bool:
    """Return whether a file of the request was let go because of its size."""
    limits = (one for one in request.upload_handlers if isinstance(one, SizeLimit))
    return any(limit.is_passed for limit in limits)


def keep(user: User, upload: UploadedFile) -> str:
    """Keep a file for an hour; give the token by which the same person finds it."""
    sweep()
    token = secrets.token_hex(16)
    upload.seek(0)
    data = base64.b64encode(upload.read()).decode()
    until = true_now() + timedelta(seconds=KEPT_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO web_upload (cache_key, value, expires) VALUES (%s, %s, %s)",
            [_key(user, token), data, _moment(until)],
        )
    return token


def sweep() -> None:
    """Delete the files that are past their hour, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM web_upload WHERE expires < %s", [_moment(true_now())])


def kept(user: User, token: str) -> BinaryIO | None:
    """Open a file that is kept; None when it no longer is, or is somebody else's."""
    if not _TOKEN.fullmatch(token):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value FROM web_upload WHERE cache_key = %s AND expires >= %s",
            [_key(user, token), _moment(true_now())],
        )
        row = cursor.fetchone()
    return BytesIO(base64.b64decode(row[0])) if row else None


def forget(user: User, token: str) -> None:
    """Delete a file that is kept."""
    if _TOKEN.fullmatch(token):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM web_upload WHERE cache_key = %s", [_key(user, token)])


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _key(user: User, token: str) -> str:
    return f"{user.pk}-{token}"
