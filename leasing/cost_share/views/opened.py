"""What is under an amount of a forecast, by its shade."""

from collections.abc import Mapping, Sequence
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


def addresses_under(payer: Payer, first: str, last: str) -> dict[str, str]:
    """Return by shade the page of what is from one quarter to another, both with."""
    pages = {page: reverse(page) for page in {page for page, _ in OPENED_BY.values()}}
    span = {"afdeling": payer.key, "fra": first, "til": last}
    return {
        shade: f"{pages[page]}?{urlencode({**span, **asked})}"
        for shade, (page, asked) in OPENED_BY.items()
    }


def with_addresses(
    amounts: Sequence[int],
    pages: Mapping[str, str],
    *,
    unit_id: int | str | None = None,
    model_name: str | None = None,
) -> list[tuple[int, str]]:
    """Return a row's amounts by shade, each with the page of what it is made of."""
    rest = narrowed_to(unit_id, model_name)
    return [(amount, pages[shade] + rest) for shade, amount in zip(SHADES, amounts, strict=True)]


def narrowed_to(unit_id: int | str | None = None, model_name: str | None = None) -> str:
    """Return what such an address is followed by, of a unit and a model alone."""
    asked: dict[str, int | str] = {"enhed": unit_id} if unit_id else {}
    if model_name is not None:
        asked["model"] = model_name or WITHOUT_DEVICE
    return f"&{urlencode(asked)}" if asked else ""


def ends_of_year(year: int | str) -> tuple[str, str]:
    """Return the first and the last quarter of a year, as addresses say them."""
    return f"{year}Q1", f"{year}Q4"
