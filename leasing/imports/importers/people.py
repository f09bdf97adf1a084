"""What a file of things says of people, kept from those who do not read who has what."""

import re
from collections.abc import Sequence

from django.contrib.auth.models import User

from albertslund_it.common.files.headings import headings_digest
from albertslund_it.common.files.spreadsheets import FileTable
from inventory.imports.importers.matching import match_columns
from inventory.imports.importers.reading import Importer
from inventory.organisation.selectors.scope import reads_names
from leasing.imports.selectors import choice_said
from leasing.models import ImportBatch, WaitingRow

HIDDEN = "…"


def reads_all_of(user: User, importer: Importer, batch: ImportBatch) -> bool:
    """Return whether a user reads a batch's file whole: whoever handed it in has seen it."""
    tells = any(column.personal for column in importer.columns)
    is_own = bool(batch.act and batch.act.actor_id == user.pk)
    return not tells or is_own or reads_names(user)


def without_people(
    importer: Importer, batch: ImportBatch, rows: Sequence[WaitingRow]
) -> tuple[list[WaitingRow], bool]:
    """Return rows that wait without what may tell of people, and whether anything is left out.

    Only what is read as a column that names nobody stays: who has a device may stand under any
    heading that is not read.
    """
    table = FileTable.of(batch.headings, [])
    choice = choice_said(importer.kind, headings_digest(batch.headings))
    plain = {column.field for column in importer.columns if not column.personal}
    found = match_columns(importer.columns, table, choice).places
    places = {place for name, place in found.items() if name in plain}
    shown, hides = [], False
    for row in rows:
        hidden = {cell.strip() for at, cell in enumerate(row.cells) if at not in places} - {""}
        hides = hides or bool(hidden)
        cells = [cell if at in places else "" for at, cell in enumerate(row.cells)]
        reason = _without(row.reason, hidden)
        shown.append(WaitingRow(batch=batch, number=row.number, cells=cells, reason=reason))
    return shown, hides


def _without(reason: str, hidden: set[str]) -> str:
    words = sorted((re.escape(word) for word in hidden if len(word) > 1), key=len, reverse=True)
    return re.sub("|".join(words), HIDDEN, reason, flags=re.IGNORECASE) if words else reason
