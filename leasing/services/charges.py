"""One-off amounts for units: damage, settlement, freight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.cells import KEEP
from albertslund_it.common.faults import Faults
from albertslund_it.common.money import format_kroner
from albertslund_it.web.bulk import Changes, Difference
from albertslund_it.web.rows import among, lock
from inventory.models import Device
from inventory.selectors.lookups import devices_by_serial_number, units_by_number
from inventory.services.holders import unknown_unit
from inventory.services.placements import unknown_device
from leasing.models import BillingRun, Charge, InvoiceLine, Settings


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """A one-off amount in øre; KEEP leaves a value as it is."""

    charged_on: date
    unit: str
    amount_ore: int
    text: str
    serial_number: str | None = KEEP
    row: int | None = None


@transaction.atomic
def save_charges(
    *, rows: Sequence[ChargeFacts], actor, today: date, faults: Faults | None = None
) -> Changes:
    """Create charges, or change those that are not billed yet.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(BillingRun, Charge)  # no quarter is closed meanwhile, so what is unbilled stays so
    saving = _Saving(rows, faults or Faults())
    for row in rows:
        saving.save(row)
    saving.faults.refuse()
    saving.changes.save(actor)
    return saving.changes


class _Saving:
    def __init__(self, rows: Sequence[ChargeFacts], faults: Faults):
        self.faults = faults
        self.changes = Changes((Charge,))
        self.units = units_by_number()
        self.devices = devices_by_serial_number([r.serial_number for r in rows if _names_device(r)])
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
            self.faults.add(row.row, unknown_unit(row.unit))
        if row.charged_on < self.billing_starts_on:
            self.faults.add(
                row.row,
                f"Dato er før {self.billing_starts_on:%d-%m-%Y}, hvor opkrævningen begynder",
            )
        if row.amount_ore == 0:
            self.faults.add(row.row, "Beløb må ikke være nul")
        values = {"amount_ore": row.amount_ore} | self._device(row)
        what = f"Beløbet »{row.text}« til enhed {row.unit} den {row.charged_on:%d-%m-%Y}"
        if unit is None or not self.faults.is_first(
            row.row, (row.charged_on, unit, row.text), what
        ):
            return
        subject = f"{row.unit} {row.charged_on:%d-%m-%Y} {row.text}"
        charge = self.charges.get((row.charged_on, unit.id, row.text))
        if charge is None:
            charge = Charge(charged_on=row.charged_on, unit=unit, text=row.text, **values)
            told = Difference(subject, f"nyt engangsbeløb: {format_kroner(row.amount_ore)}")
            self.changes.create(charge, told)
        elif charge.id in self.billed and _differs(charge, values):
            self.faults.add(
                row.row,
                f"{what} er opkrævet med {format_kroner(charge.amount_ore)} og kan ikke ændres. "
                "Opret et modsat beløb med en anden tekst",
            )
        else:
            self.changes.update(charge, subject, **values)

    def _device(self, row: ChargeFacts) -> dict[str, Device | None]:
        if not _names_device(row):
            return {} if row.serial_number is KEEP else {"device": None}
        device = self.devices.get(row.serial_number)
        if device is None:
            self.faults.add(row.row, unknown_device(row.serial_number))
        return {"device": device}


def _names_device(row: ChargeFacts) -> bool:
    return row.serial_number is not KEEP and bool(row.serial_number)


def _differs(charge: Charge, values: dict) -> bool:
    return any(getattr(charge, name) != value for name, value in values.items())
