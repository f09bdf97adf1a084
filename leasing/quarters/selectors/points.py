"""What an open point is: something to look at before a quarter is closed."""

from dataclasses import dataclass

from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.billing.selectors.breaches import Breach
from leasing.billing.selectors.preview import Late

BLOCKING, WARNING = "blocking", "warning"
# What a point may block instead of the closing.
OPUS_FILE = "opus"


@dataclass(frozen=True)
class OpenPoint:
    """Something to look at; `is_per_quarter` says that the amount is what it costs each quarter.

    What blocks stops the closing, unless `blocks` names something else that it stops: what is
    missing of the coding may be filled in after the closing, so it stops the Opus file only.
    `about` is the quarter where it is dealt with, if that is not the run's own; `names` are what
    was found, and `amounts` what each of them is of the amount, where it is known.
    """

    key: str
    level: str
    count: int
    amount_ore: int | None = None
    names: tuple[str, ...] = ()
    amounts: tuple[int, ...] = ()
    broken: tuple[Breach, ...] = ()
    units: tuple[Unit, ...] = ()
    quarters: tuple[Quarter, ...] = ()
    late: Late | None = None
    is_per_quarter: bool = False
    blocks: str = ""
    about: str = ""
