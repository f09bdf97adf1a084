"""A bridge in one plain sentence."""

from collections import Counter
from collections.abc import Iterable

from albertslund_it.common.money import format_kroner
from albertslund_it.common.sentences import full_stop
from inventory.models import DeviceModel, Unit
from leasing.cost_share.selectors import payers
from leasing.cost_share.selectors.bridge_steps import Bridge, Item, Step
from leasing.cost_share.selectors.payers import Payer
from leasing.domain.change import (
    CHARGES,
    CORRECTIONS,
    ENDED,
    MOVED_IN,
    MOVED_OUT,
    NEW,
    ODD,
    PART,
    PRICE,
    STOCK,
)


def sentence_of(found: Bridge, payer: Payer) -> str:
    """Say the difference and its largest cause as a colleague would."""
    whose = {payers.EVERYBODY: "Kommunens udgift", payers.STOCK: "Lagerets udgift"}.get(
        payer.key, "Jeres udgift"
    )
    change = found.change_ore
    if not change:
        return f"{whose} er den samme som i {found.before.label}."
    rises = change > 0
    says = f"{whose} {'stiger' if rises else 'falder'} {format_kroner(abs(change))}"
    same_way = [step for step in found.steps if (step.amount_ore > 0) is rises]
    main = max(same_way, key=lambda step: abs(step.amount_ore))
    return full_stop(f"{says}, mest fordi {_because(main, rises, payer)}")


def _because(step: Step, rises: bool, payer: Payer) -> str:
    if step.key == CHARGES:
        return "der er flere engangsbeløb" if rises else "der er færre engangsbeløb"
    if step.key == CORRECTIONS:
        return "der er rettelser til låste kvartaler"
    if step.key == ODD:
        return "kvartalerne ikke er lige lange"
    what = _counted(step.items)
    # A department's leader reads it: where things came from or went is another's business.
    is_told = payer.key in {payers.EVERYBODY, payers.STOCK}
    place = _most_common_department(step.items) if is_told else ""
    return {
        NEW: f"{what} er nye",
        ENDED: f"leasingen af {what} er slut" if rises is False else f"{what} var udløbet",
        MOVED_IN: f"{what} er kommet til" + (f" fra {place}" if place else ""),
        MOVED_OUT: f"{what} er flyttet" + (f" til {place}" if place else " væk"),
        STOCK: f"{what} er hentet på lageret" if rises else f"{what} er lagt på lager",
        PRICE: f"prisen er ændret for {what}",
        PART: f"{what} ikke gjaldt hele kvartalet " + ("før" if rises else "nu"),
    }[step.key]


def _counted(items: Iterable[Item]) -> str:
    """Say how many, as pcs where all are."""
    models = {item.model_name for item in items}
    count = len({item.device_id or item for item in items})
    others = DeviceModel.objects.filter(name__in=models, category__is_pc=False)
    if others.exists():
        return f"{count} stk. udstyr"
    return "1 pc" if count == 1 else f"{count} pc'er"


def _most_common_department(items: Iterable[Item]) -> str:
    """Name the department at the other end of most of the moves."""
    units = Unit.objects.select_related("department").in_bulk(
        {item.other_id for item in items if item.other_id}
    )
    names = Counter(
        units[item.other_id].department.name
        for item in items
        if item.other_id in units and units[item.other_id].department
    )
    return names.most_common(1)[0][0] if names else ""
