"""Uploaded files: none larger than it may be, and kept from one page of a person's to the next."""

import contextlib
import os
import re
import secrets
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

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
    place = _place(user, token)
    for old in place.parent.iterdir():
        with contextlib.suppress(FileNotFoundError):  # somebody else tidies too
            if old.stat().st_mtime < time.time() - KEPT_SECONDS:
                old.unlink()
    with open(place, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        for chunk in upload.chunks():
            stream.write(chunk)
    return token


def kept(user: User, token: str) -> BinaryIO | None:
    """Open a file that is kept; None when it no longer is, or is somebody else's."""
    if not _TOKEN.fullmatch(token):
        return None
    try:
        return open(_place(user, token), "rb")
    except FileNotFoundError:
        return None


def forget(user: User, token: str) -> None:
    """Delete a file that is kept."""
    if _TOKEN.fullmatch(token):
        _place(user, token).unlink(missing_ok=True)


def _place(user: User, token: str) -> Path:
    folder = Path(tempfile.gettempdir()) / f"pc-leasing-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder / f"{user.pk}-{token}"
