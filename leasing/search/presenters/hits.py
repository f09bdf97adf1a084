"""What was found, as the page and the search dialog say it: names, notes, addresses and actions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from albertslund_it.common.names import search_words
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.addresses import address_of
from inventory.models import Department, Device, DeviceModel, Employee, Unit
from leasing.models import Order, QuarterlyInvoice, SubAgreement, SupplierInvoice
from leasing.search.presenters.pages import ACTIONS, PAGES, KnownPage, May, fitting, in_use, open_to
from leasing.search.selectors.searching import Match, Matches, Thing

TITLES: dict[type[Thing], tuple[str, str]] = {
    Device: ("Udstyr", "laptop"),
    DeviceModel: ("Modeller", "laptop"),
    Employee: ("Medarbejdere", "person"),
    Unit: ("Enheder", "building"),
    Department: ("Afdelinger", "diagram-3"),
    Order: ("Bestillinger", "inbox"),
    SubAgreement: ("Underaftaler", "file-earmark-text"),
    QuarterlyInvoice: ("Kvartalsopgørelser", "receipt"),
    SupplierInvoice: ("Leverandørfakturaer", "receipt"),
}
# The lists that can be searched for the same text.
LISTS: dict[type[Thing], str] = {
    Device: "device-list",
    Employee: "employee-list",
    Order: "order-list",
}
MOST_PAGES = 8
ONLY_ACTIONS = ">"


@dataclass(frozen=True, slots=True)
class Hit:
    """A match: what it is called, what is said of it, and its page.

    `narrow` is what finds it alone, `key` the letter that leads to it, and `parts` its title
    around what was typed.
    """

    title: str
    note: str
    url: str
    icon: str = ""
    narrow: str = ""
    key: str = ""
    typed: str = ""

    @property
    def parts(self) -> tuple[str, str, str]:
        """Return the title before, in and after what was typed."""
        at = self.title.casefold().find(self.typed.casefold()) if self.typed else -1
        if at < 0:
            return self.title, "", ""
        end = at + len(self.typed)
        return self.title[:at], self.title[at:end], self.title[end:]


@dataclass(frozen=True, slots=True)
class HitGroup:
    """The hits of a kind; `more_url` lists them all where there are more."""

    title: str
    hits: list[Hit]
    more_url: str = ""


def hit_groups(found: Iterable[Matches]) -> list[HitGroup]:
    """Return what was found, by kind, for the page."""
    return [
        HitGroup(
            TITLES[matches.kind][0],
            [_hit(one, matches.text) for one in matches.first],
            _more_url(matches),
        )
        for matches in found
    ]


def page_groups(may: May, text: str, off: Collection[str] = ()) -> list[HitGroup]:
    """Return the actions and pages that fit a text: after '>' the actions alone, and more of them.

    Without a text they are the actions with a key, which are done most, or else the first pages.
    `off` are the modules that are switched off.
    """
    only, typed = text.startswith(ONLY_ACTIONS), text.removeprefix(ONLY_ACTIONS).strip()
    actions = fitting(may, in_use(ACTIONS, off), typed)
    if not typed and not only:
        actions = [one for one in actions if one.key]
    groups = [HitGroup("Gør noget", _page_hits(actions, "lightning-charge", typed))]
    if not only and (typed or not actions):
        pages = fitting(may, in_use(PAGES, off), typed)
        groups.append(HitGroup("Sider", _page_hits(pages[:MOST_PAGES], "arrow-right-short", typed)))
    return [group for group in groups if group.hits]


def keys(may: May) -> list[Hit]:
    """Return the actions that a letter leads to from anywhere."""
    return _page_hits([one for one in open_to(may, ACTIONS) if one.key], "lightning-charge", "")


def person_groups(may: May, person: Employee, devices: list[Device]) -> list[HitGroup]:
    """Return what can be done for somebody, and what they have."""
    groups = []
    if may(HANDLE_ORDERS):
        who = person.initials or person.name
        doing = [
            _action("Ny bestilling", "plus-lg", "order-new", medarbejder=person.pk),
            _action("Udlever", "person-check", "hand-out", initialer=who),
        ]
        for device in devices[:2]:
            doing.append(
                _action(
                    f"Tag {device} tilbage", "arrow-return-left", "take-back", serienumre=device
                )
            )
            doing.append(
                _action(f"Flyt {device}", "arrow-left-right", "transfer", serienumre=device)
            )
        groups.append(HitGroup(f"Det kan du gøre for {person.name}", doing))
    if devices:
        theirs = [
            Hit(f"{one.model.name} {one}", "", url_of(one), TITLES[Device][1], str(one))
            for one in devices
        ]
        groups.append(HitGroup(f"Det har {person.name}", theirs))
    return groups


def device_groups(may: May, device: Device, *, is_in_use: bool) -> list[HitGroup]:
    """Return what can be done with a device."""
    if not may(HANDLE_ORDERS):
        return []
    if is_in_use:
        doing = [
            _action("Tag tilbage", "arrow-return-left", "take-back", serienumre=device),
            _action("Flyt", "arrow-left-right", "transfer", serienumre=device),
            Hit("Ombyt på garanti", "", reverse("swap", args=[device.pk]), "arrow-repeat"),
            Hit("Meld tabt eller stjålet", "", reverse("loss", args=[device.pk]), "shield"),
        ]
    else:
        doing = [
            _action("Udlever", "person-check", "hand-out", serienumre=device),
            _action("Lån ud", "person-check", "lend", serienumre=device),
        ]
    doing.append(_action("Udskriv etiket", "qr-code", "labels", serienumre=device))
    return [HitGroup(f"Det kan du gøre med {device}", doing)]


def acts_fitting(groups: Iterable[HitGroup], typed: str) -> list[HitGroup]:
    """Keep of what can be done with something what a word means."""
    words = {reverse(one.name): search_words(f"{one.title} {one.words}") for one in ACTIONS}
    found = []
    for group in groups:
        hits = [
            hit
            for hit in group.hits
            for known in [[*search_words(hit.title), *words.get(hit.url.partition("?")[0], ())]]
            if all(any(one.startswith(word) for one in known) for word in search_words(typed))
        ]
        if hits:
            found.append(HitGroup(group.title, hits))
    return found


def url_of(thing: Thing, line: int = 0) -> str:
    """Return the address of a thing's page; of an agreement or a model, the list of its devices."""
    if isinstance(thing, SubAgreement):
        return f"{reverse('device-list')}?underaftale={thing.pk}"
    if isinstance(thing, DeviceModel):
        return f"{reverse('device-list')}?model={thing.pk}"
    if isinstance(thing, QuarterlyInvoice):
        return reverse("invoice", args=[thing.run.code, thing.number])
    pages: dict[type[Thing], str] = {
        Device: "device-detail",
        Employee: "employee-detail",
        Unit: "unit-detail",
        Department: "department-detail",
        Order: "order-detail",
        SupplierInvoice: "supplier-invoice-detail",
    }
    address = reverse(pages[type(thing)], args=[thing.pk])
    return f"{address}#linje-{line}" if line else address


def _hit(match: Match, typed: str) -> Hit:
    thing, icon = match.thing, TITLES[type(match.thing)][1]
    url = url_of(thing, match.line)
    narrow = str(thing)
    if isinstance(thing, Employee):
        narrow = thing.initials or thing.name
    title = thing.name if isinstance(thing, Unit) else str(thing)
    if match.line:
        title = f"{thing}/{match.line}"
    return Hit(title, _note(match), url, icon, narrow, typed=typed)


def _page_hits(pages: Iterable[KnownPage], icon: str, typed: str) -> list[Hit]:
    return [
        Hit(one.title, "", address_of(one.name), icon, key=one.key, typed=typed) for one in pages
    ]


def _action(title: str, icon: str, name: str, **query: object) -> Hit:
    return Hit(title, "", f"{reverse(name)}?{urlencode(query)}", icon)


def _note(match: Match) -> str:
    thing = match.thing
    if isinstance(thing, Device):
        said = thing.model.name + (f", {match.by}" if match.by else "")
        return f"{said}, ude af registeret" if match.is_gone else said
    if isinstance(thing, DeviceModel):
        return thing.category.name
    if isinstance(thing, Employee):
        return thing.unit.name
    if isinstance(thing, Unit):
        return thing.number + (f", {thing.department.name}" if thing.department else "")
    if isinstance(thing, Department):
        return thing.head_name
    if isinstance(thing, Order):
        made = f"oprettet {thing.created_at:%d-%m-%Y}"
        made += f", leverandørens nr. {match.by}" if match.by else ""
        return f"{_told(match)} · {made}" if match.told else made
    if isinstance(thing, QuarterlyInvoice):
        return thing.department_name
    if isinstance(thing, SupplierInvoice):
        return f"{thing.invoice_date:%d-%m-%Y}"
    return "Udstyret på underaftalen"


def _told(match: Match) -> str:
    """Return what an order is of, and for whom."""
    line = match.told
    if line is None:
        return ""
    count = f"{line.quantity} " if line.quantity > 1 else ""
    who = (line.employee.name if line.employee else line.used_for) if match.with_names else ""
    whom = f"{who}, {line.unit.name}" if who else line.unit.name
    more = f" og {match.others} mere" if match.others and not match.line else ""
    return f"{count}{line.model.name} til {whom}{more}"


def _more_url(matches: Matches) -> str:
    if not matches.has_more or matches.kind not in (*LISTS, Unit):
        return ""
    if matches.kind is Unit:
        return reverse("department-list")
    query = {"q": matches.text}
    if matches.kind is Device:
        query["register"] = "alle"
    return f"{reverse(LISTS[matches.kind])}?{urlencode(query)}"
