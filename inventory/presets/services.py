"""Save and delete presets of lists."""

from django.contrib.auth.models import Group, User
from django.db import transaction

from albertslund_it.common.errors import Refused
from inventory.models import ListPreset
from inventory.presets.selectors import presets_kept_by

MOST = 30  # of one user
LONGEST = 500


@transaction.atomic
def save_preset(
    *, owner: User, list_name: str, name: str, query: str, role: Group | None, in_menu: bool
) -> ListPreset:
    """Save what a list shows under a name; one of that name is replaced.

    Raises:
        Refused: when there is nothing to save, too much of it, or too many already.
    """
    User.objects.select_for_update().get(pk=owner.pk)
    _check(query)
    if role and not owner.groups.filter(pk=role.pk).exists():
        raise Refused("Du kan kun dele med en rolle, du selv har.")
    own = ListPreset.objects.filter(owner=owner)
    others = own.exclude(list_name=list_name, name=name)
    if others.count() >= MOST:
        raise Refused(f"Du har allerede {MOST} visninger. Slet en, du ikke bruger.")
    preset, _ = ListPreset.objects.update_or_create(
        owner=owner,
        list_name=list_name,
        name=name,
        defaults={"query": query, "role": role, "in_menu": in_menu},
    )
    return preset


def change_preset(*, preset_id: int, name: str, role: Group | None, in_menu: bool) -> None:
    """Give a preset another name, or show it to others or in the menu."""
    ListPreset.objects.filter(pk=preset_id).update(name=name, role=role, in_menu=in_menu)


def show_anew(*, preset: ListPreset, query: str) -> None:
    """Let a preset show something else under its name.

    Raises:
        Refused: when there is nothing to save, or too much of it.
    """
    _check(query)
    preset.query = query
    preset.save(update_fields=["query"])


def _check(query: str) -> None:
    if not query:
        raise Refused("Der er ingen filtre, rækkefølge eller kolonner at gemme. Vælg dem først.")
    if len(query) > LONGEST:
        raise Refused("Der er valgt for meget til én visning. Vælg færre filtre eller kolonner.")


def delete_preset(*, preset_id: int, user: User) -> bool:
    """Delete a preset that is a user's to delete; False if it is gone."""
    gone, _ = presets_kept_by(user).filter(pk=preset_id).order_by().delete()
    return bool(gone)
