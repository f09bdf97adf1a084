"""Saved presets: whose they are, who else is shown them, and what a list lets be saved."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from albertslund_it.web.database.put_together import given, put_together_once
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.presets import COLUMN, ORDER, SEARCH, Preset
from albertslund_it.web.lists.tables import unknown_column, unknown_order
from inventory.models import ListPreset


def presets_shown_to(user: User) -> QuerySet[ListPreset]:
    """Return the presets that a user saved, or that are shared with a role of theirs."""
    return _presets_of(user.pk)


def _presets_of(user: Any) -> QuerySet[ListPreset]:
    shared = Q(role__in=Group.objects.filter(user=given(user)).order_by().values("pk"))
    return ListPreset.objects.filter(Q(owner=given(user)) | shared).order_by("name", "pk")


@put_together_once
def _read_presets(*, user: int) -> QuerySet[ListPreset]:
    return _presets_of(user)


def saved_presets(user: User, list_name: str) -> Iterator[Preset]:
    """Yield the presets of a list that a user is shown."""
    for one in _shown_to(user):
        if one.list_name == list_name:
            yield Preset(one.name, one.query, is_own=one.owner_id == user.pk)


def _shown_to(user: User) -> list[ListPreset]:
    """Read what a user is shown once for the menu and the list, which are of one request."""
    known: dict[str, list[ListPreset]] = vars(user)
    if "presets_shown" not in known:
        known["presets_shown"] = _read_presets(user=user.pk)
    return known["presets_shown"]


def presets_kept_by(user: User) -> QuerySet[ListPreset]:
    """Return the presets that a user may delete: their own, and what those share who have left."""
    is_left = Q(owner__is_active=False) | ~Exists(
        User.groups.through.objects.filter(user=OuterRef("owner"), group=OuterRef("role"))
    )
    return presets_shown_to(user).filter(Q(owner=user) | is_left).select_related("role", "owner")


def presets_of(owner: User, list_name: str) -> QuerySet[ListPreset]:
    """Return the presets of a list that a user saved, by name."""
    return ListPreset.objects.filter(owner=owner, list_name=list_name)


def presets_like(preset: ListPreset) -> QuerySet[ListPreset]:
    """Return its owner's other presets of the same list."""
    return presets_of(preset.owner, preset.list_name).exclude(pk=preset.pk)


def menu_presets(user: User) -> list[tuple[ListPreset, str]]:
    """Return the presets that stand in a user's menu, with where each opens."""
    return [
        (one, f"{reverse(one.list_name)}?{one.query}")
        for one in _shown_to(user)
        if one.in_menu and (page := list_called(one.list_name)) and page.is_open_to(user)
    ]


def roles_to_share_with(user: User, preset: ListPreset) -> QuerySet[Group]:
    """Return the roles that a user may share a preset with: their own, and the one it has."""
    own = Q(pk__in=user.groups.values("pk")) | Q(pk=preset.role_id)
    return Group.objects.filter(own).order_by("name")


@lru_cache(maxsize=200)  # which addresses there are is settled when we start
def list_called(name: str) -> type[ListPage] | None:
    """Return the list that has a name among the addresses; None where there is none."""
    try:
        view = resolve(reverse(name)).func
    except (NoReverseMatch, Resolver404):
        return None
    found = getattr(view, "view_class", None)
    if isinstance(found, type) and issubclass(found, ListPage) and found.keeps_presets():
        return found
    return None


def address_of(preset: ListPreset) -> str:
    """Return where a preset opens; '' where its list is no more."""
    if list_called(preset.list_name) is None:
        return ""
    return f"{reverse(preset.list_name)}?{preset.query}"


def kept_of(query: QueryDict, page: type[ListPage]) -> str:
    """Return what is saved of an address: filters, order and columns that the list has.

    What is searched for is left out: it is mostly a person.
    """
    tables = page.tables or (page.table_class,)
    filters = page.filter_names()
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        given = [value for value in values if value]
        is_order = name == ORDER and unknown_order(tables, query.get(ORDER, "")) is None
        is_columns = name == COLUMN and unknown_column(tables, given) is None
        if given and name != SEARCH and (name in filters or is_order or is_columns):
            kept.setlist(name, list(dict.fromkeys(given)))
    return kept.urlencode()
