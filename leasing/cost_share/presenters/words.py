"""What the screen calls the shades of amounts, and differences between two days."""

from leasing.cost_share.selectors.at_date import COME, GONE, MOVED, PRICE, SAME
from leasing.cost_share.selectors.forecast import BILLED, CONTRACTED
from leasing.domain.renewal import ASSUMED, PLANNED

SHADE_NAMES = {
    BILLED: "Opkrævet",
    CONTRACTED: "Aftalt",
    PLANNED: "Planlagt",
    ASSUMED: "Forudsat",
}
# How what somebody had differs between two days.
DIFFERENCE_NAMES = {
    COME: "Kommet til",
    GONE: "Væk",
    MOVED: "Flyttet imellem enheder",
    PRICE: "Anden pris",
    SAME: "Uændret",
}

# By which day units belong to a department, as addresses say it.
THEN, NOW = "dengang", "idag"
