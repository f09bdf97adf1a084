"""The menu: what each role opens, five items at most, and the work pages under each."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from albertslund_it.common.permissions import (
    COUNT_DEVICES,
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    MANAGE_AMOUNTS,
    MANAGE_API,
    MANAGE_SETTINGS,
    MANAGE_USERS,
    OBJECT_TO_DEVICE,
    REGISTER_DELIVERIES,
    VIEW_BILLINGRUN,
    VIEW_DEVICE,
    VIEW_EMPLOYEE,
    VIEW_ORDER,
    VIEW_ROLL,
    VIEW_SUPPLIERINVOICE,
)
from albertslund_it.menu_counts import MenuCount, waiting
from albertslund_it.web.addresses import address_of
from inventory.organisation.selectors.scope import answers_for_something, sees_all
from inventory.presets.selectors import menu_presets
from leasing.settings.selectors import module_of
from leasing.setup.selectors.standing import is_set_up, may_set_up

MOST = 5
IMPORT = (IMPORT_INVENTORY, REGISTER_DELIVERIES, MANAGE_AMOUNTS)
# What stands at the foot of a phone, beside "Mere", in this order of importance.
TABS = ("front", "share", "quarter-list", "order-list", "search", "device-list")
MOST_TABS = 4
SHORT = {"order-list": "Bestil", "search": "Scan"}


@dataclass(frozen=True)
class MenuPlace:
    """A page in the menu, and the work pages under it."""

    label: str
    name: str
    icon: str = ""
    under: tuple["MenuPlace", ...] = ()


@dataclass(frozen=True)
class MenuItem:
    """One menu item; `current` is its aria-current, when one is on its page or below it."""

    label: str
    url: str
    name: str
    icon: str = ""
    current: str = ""
    under: tuple["MenuItem", ...] = ()
    count: int = 0
    is_late: bool = False

    @property
    def is_current(self) -> bool:
        return bool(self.current)


def wanted(user, today: date) -> list[MenuPlace]:
    """Return what a user can open today, in the menu's order."""
    may = user.has_perm
    sees_devices, sees_money = may(VIEW_DEVICE), may(VIEW_BILLINGRUN)
    # Who sees all reaches a department's share through Afdelinger.
    answers = sees_devices and not sees_all(user) and answers_for_something(user, today)
    items = [_front(user, answers=answers)]
    if answers:
        items.insert(0, _share(user))
    if may_set_up(user) and not is_set_up():
        items.insert(0, MenuPlace("Kom i gang", "setup", "flag"))
    if may(MANAGE_USERS):
        items.append(_users(user))
    if sees_money:
        items.append(_quarters(user))
    if may(HANDLE_ORDERS):
        items.append(_orders())
    if sees_devices:
        items += [_devices(user), _organisation(user)]
    if sees_all(user) and sees_devices:
        items.append(_data(user))
    return _five(items)


def _front(user, *, answers: bool) -> MenuPlace:
    under = []
    if answers and user.has_perm(VIEW_ORDER):
        under.append(MenuPlace("Dispensationer", "approval-list"))
    if answers and user.has_perm(OBJECT_TO_DEVICE):
        under.append(MenuPlace("Stemmer listen?", "confirm"))
    if answers:
        under.append(MenuPlace("Beslutninger", "decisions"))
        return MenuPlace("Til dig", "front", "check2-square", tuple(under))
    return MenuPlace("I dag", "front", "house-door")


def _share(user) -> MenuPlace:
    return MenuPlace(
        "Egenbetaling",
        "share",
        "pie-chart",
        (
            MenuPlace("Hvorfor ændret?", "bridge"),
            MenuPlace("Prognose og budget", "share-forecast"),
            MenuPlace("Hvad nu hvis?", "what-if"),
            MenuPlace("Kvartalsbrev", "letter"),
        ),
    )


def _quarters(user) -> MenuPlace:
    under = [MenuPlace("Årets udgift", "year"), MenuPlace("Rettelser", "corrections")]
    if user.has_perm(VIEW_SUPPLIERINVOICE):
        under.insert(1, MenuPlace("Leverandørfakturaer", "supplier-invoice-list"))
        under.insert(2, MenuPlace("Krav", "claims"))
    under += [MenuPlace("Engangsbeløb", "charge-list"), MenuPlace("Bilagsspor", "trail-search")]
    return MenuPlace("Kvartaler", "quarter-list", "calendar3", tuple(under))


def _orders() -> MenuPlace:
    return MenuPlace(
        "Bestillinger",
        "order-list",
        "inbox",
        (
            MenuPlace("Modtagne mails", "received-list"),
            MenuPlace("Indkøb", "purchase"),
            MenuPlace("Modtag levering", "delivery"),
            MenuPlace("Dispensationer", "approval-list"),
            MenuPlace("Sendte mails", "mail-list"),
        ),
    )


def _devices(user) -> MenuPlace:
    may = user.has_perm
    under = []
    if may(HANDLE_ORDERS):
        under += [
            MenuPlace("Udlever", "hand-out"),
            MenuPlace("Tag tilbage", "take-back"),
            MenuPlace("Flyt", "transfer"),
            MenuPlace("Lån ud", "lend"),
        ]
        under.append(MenuPlace("Etiketter", "labels"))
    if may(COUNT_DEVICES):
        under.append(MenuPlace("Optælling", "stocktake-list"))
    if may(VIEW_ROLL):
        under.append(MenuPlace("Udrulning", "rollout"))
    under.append(MenuPlace("Udløb", "end-board"))
    return MenuPlace("Udstyr", "device-list", "laptop", tuple(under))


def _organisation(user) -> MenuPlace:
    if user.has_perm(VIEW_EMPLOYEE) and sees_all(user):
        under = [MenuPlace("Afdelinger", "department-list")]
        if user.has_perm(HANDLE_ORDERS):
            under.insert(0, MenuPlace("Kommende", "coming-list"))
        return MenuPlace("Medarbejdere", "employee-list", "people", tuple(under))
    under = []
    if user.has_perm(VIEW_EMPLOYEE):
        under.append(MenuPlace("Medarbejdere", "employee-list"))
    if user.has_perm(VIEW_BILLINGRUN):
        under.append(MenuPlace("Sammenlign", "municipality"))
        under.append(MenuPlace("Budgetter", "budgets"))
    return MenuPlace("Afdelinger", "department-list", "diagram-3", tuple(under))


def _users(user) -> MenuPlace:
    under = [MenuPlace("Ledere og stedfortrædere", "post-list")]
    if user.has_perm(MANAGE_SETTINGS):
        under.append(MenuPlace("Indstillinger", "settings"))
        under.append(MenuPlace("Drift", "operation"))
    if user.has_perm(MANAGE_API):
        under.append(MenuPlace("API-klienter", "api-clients"))
    if user.has_perm(MANAGE_SETTINGS):
        under.append(MenuPlace("Webhooks", "webhook-list"))
    return MenuPlace("Brugere og adgange", "user-list", "person-gear", tuple(under))


def _data(user) -> MenuPlace:
    under = []
    if user.has_perm(IMPORT_INVENTORY):
        under.append(MenuPlace("Kilder", "sources"))
    if any(user.has_perm(code) for code in IMPORT):
        under.append(MenuPlace("Indlæs", "import"))
    return MenuPlace("Datakvalitet", "data-quality", "clipboard-check", tuple(under))


def _five(items: list[MenuPlace]) -> list[MenuPlace]:
    """Return five items at most: what is over stands under the fifth."""
    kept = items[:MOST]
    for over in items[MOST:]:
        moved = (replace(over, under=()), *over.under)
        kept[-1] = replace(kept[-1], under=(*kept[-1].under, *moved))
    return kept


def menu(user, shown: str, today: date, off: Collection[str] = ()) -> list[MenuItem]:
    """Return the menu of a user who is shown an address, without the modules that are off."""
    counts = waiting(user, today)
    places = _used(wanted(user, today), off)
    items = [item for place in places if (item := _item(place, counts))]
    for preset, url in menu_presets(user):
        if items and module_of(preset.list_name) not in off:
            items = _with_saved(items, MenuItem(preset.name, url, "preset"))
    here = _nearest(shown, items)
    return [_marked(item, here, shown) for item in items]


def _used(places: Iterable[MenuPlace], off: Collection[str]) -> tuple[MenuPlace, ...]:
    """Return the places without those of modules that are switched off."""
    return tuple(
        replace(place, under=_used(place.under, off))
        for place in places
        if module_of(place.name) not in off
    )


def _with_saved(items: list[MenuItem], saved: MenuItem) -> list[MenuItem]:
    """Return the items with what was saved at the end of its list's, or of the first."""
    near = _nearest(_path_of(saved.url), items)
    place = next((item for item in items if near in {one.url for one in _all([item])}), items[0])
    return [replace(item, under=(*item.under, saved)) if item is place else item for item in items]


def tabs(items: list[MenuItem], search_url: str) -> list[MenuItem]:
    """Return what stands at the foot of a phone: the places that one works in, and the search."""
    by_name = {item.name: _with_late(item) for item in items}
    if search_url and "order-list" in by_name:
        scan = _item(MenuPlace("Scan", "scan", "qr-code-scan"), {})
        by_name["search"] = scan or MenuItem("Scan", search_url, "search", "qr-code-scan")
    found = [by_name[name] for name in TABS if name in by_name][:MOST_TABS]
    if "share" in by_name:
        found.sort(key=lambda item: item.name != "share")
    return [replace(item, label=SHORT.get(item.name, item.label)) for item in found]


def _with_late(item: MenuItem) -> MenuItem:
    """Return a place without its work pages, which counts what is late on any of them."""
    late = sum(one.count for one in (item, *item.under) if one.is_late)
    return replace(item, under=(), count=late, is_late=bool(late))


def _item(place: MenuPlace, counts: Mapping[str, MenuCount]) -> MenuItem | None:
    url = address_of(place.name)
    if not url:
        return None
    under = tuple(item for one in place.under if (item := _item(one, counts)))
    waits = counts.get(place.name, MenuCount())
    return MenuItem(
        place.label,
        url,
        place.name,
        place.icon,
        under=under,
        count=waits.count,
        is_late=waits.is_late,
    )


def _all(items) -> Iterator[MenuItem]:
    for item in items:
        yield item
        yield from _all(item.under)


def _path_of(address: str) -> str:
    return address.partition("?")[0]


def _nearest(shown: str, items: list[MenuItem]) -> str:
    """Return the address in the menu that a page is on or deepest below; '' for none."""
    urls, path = (item.url for item in _all(items)), _path_of(shown)
    return max(
        (url for url in urls if url in {shown, path} or (url != "/" and path.startswith(url))),
        key=len,
        default="",
    )


def _marked(item: MenuItem, here: str, shown: str) -> MenuItem:
    is_on_it = here in {shown, _path_of(shown)}
    current = "" if item.url != here else "page" if is_on_it else "true"
    return replace(
        item, current=current, under=tuple(_marked(one, here, shown) for one in item.under)
    )
