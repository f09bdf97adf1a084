"""Where a run's lines wait between being worked out and being written.

An invoice's number depends on which departments have lines, and the digest begins with their number
and total, so all lines must be known before the first is written. The first chunks wait in memory,
the rest of half a million on disk. It also keeps reading apart from writing: psycopg hangs when a
server-side cursor is read while a COPY is open.
"""

import marshal
import tempfile
from collections.abc import Iterator
from typing import Any, Self

CHUNK = 10_000
IN_MEMORY = 8

Item = tuple[Any, ...]


class Spool:
    """A queue of tuples of plain values: first all in, then all out, in chunks."""

    def __init__(self) -> None:
        self._waiting: list[Item] = []
        self._in_memory: list[list[Item]] = []
        self._sizes: list[int] = []
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self.count = 0

    def add(self, item: Item) -> None:
        """Put one in."""
        self._waiting.append(item)
        self.count += 1
        if len(self._waiting) >= CHUNK:
            self._put_away()

    def chunks(self) -> Iterator[list[Item]]:
        """Take them out again, in order."""
        self._put_away()
        while self._in_memory:
            yield self._in_memory.pop(0)
        self._file.seek(0)
        for size in self._sizes:
            yield marshal.loads(self._file.read(size))  # noqa: S302 - written by this process

    def _put_away(self) -> None:
        if not self._waiting:
            return
        if len(self._in_memory) < IN_MEMORY:
            self._in_memory.append(self._waiting)
        else:
            # marshal takes plain tuples only, not named ones
            self._sizes.append(self._file.write(marshal.dumps([*map(tuple, self._waiting)])))
        self._waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()
