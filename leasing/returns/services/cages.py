"""A cage that the lessor sends: ordered, changed, collected, and confirmed."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import add_months
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import Departure
from leasing.billing.services.locks import PRICED
from leasing.lease_end.selectors.departed import CameBack
from leasing.lease_end.services.departures import come_back_together, leave_register
from leasing.models import Cage, Order, PackedDevice
from leasing.returns.selectors.cages import Settled, taking_room

MOST_ROOM = 500
LONGEST_PLACE, LONGEST_NOTE = 100, 300
MONTHS_AHEAD, MONTHS_BACK = 60, 120
Wiped = PackedDevice.Wiped
IS_WIPED: dict[str, bool | None] = {Wiped.YES: True, Wiped.NO: False, "": None}


def lock_cages() -> None:
    """Let nobody else pack, collect or leave the register; who also bills locks that before."""
    lock(Departure, Cage, PackedDevice)


def open_cage(cage_id: int) -> Cage:
    """Return a cage that is not collected yet.

    Raises:
        Refused: when it is, or is deleted.
    """
    cage = Cage.objects.filter(pk=cage_id).first()
    if cage is None:
        raise Refused("Buret er slettet af en anden imens.")
    if cage.gone_on:
        raise Refused(f"Buret {cage} blev hentet den {cage.gone_on:%d-%m-%Y} og kan ikke ændres.")
    return cage


@transaction.atomic
def save_cage(
    *,
    cage_id: int | None,
    place: str,
    collected_on: date,
    room_for: int,
    note: str,
    actor: Actor,
    today: date,
) -> Cage:
    """Note a cage, or change one that is not collected; the day may be past, if entered late.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock_cages()
    place, note = " ".join(place.split()), " ".join(note.split())
    cage = open_cage(cage_id) if cage_id else Cage()
    reasons = []
    if not place:
        reasons.append("Skriv, hvor buret står.")
    if len(place) > LONGEST_PLACE:
        reasons.append(f"Stedet må højst være {LONGEST_PLACE} tegn.")
    if len(note) > LONGEST_NOTE:
        reasons.append(f"Bemærkningen må højst være {LONGEST_NOTE} tegn.")
    if not 1 <= room_for <= MOST_ROOM:
        reasons.append(f"Et bur har plads til 1–{MOST_ROOM} stk.")
    elif cage_id and room_for < (listed := taking_room(cage).count()):
        reasons.append(f"Der står allerede {listed} stk. på pakkelisten. Fjern nogle først.")
    if not add_months(today, -MONTHS_BACK) <= collected_on <= add_months(today, MONTHS_AHEAD):
        reasons.append(f"Buret kan ikke hentes den {collected_on:%d-%m-%Y}. Kontrollér årstallet.")
    if reasons:
        raise Refused(*reasons)
    values = {"place": place, "collected_on": collected_on, "room_for": room_for, "note": note}
    changes = Changes((Cage,))
    if cage_id:
        changes.update(cage, str(cage), **values)
    else:
        cage = changes.create(Cage(**values))
    changes.save(actor)
    return cage


@transaction.atomic
def delete_cage(*, cage_id: int, actor: Actor) -> None:
    """Delete a cage with nothing on its list.

    Raises:
        Refused: when it has something on it, or is collected.
    """
    lock_cages()
    cage = open_cage(cage_id)
    if listed := cage.packed_devices.count():
        raise Refused(f"Der står {listed} stk. på pakkelisten. Fjern dem, før buret slettes.")
    changes = Changes((Cage,))
    changes.delete(cage, str(cage), "It-buret slettes")
    changes.save(actor)


@transaction.atomic
def collect_cage(
    *,
    cage_id: int,
    gone_on: date,
    knows_unwiped: bool,
    actor: Actor,
    today: date,
    agree: Check = nothing_to_see,
) -> int:
    """Note that a cage was collected: what is packed leaves the register; return how many.

    The day may be past, never ahead: it is what has happened. What is on the list and not packed
    stays in the register, and is a fault until it is settled; what is not to be returned any more
    comes off the list. Data must not leave the house unseen: what is not known to be wiped asks
    for `knows_unwiped`.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock(Order)  # in the order of whoever leaves the register
    lock(*PRICED)
    lock_cages()
    cage = open_cage(cage_id)
    if gone_on > today:
        raise Refused("Buret kan ikke være hentet på en dag, der ikke er kommet.")
    linked = PackedDevice.objects.select_related("device").filter(cage=cage)
    rows = list(linked.filter(packed_at__isnull=False, device__departure=None))
    if not rows:
        raise Refused("Der er ikke pakket noget i buret. Scan det, der er i, først.")
    settled = Settled.of([row.device_id for row in linked])
    if reasons := [why for row in rows if (why := _why_stuck(row, settled))]:
        raise Refused(*reasons)
    agree()
    unwiped = [row.device.serial_number for row in rows if row.wiped != Wiped.YES]
    if unwiped and not knows_unwiped:
        shown = ", ".join(unwiped[:5]) + (" …" if len(unwiped) > 5 else "")
        raise Refused(
            f"{len(unwiped)} stk. er ikke markeret som slettet ({shown}). Slet dem, eller sæt "
            "kryds ved, at de skal af sted alligevel."
        )
    for wiped, is_wiped in IS_WIPED.items():
        if devices := [row.device for row in rows if row.wiped == wiped]:
            leave_register(
                devices=devices,
                left_on=gone_on,
                how=Departure.How.RETURNED,
                is_wiped=is_wiped,
                note=f"It-bur: {cage}"[:LONGEST_NOTE],
                actor=actor,
                today=today,
            )
    changes = Changes((Cage, PackedDevice))
    changes.update(cage, str(cage), gone_on=gone_on)
    for row in linked.filter(packed_at=None):
        if row.device_id not in settled.returning:
            changes.delete(row, str(row.device), "Tages af pakkelisten")
    changes.save(actor)
    return len(rows)


def _why_stuck(row: PackedDevice, settled: Settled) -> str:
    """Return why what is packed must not go with its cage, and what to do; '' where it may."""
    if row.device_id in settled.lost:
        return (
            f"{row.device} er meldt bortkommet eller stjålet. Meld det fundet på dets egen side, "
            "eller tag det af pakkelisten."
        )
    if row.device_id not in settled.returning:
        return (
            f"{row.device} er ikke besluttet returneret mere. Tag det af pakkelisten, eller vælg "
            "returnering igen."
        )
    return ""


@transaction.atomic
def not_collected(*, cage_id: int, actor: Actor) -> list[CameBack]:
    """Undo that a cage was collected, by mistake; return what is in the register again.

    They are still packed in it. What left by another way, or on another day, stays out.

    Raises:
        Refused: when it is not collected, or the lessor has confirmed it; nothing is written.
    """
    lock(Order)
    lock(*PRICED)
    lock_cages()
    cage = Cage.objects.filter(pk=cage_id).first()
    if cage is None or cage.gone_on is None:
        raise Refused("Buret er ikke hentet.")
    if cage.confirmed_on:
        raise Refused("Leasinggiver har bekræftet buret, så det er hentet.")
    rows = PackedDevice.objects.filter(
        cage=cage,
        packed_at__isnull=False,
        device__departure__how=Departure.How.RETURNED,
        device__departure__left_on=cage.gone_on,
    )
    devices = [row.device for row in rows.select_related("device")]
    back = come_back_together(devices=devices, actor=actor)
    changes = Changes((Cage,))
    changes.update(cage, str(cage), gone_on=None)
    changes.save(actor)
    return back


@transaction.atomic
def confirm_cage(
    *,
    cage_id: int,
    confirmed_on: date,
    received: Collection[int],
    actor: Actor,
    today: date,
) -> tuple[int, int]:
    """Note what of a cage the lessor confirms; return how many it has, and how many it has not.

    `received` are rows of the packing list, by id. Said again, it is corrected: what was confirmed
    keeps its day, and what is not among them is not received.

    Raises:
        Refused: with the reason; nothing is written.
    """
    lock_cages()
    cage = Cage.objects.filter(pk=cage_id).first()
    if cage is None or cage.gone_on is None:
        raise Refused("Buret er ikke hentet, så leasinggiver kan ikke have modtaget det.")
    if confirmed_on < cage.gone_on:
        raise Refused(
            f"Buret blev hentet den {cage.gone_on:%d-%m-%Y}. Leasinggiver kan ikke have modtaget "
            "det før."
        )
    if confirmed_on > today:
        raise Refused("Bekræftelsen kan ikke være kommet på en dag, der ikke er kommet.")
    sent = PackedDevice.objects.select_related("device").filter(
        cage=cage, packed_at__isnull=False, device__departure__how=Departure.How.RETURNED
    )
    rows = {row.pk: row for row in sent}
    if set(received) - rows.keys():
        raise Refused("Noget af udstyret er ikke i buret mere. Hent siden igen, og vælg på ny.")
    changes = Changes((Cage, PackedDevice))
    changes.update(cage, str(cage), confirmed_on=cage.confirmed_on or confirmed_on)
    for pk, row in rows.items():
        day = (row.confirmed_on or confirmed_on) if pk in received else None
        changes.update(row, str(row.device), confirmed_on=day)
    changes.save(actor)
    return len(set(received)), len(rows) - len(set(received))


def rows_of(cage: Cage, row_ids: Collection[int]) -> list[PackedDevice]:
    """Return some rows of a cage's packing list.

    Raises:
        Refused: when one is not on it any more, or none is chosen.
    """
    if not row_ids:
        raise Refused("Sæt kryds ved det udstyr, det gælder.")
    found = PackedDevice.objects.filter(cage=cage, pk__in=among(row_ids, int))
    rows = list(found.select_related("device"))
    if len(rows) < len(set(row_ids)):
        raise Refused("Noget af udstyret er ikke på listen mere. Hent siden igen, og vælg på ny.")
    return rows
