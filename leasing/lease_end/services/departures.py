"""A device leaves the register for good: returned, bought, discarded; and back, if by mistake."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models.expressions import RawSQL

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import add_months
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import Departure, Device, Placement
from leasing.billing.services.locks import PRICED
from leasing.domain.accrual import terms_in_order
from leasing.lease_end.selectors.departed import CameBack, point_made
from leasing.models import Lease, LeaseTerm, LossReport, Order, OrderedDevice

How = Departure.How
LONGEST_NOTE = 300  # what its column holds
# A day further off than this is a slip of the year.
MONTHS_AHEAD, MONTHS_BACK = 12, 120


@transaction.atomic
def leave_register(
    *,
    devices: Collection[Device],
    left_on: date,
    how: str,
    actor: Actor,
    today: date,
    is_wiped: bool | None = None,
    is_unmanaged: bool | None = None,
    note: str = "",
    agree: Check = nothing_to_see,
) -> list[Departure]:
    """Let some devices leave the register on a day: nobody has them, and their leases cost no more.

    A lease that is over, or stopped before, stays as it is. The day may lie ahead, as the lessor
    collects on an agreed one, and behind, when the next closing bills the difference.

    Raises:
        Refused: with every reason, each by its serial number; nothing is written.
    """
    lock(Order)  # first, as by all who order or hand out: nobody waits crosswise
    lock(*PRICED, Departure)
    leaving = _read(devices)
    note = " ".join(note.split())
    reasons = _faults_of_call(devices, leaving, how, note)
    reasons += [fault for one in leaving for fault in _faults(one, left_on, how, today)]
    if reasons:
        raise Refused(*reasons)
    agree()
    changes = Changes((Placement, Lease, Departure))
    for one in leaving:
        did = {**_end_placement(one, left_on, changes), **_stop_lease(one, left_on, changes)}
        changes.create(
            Departure(
                device=one.device,
                left_on=left_on,
                how=how,
                is_wiped=is_wiped,
                is_unmanaged=is_unmanaged,
                note=note,
                **did,
            )
        )
    changes.save(actor)
    return changes.created_of(Departure)


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A device that is to leave, with what decides whether it may; `ends_before` of its terms."""

    device: Device
    departure: Departure | None
    timeline: tuple[Placement, ...]
    lease: Lease | None
    ends_before: date | None
    loss: LossReport | None
    set_aside: OrderedDevice | None


def _read(devices: Collection[Device]) -> list[_Leaving]:
    """Read some devices as they are now, in a fixed number of queries, in their order."""
    ids = list(dict.fromkeys(device.pk for device in devices))
    chosen = among(ids, int)
    found = Device.objects.select_related("departure").filter(pk__in=chosen)
    by_id = {device.pk: device for device in found}
    timelines = _timelines(chosen)
    leases = {one.device_id: one for one in Lease.objects.filter(device__in=chosen)}
    losses = LossReport.objects.open().filter(device__in=chosen)
    lost = {one.device_id: one for one in losses}
    waiting = OrderedDevice.objects.filter(device__in=chosen, handed_out_on=None)
    set_aside = {one.device_id: one for one in waiting.select_related("line__order")}
    ends = _ends_of(list(leases.values()))
    return [
        _Leaving(
            device=by_id[pk],
            departure=getattr(by_id[pk], "departure", None),
            timeline=tuple(timelines[pk]),
            lease=leases.get(pk),
            ends_before=ends.get(pk),
            loss=lost.get(pk),
            set_aside=set_aside.get(pk),
        )
        for pk in ids
        if pk in by_id
    ]


def _timelines(chosen: RawSQL) -> dict[int, list[Placement]]:
    """Return the change points of some devices in order, by device."""
    timelines = defaultdict(list)
    for point in Placement.objects.filter(device__in=chosen).order_by("starts_on"):
        timelines[point.device_id].append(point)
    return timelines


def _ends_of(leases: Collection[Lease]) -> dict[int, date]:
    """Return the first day after the last term of some leases, by device."""
    terms: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = LeaseTerm.objects.filter(lease__in=among([one.pk for one in leases], int))
    for lease, *term in rows.order_by("position").values_list("lease", "price_ore", "quarters"):
        terms[lease].append((term[0], term[1]))
    laid = {one.device_id: terms_in_order(one.starts_on, terms[one.pk]) for one in leases}
    return {device: each[-1].ends_before for device, each in laid.items() if each}


def _faults_of_call(
    devices: Collection[Device], leaving: Collection[_Leaving], how: str, note: str
) -> list[str]:
    faults = []
    if not devices:
        faults.append("Vælg det udstyr, der skal ud af registeret.")
    if len(leaving) < len({device.pk for device in devices}):
        faults.append("Noget af udstyret findes ikke mere. Hent siden igen, og vælg på ny.")
    if how not in How.values:
        faults.append("Vælg, om udstyret er leveret tilbage, frikøbt eller kasseret.")
    if len(note) > LONGEST_NOTE:
        faults.append(f"Bemærkningen må højst være {LONGEST_NOTE} tegn.")
    return faults


def _faults(one: _Leaving, left_on: date, how: str, today: date) -> Iterator[str]:
    """Return why a device cannot leave the register that way on a day."""
    name = one.device.serial_number
    if one.departure:
        yield (
            f"{name} er allerede ude af registeret fra den {one.departure.left_on:%d-%m-%Y} "
            f"({one.departure.get_how_display().lower()})."
        )
        return
    latest = add_months(max(today, one.ends_before or today), MONTHS_AHEAD)
    if not add_months(today, -MONTHS_BACK) <= left_on <= latest:
        yield f"{name} kan ikke gå ud af registeret den {left_on:%d-%m-%Y}. Kontrollér årstallet."
    if one.lease and left_on < one.lease.starts_on:
        yield (
            f"Leasingen af {name} begynder den {one.lease.starts_on:%d-%m-%Y}, så udstyret kan "
            "tidligst gå ud af registeret den dag."
        )
    if one.loss and how != How.DISCARDED:
        yield (
            f"{name} er meldt {one.loss.get_kind_display().lower()}, så det kan kun kasseres. "
            "Meld det fundet på dets egen side først."
        )
    if one.set_aside:
        yield (
            f"{name} er sat til side til bestilling {one.set_aside.line.order.number}. Annullér "
            "bestillingen, eller sæt andet udstyr til side."
        )
    if later := [point for point in one.timeline if point.starts_on > left_on]:
        yield (
            f"{name} er flyttet igen fra den {later[0].starts_on:%d-%m-%Y}. Ret eller slet den "
            "flytning først."
        )
    elif _has_unit_from(one, left_on):
        # Undoing it could not give back whom this took it from, and nobody is kept for that alone.
        yield (
            f"{name} er tildelt netop fra den {left_on:%d-%m-%Y}. Tag det tilbage fra den dag, før "
            "det går ud af registeret."
        )


def _has_unit_from(one: _Leaving, day: date) -> bool:
    """Return whether a unit has a device from just a day on."""
    return any(point.starts_on == day and point.unit_id for point in one.timeline)


def _end_placement(one: _Leaving, left_on: date, changes: Changes) -> dict[str, object]:
    """Note that nobody has a device any more, unless nobody had; return what undoes it."""
    if not one.timeline or one.timeline[-1].unit_id is None:
        return {}
    changes.create(Placement(device=one.device, starts_on=left_on))
    return {"ended_placement": True}


def _stop_lease(one: _Leaving, left_on: date, changes: Changes) -> dict[str, object]:
    """Note that a lease stops, unless it is over by then; return what undoes it."""
    lease = one.lease
    if lease is None or (one.ends_before and one.ends_before <= left_on):
        return {}
    former = lease.stops_on
    if former is not None and former <= left_on:
        return {}
    changes.update(lease, str(one.device), stops_on=left_on)
    return {"stopped_lease": True, "former_stop": former}


@transaction.atomic
def come_back(*, device: Device, actor: Actor) -> CameBack:
    """Undo a departure that was a mistake: who had the device has it again from the day it left.

    It stays in stock from then where it is moved since. The stop that the departure gave the lease
    goes with it; one that was entered before or after, as by a settlement, stays.

    Raises:
        Refused: when the device has not left the register.
    """
    back = come_back_together(devices=[device], actor=actor)
    if not back:
        raise Refused(f"{device} er ikke ude af registeret.")
    return back[0]


@transaction.atomic
def come_back_together(*, devices: Collection[Device], actor: Actor) -> list[CameBack]:
    """Undo departures as `come_back` does; a device that has not left is passed over."""
    lock(Order)
    lock(*PRICED, Departure)
    chosen = among([device.pk for device in devices], int)
    changes, back = Changes((Placement, Lease, Departure)), []
    timelines = _timelines(chosen)
    leases = {one.device_id: one for one in Lease.objects.filter(device__in=chosen)}
    for departure in Departure.objects.select_related("device").filter(device__in=chosen):
        lease, number = leases.get(departure.device_id), str(departure.device)
        runs = bool(departure.stopped_lease and lease and lease.stops_on == departure.left_on)
        if lease and runs:
            changes.update(lease, number, stops_on=departure.former_stop)
        if point := point_made(departure, timelines[departure.device_id]):
            changes.delete(point, f"{number} fra {point.starts_on:%d-%m-%Y}", "Tildelingen udgår")
        changes.delete(departure, number, "Afgangen udgår")
        back.append(CameBack(departure.device, departure.left_on, runs, point is not None))
    changes.save(actor)
    return back


@transaction.atomic
def return_lease(*, device: Device, left_on: date, actor: Actor, today: date) -> Departure:
    """Record that a leased device is returned: its lease stops, and it leaves the register.

    Raises:
        Refused: when it is not leased, and with all that `leave_register` says.
    """
    if not Lease.objects.filter(device=device.pk).exists():
        raise Refused(f"{device} er ikke leaset, så der er ingen at levere det tilbage til.")
    [departure] = leave_register(
        devices=[device], left_on=left_on, how=How.RETURNED, actor=actor, today=today
    )
    return departure
