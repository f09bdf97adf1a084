"""Devices whose warranty or lease ends soon, and that nothing replaces yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet

from albertslund_it.common.quarters import add_months
from albertslund_it.web.database.rows import among, only
from inventory.models import Device, Placement, Replacement
from inventory.organisation.selectors.scope import units_seen_by
from inventory.placements.selectors import placements_in_force
from leasing.lease_end.selectors.term_ends import TermEnd, last_ends
from leasing.models import CostLease, Lease, OrderLine
from leasing.models.order import OPEN
from leasing.replacing.selectors.orders import Offer, offers_on

MONTHS = 6
WARRANTY, LEASE = "garanti", "leasing"


@dataclass(frozen=True, slots=True)
class DueDevice:
    """A device to be replaced, where it stands, how its lease ends, and the price of a new one."""

    id: int
    device: Device
    placement: Placement | None
    end: TermEnd | None
    offer: Offer | None

    @property
    def person(self) -> str:
        """Name who has it, or what it is used for."""
        if self.placement is None:
            return ""
        return str(self.placement.employee or self.placement.used_for)

    @property
    def quarter_ore(self) -> int | None:
        return self.offer.quarter_ore if self.offer else None


def unreplaced(user: User, on: date) -> QuerySet[Device]:
    """Return the devices placed where a user sees, that no order and no roll is to replace."""
    placed = placements_in_force(on).filter(unit__in=units_seen_by(user, on))
    placed = placed.exclude(device__in=among(_replaced(), int))
    found = set(placed.order_by().values_list("device", flat=True))
    gone = Device.objects.out_of_register(on).order_by().values_list("pk", flat=True)
    return only(Device.objects.all(), found.difference(gone))


def _replaced() -> set[int]:
    """Return the devices that an open order or a roll is to replace."""
    lines = OrderLine.objects.filter(status__in=OPEN, replaces__isnull=False).order_by()
    rolls = Replacement.objects.order_by().values_list("old_device", flat=True)
    return {*lines.values_list("replaces", flat=True), *rolls}


def due_within(devices: QuerySet[Device], what: str, months: int, on: date) -> QuerySet[Device]:
    """Keep what has no warranty, or no lease, so many months from a day; blank means either."""
    until = add_months(on, months)
    found: set[int] = set()
    if what != LEASE:
        ending = Device.objects.filter(warranty_until__lte=until).order_by()
        found.update(ending.values_list("pk", flat=True))
    if what != WARRANTY:  # what is decided to go on has a later end
        leases = CostLease.objects.filter(ends_before__lte=until).order_by()
        found.update(leases.values_list("lease__device", flat=True))
    return only(devices, found)


def due_devices(ids: Sequence[int], on: date) -> dict[int, DueDevice]:
    """Return some devices as the list shows them."""
    chosen = among(ids, int)
    devices = Device.objects.filter(pk__in=chosen).select_related("model__category")
    rows = placements_in_force(on).filter(device__in=chosen)
    placed = {row.device_id: row for row in rows.select_related("unit__department", "employee")}
    leases = dict(Lease.objects.filter(device__in=chosen).values_list("device", "pk"))
    ends = last_ends(list(leases.values()))
    offers = {offer.model.pk: offer for offer in offers_on(on)}
    return {
        device.pk: DueDevice(
            device.pk,
            device,
            placed.get(device.pk),
            ends.get(leases[device.pk]) if device.pk in leases else None,
            offers.get(device.model_id),
        )
        for device in devices
    }


def new_ones_ore(devices: QuerySet[Device], on: date) -> int:
    """Return what one of the same model instead of each would cost in a quarter, at today's prices.

    What has no price today is not among them.
    """
    offers = {offer.model.pk: offer.quarter_ore for offer in offers_on(on)}
    counts = devices.order_by().values_list("model").annotate(count=Count("pk"))
    return sum(offers.get(model, 0) * count for model, count in counts)
