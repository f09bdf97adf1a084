"""The menu: what each role opens, five items at most."""

from dataclasses import dataclass
from datetime import date

from django.urls import NoReverseMatch, reverse

from albertslund_it.common.permissions import (
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    MANAGE_AMOUNTS,
    REGISTER_DELIVERIES,
    VIEW_BILLINGRUN,
    VIEW_DEVICE,
)
from inventory.organisation.selectors.scope import answers_for_something, sees_all

MOST = 5
IMPORT = (IMPORT_INVENTORY, REGISTER_DELIVERIES, MANAGE_AMOUNTS)


@dataclass(frozen=True)
class MenuItem:
    """One menu item; `current` is its aria-current, when one is on its page or below it."""

    label: str
    url: str
    current: str = ""

    @property
    def is_current(self) -> bool:
        return bool(self.current)


def wanted(user, today: date) -> list[tuple[str, str]]:
    """Return (label, URL name) of what a user can open today, in the menu's order."""
    items = [("Forside", "front")]
    sees_devices = user.has_perm(VIEW_DEVICE)
    # Who sees all reaches a department's share through Afdelinger.
    if sees_devices and not sees_all(user) and answers_for_something(user, today):
        items.append(("Egenbetaling", "share"))
    if user.has_perm(VIEW_BILLINGRUN):
        items.append(("Kvartaler", "quarter-list"))
    if user.has_perm(HANDLE_ORDERS):
        items.append(("Bestillinger", "order-list"))
    if sees_devices:
        items += [("Udstyr", "device-list"), ("Afdelinger", "department-list")]
    # Who has several roles keeps to five items too; the quarter's steps lead to the files.
    if len(items) < MOST and any(user.has_perm(code) for code in IMPORT):
        items.append(("Indlæs", "import"))
    return items


def menu(user, path: str, today: date) -> list[MenuItem]:
    """Give the menu of a user who is on the page `path`."""
    found = []
    for label, name in wanted(user, today):
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue  # that part is not installed
        below = url != "/" and path.startswith(url)
        found.append(MenuItem(label, url, "page" if path == url else "true" if below else ""))
    return found
