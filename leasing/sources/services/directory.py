"""What a directory says of people: kept as a snapshot. Nothing of it is taken over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Snapshot, SourceKind
from leasing.sources.selectors.logins import Logins
from leasing.sources.services.snapshots import PersonRow, SourceReading, note, save

_GUEST = "#ext#"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as the directory's export has them."""

    login: str = ""
    name: str = ""
    mail: str = ""
    department: str = ""
    office: str = ""
    is_enabled: bool = True
    kind: str = ""
    taken_on: date | None = None
    row: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Return what tells two readings apart."""
        said = (self.name, self.mail, self.department, self.office)
        return self.login, not self.is_enabled, *said


@transaction.atomic
def save_directory(
    *, rows: Sequence[PersonFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Keep a directory's export.

    Raises:
        Refused: with every fault; nothing is written.
    """
    lock(Snapshot)
    errors = errors or RowErrors()
    errors.refuse()
    changes = Changes((Snapshot,))
    kept = _people(rows, changes)
    logins = Logins()
    reading = SourceReading(
        SourceKind.DIRECTORY,
        rows=[_kept_row(row, logins) for row in kept],
        facts=[row.key for row in kept],
        days={row.taken_on for row in rows if row.taken_on},
        left_out=len(changes.left_out),
    )
    noted = note(reading, changes, actor=actor, today=today)
    changes.left_out.sort(key=lambda one: one.row or 0)
    save(reading, noted, changes, actor=actor)
    return changes


def _people(rows: Sequence[PersonFacts], changes: Changes) -> list[PersonFacts]:
    """Return the municipality's own people, each once; an open account goes before a closed one."""
    kept: dict[str, PersonFacts] = {}
    for row in sorted(rows, key=lambda row: row.key):
        if not row.login:
            changes.leave_out(row.row, row.name or row.mail, "Uden brugernavn")
        elif row.kind.casefold() == "guest" or _GUEST in row.login:
            changes.leave_out(row.row, row.login, "En gæst fra et andet sted")
        elif row.login in kept:
            changes.leave_out(row.row, row.login, f"Står også i række {kept[row.login].row}")
        else:
            kept[row.login] = row
    return list(kept.values())


def _kept_row(row: PersonFacts, logins: Logins) -> PersonRow:
    return PersonRow(
        row.login,
        row.name,
        row.mail,
        row.department,
        row.office,
        row.is_enabled,
        logins.person(row.mail, row.login),
    )
