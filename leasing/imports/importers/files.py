"""Take in one file: all of it or none of it, or its good rows and none of the others."""

import io
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.headings import WAITING_HEADING, ColumnChoice, headings_digest
from albertslund_it.common.files.kept import CheckedFile, kept_as
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.files.spreadsheets import (
    FileTable,
    heading_key,
    looks_like_xml,
    read_bytes,
    read_table,
)
from albertslund_it.common.money import format_count
from albertslund_it.common.progress import Progress, ToldRows, told_nobody
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.joined import joined
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from albertslund_it.web.undisturbed import undisturbed
from inventory.acts.services.recording import Recording, keep_empty, recorded_as
from inventory.imports.importers.matching import refuse_headings_not_there
from inventory.imports.importers.reading import DatesOfBefore, Importer, ReadingOf, RowReader
from inventory.models import Act
from leasing.guards import clashes_refused
from leasing.imports.importers.good_rows import bad_rows, save_good_rows
from leasing.imports.importers.kinds import KINDS
from leasing.imports.importers.learnt import ReadAs, read_as_learnt
from leasing.imports.importers.reports import ImportReport, counts_of
from leasing.imports.selectors import (
    choice_said,
    headings_said,
    names_learnt,
    said_in,
    waiting_among,
    waiting_like,
)
from leasing.imports.services.batches import (
    BadRow,
    TakenIn,
    forget_again,
    keep_batch,
    keep_beforehand,
)
from leasing.imports.services.columns import remember_columns
from leasing.models import ImportBatch, WaitingRow


@dataclass(frozen=True)
class Taking:
    """Who takes in a file, when and how; whether it is only looked at.

    `progress` is told in words how far it is, and how many rows of how many where that is known.
    `choice` is what is said now of its columns, beyond what was said of such headings before. A
    date that was said before for a whole file is none of this one's, unless `dates_hold`.
    """

    actor: Actor
    today: date
    now: datetime | None = None
    dry_run: bool = False
    agree: Callable[[ImportReport], None] | None = None
    choice: ColumnChoice = field(default_factory=ColumnChoice)
    dates_hold: bool = False
    good_rows: bool = False
    progress: Callable[..., None] = lambda text, done=0, total=0: None

    def telling(self, does: str) -> Progress:
        """Return what tells how many rows something was done to."""
        return lambda done, total: self.progress(
            f"{does}: {format_count(done)} klar" if done else does, done, total
        )


@undisturbed()
def import_file(
    *,
    kind: str,
    stream: BinaryIO,
    filename: str,
    quarter: Quarter | None = None,
    sheet: str = "",
    **options: Any,
) -> ImportReport:
    """Take in a file of one kind, and keep it as a batch; see `import_table` and `Taking`.

    `quarter` is what a document is for that does not say it.
    """
    importer, taking = importer_of(kind), Taking(**options)
    taking.progress(f"Læser {filename}")
    read_document = importer.read_document
    is_document = read_document is not None and looks_like_xml(stream)
    data = read_bytes(stream, filename, settings.IMPORT_MAX_BYTES)
    file = kept_as(filename, data, is_xml=is_document)
    if read_document and is_document:
        if taking.good_rows or sheet or taking.choice:
            raise Refused("En elektronisk faktura (.xml) indlæses hel, som den er.")
        errors = RowErrors()
        rows = read_document(data, errors, quarter)
        return _InHand(importer, taking, file=file).take_in(rows, len(rows), errors)
    if quarter:
        raise Refused("Et kvartal vælges kun til en elektronisk faktura (.xml) uden periode.")
    if read_document and filename.lower().endswith(".xml"):
        raise Refused("Filen hedder .xml, men er ikke XML. Er den pakket, så pak den ud først.")
    table = table_of(
        importer,
        data,
        filename,
        sheet=sheet,
        choice=taking.choice,
        progress=taking.telling(f"Læser rækkerne i {filename}"),
    )
    return _take_in_table(importer, table, taking, file)


def table_of(
    importer: Importer,
    data: bytes,
    filename: str,
    *,
    sheet: str = "",
    choice: ColumnChoice | None = None,
    progress: Progress = told_nobody,
) -> FileTable:
    """Return the table of a file; headings that were once said count as known ones."""
    known = importer.known | headings_said(importer.kind) | set(choice.mapped if choice else ())
    stream, most = io.BytesIO(data), settings.IMPORT_MAX_BYTES
    return read_table(stream, filename, most, known, sheet=sheet, progress=progress)


@undisturbed()
def import_table(*, kind: str, table: FileTable, **options: Any) -> ImportReport:
    """Take in a table of one kind (a key of `KINDS`) and report what changed; see `Taking`.

    A dry run does the same and undoes it. So does `agree` by refusing what the file would change.
    At `now`, if it is given, those whom it concerns are written to.

    Raises:
        Refused: with every fault of the table (`FileRefused.errors`); nothing was written.
    """
    return _take_in_table(importer_of(kind), table, Taking(**options), None)


def reading_of(
    importer: Importer, table: FileTable, choice: ColumnChoice | None = None
) -> ReadingOf:
    """Return how a table is read: as is said now, else as was said of such headings before."""
    said = choice_said(importer.kind, headings_digest(table.headings))
    fields = {column.field for column in importer.columns}
    keys = {column.field for column in importer.columns if column.is_key}
    before = ColumnChoice(
        {key: name for key, name in said.mapped.items() if name in fields or not name},
        {name: value for name, value in said.values.items() if name in fields - keys},
    )
    return ReadingOf(choice.over(before) if choice else before, names_learnt())


def _take_in_table(
    importer: Importer, table: FileTable, taking: Taking, file: CheckedFile | None
) -> ImportReport:
    if not table.rows:
        raise Refused("Filen har ingen rækker.")
    refuse_headings_not_there(table, taking.choice)
    reading = reading_of(importer, table, taking.choice)
    if not taking.dates_hold and (reasons := _dates_not_said(importer, reading, taking.choice)):
        raise DatesOfBefore(*reasons)
    said = f"{format_count(len(table.rows))} rækker"
    reader = RowReader(
        importer, table, RowErrors(), reading, progress=taking.telling(f"Kontrollerer {said}")
    )
    rows = reader.rows()
    reader.look_up()
    hand = _InHand(importer, taking, file=file, reader=reader)
    return hand.take_in(rows, len(table.rows), reader.errors)


def _dates_not_said(importer: Importer, reading: ReadingOf, now: ColumnChoice) -> list[str]:
    """Return which of the file's dates were said of an earlier one alone, and how to say them."""
    return [
        f"{column.name} var »{value}« i hele filen sidst. En dato følger ikke med til den næste: "
        f'skriv --set "{column.name}={value}", hvis den gælder igen, en anden dato, eller '
        f'--set "{column.name}=", hvis den ikke gør.'
        for column in importer.columns
        if column.is_date
        and (value := reading.choice.values.get(column.field))
        and column.field not in now.values
    ]


@dataclass
class _InHand:
    """A file while it is taken in."""

    importer: Importer
    taking: Taking
    file: CheckedFile | None = None
    reader: RowReader | None = None

    def take_in(self, rows: list[Any], count: int, errors: RowErrors) -> ImportReport:
        """Save what was read, and undo it where it is only to be looked at."""
        taking = self.taking
        with clashes_refused(), transaction.atomic():
            kept = keep_beforehand(self.file) if self.file and self._keeps_beforehand else None
            # Of the good rows alone, what is refused on the way is undone, and the rest is tried.
            with nullcontext() if taking.good_rows else joined(), self._recorded() as recording:
                changes, waiting = self._save_rows(rows, errors)
            if taking.now:
                changes.tell(taking.now)
            if self._is_kept and waiting:
                lock(WaitingRow)  # the same file at the same moment waits once
            waiting, before = self._new_among(waiting)
            settled = self._settled({bad.number for bad in before})
            again = len(self._settled(self._numbers_but(waiting))) if waiting else 0
            report = self._report(changes, count, waiting, len(settled) - again)
            report = replace(report, still_waiting=before, again=again)
            if taking.agree and report.does_something:
                taking.agree(report)
            if taking.dry_run:
                transaction.set_rollback(True)
            else:
                report = replace(report, batch=self._keep(report, settled, recording.act))
            if kept and not report.batch:
                forget_again(kept)
        return report

    @property
    def _is_kept(self) -> bool:
        return bool(self.file and self.taking.now and not self.taking.dry_run)

    @property
    def _keeps_beforehand(self) -> bool:
        return self._is_kept and self.importer.keeps_file

    @property
    def _title(self) -> str:
        return f"Indlæsning: {self.importer.label}"

    def _act_of_waiting(self, now: datetime) -> Act:
        """Return an act of a file that only left rows waiting, or settled such ones."""
        return keep_empty(
            WaitingRow,
            kind=Act.Kind.IMPORT,
            title=self._title,
            permission=self.importer.permission,
            actor=self.taking.actor,
            now=now,
        )

    def _recorded(self) -> AbstractContextManager[Recording]:
        """Keep what is written as an act; of a trial there is nothing to undo."""
        now = self.taking.now
        if not (self._is_kept and now):
            return nullcontext(Recording(self._title))
        return recorded_as(
            Act.Kind.IMPORT,
            title=self._title,
            permission=self.importer.permission,
            actor=self.taking.actor,
            now=now,
        )

    def _save_rows(self, rows: list[Any], errors: RowErrors) -> tuple[Changes, list[BadRow]]:
        if not (self.taking.good_rows and self.reader):
            return self._save(rows, errors), []
        saved = save_good_rows(self._save, rows, self.reader)
        return saved.changes, bad_rows(self.reader.table, saved.faults)

    def _save(self, rows: list[Any], errors: RowErrors) -> Changes:
        taking, source = self.taking, {"source": self.file} if self.importer.keeps_file else {}
        does = "Sammenligner" if taking.dry_run else "Gemmer"
        return self.importer.save(
            rows=ToldRows(rows, taking.telling(f"{does} {format_count(len(rows))} rækker")),
            actor=taking.actor,
            today=taking.today,
            errors=errors,
            **source,
        )

    def _report(
        self, changes: Changes, count: int, waiting: list[BadRow], settled: int
    ) -> ImportReport:
        table = self.reader.table if self.reader else None
        warnings = [*self.reader.warnings, *self._values_said()] if self.reader else []
        return ImportReport(
            self.importer.kind,
            self.importer.label,
            self.taking.dry_run,
            count,
            changes.counts,
            changes.differences,
            warnings + changes.warnings,
            source=table.source if table else "",
            sheets=table.sheets if table else (),
            made=changes.created_of(changes.models[0]),
            left_out=[one for one in changes.left_out if not one.is_kept],
            noted=[one for one in changes.left_out if one.is_kept],
            headings=table.headings if table else (),
            learnt=self._learnt(),
            asks_columns=bool(self.reader and self.reader.may_be_more),
            waiting=waiting,
            settled=settled,
        )

    def _learnt(self) -> list[ReadAs]:
        if not self.reader:
            return []
        return read_as_learnt(self.importer, self.reader.table, self.reader.reading.choice)

    def _values_said(self) -> list[str]:
        """Say what stands in all rows because somebody once said so."""
        if not self.reader:
            return []
        names = {column.field: column.name for column in self.importer.columns}
        return [
            f"{names[name]} er »{value}« i hele filen, som sidst. Gælder noget andet denne gang, "
            "så ret det."
            for name, value in self.reader.reading.choice.values.items()
            if name not in self.taking.choice.values
        ]

    def _new_among(self, bad: list[BadRow]) -> tuple[list[BadRow], list[BadRow]]:
        """Return those bad rows that do not wait yet, and those that wait just as they are."""
        if not (bad and self.reader):
            return bad, []
        headings = self.reader.table.headings
        new: list[BadRow] = []
        before: list[BadRow] = []
        waits = waiting_like(self.importer.kind, headings)
        for row in bad:
            (before if said_in(headings, row.cells) in waits else new).append(row)
        return new, before

    def _numbers_but(self, bad: list[BadRow]) -> set[int]:
        """Return the numbers of the file's rows that are none of these."""
        rows = self.reader.table.rows if self.reader else []
        return {number for number, _ in rows} - {row.number for row in bad}

    def _settled(self, still: Collection[int]) -> Sequence[WaitingRow]:
        """Return the rows that waited, and are in this file again: good by now, or waiting anew.

        Those whose number in this file is among `still` wait on as they are.
        """
        table = self.reader.table if self.reader else None
        keys = list(map(heading_key, table.headings)) if table else []
        if not table or (key := heading_key(WAITING_HEADING)) not in keys:
            return []
        at = keys.index(key)
        marks = (
            str(row[at]).strip()
            for number, row in table.rows
            if at < len(row) and number not in still
        )
        return waiting_among(self.importer.kind, filter(None, marks))

    def _keep(
        self, report: ImportReport, settled: Sequence[WaitingRow], act: Act | None
    ) -> ImportBatch | None:
        taking, reader = self.taking, self.reader
        if reader and taking.now and taking.choice:
            remember_columns(
                kind=report.kind,
                headings=reader.table.headings,
                choice=reader.reading.choice,
                actor=taking.actor,
                now=taking.now,
            )
        if not (self.file and taking.now and report.does_something):
            return None
        if not act and (settled or report.waiting):
            act = self._act_of_waiting(taking.now)
        done = TakenIn(
            kind=report.kind,
            sheet=reader.table.sheet if reader else "",
            row_count=report.row_count,
            left_out=len(report.left_out),
            counts=counts_of(report),
            values=reader.reading.choice.values if reader else {},
            headings=reader.table.headings if reader else (),
            waiting=report.waiting,
        )
        return keep_batch(
            done=done, file=self.file, act=act, settled=settled, actor=taking.actor, now=taking.now
        )


def importer_of(kind: str) -> Importer:
    """Return the importer of a kind of file; an unknown kind is refused."""
    if kind not in KINDS:
        raise Refused(f"»{kind}« er ikke en slags fil. Skriv en af: {', '.join(KINDS)}.")
    return KINDS[kind]
