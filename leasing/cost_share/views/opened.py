"""What is under an amount of a forecast, by its shade."""

from urllib.parse import urlencode

from django.urls import reverse

from leasing.cost_share.selectors import lines
from leasing.cost_share.selectors.forecast import BILLED, CONTRACTED
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_share.tables.lines import WITHOUT_DEVICE
from leasing.domain.renewal import ASSUMED, PLANNED

# What is billed and what is agreed on has lines; what may come has terms to come.
OPENED_BY = {
    BILLED: ("lines", {"koersel": lines.BILLED}),
    CONTRACTED: ("lines", {"koersel": lines.NOT_BILLED}),
    PLANNED: ("share-coming", {"slags": PLANNED}),
    ASSUMED: ("share-coming", {"slags": ASSUMED}),
}


def address_under(
    shade: str,
    payer: Payer,
    *,
    first: str,
    last: str,
    unit_id: int | str | None = None,
    model_name: str | None = None,
) -> str:
    """Return the page of what an amount is made of, from one quarter to another, both with."""
    page, asked = OPENED_BY[shade]
    asked = {"afdeling": payer.key, "fra": first, "til": last} | asked
    if unit_id:
        asked["enhed"] = unit_id
    if model_name is not None:
        asked["model"] = model_name or WITHOUT_DEVICE
    return f"{reverse(page)}?{urlencode(asked)}"


def address_of_year(shade: str, payer: Payer, year: int | str, **asked) -> str:
    """Return the page of what a year's amount is made of."""
    return address_under(shade, payer, first=f"{year}Q1", last=f"{year}Q4", **asked)
