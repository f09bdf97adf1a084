"""Other names of models and units, learnt from the files that have them."""

from collections.abc import Callable, Mapping

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.cells import without_control
from albertslund_it.common.names import match_key, model_key
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import DeviceModel, ModelAlias, Unit, UnitAlias


@transaction.atomic
def learn_names(
    *, models: Mapping[str, DeviceModel], units: Mapping[str, Unit], actor: Actor
) -> Changes:
    """Remember what files call models and units; a name that was learnt before gets its new one.

    Raises:
        Refused: when a name has neither letters nor digits, and so would be any other such name.
    """
    models = {_learnable(name, model_key): model for name, model in models.items()}
    units = {_learnable(name, match_key): unit for name, unit in units.items()}
    lock(ModelAlias, UnitAlias)
    changes = Changes((ModelAlias, UnitAlias))
    known = {alias.key: alias for alias in ModelAlias.objects.select_related("model")}
    for name, model in models.items():
        if alias := known.get(model_key(name)):
            changes.update(alias, name, model=model)
        else:
            made = ModelAlias(name=name[:60], key=model_key(name), model=model)
            known[made.key] = changes.create(made)
    known_units = {alias.key: alias for alias in UnitAlias.objects.select_related("unit")}
    for name, unit in units.items():
        if found := known_units.get(match_key(name)):
            changes.update(found, name, unit=unit)
        else:
            new = UnitAlias(name=name[:100], key=match_key(name), unit=unit)
            known_units[new.key] = changes.create(new)
    changes.save(actor)
    return changes


@transaction.atomic
def forget_name(*, model: int | None = None, unit: int | None = None, actor: Actor) -> bool:
    """Forget what files call a model or a unit, by the name's id; tell whether it was there."""
    lock(ModelAlias, UnitAlias)
    found = [
        *ModelAlias.objects.filter(pk=model or 0).select_related("model"),
        *UnitAlias.objects.filter(pk=unit or 0).select_related("unit"),
    ]
    changes = Changes((ModelAlias, UnitAlias))
    for alias in found:
        changes.delete(alias, str(alias), "huskes ikke længere")
    changes.save(actor)
    return bool(found)


def _learnable(name: str, key_of: Callable[[str], str]) -> str:
    name = " ".join(without_control(name).split())
    if not key_of(name):
        raise Refused(
            f"»{name[:60]}« har hverken bogstaver eller tal, og kan ikke huskes som navn."
        )
    return name
