from dataclasses import replace

from inventory.importers import DEVICES, EMPLOYEES, PLACEMENTS, UNITS
from inventory.services.units import save_units
from leasing.importers.kinds import BUDGETS, CHARGES, DELIVERIES, PRICES
from leasing.importers.supplier import SUPPLIER_INVOICES
from leasing.models import BillingRun
from leasing.services.handling.placing import by_the_rules


def _save_units(**arguments):
    # Who is the cost holder is a fact of units; that it then lies fast is a matter of billing.
    return save_units(cost_holder_is_fixed=BillingRun.objects.exists(), **arguments)


# In the order that an empty register is filled.
KINDS = {
    importer.kind: importer
    for importer in (
        replace(UNITS, save=_save_units),
        EMPLOYEES,
        PRICES,
        *(replace(one, save=by_the_rules(one.save)) for one in (DELIVERIES, DEVICES, PLACEMENTS)),
        CHARGES,
        SUPPLIER_INVOICES,
        BUDGETS,
    )
}

__all__ = ["KINDS"]
