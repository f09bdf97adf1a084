"""Deliveries: devices and their leases, as the lessor's list states them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

from django.db import transaction

from albertslund_it.common.days import shown_day
from albertslund_it.common.errors import Refused
from albertslund_it.common.files.cells import KEEP, Keep, given
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.money import format_kroner
from albertslund_it.common.names import how_many
from albertslund_it.common.sentences import full_stop
from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.objects import new_row
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.people import Actor
from inventory.devices.services.models import ModelBook
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device, DeviceModel, Employee, Placement, Unit
from inventory.organisation.selectors.scope import reads_names
from inventory.placements.services.holders import Holders
from inventory.placements.services.placements import FirstPlacements
from leasing.leases.selectors.limits import Limits
from leasing.leases.services.prices import DEFAULT_QUARTERS, PriceList
from leasing.models import (
    FrameworkAgreement,
    Lease,
    LeaseTerm,
    OrderedDevice,
    OrderLine,
    SubAgreement,
)
from leasing.orders.services.fulfilment import (
    DeviceHolder,
    Fulfilment,
    lock_lines,
    tell_of_moved,
)
from leasing.webhooks.services.outbox import tell_of_delivered

LOCKED = (Device, Placement, SubAgreement, Lease, LeaseTerm)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A leased device; KEEP leaves a value as it is, or takes the usual one for a new lease.

    Unit, initials and the day of handing out count only while the device has no placement. The
    order number finds the line the device is for, unless `line_id` names it (None: for stock).
    """

    serial_number: str
    model: str
    sub_agreement: str
    starts_on: date
    quarters: int | Keep = KEEP
    price_ore: int | Keep = KEEP
    unit: str | None = None
    initials: str | None = None
    handed_out_on: date | None = None
    warranty_until: date | Keep | None = KEEP
    order_number: str | Keep = KEEP
    line_id: int | Keep | None = KEEP
    row: int | None = None

    @property
    def named_line(self) -> int | None:
        """Return the line that the device was chosen for, if one was."""
        return None if self.line_id is KEEP else self.line_id

    @property
    def number_to_find(self) -> str:
        """Return the order number that is to find the line; '' where there is none to find."""
        return "" if self.order_number is KEEP or self.line_id is not KEEP else self.order_number


@transaction.atomic
def register_deliveries(
    *, rows: Sequence[Delivery], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Create devices with their leases, or correct those that are there; fill their order lines.

    Whoever ordered is told when the changes' `tell` is called.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    numbers = {row.number_to_find for row in rows if row.number_to_find}
    line_ids = {row.named_line for row in rows if row.named_line is not None}
    lock_lines(numbers, line_ids)
    lock(*LOCKED)
    registration = _Registration(
        rows, errors or RowErrors(), today, numbers, line_ids, with_people=reads_names(actor)
    )
    for row in rows:
        registration.register(row)
    registration.errors.refuse()
    registration.fulfilment.settle()
    registration.changes.save(actor)
    # Of what they need alone: what holds the changes too would be held by them for ever.
    leases = registration.changes.created_of(Lease)
    told = partial(tell_of_moved, registration.fulfilment.moved), partial(_tell_of_new, leases)
    registration.changes.to_tell.extend(told)
    return registration.changes


def _tell_of_new(leases: Iterable[Lease], now: datetime) -> None:
    devices = (lease.device for lease in leases)
    tell_of_delivered(devices=((one.pk, one.serial_number) for one in devices), now=now)


class _Price(NamedTuple):
    """What a lease's first term costs, for how many quarters, and who says so."""

    price_ore: int
    quarters: int
    source: str = ""


class _Registration:
    """Everything that the rows may refer to, read at once, and what comes of them."""

    def __init__(
        self,
        rows: Sequence[Delivery],
        errors: RowErrors,
        today: date,
        numbers: Collection[str],
        line_ids: Collection[int],
        *,
        with_people: bool,
    ):
        self.errors, self.limits = errors, Limits.on(today)
        self.changes = Changes(
            (Device, SubAgreement, Lease, LeaseTerm, Placement, OrderLine, OrderedDevice)
        )
        framework = FrameworkAgreement.objects.order_by("starts_on").first()
        if framework is None:
            raise Refused("Der er ingen rammeaftale. Opret den under Administration først.")
        self.framework = framework
        self.book = ModelBook(self.changes, errors)
        self.holders = Holders(row.initials for row in rows)
        self.prices = PriceList({model for row in rows if (model := self.book.known(row.model))})
        self.agreements = {a.number.casefold(): a for a in SubAgreement.objects.all()}
        self.devices = devices_by_serial_number([row.serial_number for row in rows])
        self.first_placements = FirstPlacements(self.changes, self.devices.values())
        self.fulfilment = Fulfilment(
            self.changes,
            errors,
            numbers=numbers,
            line_ids=line_ids,
            devices=self.devices.values(),
            today=today,
            with_people=with_people,
        )
        of_devices = among({device.id for device in self.devices.values()}, int)
        leases = Lease.objects.select_related("sub_agreement").filter(device_id__in=of_devices)
        self.leases = {lease.device_id: lease for lease in leases}
        self.terms: dict[int, list[LeaseTerm]] = defaultdict(list)
        terms = LeaseTerm.objects.filter(lease__device_id__in=of_devices).order_by("position")
        for term in terms:
            self.terms[term.lease_id].append(term)

    def register(self, row: Delivery) -> None:
        device = self.devices.get(row.serial_number)
        serial_number = device.serial_number if device else row.serial_number
        what = f"Serienummer {row.serial_number}"
        is_first = self.errors.is_first(row.row, serial_number, what)
        self._check(row)
        # A person who scans is asked before; a file has nobody to ask.
        if device is None and row.row is not None and (reason := doubt(row.serial_number)):
            self.errors.add(row.row, f"Serienummer {reason}")
        model = self.book.find(row.row, row.model)
        unit, employee = self._holder(row, device)
        if not is_first or model is None:
            return
        lease = self.leases.get(device.id) if device else None
        if device and lease:
            self._correct(row, device, model, lease)
        else:
            device = self._create(row, device, model)
        if device is None:
            return
        day = row.handed_out_on or row.starts_on
        if unit:
            self.first_placements.add(device, day, unit, employee)
        if row.number_to_find:
            holder = DeviceHolder(unit, employee, day)
            self.fulfilment.find_line(row.row, row.number_to_find, device, model, holder)
        elif row.named_line is not None:
            self.fulfilment.put_on(row.named_line, device)

    def _check(self, row: Delivery) -> None:
        begins = self.framework.starts_on
        if row.starts_on < begins:
            self.errors.add(
                row.row,
                f"Leasingstart {row.starts_on:%d-%m-%Y} er før rammeaftalen, som gælder fra "
                f"{begins:%d-%m-%Y}",
            )
        if row.price_ore is not KEEP and row.price_ore <= 0:
            self.errors.add(row.row, "Leasingpris skal være over nul")
        price_ore = 0 if row.price_ore is KEEP else row.price_ore
        quarters = 0 if row.quarters is KEEP else row.quarters
        self.changes.warn(row.row, self.limits.of_price(price_ore, quarters))

    def _holder(self, row: Delivery, device: Device | None) -> tuple[Unit | None, Employee | None]:
        if device and self.first_placements.is_placed(device):
            return None, None
        if row.handed_out_on and not (row.unit or row.initials):
            self._warn(row, "har Udleveret, men hverken Enhedsnr eller Initialer: den er på lager")
        day = row.handed_out_on or row.starts_on
        return self.holders.find(row.row, row.unit, row.initials, self.errors, day)

    def _create(self, row: Delivery, device: Device | None, model: DeviceModel) -> Device | None:
        price = self._first_price(row, model)
        if price is None:
            return None
        values = {"model": model} | given(row, "warranty_until")
        if device:
            self.changes.update(device, str(device), **values)
        else:
            made = new_row(Device, serial_number=row.serial_number, **values)
            device = self.changes.create(made)
        agreement = self._agreement(row.sub_agreement)
        values = given(row, "order_number")
        lease = new_row(
            Lease, device=device, sub_agreement=agreement, starts_on=row.starts_on, **values
        )
        told = (
            f"ny leasing: {model.name}, underaftale {agreement.number}, fra "
            f"{shown_day(row.starts_on)}, {format_kroner(price.price_ore)} for "
            f"{how_many(price.quarters, 'kvartal', 'kvartaler')}"
        )
        self.changes.create(lease, ValueChange(str(device), told))
        self.changes.create(new_row(LeaseTerm, lease=lease, position=1, **price._asdict()))
        return device

    def _first_price(self, row: Delivery, model: DeviceModel) -> _Price | None:
        """Return the row's price, else the price list's for as many quarters."""
        quarters = DEFAULT_QUARTERS if row.quarters is KEEP else row.quarters
        if row.price_ore is not KEEP:
            return _Price(row.price_ore, quarters)
        price = self.prices.on(model, row.starts_on)
        if price is None or price.quarters != quarters:
            if not self.errors.has(row.row, "Leasingpris", "Leasingstart", "Kvartaler"):
                self.errors.add(
                    row.row,
                    f"Leasingpris mangler: prislisten har den {row.starts_on:%d-%m-%Y} ingen pris "
                    f"for {model.name} over {quarters} kvartaler{self.prices.first_day(model)}. "
                    "Skriv den, eller indlæs prisen",
                )
            return None
        return _Price(price.price_ore, quarters, f"Prisliste {price.starts_on:%d-%m-%Y}")

    def _correct(self, row: Delivery, device: Device, model: DeviceModel, lease: Lease) -> None:
        subject, all_terms = str(device), self.terms[lease.id]
        if not all_terms:
            self.errors.add(row.row, f"{subject} har en leasing uden løbetid. Ret den først")
            return
        first, *extensions = all_terms
        terms = given(row, "quarters", "price_ore")
        if extensions and terms.get("quarters", first.quarters) != first.quarters:
            self.errors.add(
                row.row, f"{subject} er forlænget, så Kvartaler kan ikke ændres. Gør cellen tom"
            )
        if lease.stops_on and row.starts_on > lease.stops_on:
            self.errors.add(
                row.row,
                f"{subject} er stoppet fra {lease.stops_on:%d-%m-%Y}. Leasingstart kan ikke være "
                "senere",
            )
        if extensions and row.starts_on != lease.starts_on:
            self._warn(row, "er forlænget, og forlængelsen flytter med Leasingstart")
        if model.id != device.model_id and row.price_ore is KEEP:
            self._warn(row, "får en anden model, men beholder sin pris. Ret også Leasingpris")
        if terms.get("price_ore", first.price_ore) != first.price_ore:
            terms["source"] = ""  # no longer what the price list said
        self.changes.update(device, subject, model=model, **given(row, "warranty_until"))
        agreement = self._agreement(row.sub_agreement)
        values = given(row, "order_number")
        self.changes.update(
            lease, subject, starts_on=row.starts_on, sub_agreement=agreement, **values
        )
        self.changes.update(first, subject, **terms)

    def _agreement(self, number: str) -> SubAgreement:
        key = number.casefold()
        if key not in self.agreements:
            made = SubAgreement(framework=self.framework, number=number)
            self.agreements[key] = self.changes.create(made, ValueChange(number, "ny underaftale"))
        return self.agreements[key]

    def _warn(self, row: Delivery, sentence: str) -> None:
        where = "" if row.row is None else f"række {row.row}: "
        self.changes.warnings.append(full_stop(f"{where}{row.serial_number} {sentence}"))
