"""Take in one file: all of it or none of it."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, BinaryIO, TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.kept import CheckedFile, kept_as
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.files.spreadsheets import (
    FileTable,
    looks_like_xml,
    read_bytes,
    read_table,
)
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.bulk import Count, ValueChange
from albertslund_it.web.people import Actor
from inventory.imports.importers.reading import Importer, read_rows
from leasing.guards import clashes_refused
from leasing.imports.importers.kinds import KINDS


@dataclass(frozen=True)
class ImportReport:
    """What a file did, or in a dry run would do; `counts` is by kind of thing, in Danish.

    `source` says which sheet was read, and which were not; `made` are the new rows of what it is a
    file of.
    """

    kind: str
    label: str
    dry_run: bool
    row_count: int
    counts: dict[str, Count]
    differences: list[ValueChange] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    source: str = ""
    made: list[Model] = field(default_factory=list)

    @property
    def change_count(self) -> int:
        """Return the number of rows in the database that were created or changed."""
        return sum(count.created + count.changed for count in self.counts.values())

    @property
    def told(self) -> Iterator[tuple[str, str]]:
        """Say all that the file would do in rows, for whoever agrees to it."""
        for one in self.differences:
            yield f"{one.subject}: {one.what}", f"{one.before} → {one.after}"
        for warning in self.warnings:
            yield "Advarsel", warning


class _Options(TypedDict):
    """Who takes in a file and when, and whether it is only looked at."""

    actor: Actor
    today: date
    now: datetime | None
    dry_run: bool
    agree: Callable[[ImportReport], None] | None
    progress: Callable[[str], None]


def import_file(
    *,
    kind: str,
    stream: BinaryIO,
    filename: str,
    actor: Actor,
    today: date,
    now: datetime | None = None,
    dry_run: bool = False,
    agree: Callable[[ImportReport], None] | None = None,
    quarter: Quarter | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> ImportReport:
    """Take in a file of one kind; see `import_table`.

    `quarter` is what a document is for that does not say it.
    """
    importer = importer_of(kind)
    progress(f"Læser {filename}")
    options: _Options = {
        "actor": actor,
        "today": today,
        "now": now,
        "dry_run": dry_run,
        "agree": agree,
        "progress": progress,
    }
    read_document = importer.read_document
    is_document = read_document is not None and looks_like_xml(stream)
    data = read_bytes(stream, filename, settings.IMPORT_MAX_BYTES)
    kept = kept_as(filename, data, is_xml=is_document) if importer.keeps_file else None
    if read_document and is_document:
        errors = RowErrors()
        rows = read_document(data, errors, quarter)
        return _take_in(importer, rows, len(rows), [], errors, kept=kept, **options)
    if quarter:
        raise Refused("Et kvartal vælges kun til en elektronisk faktura (.xml) uden periode.")
    if read_document and filename.lower().endswith(".xml"):
        raise Refused("Filen hedder .xml, men er ikke XML. Er den pakket, så pak den ud først.")
    table = read_table(io.BytesIO(data), filename, settings.IMPORT_MAX_BYTES, importer.known)
    return import_table(kind=kind, table=table, kept=kept, **options)


def import_table(
    *,
    kind: str,
    table: FileTable,
    actor: Actor,
    today: date,
    now: datetime | None = None,
    dry_run: bool = False,
    agree: Callable[[ImportReport], None] | None = None,
    kept: CheckedFile | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> ImportReport:
    """Take in a table of one kind (a key of `KINDS`) and report what changed.

    A dry run does the same and undoes it. So does `agree` by refusing what the file would change.
    At `now`, if it is given, those whom it concerns are written to.

    Raises:
        Refused: with every fault of the table (`FileRefused.errors`); nothing was written.
    """
    importer = importer_of(kind)
    errors = RowErrors()
    progress(f"Kontrollerer {len(table.rows)} rækker")
    rows, warnings = read_rows(importer, table, errors)
    report = _take_in(
        importer,
        rows,
        len(table.rows),
        warnings,
        errors,
        actor=actor,
        today=today,
        now=now,
        dry_run=dry_run,
        agree=agree,
        kept=kept,
        progress=progress,
    )
    return replace(report, source=table.source)


def _take_in(
    importer: Importer,
    rows: list[Any],
    count: int,
    warnings: list[str],
    errors: RowErrors,
    *,
    kept: CheckedFile | None,
    **options: Unpack[_Options],
) -> ImportReport:
    """Save what was read, and undo it where it is only to be looked at."""
    options["progress"](f"Gemmer {count} rækker")
    file = {"source": kept} if importer.keeps_file else {}
    with clashes_refused(), transaction.atomic():
        changes = importer.save(
            rows=rows, actor=options["actor"], today=options["today"], errors=errors, **file
        )
        if options["now"]:
            changes.tell(options["now"])
        report = ImportReport(
            importer.kind,
            importer.label,
            options["dry_run"],
            count,
            changes.counts,
            changes.differences,
            warnings + changes.warnings,
            made=changes.created_of(changes.models[0]),
        )
        if options["agree"] and report.change_count:
            options["agree"](report)
        if options["dry_run"]:
            transaction.set_rollback(True)
    return report


def importer_of(kind: str) -> Importer:
    """Return the importer of a kind of file; an unknown kind is refused."""
    if kind not in KINDS:
        raise Refused(f"»{kind}« er ikke en slags fil. Skriv en af: {', '.join(KINDS)}.")
    return KINDS[kind]
