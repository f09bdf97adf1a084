"""The good rows of a file taken in without the bad ones, never half of what goes together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from albertslund_it.common.files import cells
from albertslund_it.common.files.row_errors import FileRefused, RowError, RowErrors
from albertslund_it.common.files.spreadsheets import FileTable
from albertslund_it.web.database.bulk import Changes
from inventory.imports.importers.reading import RowReader
from leasing.imports.services.batches import BadRow


@dataclass(frozen=True)
class GoodRows:
    """What came of the good rows, and the faults of the others."""

    changes: Changes
    faults: list[RowError]

    @property
    def bad(self) -> set[int]:
        """Return the numbers of the rows that were left."""
        return {fault.row for fault in self.faults if fault.row is not None}


def save_good_rows(
    save: Callable[[list[Any], RowErrors], Changes], rows: Sequence[Any], reader: RowReader
) -> GoodRows:
    """Save the rows that nothing is wrong with; leave the others, and all that go with them.

    A service looks at the good rows anew without the bad ones, until nothing is wrong: a row may
    build on one that is left. Of two rows that contradict each other both are left, so that their
    order does not matter.

    Raises:
        FileRefused: when no row is good, or what is wrong is not a row's.
    """
    faults = list(reader.errors.of_rows)
    bad = _with_their_own(faults, set(), reader)
    while True:
        good = [row for row in rows if row.row not in bad]
        if not good:
            raise FileRefused(_in_order(faults))
        try:
            with transaction.atomic():
                changes = save(good, RowErrors())
        except FileRefused as refused:
            found = [fault for fault in refused.errors if fault.row is not None]
            if len(found) < len(refused.errors):
                raise
            faults += found
            bad = _with_their_own(faults, bad, reader)
        else:
            return GoodRows(changes, _in_order(faults))


def _with_their_own(faults: list[RowError], bad: set[int], reader: RowReader) -> set[int]:
    """Return the bad rows with those that go with them, which get a fault that says so."""
    bad = bad | {fault.row for fault in faults if fault.row is not None}
    for fault in list(faults):
        if fault.other is not None and fault.other not in bad:
            bad.add(fault.other)
            faults.append(
                RowError(fault.other, f"Den siger noget andet end række {fault.row}: se dér")
            )
    groups = {reader.groups[row]: row for row in sorted(bad, reverse=True) if row in reader.groups}
    for row, group in reader.groups.items():
        if group in groups and row not in bad:
            bad.add(row)
            faults.append(
                RowError(row, f"Den hører sammen med række {groups[group]}, som har en fejl")
            )
    return bad


def _in_order(faults: list[RowError]) -> list[RowError]:
    return sorted(faults, key=lambda fault: fault.row or 0)


def bad_rows(table: FileTable, faults: Sequence[RowError]) -> list[BadRow]:
    """Return the rows that have faults, with all that is wrong with each."""
    reasons: dict[int, list[str]] = {}
    for fault in faults:
        if fault.row is not None:
            reasons.setdefault(fault.row, []).append(fault.sentence)
    return [
        BadRow(number, tuple(map(as_typed, row)), tuple(reasons[number]))
        for number, row in table.rows
        if number in reasons
    ]


def as_typed(cell: object) -> str:
    """Return a cell as a person would type it, so that it can be read again."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nej"
    if isinstance(cell, datetime):
        is_day = not cell.tzinfo and not (cell.hour or cell.minute or cell.second)
        return f"{cell:%d-%m-%Y}" if is_day else cell.isoformat(" ")
    if isinstance(cell, date):
        return f"{cell:%d-%m-%Y}"
    if isinstance(cell, int | float) and not isinstance(cell, cells.FormattedNumber):
        try:
            return cells.text(cell)
        except ValueError:
            return str(cell)
    return str(cell)
