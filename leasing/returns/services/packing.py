"""What is put on a cage's packing list, and packed by scanning it: two at once is the normal."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among
from albertslund_it.web.people import Actor
from inventory.models import Departure, Device
from leasing.models import Cage, Lease, LossReport, OrderedDevice, PackedDevice
from leasing.returns.selectors.cages import Scanned, taking_room
from leasing.returns.selectors.proposed import decided_return, proposed
from leasing.returns.services.cages import lock_cages, open_cage, rows_of

Wiped = PackedDevice.Wiped


@transaction.atomic
def plan_devices(*, cage_id: int, device_ids: Sequence[int], actor: Actor) -> tuple[int, int]:
    """Put devices on a cage's list, the first ones up to its room; return how many, and the rest.

    What is on it already is left as it is.

    Raises:
        Refused: when none is chosen, or one may not be packed (any more); nothing is written.
    """
    lock_cages()
    cage = open_cage(cage_id)
    if not device_ids:
        raise Refused("Sæt kryds ved det udstyr, der skal med i buret.")
    listed = set(cage.packed_devices.values_list("device", flat=True))
    wanted = [pk for pk in dict.fromkeys(device_ids) if pk not in listed]
    free = proposed().filter(pk__in=among(wanted, int)).in_bulk()
    if len(free) < len(wanted):
        raise Refused("Noget af udstyret kan ikke pakkes mere. Hent siden igen, og vælg på ny.")
    room = max(0, cage.room_for - taking_room(cage).count())
    if wanted and not room:
        raise Refused(f"Buret er fyldt: der er plads til {cage.room_for} stk.")
    changes = Changes((PackedDevice,))
    for pk in wanted[:room]:
        changes.create(PackedDevice(cage=cage, device=free[pk]))
    changes.save(actor)
    return len(wanted[:room]), len(wanted[room:])


@transaction.atomic
def pack_devices(
    *, cage_id: int, devices: Collection[Device], wiped: str, actor: Actor, now: datetime
) -> Scanned:
    """Pack what was scanned, one by one: what cannot be is left out, and said why.

    What a cage went without is found when it is packed in another one.

    Raises:
        Refused: when the cage is collected, or it is not said whether they are wiped.
    """
    lock_cages()
    cage = open_cage(cage_id)
    if wiped not in Wiped.values:
        raise Refused("Vælg, om det, du scanner, er slettet.")
    known = _Known(cage, [device.pk for device in devices])
    changes = Changes((PackedDevice,))
    packed, again, refused = [], [], []
    for device in devices:
        if reason := known.why_not(device):
            refused.append((device, reason))
            continue
        row = known.rows.get(device.pk)
        if row and row.cage_id == cage.pk and row.packed_at:
            changes.update(row, str(device), wiped=wiped)
            again.append(device)
            continue
        said = {"packed_at": now, "packed_by": actor, "wiped": wiped}
        if row:
            changes.update(row, str(device), cage=cage, confirmed_on=None, **said)
        else:
            changes.create(PackedDevice(cage=cage, device=device, **said))
        known.count += not (row and row.cage_id == cage.pk)
        packed.append(device)
    changes.save(actor)
    return Scanned(tuple(packed), tuple(again), tuple(refused))


class _Known:
    """What decides whether some devices may be packed in a cage, all looked up at once."""

    def __init__(self, cage: Cage, ids: Sequence[int]):
        chosen = among(ids, int)
        self.cage, self.count = cage, taking_room(cage).count()
        rows = PackedDevice.objects.filter(device__in=chosen).select_related("cage")
        self.rows: Mapping[int, PackedDevice] = {row.device_id: row for row in rows}
        left = Departure.objects.filter(device__in=chosen)
        self.departures = {one.device_id: one for one in left}
        leased = Lease.objects.filter(device__in=chosen)
        self.leased = set(leased.values_list("device", flat=True))
        decided = decided_return().filter(term__lease__device__in=chosen)
        self.decided = set(decided.values_list("term__lease__device", flat=True))
        lost = LossReport.objects.open().filter(device__in=chosen)
        self.lost = set(lost.values_list("device", flat=True))
        waiting = OrderedDevice.objects.filter(device__in=chosen, handed_out_on=None)
        self.set_aside = set(waiting.values_list("device", flat=True))

    def why_not(self, device: Device) -> str:
        """Return why a device cannot be packed; '' where it can."""
        if departure := self.departures.get(device.pk):
            how = departure.get_how_display().lower()
            return f"er ude af registeret fra den {departure.left_on:%d-%m-%Y} ({how})"
        row = self.rows.get(device.pk)
        is_listed = bool(row and row.cage_id == self.cage.pk)
        if row and not is_listed and row.cage.gone_on is None:
            return f"står på pakkelisten til buret {row.cage}. Fjern den derfra først"
        if device.pk not in self.leased:
            return "er ikke leaset, så leasinggiver skal ikke have den"
        if device.pk in self.lost:
            return "er meldt bortkommet eller stjålet. Meld den fundet på dens egen side først"
        if device.pk in self.set_aside:
            return "er sat til side til en bestilling"
        if device.pk not in self.decided:
            if is_listed:
                return (
                    "er ikke besluttet returneret mere. Tag den af pakkelisten, eller vælg "
                    "returnering for den igen"
                )
            return "er ikke besluttet returneret. Vælg returnering for den først"
        if self.count - is_listed >= self.cage.room_for:
            return f"er der ikke plads til: buret tager {self.cage.room_for} stk"
        return ""


@transaction.atomic
def mark_wiped(*, cage_id: int, row_ids: Collection[int], wiped: str, actor: Actor) -> int:
    """Note whether what is packed is wiped; return how many.

    Raises:
        Refused: when one is not packed, or the cage is collected; nothing is written.
    """
    lock_cages()
    rows = rows_of(open_cage(cage_id), row_ids)
    if unpacked := [str(row.device) for row in rows if row.packed_at is None]:
        raise Refused(f"{', '.join(unpacked[:5])} er ikke pakket. Scan dem først.")
    changes = Changes((PackedDevice,))
    for row in rows:
        changes.update(row, str(row.device), wiped=wiped)
    changes.save(actor)
    return len(rows)


@transaction.atomic
def take_off(*, cage_id: int, row_ids: Collection[int], actor: Actor) -> int:
    """Take devices off a cage's list, packed or not; return how many.

    Raises:
        Refused: when one is not on it any more, or the cage is collected; nothing is written.
    """
    lock_cages()
    rows = rows_of(open_cage(cage_id), row_ids)
    changes = Changes((PackedDevice,))
    for row in rows:
        changes.delete(row, str(row.device), "Tages af pakkelisten")
    changes.save(actor)
    return len(rows)
