"""The names in a file that nobody knows: asked about once, and learnt."""

from albertslund_it.common.errors import Refused
from albertslund_it.web.query import number_in
from inventory.imports.services import learn_names
from inventory.models import DeviceModel, Unit
from leasing.imports.selectors import (
    MODEL_NAME,
    MOST_NAMES,
    UNIT_NAME,
)

LONGEST = 100


def learn(request) -> None:
    """Learn the names that were answered; of the others nothing is said."""
    chosen: dict[str, dict[str, int]] = {MODEL_NAME: {}, UNIT_NAME: {}}
    for at in range(MOST_NAMES):
        kind, text = request.POST.get(f"kind-{at}", ""), request.POST.get(f"text-{at}", "")
        pk = number_in(request.POST.get(f"is-{at}", ""))
        if kind in chosen and text.strip() and len(text) <= LONGEST and pk:
            chosen[kind][text] = pk
    models = DeviceModel.objects.in_bulk(chosen[MODEL_NAME].values())
    units = Unit.objects.in_bulk(chosen[UNIT_NAME].values())
    if len(models) < len(set(chosen[MODEL_NAME].values())) or len(units) < len(
        set(chosen[UNIT_NAME].values())
    ):
        raise Refused("Det, du valgte, er slettet imens. Se navnene igen.")
    learn_names(
        models={text: models[pk] for text, pk in chosen[MODEL_NAME].items()},
        units={text: units[pk] for text, pk in chosen[UNIT_NAME].items()},
        actor=request.user,
    )
