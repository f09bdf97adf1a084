"""Leases of devices with their terms laid end to end, and how each stands on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from inventory.models import Device
from leasing.domain.accrual import Term, accrued, span_of, terms_in_order
from leasing.models import Lease, LeaseTerm

ONE_DAY = timedelta(days=1)


def leases_of(device_ids: Sequence[int]) -> dict[int, Lease]:
    """Return the leases of some devices by device, with their terms laid end to end in `.laid`."""
    found = Lease.objects.filter(device__in=device_ids).order_by()
    leases = {lease.device_id: lease for lease in found.select_related("sub_agreement")}
    prices: dict[int, list] = {}
    terms = LeaseTerm.objects.filter(lease__in=found.values("pk")).order_by("lease_id", "position")
    for lease_id, price, quarters in terms.values_list("lease", "price_ore", "quarters"):
        prices.setdefault(lease_id, []).append((price, quarters))
    for lease in leases.values():
        lease.laid = terms_in_order(lease.starts_on, prices.get(lease.id, []))
    return leases


def lease_state(lease: Lease | None, on: date) -> date | tuple[str, str]:
    """Return a lease's last day; when it is not running, a mark (style, words) that says so."""
    if lease is None or not lease.laid:
        return "", "Uden leasing"
    starts_on, ends_before = span_of(lease.laid, lease.stops_on)
    last_day = ends_before - timedelta(days=1)
    if on >= ends_before:
        stopped = lease.stops_on is not None and lease.stops_on <= on
        return (
            "",
            f"Stoppet {lease.stops_on:%d-%m-%Y}" if stopped else f"Udløbet {last_day:%d-%m-%Y}",
        )
    if on < starts_on:
        return "", f"Fra {starts_on:%d-%m-%Y}"
    return last_day


@dataclass(frozen=True, slots=True)
class Leasing:
    """A lease with its terms; `accrued_ore` is what it has cost up to and with the day.

    `terms_ore` is the price of its terms; `price_ore` what it comes to cost, less where it stops.
    """

    lease: Lease
    terms: tuple[Term, ...]
    state: date | tuple[str, str]
    last_day: date
    price_ore: int
    accrued_ore: int

    @property
    def terms_ore(self) -> int:
        return sum(term.price_ore for term in self.terms)

    @property
    def mark(self) -> str:
        """Say what is special about the lease on the day, if anything."""
        return self.state[1] if isinstance(self.state, tuple) else ""

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
