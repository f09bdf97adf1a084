"""A bridge in Danish: what its steps are called, and all of it in one plain sentence."""

from dataclasses import dataclass

from albertslund_it.common.money import format_kroner
from albertslund_it.common.sentences import full_stop
from leasing.cost_share.selectors.bridge_steps import Bridge, BridgeStep
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

STEP_NAMES = {
    NEW: "Nye leasinger",
    ENDED: "Ophørte leasinger",
    MOVED_IN: "Flyttet hertil",
    MOVED_OUT: "Flyttet herfra",
    STOCK: "Fra og til lager",
    PRICE: "Ændret pris",
    PART: "Del af et kvartal",
    CORRECTIONS: "Rettelser",
    CHARGES: "Engangsbeløb",
    ODD: "Skæve øre",
}
STEP_HELP = {
    NEW: "Leasingen er begyndt efter det tidligere kvartal.",
    ENDED: "Leasingen var slut før det senere kvartal.",
    MOVED_IN: "Udstyret er kommet fra en anden, som betalte før.",
    MOVED_OUT: "Udstyret er gået til en anden, som betaler nu.",
    STOCK: "Udstyret er hentet på it-lageret eller lagt der. På lager betaler Fælles IT.",
    PRICE: "Samme udstyr hele tiden, men til en anden pris.",
    PART: "Leasingen gjaldt kun en del af det ene kvartal.",
    CORRECTIONS: "Opgjort anderledes i låste kvartaler: rettet senere, eller enheden har skiftet "
    "afdeling.",
    CHARGES: "Skader, fragt og andet, der betales én gang.",
    ODD: "Samme udstyr til samme pris: kvartalerne er ikke lige lange, og øren går ikke op.",
}


@dataclass(frozen=True)
class StepRow:
    """A step as a page or a letter shows it."""

    key: str
    label: str
    help: str
    count: int
    amount_ore: int


def step_row(step: BridgeStep) -> StepRow:
    """Name a step and explain it."""
    key = step.key
    return StepRow(key, STEP_NAMES[key], STEP_HELP[key], step.count, step.amount_ore)


def sentence_of(found: Bridge, payer: Payer) -> str:
    """Say the difference and its largest cause as a colleague would."""
    whose = "Jeres udgift"
    if payer.is_everybody:
        whose = "Kommunens udgift"
    elif payer.is_stock:
        whose = "Lagerets udgift"
    change = found.change_ore
    if not change:
        return f"{whose} er den samme som i {found.before.label}."
    rises = change > 0
    says = f"{whose} {'stiger' if rises else 'falder'} {format_kroner(abs(change))}"
    return full_stop(f"{says}, mest fordi {_because(found.main_step, rises, payer)}")


def _because(step: BridgeStep, rises: bool, payer: Payer) -> str:
    what = _counted(step)
    # A department's leader reads it: where things came from or went is another's business.
    place = "" if payer.has_leader else step.place
    return {
        NEW: f"{what} er nye",
        ENDED: f"{what} var udløbet" if rises else f"leasingen af {what} er slut",
        MOVED_IN: f"{what} er kommet til" + (f" fra {place}" if place else ""),
        MOVED_OUT: f"{what} er flyttet" + (f" til {place}" if place else " væk"),
        STOCK: f"{what} er hentet på lageret" if rises else f"{what} er lagt på lager",
        PRICE: f"prisen er ændret for {what}",
        PART: f"{what} ikke gjaldt hele kvartalet " + ("før" if rises else "nu"),
        CORRECTIONS: "der er rettelser til låste kvartaler",
        CHARGES: f"der er {'flere' if rises else 'færre'} engangsbeløb",
        ODD: "kvartalerne ikke er lige lange",
    }[step.key]


def _counted(step: BridgeStep) -> str:
    """Say how many, as pcs where all are."""
    if not step.are_pcs:
        return f"{step.count} stk. udstyr"
    return "1 pc" if step.count == 1 else f"{step.count} pc'er"
