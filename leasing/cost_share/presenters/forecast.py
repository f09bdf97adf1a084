"""The tables of a forecast in Danish."""

from typing import NamedTuple

from leasing.cost_share.selectors.forecast_tables import MODEL, QUARTER, UNIT, YEAR

HEADINGS = {YEAR: "År", QUARTER: "Kvartal", UNIT: "Enhed", MODEL: "Model"}


class TableWords(NamedTuple):
    """A table's title, and the heading over its first column."""

    title: str
    heading: str


def table_words(parameter: str, year: int) -> TableWords:
    """Name a table by what it is added up by."""
    heading = HEADINGS[parameter]
    of_year = f"{year} pr. {heading.lower()}"
    return TableWords("Pr. budgetår" if parameter == YEAR else of_year, heading)
