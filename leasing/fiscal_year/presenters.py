"""What a year is looked at by, in words."""

from albertslund_it.common.quarters import Quarter
from leasing.models import KIND_NAMES, Kind

DIMENSION_NAMES = {
    "afdeling": "Afdeling",
    "enhed": "Enhed",
    "model": "Model",
    "kvartal": "Kvartal",
    "slags": "Slags",
}


def label_on(dimension: str, name: str) -> str:
    """Return what a row or a column is called; most things by their names."""
    if dimension == "kvartal":
        return Quarter.parse(name).short_label
    return KIND_NAMES[Kind(name)] if dimension == "slags" else name
