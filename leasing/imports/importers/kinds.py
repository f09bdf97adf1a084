from dataclasses import replace

from inventory.devices.importers import DEVICES
from inventory.organisation.importers import UNITS
from inventory.organisation.services import save_units
from inventory.people.importers import EMPLOYEES
from inventory.placements.importers import PLACEMENTS
from inventory.rollout.importers import ROLLOUT
from leasing.buyout.importers import OFFERS
from leasing.charges.importers import CHARGES
from leasing.cost_share.importers import BUDGETS
from leasing.leases.importers import PRICES
from leasing.models import BillingRun
from leasing.movements.services.placing import by_the_rules
from leasing.orders.importers import DELIVERIES
from leasing.sources.importers import DIRECTORY, INTUNE, LESSOR_ASSETS
from leasing.supplier.importers.files import SUPPLIER_INVOICES


def _save_units(**arguments):
    # Which unit is the cost holder is a fact of the units; that it stays so is a rule of billing.
    return save_units(cost_holder_is_fixed=BillingRun.objects.exists(), **arguments)


# In the order that an empty register is filled.
KINDS = {
    importer.kind: importer
    for importer in (
        replace(UNITS, save=_save_units),
        EMPLOYEES,
        PRICES,
        *(replace(one, save=by_the_rules(one.save)) for one in (DELIVERIES, DEVICES, PLACEMENTS)),
        ROLLOUT,
        CHARGES,
        SUPPLIER_INVOICES,
        BUDGETS,
        OFFERS,
        INTUNE,
        DIRECTORY,
        LESSOR_ASSETS,
    )
}

__all__ = ["KINDS"]
