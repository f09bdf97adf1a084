"""The digest that seals a run: SHA-256 over header, invoices and lines, chained to the run before.

UTF-8; fields separated by U+001F, records by U+001E; dates as 2026-03-31, moments in UTC as
2026-04-01T08:00:00Z, amounts in øre, nothing as nothing; no database ids. Runs sealed by the first
version have no invoices in it; `exports/archive_verify.py` says the same without Django.
"""

import hashlib
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from albertslund_it.common.agreement import FIELD, RECORD

# The version that runs are sealed by from now on.
CURRENT_VERSION = 2


def header_record(
    *,
    version: int,
    run: str,
    previous_digest: str,
    closed_at: datetime,
    closed_by: str,
    line_count: int,
    total_ore: int,
) -> str:
    """Write a run's header as a record; from the second version on it begins with the version."""
    fields = (run, previous_digest, in_utc(closed_at), closed_by, line_count, total_ore)
    return record(fields if version == 1 else (version, *fields))


def in_utc(moment: datetime) -> str:
    """Write a moment as records have it: '2026-04-01T08:00:00Z'."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# The fields of an invoice's record, in order, by their names on QuarterlyInvoice.
INVOICE_FIELDS = ("number", "department_name", "head_name", "line_count", "total_ore")

# The fields of a line's record, in order, by their names on InvoiceLine (and its invoice).
LINE_FIELDS = (
    "number",
    "invoice__number",
    "kind",
    "period",
    "department_name",
    "unit_number",
    "unit_name",
    "serial_number",
    "model_name",
    "sub_agreement",
    "price_ore",
    "first_day",
    "last_day",
    "days",
    "amount_ore",
    "text",
)


def record(values: Collection[object]) -> str:
    """Write the values of an invoice or a line, in the order of its fields, as a record."""
    if None in values:
        values = ["" if value is None else value for value in values]
    return FIELD.join(map(str, values))


class Seal:
    """Digest of a run, taken in as it is written."""

    def __init__(self, header: str):
        self._sha = hashlib.sha256(header.encode())

    def add(self, records: Iterable[str]) -> None:
        """Take in the next records."""
        self._sha.update(RECORD.join(["", *records]).encode())

    def digest(self) -> str:
        """Return the digest in hexadecimal."""
        return self._sha.hexdigest()
