"""The last line of a copy: a checksum of all before it, which neither database reads.

A copy that another program has made has none; then what is in it is all that can be checked.
"""

import hashlib
import os
import re
from pathlib import Path

from albertslund_it.common.errors import Refused
from albertslund_it.web.disks import no_room_for

TRAILER = re.compile(rb"\npc-leasing sha256 (.{64})\n", re.DOTALL)
TRAILER_BYTES = len(b"\npc-leasing sha256 ") + 64 + 1


def write_checksum(copy: Path) -> None:
    """End a copy with its checksum, on the disk."""
    digest = _digest(copy, copy.stat().st_size)
    try:
        with copy.open("ab") as stream:
            stream.write(b"\npc-leasing sha256 %s\n" % digest.encode())
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise Refused(no_room_for(str(copy.parent))) from error


def refuse_altered(source: Path) -> None:
    """Refuse a copy that is not, to the last bit, as it was written."""
    size = source.stat().st_size
    try:
        with source.open("rb") as stream:
            stream.seek(max(0, size - TRAILER_BYTES))
            end = stream.read()
        # A trailer that is damaged itself must not pass for a copy of another program's.
        has_trailer, trailer = b"pc-leasing" in end or b"sha256" in end, TRAILER.fullmatch(end)
        digest = _digest(source, size - TRAILER_BYTES).encode() if trailer else b""
        is_altered = has_trailer and (not trailer or trailer[1] != digest)
    except OSError as error:
        raise Refused(f"{source} kan ikke læses.") from error
    if is_altered:
        raise Refused("Kopien er beskadiget: kontrolsummen passer ikke. Intet er lagt tilbage.")


def _digest(path: Path, size: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while size > 0 and (read := stream.read(min(size, 1 << 20))):
            digest.update(read)
            size -= len(read)
    return digest.hexdigest()
