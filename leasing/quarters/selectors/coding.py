"""What is missing to post a run's amounts: before it is closed, and after."""

from collections.abc import Iterable

from inventory.models import Unit
from leasing.billing.selectors.preview import RunPreview
from leasing.quarters.selectors.points import BLOCKING, OPUS_FILE, OpenPoint
from leasing.rebilling.selectors.booking import BookingMethod, Coding
from leasing.rebilling.selectors.run import Rebilling


def points_of_coding(preview: RunPreview) -> Iterable[OpenPoint]:
    """Look for what a run to come cannot be posted without."""
    method = BookingMethod.now()
    billed = [
        unit
        for invoice in preview.invoices
        for unit in invoice.units
        if unit.total_ore and not unit.unit.is_cost_holder
    ]
    lacking = [unit for unit in billed if method.faults_of(Coding.of(unit.unit))]
    holder = Unit.objects.filter(is_cost_holder=True).first()
    if billed and holder:
        yield from _of_booking(method, holder, [Coding.of(unit.unit) for unit in billed])
    if lacking:
        yield OpenPoint(
            "coding",
            BLOCKING,
            len(lacking),
            sum(unit.total_ore for unit in lacking),
            units=tuple(unit.unit for unit in lacking),
            blocks=OPUS_FILE,
        )


def _of_booking(method: BookingMethod, holder: Unit, units: list[Coding]) -> Iterable[OpenPoint]:
    """Look at what the balancing rows need: the settings, and the cost holder's cost object."""
    faults = method.faults_of_settings(Coding.of(holder), units)
    if not method.splits and (fault := Coding.of(holder).cost_object_fault):
        faults.append(f"{holder}: {fault}")
    if faults:
        yield OpenPoint("booking", BLOCKING, len(faults), names=tuple(faults), blocks=OPUS_FILE)


def uncoded_units(rebilling: Rebilling) -> list[tuple[Unit, list[str]]]:
    """Return the units that a run's amounts cannot be posted to as they are, and what is wrong."""
    faults = {unit.unit_number: found for unit, found in rebilling.unit_faults}
    units = Unit.objects.select_related("department").filter(number__in=faults)
    return [(unit, faults[unit.number]) for unit in units]
