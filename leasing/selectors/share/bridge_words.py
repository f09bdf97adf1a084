"""What the bridge says in plain Danish: its steps' names and the one sentence on top."""

from collections.abc import Collection
from typing import NamedTuple

from albertslund_it.common.money import format_count, format_kroner
from inventory.models import Unit
from leasing.domain import changes
from leasing.selectors.share.bearers import EVERYBODY, STOCK, Bearer

# In the order in which the steps are shown.
LABELS = {
    changes.NEW: "Ny leasing",
    changes.ENDED: "Leasing slut",
    changes.MOVED_IN: "Flyttet hertil",
    changes.MOVED_OUT: "Flyttet herfra",
    changes.FROM_STOCK: "Hentet fra lager",
    changes.TO_STOCK: "Sat på lager",
    changes.PRICE: "Ny pris eller løbetid",
    changes.PART: "En del af et kvartal",
    changes.CORRECTED: "Rettelser",
    changes.CHARGED: "Engangsbeløb",
    changes.ODD: "Dage og ører",
}

EXPLANATIONS = {
    changes.NEW: "Leasingen begyndte efter det første kvartal.",
    changes.ENDED: "Leasingen sluttede, så der ikke er mere at betale.",
    changes.MOVED_IN: "Udstyret, eller enheden med det, kom fra en anden.",
    changes.MOVED_OUT: "Udstyret, eller enheden med det, er hos en anden.",
    changes.FROM_STOCK: "Leasingen løb allerede, mens udstyret lå på it-lageret.",
    changes.TO_STOCK: "It-lageret betaler, til udstyret kommer ud igen.",
    changes.PRICE: "Løbetiden, der gælder, har en anden pris pr. kvartal.",
    changes.PART: "Det ene kvartal er kun betalt for nogle af dagene.",
    changes.CORRECTED: "En del er opkrævet, mens enheden hørte til et andet sted.",
    changes.CHARGED: "Skader, fragt og andet, der kun betales én gang.",
    changes.ODD: "Kvartalerne har ikke lige mange dage, og ører kan ikke deles.",
}

# Why the amount goes up, and why it goes down; {} is '7 pc'er', and what is named is added.
_UP = {
    changes.NEW: "{} er nye på leasing",
    changes.ENDED: "leasingen af {} er slut",
    changes.MOVED_IN: "{} er kommet til",
    changes.MOVED_OUT: "{} er flyttet herfra",
    changes.FROM_STOCK: "{} er hentet fra lager",
    changes.TO_STOCK: "{} er sat på lager",
    changes.PRICE: "{} har fået en anden pris eller løbetid",
    changes.PART: "{} nu skal betales for flere dage af kvartalet",
    changes.CORRECTED: "noget af det opkrævede for {} hører til en anden afdeling",
    changes.CHARGED: "engangsbeløbene er større",
    changes.ODD: "kvartalerne ikke har lige mange dage",
}
_DOWN = {
    changes.PART: "{} nu skal betales for færre dage af kvartalet",
    changes.CHARGED: "engangsbeløbene er mindre",
}


class Cause(NamedTuple):
    """The sum of a step's items with the same `other`: the one they moved from or to, or ''."""

    step: str
    other: str
    amount_ore: int
    count: int
    pcs: int


def names_of_others(unit_ids: Collection[int], bearer: Bearer) -> dict[int, str]:
    """Name who is on the other side of a move: the unit where it is the bearer's, or its department.

    A department's name is known to all; what is inside another one is not.
    """
    names = {}
    for unit in Unit.objects.filter(id__in=unit_ids).select_related("department"):
        if bearer.unit_ids is None or unit.id in bearer.unit_ids:
            names[unit.id] = unit.name
        else:
            names[unit.id] = unit.department.name if unit.department else "en anden enhed"
    return names


def sentence(question, change_ore: int, causes: list[Cause]) -> str:
    """Say how much the cost changes and the largest cause that goes the same way."""
    whose = _whose(question.bearer, question.unit_id)
    if change_ore == 0:
        rest = " Det, der er ændret, går lige op." if causes else ""
        return f"{whose} udgift er den samme i de to kvartaler.{rest}"
    same_way = [cause for cause in causes if cause.amount_ore * change_ore > 0]
    largest = max(same_way, key=lambda cause: (abs(cause.amount_ore), cause))
    mostly = "mest fordi" if len(causes) > 1 else "fordi"
    verb = "stiger" if change_ore > 0 else "falder"
    amount = format_kroner(abs(change_ore))
    return f"{whose} udgift {verb} {amount}, {mostly} {_because(largest)}."


def _because(cause: Cause) -> str:
    words = _UP if cause.amount_ore > 0 else _UP | _DOWN
    said = words[cause.step].format(_things(cause))
    if cause.count == 1:
        said = said.replace("er nye på leasing", "er ny på leasing")
    if cause.step == changes.MOVED_IN and cause.other:
        return f"{said} fra {cause.other}"
    if cause.step == changes.MOVED_OUT and cause.other:
        return said.removesuffix(" herfra") + f" til {cause.other}"
    return said


def _things(cause: Cause) -> str:
    count = format_count(cause.count)
    if cause.pcs < cause.count:
        return f"{count} stk. udstyr"
    return "1 pc" if cause.count == 1 else f"{count} pc'er"


def _whose(bearer: Bearer, unit_id: int | None) -> str:
    if unit_id is not None:
        return "Enhedens"
    return {EVERYBODY: "Kommunens", STOCK: "It-lagerets"}.get(bearer.key, "Jeres")
