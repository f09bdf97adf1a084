"""Leases of devices with their terms laid end to end, and how each stands on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from inventory.models import Device
from leasing.domain.accrual import Term, a_quarter, accrued, span_of, terms_in_order
from leasing.models import Lease, LeaseTerm

ONE_DAY = timedelta(days=1)


def leases_of(device_ids: Sequence[int]) -> dict[int, Lease]:
    """Return the leases of some devices by device, with their terms laid end to end in `.laid`."""
    found = Lease.objects.filter(device__in=device_ids).order_by()
    leases = {lease.device_id: lease for lease in found.select_related("sub_agreement")}
    prices: dict[int, list[tuple[int, int]]] = {}
    terms = LeaseTerm.objects.filter(lease__in=found.values("pk")).order_by("lease_id", "position")
    for lease_id, price, quarters in terms.values_list("lease", "price_ore", "quarters"):
        prices.setdefault(lease_id, []).append((price, quarters))
    for lease in leases.values():
        lease.laid = terms_in_order(lease.starts_on, prices.get(lease.id, []))
    return leases


def instalment_of(lease: Lease | None, on: date) -> int:
    """Return what a quarter of a lease costs on a day, by the price of its term; 0 without one."""
    if lease is None or not lease.laid or (lease.stops_on and lease.stops_on <= on):
        return 0
    running = [term for term in lease.laid if term.starts_on <= on < term.ends_before]
    return a_quarter(running[0].price_ore, running[0].quarters) if running else 0


COMING, RUNNING, STOPPED, ENDED = "coming", "running", "stopped", "ended"


@dataclass(frozen=True, slots=True)
class LeaseState:
    """How a lease stands on a day: its last day, or the day it begins or is stopped on."""

    key: str
    day: date


def lease_state(lease: Lease | None, on: date) -> LeaseState | None:
    """Return how a lease stands on a day; None without one, or without terms."""
    if lease is None or not lease.laid:
        return None
    starts_on, ends_before = span_of(lease.laid, lease.stops_on)
    last_day = ends_before - ONE_DAY
    if on >= ends_before:
        if lease.stops_on is not None and lease.stops_on <= on:
            return LeaseState(STOPPED, lease.stops_on)
        return LeaseState(ENDED, last_day)
    if on < starts_on:
        return LeaseState(COMING, starts_on)
    return LeaseState(RUNNING, last_day)


@dataclass(frozen=True, slots=True)
class Leasing:
    """A lease with its terms; `accrued_ore` is what it has cost up to and with the day.

    `terms_ore` is the price of its terms; `price_ore` what it comes to cost, less where it stops.
    """

    lease: Lease
    terms: tuple[Term, ...]
    state: LeaseState | None
    last_day: date
    price_ore: int
    accrued_ore: int

    @property
    def terms_ore(self) -> int:
        return sum(term.price_ore for term in self.terms)

    @property
    def remaining_ore(self) -> int:
        return self.price_ore - self.accrued_ore


def leasing_of(device: Device, on: date) -> Leasing | None:
    """Return the device's lease, if it has one."""
    lease = leases_of([device.id]).get(device.id)
    if lease is None or not lease.laid:
        return None
    _, ends_before = span_of(lease.laid, lease.stops_on)
    return Leasing(
        lease=lease,
        terms=lease.laid,
        state=lease_state(lease, on),
        last_day=ends_before - ONE_DAY,
        price_ore=accrued(lease.laid, lease.stops_on, ends_before),
        accrued_ore=accrued(lease.laid, lease.stops_on, on + ONE_DAY),
    )
