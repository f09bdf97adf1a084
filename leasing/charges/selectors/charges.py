"""One-off amounts: what there is, and which run has billed each of them."""

from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from inventory.models import Device, Unit
from inventory.placements.selectors import placements_in_force
from leasing.models import Charge, InvoiceLine


def charges_with_runs() -> QuerySet[Charge]:
    """Return every charge with `run_code`, the run that billed it (None: not billed yet)."""
    lines = InvoiceLine.objects.filter(charge=OuterRef("pk"))
    return Charge.objects.annotate(
        run_code=Subquery(lines.values("invoice__run__code")[:1])
    ).select_related("unit__department", "device__model")


def unit_that_pays(device: Device, on: date) -> Unit:
    """Return the unit that carries a device on a day: the cost holder for what is in stock."""
    placement = placements_in_force(on).filter(device=device).select_related("unit").first()
    if placement and placement.unit:
        return placement.unit
    return Unit.objects.get(is_cost_holder=True)


def is_billed(charge: Charge) -> bool:
    """Return whether a run has billed a charge, so that it cannot be changed."""
    return charge.lines.exists()
