"""A bridge in Danish: what its steps are called, and all of it in one plain sentence."""

from dataclasses import dataclass
from typing import NamedTuple

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
    ODD: "Kvartalernes længde",
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
    ODD: "Samme udstyr til samme pris. Kvartalerne er ikke lige lange, så prisen "
    "kan skifte nogle kroner.",
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
    whose = f"{whose_cost(payer)} udgift"
    change = found.change_ore
    if not change:
        return f"{whose} er den samme som i {found.before.label}."
    rises = change > 0
    says = f"{whose} {'stiger' if rises else 'falder'} {format_kroner(abs(change))}"
    return full_stop(f"{says}, mest fordi {_because(found.main_step, rises, payer)}")


def whose_cost(payer: Payer) -> str:
    """Say whose a payer's costs are: »jeres« to its leader."""
    if payer.is_everybody:
        return "Kommunens"
    return "Lagerets" if payer.is_stock else "Jeres"


class ChangeWords(NamedTuple):
    """A difference in three parts: how much, which way and against what, and mostly why."""

    amount: str
    way: str
    because: str


def change_words(found: Bridge, payer: Payer) -> ChangeWords:
    """Say a difference so that its amount can stand out."""
    before = found.before.label
    if found.before.year == found.after.year:
        before = f"{found.before.number}. kvartal"
    change = found.change_ore
    if not change:
        return ChangeWords("", f"Det samme som i {before}", "")
    because = full_stop(f"mest fordi {_because(found.main_step, change > 0, payer)}")
    way = f"{'mere' if change > 0 else 'mindre'} end i {before}"
    return ChangeWords(format_kroner(abs(change)), way, because)


def _because(step: BridgeStep, rises: bool, payer: Payer) -> str:
    what = _counted(step)
    # A department's leader reads it: where things came from or went is another's business.
    place = "" if payer.has_leader else step.place
    return {
        NEW: f"{what} er {_new(step)}",
        ENDED: f"{what} var udløbet" if rises else f"leasingen af {what} er slut",
        MOVED_IN: f"{what} er kommet til" + (f" fra {place}" if place else ""),
        MOVED_OUT: f"{what} er flyttet" + (f" til {place}" if place else " væk"),
        STOCK: f"{what} er hentet på lageret" if rises else f"{what} er lagt på lager",
        PRICE: f"prisen er ændret for {what}",
        PART: f"leasingen af {what} {'før ' if rises else ''}kun gjaldt en del af kvartalet",
        CORRECTIONS: "der er rettelser til låste kvartaler",
        CHARGES: f"der er {'flere' if rises else 'færre'} engangsbeløb",
        ODD: "kvartalerne ikke er lige lange",
    }[step.key]


def _counted(step: BridgeStep) -> str:
    """Return how many, as pcs where all are."""
    if not step.are_pcs:
        return f"{step.count} stykke{'' if step.count == 1 else 'r'} udstyr"
    return "1 pc" if step.count == 1 else f"{step.count} pc'er"


def _new(step: BridgeStep) -> str:
    if step.count == 1:
        return "ny" if step.are_pcs else "nyt"
    return "nye"
