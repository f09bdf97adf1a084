"""A file that was taken in: kept with what it did, and with the rows of it that wait."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.kept import CheckedFile
from albertslund_it.web.database.rows import among, delete_rows, insert, lock
from albertslund_it.web.people import Actor, done_by
from inventory.models import Act
from leasing.kept_files.services import forget_unused, keep
from leasing.models import ImportBatch, KeptFile, WaitingRow


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not taken in: its number, its cells as text, and what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Return all that is wrong with it."""
        return ". ".join(self.reasons) + "."


@dataclass(frozen=True)
class TakenIn:
    """What a batch is to say of a file: its kind, what it did and what it left."""

    kind: str
    sheet: str
    row_count: int
    left_out: int
    counts: Mapping[str, list[int]]
    values: Mapping[str, str]
    headings: Sequence[object] = ()
    waiting: Sequence[BadRow] = field(default_factory=list)


@transaction.atomic
def keep_batch(
    *,
    done: TakenIn,
    file: CheckedFile,
    act: Act | None,
    settled: Sequence[WaitingRow],
    actor: Actor,
    now: datetime,
) -> ImportBatch:
    """Keep a file that was taken in; rows that it settles wait no longer."""
    lock(KeptFile)
    batch = ImportBatch.objects.create(
        kind=done.kind,
        name=file.name,
        sheet=done.sheet[:100],
        sha256=file.sha256,
        file=keep(file),
        act=act,
        made_at=now,
        made_by=done_by(actor),
        row_count=done.row_count,
        left_out=done.left_out,
        counts=dict(done.counts),
        values=dict(done.values),
        headings=["" if one is None else str(one) for one in done.headings],
    )
    insert(
        WaitingRow,
        [
            WaitingRow(batch=batch, number=row.number, cells=list(row.cells), reason=row.reason)
            for row in done.waiting
        ],
    )
    # Kept until the file can no longer be undone.
    ids = among([row.pk for row in settled], int)
    WaitingRow.objects.filter(pk__in=ids).update(settled_by=batch)
    return batch


def drop(rows: Sequence[WaitingRow]) -> None:
    """Let rows wait no longer."""
    delete_rows(WaitingRow._meta.db_table, ["id"], [(row.pk,) for row in rows])


@transaction.atomic
def drop_waiting(*, batch: ImportBatch, numbers: Collection[int]) -> int:
    """Drop rows of a batch that nobody will mend; return how many.

    Raises:
        Refused: when none of them waits any more.
    """
    rows = list(batch.waiting_rows.waiting().filter(number__in=numbers).defer("cells"))
    if not rows:
        raise Refused("Rækkerne venter ikke længere. Se listen igen.")
    drop(rows)
    return len(rows)


def keep_beforehand(file: CheckedFile) -> KeptFile:
    """Keep a file that its service keeps too, so that undoing what that wrote leaves it here."""
    lock(KeptFile)
    return keep(file)


def forget_again(kept: KeptFile) -> None:
    """Forget a file that was kept beforehand, where it did nothing."""
    forget_unused([kept.pk])
