"""What a person agreed to: the digest of all they saw, not its sum.

A page that shows a consequence carries this digest to its save; the save works the same rows out
again and is refused when the digest is another one by then.
"""

import hashlib
from collections.abc import Iterable, Sequence

FIELD, RECORD = "\x1f", "\x1e"


def digest_of(rows: Iterable[Sequence[object]]) -> str:
    """Return SHA-256 in hexadecimal over rows of texts, numbers and dates, in their order."""
    sha = hashlib.sha256()
    for row in rows:
        fields = ("" if value is None else str(value) for value in row)
        sha.update((FIELD.join(fields) + RECORD).encode())
    return sha.hexdigest()
