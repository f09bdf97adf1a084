"""What a file did, or would do, told in numbers and row by row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Model

from albertslund_it.web.database.bulk import Count, LeftOut, ValueChange
from leasing.imports.importers.learnt import ReadAs
from leasing.imports.services.batches import BadRow
from leasing.models import ImportBatch


@dataclass(frozen=True)
class ImportReport:
    """What a file did, or in a dry run would do; `counts` is by kind of thing, in Danish.

    `source` says which sheet was read, and which were not; `made` are the new rows of what it is a
    file of; `left_out` are rows that it leaves alone, and why; `waiting` are bad rows that are left
    while the good ones are taken in, `still_waiting` those that waited already, just as they are;
    `settled` how many rows waited until now, `again` how many wait anew with another fault;
    `asks_columns` where nobody said yet what headings are that may be columns of ours;
    `noted` are rows that are kept beside the register, and change nothing in it.
    """

    kind: str
    label: str
    dry_run: bool
    row_count: int
    counts: dict[str, Count]
    differences: list[ValueChange] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    source: str = ""
    sheets: tuple[str, ...] = ()
    made: list[Model] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    waiting: list[BadRow] = field(default_factory=list)
    still_waiting: list[BadRow] = field(default_factory=list)
    settled: int = 0
    again: int = 0
    noted: list[LeftOut] = field(default_factory=list)
    headings: Sequence[object] = ()
    learnt: Sequence[ReadAs] = ()
    asks_columns: bool = False
    batch: ImportBatch | None = None

    @property
    def change_count(self) -> int:
        """Return the number of rows in the database that were created or changed."""
        return sum(count.created + count.changed for count in self.counts.values())

    @property
    def does_something(self) -> bool:
        """Return whether there is anything to agree to, and to keep the file for."""
        return bool(self.change_count or self.waiting or self.settled)

    @property
    def waits_still(self) -> int:
        """Return how many rows waited before and wait on, with the same fault or another."""
        return self.again + len(self.still_waiting)

    @property
    def told(self) -> Iterator[tuple[str, str]]:
        """Say all that the file would do in rows, for whoever agrees to it."""
        for one in self.differences:
            yield f"{one.subject}: {one.what}", f"{one.before} → {one.after}"
        for read in self.learnt:
            yield f"Navnet »{read.text}«", read.learnt.stands_for
        for warning in self.warnings:
            yield "Advarsel", warning
        for row in self.left_out:
            yield "Udeladt", str(row)
        for row in self.noted:
            yield "Kun noteret", str(row)
        for bad in self.waiting:
            yield f"Række {bad.number} venter", bad.reason
        for bad in self.still_waiting:
            yield f"Række {bad.number} venter i forvejen", bad.reason
        if self.settled:
            yield "Rækker, der ikke venter længere", str(self.settled)


def counts_of(report: ImportReport) -> dict[str, list[int]]:
    """Return what a batch keeps of a report's counts."""
    return {name: [one.created, one.changed, one.unchanged] for name, one in report.counts.items()}
