"""What people say of a device that is counted; the last answer counts, and decides nothing."""

from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Departure
from leasing.models import CountedDevice, Stocktake
from leasing.stocktake.selectors.links import row_in, row_still_open
from leasing.stocktake.selectors.standing import standings_of
from leasing.stocktake.services.registered import AsRegistered
from leasing.stocktake.services.stocktakes import running

LONGEST_NOTE = 200
Answer, How = CountedDevice.Answer, CountedDevice.How
# What a person can say; that it has left us, the register says.
SAYABLE = (Answer.YES, Answer.NO, Answer.WRONG_UNIT, Answer.BROKEN)


@transaction.atomic
def answer_by_link(
    *, token: str, answer: str, note: str, actor: Actor, today: date, now: datetime
) -> CountedDevice:
    """Record what the person with a link says of the one device.

    Raises:
        Refused: when the link is none of ours or can no longer be used, which of it is not said;
            or without an answer, or with a note that is too long. Nothing is written.
    """
    if row_in(token) is not None:
        lock(Stocktake, CountedDevice)
    row = row_still_open(token, today)
    if row is None:
        raise Refused("Linket kan ikke bruges.")
    note = _read(answer, note)
    changes = Changes((CountedDevice,))
    changes.update(row, row.serial_number, replies=row.replies + 1)
    _say(changes, row, answer, note, How.LINK, today)
    _at(changes, row, actor, now)
    changes.save(actor)
    return row


@transaction.atomic
def answer_for(
    *, row: CountedDevice, answer: str, note: str, actor: Actor, today: date, now: datetime
) -> CountedDevice:
    """Record what a leader or the helpdesk says of a device.

    Raises:
        Refused: when the stocktake is over, the device has left, or what is said is no answer.
    """
    lock(Stocktake, CountedDevice)
    running(row.stocktake_id, today)
    row = CountedDevice.objects.select_related("unit", "employee").get(pk=row.pk)
    if Departure.objects.filter(device=row.device_id, left_on__lte=today).exists():
        raise Refused(f"{row} er ude af registeret, så der er ikke noget at svare på.")
    note = _read(answer, note)
    changes = Changes((CountedDevice,))
    _say(changes, row, answer, note, How.PERSON, today)
    _at(changes, row, actor, now)
    changes.save(actor)
    return row


def _read(answer: str, note: str) -> str:
    """Return a note as it is kept: one line, without signs that cannot be seen."""
    if answer not in SAYABLE:
        raise Refused("Vælg et af svarene.")
    note = " ".join("".join(c if c.isprintable() else " " for c in note).split())
    if len(note) > LONGEST_NOTE:
        raise Refused(f"Bemærkningen må højst være {LONGEST_NOTE} tegn. Skriv den kortere.")
    return note


def _say(
    changes: Changes, row: CountedDevice, answer: str, note: str, how: str, today: date
) -> None:
    standing = standings_of([row.device_id], today)[row.device_id]
    AsRegistered([standing]).follow(changes, row, standing)
    said = {"answer": answer, "note": note, "how": how, "place": ""}
    changes.update(row, row.serial_number, **said)


def _at(changes: Changes, row: CountedDevice, actor: Actor, now: datetime) -> None:
    changes.update(row, row.serial_number, answered_at=now, answered_by=actor)
