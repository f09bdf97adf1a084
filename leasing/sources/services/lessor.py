"""What the lessor says that it has out with us: kept as a snapshot. Nothing is taken over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.imports.selectors import is_any_known
from inventory.models import Snapshot, SourceKind
from leasing.models import Lease
from leasing.sources.services.snapshots import AssetRow, SourceReading, note, save

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """A line of the lessor's list; `expires_on` is the lease's last day."""

    serial_number: str
    model: str = ""
    sub_agreement: str = ""
    expires_on: date | None = None
    instalment_ore: int | None = None
    taken_on: date | None = None
    row: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Return what tells two readings apart."""
        said = (self.serial_number, self.model, self.sub_agreement)
        return *said, self.expires_on, self.instalment_ore


@transaction.atomic
def save_lessor_assets(
    *, rows: Sequence[AssetFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Keep the lessor's list of what it has out with us.

    Raises:
        Refused: with every fault, or where all of it is unknown; nothing is written.
    """
    lock(Snapshot)
    errors = errors or RowErrors()
    changes = Changes((Snapshot,))
    for row in rows:
        errors.is_first(row.row, row.serial_number, f"Serienummer {row.serial_number}")
    errors.refuse()
    numbers = {row.serial_number for row in rows}
    if rows and not is_any_known(numbers) and Lease.objects.exists():
        raise Refused(
            "Ingen af filens serienumre er i registeret. Er det en anden leasinggivers liste?"
        )
    reading = SourceReading(
        SourceKind.LESSOR,
        rows=[_kept_row(row) for row in rows],
        facts=[row.key for row in rows],
        days={row.taken_on for row in rows if row.taken_on},
        left_out=0,
    )
    noted = note(reading, changes, actor=actor, today=today)
    save(reading, noted, changes, actor=actor)
    return changes


def _kept_row(row: AssetFacts) -> AssetRow:
    ends_before = row.expires_on + ONE_DAY if row.expires_on else None
    return AssetRow(
        row.serial_number, row.model, row.sub_agreement, ends_before, row.instalment_ore
    )
