"""A snapshot of another source is kept: the newest alone is compared, and few are kept at all."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from django.db.models import Max, Model
from django.utils import timezone

from albertslund_it.common.errors import Refused
from albertslund_it.web.database import history
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.recorded import unrecorded
from albertslund_it.web.database.rows import delete_rows, update, write_rows
from albertslund_it.web.people import Actor
from inventory.models import (
    Device,
    DirectoryPerson,
    Employee,
    SeenDevice,
    Snapshot,
    SourceKind,
)
from leasing.models import LessorAsset, Settings
from leasing.sources.selectors.logins import Logins

ROWS: dict[str, type[Model]] = {
    SourceKind.INTUNE: SeenDevice,
    SourceKind.DIRECTORY: DirectoryPerson,
    SourceKind.LESSOR: LessorAsset,
}


class SeenRow(NamedTuple):
    """A row of an MDM's snapshot, by its columns: as a model, thousands cost more than the file."""

    serial_number: str
    name: str
    model_name: str
    system: str
    windows_build: int | None
    ram_gb: int | None
    last_seen: date | None
    login: str
    employee_id: int | None


class PersonRow(NamedTuple):
    """A row of a directory's snapshot, by its columns."""

    login: str
    name: str
    mail: str
    department: str
    office: str
    is_enabled: bool
    employee_id: int | None


class AssetRow(NamedTuple):
    """A row of the lessor's list, by its columns."""

    serial_number: str
    model_name: str
    sub_agreement: str
    ends_before: date | None
    instalment_ore: int | None


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What was read of a file: its rows, as they are to be kept, and when it is from.

    `days` are those that the file itself says it was taken on; `facts` is what makes two readings
    the same, whatever the order of their rows.
    """

    source: SourceKind
    rows: Sequence[SeenRow] | Sequence[PersonRow] | Sequence[AssetRow]
    facts: Iterable[tuple[object, ...]]
    days: set[date]
    left_out: int
    newest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A snapshot to be saved, unless it is there already, and those that are to go."""

    snapshot: Snapshot
    is_new: bool = False
    gone: tuple[Snapshot, ...] = ()


def note(reading: SourceReading, changes: Changes, *, actor: Actor, today: date) -> Noted:
    """Note what was read as a snapshot, unless it is there already.

    Raises:
        Refused: when the file says that it was taken tomorrow, on two days, or has no rows.
    """
    if not reading.rows:
        raise Refused("Filen har ingen rækker, der kan bruges. Er det det rigtige udtræk?")
    digest = _digest_of(reading)
    kept = list(Snapshot.objects.filter(source=reading.source))
    before = next((one for one in kept if one.is_latest), None)
    for one in kept:
        is_dated = one.newest_at is not None and one.newest_at == reading.newest_at
        if one.digest == digest and (one.is_latest or is_dated):
            changes.update(one, str(one))
            return Noted(one)
    taken_on = _taken_on(reading, before, today)
    is_latest = before is None or _place(taken_on, reading.newest_at) >= _place(
        before.taken_on, before.newest_at
    )
    if before and is_latest:
        changes.update(before, str(before), is_latest=False)
        _warn_of_few(reading, before, changes)
    snapshot = Snapshot(
        source=reading.source,
        taken_on=taken_on,
        newest_at=reading.newest_at,
        made_at=timezone.make_aware(datetime.combine(today, time.min)),
        made_by=actor,
        digest=digest,
        kept=len(reading.rows),
        left_out=reading.left_out,
        is_latest=is_latest,
        last_device=Device.objects.aggregate(last=Max("pk"))["last"] or 0,
        last_employee=Employee.objects.aggregate(last=Max("pk"))["last"] or 0,
    )
    told = "nyt øjebliksbillede" if is_latest else "ældre øjebliksbillede, som ikke sammenlignes"
    changes.create(snapshot, ValueChange(str(snapshot), f"{told}: {_rows(len(reading.rows))}"))
    changes.to_tell.append(lambda now: _made_at(snapshot, now))
    gone = tuple(_too_old([snapshot, *kept], before))
    for old in gone:
        goes = ValueChange(str(old), "slettes, som det ældste der gemmes")
        changes.differences.append(goes)
    return Noted(snapshot, is_new=True, gone=gone)


def save(reading: SourceReading, noted: Noted, changes: Changes, *, actor: Actor) -> None:
    """Write what was noted, and the rows of a snapshot that is new."""
    model = ROWS[reading.source]
    _drop(noted.gone, model, actor)
    changes.save(actor)
    if noted.is_new:
        columns = ("snapshot_id", *type(reading.rows[0])._fields)
        pk = noted.snapshot.pk
        write_rows(model._meta.db_table, columns, ((pk, *row) for row in reading.rows))
    know_people()


def _drop(gone: Sequence[Snapshot], model: type[Model], actor: Actor) -> None:
    """Delete snapshots for good: of a thousand rows nothing is kept so that they could come back.

    What would need one is refused to be undone.
    """
    if not gone:
        return
    with unrecorded():
        ids = [old.pk for old in gone]
        model._default_manager.filter(snapshot__in=ids).delete()
        history.record(deleted=gone, actor=actor)
        delete_rows(Snapshot._meta.db_table, ["id"], [(pk,) for pk in ids])


def _digest_of(reading: SourceReading) -> str:
    told = sorted(map(repr, reading.facts)) + sorted(map(str, reading.days))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _taken_on(reading: SourceReading, before: Snapshot | None, today: date) -> date:
    """Return the day that a file is from: as it says, else today, unless it must be older."""
    if len(reading.days) > 1:
        first, last = min(reading.days), max(reading.days)
        raise Refused(
            f"Filen siger, at den er udtrukket både den {first:%d-%m-%Y} og den {last:%d-%m-%Y}. "
            "Et øjebliksbillede er fra én dag."
        )
    for day in reading.days:
        if day > today:
            raise Refused(f"Filen siger, at den er udtrukket den {day:%d-%m-%Y}. Det er ikke sket.")
        return day
    newest = reading.newest_at
    if before and newest and before.newest_at and newest < before.newest_at:
        return min(timezone.localtime(newest).date(), before.taken_on)
    return today


def _made_at(snapshot: Snapshot, now: datetime) -> None:
    Snapshot.objects.filter(pk=snapshot.pk).update(made_at=now)


def _place(taken_on: date, newest_at: datetime | None) -> tuple[date, float]:
    return taken_on, newest_at.timestamp() if newest_at else 0.0


def _warn_of_few(reading: SourceReading, before: Snapshot, changes: Changes) -> None:
    if 2 * len(reading.rows) < before.kept:
        changes.warnings.append(
            f"Filen har {_rows(len(reading.rows))}, og den forrige havde {before.kept}. Er den et "
            "udsnit, bliver alt andet vist, som om det er forsvundet fra kilden."
        )


def _rows(count: int) -> str:
    return "1 række" if count == 1 else f"{count} rækker"


def _too_old(snapshots: list[Snapshot], before: Snapshot | None) -> Iterator[Snapshot]:
    """Yield the oldest, beyond those that the setting keeps; never the newest, or a new one.

    The one `before` stays until the next, so that what is taken in last can be undone. Of one day,
    the first of the snapshots is the newest.
    """
    most = max(Settings.objects.values_list("snapshots_kept", flat=True).get(), 1)
    order = sorted(snapshots, key=lambda one: _place(one.taken_on, one.newest_at), reverse=True)
    for old in order[most:]:
        if old.pk and not old.is_latest and old is not before:
            yield old


def know_people() -> None:
    """Find out who the people of the newest snapshots are that nobody was found for before."""
    unknown = {"snapshot__is_latest": True, "employee": None}
    accounts = list(DirectoryPerson.objects.filter(**unknown))
    if accounts:
        logins = Logins()
        for one in accounts:
            one.employee_id = logins.person(one.mail, one.login)
        update(DirectoryPerson, ["employee"], [one for one in accounts if one.employee_id])
    seen = list(SeenDevice.objects.filter(**unknown).exclude(login=""))
    if seen:
        # What the directory says of a login, by now, counts for those who use it.
        logins = Logins()
        for row in seen:
            row.employee_id = logins.person(row.login)
        update(SeenDevice, ["employee"], [row for row in seen if row.employee_id])
