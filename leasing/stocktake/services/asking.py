"""Employees are asked by mail, one to a person with a link for each device; leaders are told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from albertslund_it.common.permissions import COUNT_DEVICES
from albertslund_it.web.database.rows import among
from inventory.models import Device, Employee, Unit
from inventory.organisation.selectors.scope import mails_with_access
from leasing.mail.services import Draft, write_mails
from leasing.models import CountedDevice, Mail, Stocktake
from leasing.stocktake.selectors.links import token_of


@dataclass(frozen=True, slots=True)
class AskedDevice:
    """A device in a mail to whoever has it, with the link that answers for it alone."""

    model_name: str
    serial_number: str
    token: str


def ask_people(
    *,
    stocktake: Stocktake,
    rows: Sequence[CountedDevice],
    mails: dict[int, str],
    now: datetime,
    is_reminder: bool = False,
) -> list[Mail]:
    """Write to each person about the devices of some rows; `mails` are their addresses, by id."""
    by_person: defaultdict[int, list[CountedDevice]] = defaultdict(list)
    for row in rows:
        if row.employee_id:
            by_person[row.employee_id].append(row)
    names = _names(by_person)
    models = _models([row.device_id for row in rows])
    drafts = [
        Draft(
            recipients=mails[person],
            subject=_subject(stocktake, len(theirs), is_reminder=is_reminder),
            context={
                "stocktake": stocktake,
                "name": names[person],
                "is_reminder": is_reminder,
                "devices": [
                    AskedDevice(models[row.device_id], row.serial_number, token_of(row))
                    for row in theirs
                ],
            },
            key=f"stocktake-{stocktake.pk}-{'r' if is_reminder else 'e'}{person}",
        )
        for person, theirs in by_person.items()
    ]
    return write_mails(drafts=drafts, template="stocktake", now=now)


def _subject(stocktake: Stocktake, count: int, *, is_reminder: bool) -> str:
    what = "det udstyr, vi har skrevet dig for" if count == 1 else f"de {count} stk. udstyr"
    begin = "Påmindelse: har du" if is_reminder else "Har du"
    return f"{begin} {what}? Svar senest {stocktake.due_on:%d-%m-%Y}"


def _names(ids: Iterable[int]) -> dict[int, str]:
    people = Employee.objects.filter(pk__in=among(list(ids), int)).order_by()
    return dict(people.values_list("pk", "name"))


def _models(ids: Sequence[int]) -> dict[int, str]:
    devices = Device.objects.filter(pk__in=among(ids, int)).order_by()
    return dict(devices.values_list("pk", "model__name"))


@dataclass(frozen=True, slots=True)
class UnitToCount:
    """A unit in the mail to its leader: how many devices, and how many of these to scan."""

    unit: Unit
    devices: int
    to_scan: int


def tell_leaders(
    *, stocktake: Stocktake, units: Sequence[UnitToCount], today: date, now: datetime
) -> list[Mail]:
    """Write to those who have access to the units: a unit's own leader, else its department's."""
    access = mails_with_access(COUNT_DEVICES, today)
    by_reader: defaultdict[str, list[UnitToCount]] = defaultdict(list)
    for one in units:
        own = access.get(("unit", one.unit.pk), [])
        for mail in own or access.get(("department", one.unit.department_id or 0), []):
            by_reader[mail].append(one)
    drafts = [
        Draft(
            recipients=mail,
            subject=f"Optælling hos jer: svar senest {stocktake.due_on:%d-%m-%Y}",
            context={
                "stocktake": stocktake,
                "units": theirs,
                "to_scan": sum(one.to_scan for one in theirs),
                "count": sum(one.devices for one in theirs),
            },
            key=f"stocktake-{stocktake.pk}-u-{mail}"[:100],
        )
        for mail, theirs in by_reader.items()
    ]
    return write_mails(drafts=drafts, template="stocktake_leader", now=now)
