"""How users, accesses and posts are named on the screen."""

from datetime import date, timedelta

from django.conf import settings

from inventory.models import Access
from leasing.users.selectors.posts import ABOVE, ONESELF, Post
from leasing.users.selectors.posts import CLOSED as CLOSED_USER
from leasing.users.selectors.users import (
    ACTIVE,
    BARE,
    CLOSED,
    ENDING,
    INVITED,
    SOON,
    UserWithAccess,
    state_of,
)

STATES = [
    (ACTIVE, "I brug"),
    (INVITED, "Inviteret, ikke logget ind"),
    (ENDING, "Adgang ophører snart"),
    (BARE, "Ser intet"),
    (CLOSED, "Lukket"),
]


def state_shown(user: UserWithAccess, today: date) -> tuple[str, str]:
    """Return the style and the word of how a user stands."""
    state = state_of(user, today)
    if state == ENDING and user.ends_first:
        return ("warn", f"Ophører {last_day(user.ends_first):%d-%m-%Y}")
    words = {
        ACTIVE: ("good", "I brug"),
        INVITED: ("warn", "Inviteret"),
        BARE: ("bad", "Ser intet"),
        CLOSED: ("", "Lukket"),
    }
    return words[state]


def last_day(ends_before: date) -> date:
    """Return the last day with an access that is gone from a day on."""
    return ends_before - timedelta(days=1)


def roles_shown(user: UserWithAccess) -> str:
    """Name the roles of one of `users_with_access`."""
    names = [group.name for group in user.groups.all()]
    return ", ".join((["Superbruger"] if user.is_superuser else []) + sorted(names))


def seen_shown(user: UserWithAccess) -> str:
    """Name what one of `users_with_access` sees."""
    if user.is_superuser or user.sees_all:
        return "Alle afdelinger"
    return ", ".join(str(one.department or (one.unit and one.unit.name)) for one in user.current)


def access_mark(access: Access, today: date) -> tuple[str, str]:
    """Return the style and the word of how an access stands."""
    if access.ends_before and access.ends_before <= today:
        return ("", "Ophørt")
    if access.starts_on > today:
        return ("", f"Fra {access.starts_on:%d-%m-%Y}")
    if access.ends_before and access.ends_before <= today + SOON:
        return ("warn", f"Ophører {last_day(access.ends_before):%d-%m-%Y}")
    return ("good", "Gælder")


HINDRANCES = {
    CLOSED_USER: "Brugeren er lukket. Åbn den først.",
    ONESELF: "Du giver ikke dig selv adgang. Bed en anden administrator om det.",
    ABOVE: "Brugeren kan låse kvartaler eller er superbruger. Adgangen giver kun en superbruger.",
}


def hindrance_shown(post: Post) -> str:
    """Return why the leader of a post cannot be invited; nothing where they can, or are there."""
    return HINDRANCES.get(post.hindrance, "") if post.is_waiting else ""


def role_note(name: str) -> str:
    """Say what a role may."""
    return str(settings.ROLE_NOTES.get(name, ""))
