"""What a year is looked at by, in words."""

from albertslund_it.common.quarters import Quarter
from leasing.cost_share.presenters.words import NOW, THEN
from leasing.models import KIND_NAMES, Kind

DIMENSION_NAMES = {
    "afdeling": "Afdeling",
    "enhed": "Enhed",
    "model": "Model",
    "kvartal": "Kvartal",
    "slags": "Slags",
}

# By which department amounts that are billed stand.
# On a sheet's tab there is room for 31 signs.
SHORT = {THEN: "som dengang", NOW: "som i dag"}
WHOSE = {THEN: "Afdelingen, som den var dengang", NOW: "Afdelingen, som den er i dag"}


def label_on(dimension: str, name: str) -> str:
    """Return what a row or a column is called; most things by their names."""
    if dimension == "kvartal":
        return Quarter.parse(name).short_label
    return KIND_NAMES[Kind(name)] if dimension == "slags" else name
