"""What is under an amount of a forecast, by its shade."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

from leasing.cost_share.forms import WITHOUT_DEVICE
from leasing.cost_share.selectors import pending_lines
from leasing.cost_share.selectors.forecast import BILLED, CONTRACTED, SHADES
from leasing.cost_share.selectors.payers import Payer
from leasing.domain.renewal import ASSUMED, PLANNED

# What is billed and what is agreed on has lines; what may come has terms to come.
OPENED_BY = {
    BILLED: ("lines", {"koersel": pending_lines.BILLED}),
    CONTRACTED: ("lines", {"koersel": pending_lines.NOT_BILLED}),
    PLANNED: ("share-coming", {"slags": PLANNED}),
    ASSUMED: ("share-coming", {"slags": ASSUMED}),
}


def with_addresses(
    amounts: Sequence[int],
    payer: Payer,
    first: str,
    last: str,
    *,
    unit_id: int | str | None = None,
    model_name: str | None = None,
) -> list[tuple[int, str]]:
    """Return a row's amounts by shade, each with the page of what it is made of."""
    return [
        (amount, address_under(shade, payer, first, last, unit_id=unit_id, model_name=model_name))
        for shade, amount in zip(SHADES, amounts, strict=True)
    ]


def address_under(
    shade: str,
    payer: Payer,
    first: str,
    last: str,
    *,
    unit_id: int | str | None = None,
    model_name: str | None = None,
) -> str:
    """Return the page of what an amount is made of, from one quarter to another, both with."""
    page, asked = OPENED_BY[shade]
    query: dict[str, int | str] = {"afdeling": payer.key, "fra": first, "til": last, **asked}
    if unit_id:
        query["enhed"] = unit_id
    if model_name is not None:
        query["model"] = model_name or WITHOUT_DEVICE
    return f"{reverse(page)}?{urlencode(query)}"


def ends_of_year(year: int | str) -> tuple[str, str]:
    """Return the first and the last quarter of a year, as addresses say them."""
    return f"{year}Q1", f"{year}Q4"
