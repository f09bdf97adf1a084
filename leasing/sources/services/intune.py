"""What an MDM says of devices: kept as a snapshot, and of the facts what is newer than ours.

Nothing is moved by it. What is no pc, or no device of ours, is left out and told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import transaction

from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.serial_numbers import why_not
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device, Snapshot, SourceKind
from leasing.sources.selectors.logins import Logins
from leasing.sources.services.snapshots import SeenRow, SourceReading, note, save

FIRST_BUILD_OF_11 = 22_000
_BUILD = re.compile(r"10\.0\.(\d{5,6})(?:\.\d+)*")
_PCS = re.compile(r"windows|macos|chrome ?os|linux")
_PRETENDED = re.compile(r"vmware|virtual ?(machine|box)|parallels|qemu|kvm|cloud pc|hyper-v")


@dataclass(frozen=True, slots=True)
class SeenFacts:
    """A device as the MDM's export has it; `seen_at` is None where it has never checked in."""

    serial_number: str = ""
    name: str = ""
    manufacturer: str = ""
    model: str = ""
    system: str = ""
    version: str = ""
    seen_at: datetime | None = None
    login: str = ""
    mail: str = ""
    ram_gb: int | None = None
    taken_on: date | None = None
    row: int | None = None

    @property
    def windows_build(self) -> int | None:
        """Return the build of Windows; None of another system, or where it is not said."""
        return _windows_build(self.version, self.system)

    @property
    def key(self) -> tuple[object, ...]:
        """Return what tells two readings apart, and which of two rows is the newer."""
        seen = self.seen_at.timestamp() if self.seen_at else 0.0
        said = (self.login, self.name, self.model, self.system, self.version, self.ram_gb or 0)
        return seen, *said, self.mail, self.manufacturer


@lru_cache(1000)
def _windows_build(version: str, system: str) -> int | None:
    build = _BUILD.fullmatch(version.strip())
    is_windows = not system or "windows" in system.casefold()
    return int(build[1]) if build and is_windows else None


@transaction.atomic
def save_seen_devices(
    *, rows: Sequence[SeenFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Keep an MDM's export, and take over when devices were seen, their RAM and Windows 11.

    Raises:
        Refused: with every fault; nothing is written.
    """
    lock(Device, Snapshot)
    errors = errors or RowErrors()
    errors.refuse()
    changes = Changes((Snapshot, Device))
    devices = devices_by_serial_number([row.serial_number for row in rows])
    kept = _pcs(rows, devices, changes)
    left_out = len(changes.left_out)
    days = {number: _seen_on(row, today) for number, row in kept.items()}
    moments = [row.seen_at for number, row in kept.items() if row.seen_at and days[number]]
    logins = Logins()
    reading = SourceReading(
        SourceKind.INTUNE,
        rows=[_kept_row(number, row, days[number], logins) for number, row in kept.items()],
        facts=[(number, *row.key) for number, row in kept.items()],
        days={row.taken_on for row in rows if row.taken_on},
        left_out=left_out,
        newest_at=max(moments, default=None),
    )
    noted = note(reading, changes, actor=actor, today=today)
    for number, row in kept.items():
        if device := devices.get(number):
            _take_over(row, device, days[number], changes)
        else:
            changes.leave_out(
                row.row, number, "Ikke i registeret. Se den under Kilder", is_kept=True
            )
    changes.left_out.sort(key=lambda one: one.row or 0)
    save(reading, noted, changes, actor=actor)
    return changes


def _pcs(
    rows: Sequence[SeenFacts], devices: dict[str, Device], changes: Changes
) -> dict[str, SeenFacts]:
    """Return the pc's by the number they have today, and whatever else the register knows.

    A machine that was enrolled twice stands there twice: it is as it was seen last.
    """
    kept: dict[str, SeenFacts] = {}
    for row in sorted(rows, key=lambda row: row.key, reverse=True):
        device = devices.get(row.serial_number)
        shown = row.serial_number or row.name
        if reason := "" if device else _why_left_out(row):
            changes.leave_out(row.row, shown, reason)
            continue
        number = device.serial_number if device else row.serial_number
        if number in kept:
            reason = f"Står også i række {kept[number].row}, hvor den er set senere"
            changes.leave_out(row.row, shown, reason)
            continue
        kept[number] = row
        if device:
            devices[number] = device
    return kept


def _why_left_out(row: SeenFacts) -> str:
    """Return why a row is no pc of anybody's; '' when it may be."""
    made = f"{row.manufacturer} {row.model}".casefold()
    if _PRETENDED.search(made):
        return "En virtuel maskine"
    if row.system and not _PCS.search(row.system.casefold()):
        return f"{row.system} er ikke en pc"
    if not row.serial_number:
        return "Uden serienummer"
    return why_not(row.serial_number)


def _seen_on(row: SeenFacts, today: date) -> date | None:
    """Return the day in Copenhagen; a clock that is ahead says nothing."""
    day = row.seen_at.date() if row.seen_at else None
    return day if day and day <= today else None


def _kept_row(number: str, row: SeenFacts, day: date | None, logins: Logins) -> SeenRow:
    return SeenRow(
        number,
        row.name,
        row.model,
        row.system,
        row.windows_build,
        row.ram_gb,
        day,
        row.login or row.mail,
        logins.person(row.mail, row.login),
    )


def _take_over(row: SeenFacts, device: Device, day: date | None, changes: Changes) -> None:
    """Take over facts, unless the register has newer ones: then only those that it lacks."""
    if row.seen_at and not day:
        changes.warn(row.row, [f"{device} er set i fremtiden, så dagen er ikke læst."])
    build = row.windows_build
    is_newer = day is not None and (device.last_seen is None or day >= device.last_seen)
    values: dict[str, object] = {}
    if row.ram_gb is not None and (is_newer or device.ram_gb is None):
        values["ram_gb"] = row.ram_gb
    if build is not None and (is_newer or device.windows_11 is None):
        values["windows_11"] = build >= FIRST_BUILD_OF_11
    if day is not None and is_newer:
        values["last_seen"] = day
    changes.update(device, device.serial_number, **values)
