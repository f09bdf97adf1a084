"""A temporary file that holds a run's lines between working them out and writing them.

An invoice's number depends on which departments have lines, and the digest begins with their number
and total, so all lines must be known before the first is written; half a million of them are better
on disk than in memory. It also keeps reading apart from writing: psycopg hangs when a server-side
cursor is read while a COPY is open.
"""

import marshal
import tempfile
from collections.abc import Iterator

CHUNK = 10_000
IN_MEMORY = 4 * 1024 * 1024


class Spool:
    """A queue of tuples of plain values: first all in, then all out, in chunks."""

    def __init__(self):
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._waiting: list[tuple] = []
        self._sizes: list[int] = []
        self.count = 0

    def add(self, item: tuple) -> None:
        """Put one in."""
        self._waiting.append(item)
        self.count += 1
        if len(self._waiting) >= CHUNK:
            self._flush()

    def chunks(self) -> Iterator[list[tuple]]:
        """Take them out again, in order."""
        self._flush()
        self._file.seek(0)
        for size in self._sizes:
            yield marshal.loads(self._file.read(size))  # noqa: S302 - written by this process

    def _flush(self):
        if self._waiting:
            self._sizes.append(self._file.write(marshal.dumps(self._waiting)))
            self._waiting = []

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._file.close()
