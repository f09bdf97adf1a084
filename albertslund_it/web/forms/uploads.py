"""Uploaded files: none larger than it may be, and kept from one page of a person's to the next.

They are kept in the database: the next page may be asked of another machine.
"""

import errno
import os
import re
import secrets
from io import BytesIO
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import caches
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

CACHE = "uploads"
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
    """Tell whether a file of the request was let go because of its size."""
    limits = (one for one in request.upload_handlers if isinstance(one, SizeLimit))
    return any(limit.is_passed for limit in limits)


def keep(user: User, upload: UploadedFile) -> str:
    """Keep a file for an hour; give the token by which the same person finds it."""
    token = secrets.token_hex(16)
    upload.seek(0)
    data = upload.read()
    if not caches[CACHE].add(_key(user, token), data, KEPT_SECONDS):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "databasen")  # Django tells not why
    return token


def kept(user: User, token: str) -> BinaryIO | None:
    """Open a file that is kept; None when it no longer is, or is somebody else's."""
    if not _TOKEN.fullmatch(token):
        return None
    data = caches[CACHE].get(_key(user, token))
    return None if data is None else BytesIO(data)


def forget(user: User, token: str) -> None:
    """Delete a file that is kept."""
    if _TOKEN.fullmatch(token):
        caches[CACHE].delete(_key(user, token))


def _key(user: User, token: str) -> str:
    return f"{user.pk}-{token}"
