"""One-off amounts for units: damage, settlement, freight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.days import shown_day
from albertslund_it.common.errors import Refused
from albertslund_it.common.files.cells import KEEP, Keep
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.money import format_kroner
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.objects import new_row
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see, refuse_unless_sure
from albertslund_it.web.people import Actor
from inventory.imports.selectors import (
    devices_by_serial_number,
    units_by_number,
    unknown_device,
    unknown_unit,
)
from inventory.models import Device, Unit
from inventory.placements.services.holders import fault_of_closed
from leasing.billing.services.locks import PRICED
from leasing.lease_end.services.decisions import stop_lease
from leasing.leases.selectors.limits import Limits
from leasing.models import Charge, InvoiceLine, Lease, Settings


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """A one-off amount in øre; KEEP leaves a value as it is."""

    charged_on: date
    unit: str
    amount_ore: int
    text: str
    serial_number: str | Keep | None = KEEP
    row: int | None = None


@transaction.atomic
def save_charges(
    *, rows: Sequence[ChargeFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Create charges, or change those that are not billed yet.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(*PRICED, Charge)  # no quarter is closed meanwhile, so what is unbilled stays so
    saving = _Saving(rows, errors or RowErrors(), Limits.on(today))
    for row in rows:
        saving.save(row)
    saving.errors.refuse()
    saving.changes.save(actor)
    return saving.changes


class _Saving:
    def __init__(self, rows: Sequence[ChargeFacts], errors: RowErrors, limits: Limits):
        self.errors, self.limits = errors, limits
        self.changes = Changes((Charge,))
        self.units = units_by_number()
        self.devices = devices_by_serial_number([s for row in rows if (s := _serial_number(row))])
        self.billing_starts_on = Settings.objects.get().billing_starts_on
        known = Charge.objects.select_related("device").filter(
            text__in=among({r.text for r in rows})
        )
        self.charges = {(c.charged_on, c.unit_id, c.text): c for c in known}
        lines = InvoiceLine.objects.filter(charge_id__in=among({c.id for c in known}, int))
        self.billed = set(lines.values_list("charge_id", flat=True))

    def save(self, row: ChargeFacts) -> None:
        unit = self.units.get(row.unit)
        if unit is None:
            self.errors.add(row.row, unknown_unit(row.unit))
        for fault in fault_of_closed(unit, date.max):
            self.errors.add(row.row, fault)
        if row.charged_on < self.billing_starts_on:
            self.errors.add(
                row.row,
                f"Dato er før {self.billing_starts_on:%d-%m-%Y}, hvor opkrævningen begynder",
            )
        if row.amount_ore == 0:
            self.errors.add(row.row, "Beløb må ikke være nul")
        values = {"amount_ore": row.amount_ore} | self._device(row)
        what = f"Beløbet »{row.text}« til enhed {row.unit} den {shown_day(row.charged_on)}"
        if unit is None or not self.errors.is_first(
            row.row, (row.charged_on, unit, row.text), what
        ):
            return
        subject = f"{row.unit} {shown_day(row.charged_on)} {row.text}"
        charge = self.charges.get((row.charged_on, unit.id, row.text))
        if charge is None:
            charge = new_row(Charge, charged_on=row.charged_on, unit=unit, text=row.text, **values)
            told = ValueChange(subject, f"nyt engangsbeløb: {format_kroner(row.amount_ore)}")
            self.changes.create(charge, told)
            self._warn(row)
        elif charge.id in self.billed and _differs(charge, values):
            self.errors.add(
                row.row,
                f"{what} er opkrævet med {format_kroner(charge.amount_ore)} og kan ikke ændres. "
                "Opret et modsat beløb med en anden tekst",
            )
        else:
            if _differs(charge, values):
                self._warn(row)
            self.changes.update(charge, subject, **values)

    def _warn(self, row: ChargeFacts) -> None:
        """Ask by row about what is out of scale."""
        self.changes.warn(row.row, self.limits.of_charge(row.amount_ore, row.charged_on))

    def _device(self, row: ChargeFacts) -> dict[str, Device | None]:
        serial_number = _serial_number(row)
        if not serial_number:
            return {} if row.serial_number is KEEP else {"device": None}
        device = self.devices.get(serial_number)
        if device is None:
            self.errors.add(row.row, unknown_device(serial_number))
        return {"device": device}


def _serial_number(row: ChargeFacts) -> str:
    """Return the serial number that a row names; '' where it names none."""
    return "" if row.serial_number is KEEP else row.serial_number or ""


def _differs(charge: Charge, values: Mapping[str, object]) -> bool:
    return any(getattr(charge, name) != value for name, value in values.items())


@transaction.atomic
def save_charge(
    *,
    charge_id: int | None,
    charged_on: date,
    unit: Unit,
    amount_ore: int,
    text: str,
    device: Device | None,
    actor: Actor,
    today: date,
    is_sure: bool = False,
    agree: Check = nothing_to_see,
) -> Charge:
    """Enter a charge, or change one that is not billed; the same again is no change.

    One beyond the limits, or for a quarter to come, is asked about unless one `is_sure`.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock(*PRICED, Charge)
    text = " ".join(text.split())
    values: dict[str, object] = {"amount_ore": amount_ore, "device": device}
    same = Charge.objects.filter(charged_on=charged_on, unit=unit, text=text)
    other = (same.exclude(pk=charge_id) if charge_id else same).first()
    if other and not charge_id and not _differs(other, values):
        return other
    values |= {"charged_on": charged_on, "unit": unit, "text": text}
    charge = _unbilled(charge_id) if charge_id else Charge()
    if charge_id and not _differs(charge, values):
        return charge
    closed = [f"{fault}." for fault in fault_of_closed(unit, date.max)]
    if reasons := [*closed, *_reasons_against(charged_on, amount_ore, other)]:
        raise Refused(*reasons)
    agree()
    refuse_unless_sure(Limits.on(today).of_charge(amount_ore, charged_on), is_sure)
    changes = Changes((Charge,))
    if charge_id:
        changes.update(charge, str(charge), **values)
    else:
        charge = changes.create(Charge(**values))
    changes.save(actor)
    return charge


def _reasons_against(charged_on: date, amount_ore: int, other: Charge | None) -> list[str]:
    reasons = []
    start = Settings.objects.get().billing_starts_on
    if charged_on < start:
        reasons.append(f"Datoen er før {start:%d-%m-%Y}, hvor opkrævningen begynder.")
    if amount_ore == 0:
        reasons.append("Beløbet må ikke være nul.")
    if other:
        reasons.append(
            f"{other.unit.name} har allerede »{other.text}« med den dato, på "
            f"{format_kroner(other.amount_ore)} Skriv en anden tekst, eller ret det beløb."
        )
    return reasons


def _unbilled(charge_id: int) -> Charge:
    charge = Charge.objects.select_related("unit").filter(pk=charge_id).first()
    if charge is None:
        raise Refused("Beløbet er slettet af en anden imens.")
    if InvoiceLine.objects.filter(charge=charge).exists():
        raise Refused(
            f"»{charge.text}« er opkrævet og kan ikke ændres. Opret et modsat beløb i stedet."
        )
    return charge


@transaction.atomic
def delete_charge(*, charge_id: int, agree: Check = nothing_to_see) -> None:
    """Delete a charge that is not billed.

    Raises:
        Refused: when it is billed, or somebody has changed it.
    """
    lock(*PRICED, Charge)
    charge = _unbilled(charge_id)
    agree()
    charge.delete()


@transaction.atomic
def settle_device(
    *,
    device: Device,
    stops_on: date,
    unit: Unit,
    amount_ore: int,
    text: str,
    actor: Actor,
    today: date,
    is_sure: bool = False,
    agree: Check = nothing_to_see,
) -> Charge:
    """Stop a device's lease from a day, and charge a unit what the lessor settles it for.

    Raises:
        Refused: with every reason; nothing is written.
    """
    if amount_ore < 0:
        raise Refused(
            "Et indfrielsesbeløb kan ikke være under nul. Giver leasinggiver penge tilbage, så "
            "skriv det som et engangsbeløb."
        )
    lock(*PRICED, Charge)
    is_stopped = Lease.objects.filter(device=device, stops_on=stops_on).exists()
    is_charged = Charge.objects.filter(
        charged_on=stops_on,
        unit=unit,
        amount_ore=amount_ore,
        text=" ".join(text.split()),
        device=device,
    ).exists()
    if not (is_stopped and is_charged):
        agree()
    stop_lease(serial_number=device.serial_number, stops_on=stops_on, actor=actor)
    return save_charge(
        charge_id=None,
        charged_on=stops_on,
        unit=unit,
        amount_ore=amount_ore,
        text=text,
        device=device,
        actor=actor,
        today=today,
        is_sure=is_sure,
    )
