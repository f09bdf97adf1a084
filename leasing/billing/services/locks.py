"""What a consequence is worked out from: locked in one order by all who save what was shown."""

from inventory.models import Placement
from leasing.models import BillingRun, Lease, LeaseTerm

# Who has what, what it costs, and what is closed.
PRICED = (Placement, Lease, LeaseTerm, BillingRun)
