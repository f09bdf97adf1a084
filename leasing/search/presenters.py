"""What was found, as the page says it: names, notes and addresses."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from inventory.models import Device, Employee, Unit
from leasing.models import Order, SubAgreement
from leasing.search.selectors import Match, Matches, Thing

TITLES: dict[type[Thing], str] = {
    Device: "Udstyr",
    Employee: "Medarbejdere",
    Unit: "Enheder",
    Order: "Bestillinger",
    SubAgreement: "Underaftaler",
}
# The lists that can be searched for the same text.
LISTS: dict[type[Thing], str] = {
    Device: "device-list",
    Employee: "employee-list",
    Order: "order-list",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A match: what it is called, what is said of it, and its page."""

    title: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """The hits of a kind; `more_url` lists them all where there are more."""

    title: str
    hits: list[Hit]
    more_url: str


def hit_groups(found: list[Matches]) -> list[HitGroup]:
    """Return what was found, by kind, for the page."""
    return [
        HitGroup(
            TITLES[matches.kind],
            [Hit(_title(one.thing), _note(one), url_of(one.thing)) for one in matches.first],
            _more_url(matches),
        )
        for matches in found
    ]


def url_of(thing: Thing) -> str:
    """Return the address of a thing's page; of a sub-agreement, the list of its devices."""
    if isinstance(thing, SubAgreement):
        return f"{reverse('device-list')}?underaftale={thing.pk}"
    pages: dict[type[Thing], str] = {
        Device: "device-detail",
        Employee: "employee-detail",
        Unit: "unit-detail",
        Order: "order-detail",
    }
    return reverse(pages[type(thing)], args=[thing.pk])


def _title(thing: Thing) -> str:
    return thing.name if isinstance(thing, Unit) else str(thing)


def _note(match: Match) -> str:
    thing = match.thing
    if isinstance(thing, Device):
        said = thing.model.name + (f", tidligere {match.by}" if match.by else "")
        return f"{said}, ude af registeret" if match.is_gone else said
    if isinstance(thing, Employee):
        return thing.unit.name
    if isinstance(thing, Unit):
        return thing.number + (f", {thing.department.name}" if thing.department else "")
    if isinstance(thing, Order):
        made = f"oprettet {thing.created_at:%d-%m-%Y}"
        return made + (f", leverandørens nr. {match.by}" if match.by else "")
    return "Udstyret på underaftalen"


def _more_url(matches: Matches) -> str:
    if not matches.has_more or matches.kind is SubAgreement:
        return ""
    if matches.kind is Unit:
        return reverse("department-list")
    query = {"q": matches.text}
    if matches.kind is Device:
        query["register"] = "alle"
    return f"{reverse(LISTS[matches.kind])}?{urlencode(query)}"
