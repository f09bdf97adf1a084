"""A plan for a lot, and the orders it comes to, in words."""

from collections.abc import Iterable, Mapping

from albertslund_it.common.money import format_kroner
from albertslund_it.common.sentences import listed
from inventory.rollout.selectors import RollDifference, Visit
from leasing.domain.swap_plan import Bridging
from leasing.replacing.selectors import lots, orders
from leasing.replacing.selectors.lots import LotPlan
from leasing.replacing.selectors.orders import Offer, OrderPlan, PlannedOrder

ASIDE_OF_LOT = {
    lots.IN_STOCK: "står på lager",
    lots.NO_DEPARTMENT: "står uden for afdelingerne",
    lots.IN_ANOTHER_ROLL: "er i et andet rul",
    lots.SETTLED: "er udskiftet eller skal blive stående",
    lots.NO_SUCCESSOR: "er besluttet frikøbt eller returneret og erstattes ikke",
}
ASIDE_OF_ORDERS = {
    orders.ORDERED: "erstattes af en bestilling, der er i gang",
    orders.IN_STOCK: "står på lager",
    orders.OUT: "er ude af registeret",
    orders.NO_MODEL: "er der ikke valgt en ny model til",
}
SHOWN = 8


def aside_in_words(aside: Mapping[str, int], words: Mapping[str, str]) -> list[str]:
    """Return what is left out and why, in the order of the words."""
    return [f"{aside[key]} {said}" for key, said in words.items() if aside.get(key)]


def bridging_in_words(bridging: Bridging) -> str:
    """Return how many extensions of which length: '12 i 1 kvartal og 3 i 2 kvartaler'."""
    parts = [
        f"{count} i {quarters} kvartal{'er' * (quarters > 1)}"
        for quarters, count in sorted(bridging.by_quarters.items())
    ]
    return listed(parts)


def priced_by(bridging: Bridging) -> str:
    """Return where the extensions' price is from: the lessor's offer, an estimate, or both."""
    if not bridging.offered:
        return (
            "Det er anslået, som om en forlængelse koster det samme pr. kvartal som i dag: "
            "leasinggiver har ikke givet en pris."
        )
    if bridging.offered == bridging.count:
        return "Det er efter den pris, leasinggiver har tilbudt."
    return (
        f"{bridging.offered} af {bridging.count} er efter den pris, leasinggiver har tilbudt. "
        "Resten er anslået til det samme pr. kvartal som i dag."
    )


def rows_of_lot(found: LotPlan) -> list[tuple[str, str]]:
    """Return what whoever makes the roll agrees to: where each stands, and the weeks."""
    number = found.serial_numbers
    placed = [(number[pk], f"udskiftes fra enhed {unit}") for pk, unit in found.machines.items()]
    weeks = [(f"Uge {v.week}, {v.year}", str(v.department_id)) for v in found.visits]
    return placed + weeks


def difference_in_words(found: LotPlan) -> list[str]:
    """Return what is changed in a roll that is there already."""
    difference = found.difference
    if difference.roll is None:
        return []
    said = []
    for count, words in (
        (len(difference.new), "kommer til"),
        (len(difference.moved), "er flyttet til en anden enhed"),
        (len(difference.gone), "tages ud af rullet"),
    ):
        if count:
            said.append(f"{count} stk. udstyr {words}.")
    return said + _weeks_in_words(difference, found.names)


def _weeks_in_words(difference: RollDifference, names: Mapping[int, str]) -> list[str]:
    said = []
    for label, visits in (
        ("Nye uger", difference.new_visits),
        ("Uger, der udgår", [_visit(week) for week in difference.gone_visits]),
    ):
        if visits:
            told = ", ".join(f"{names[v.department_id]} uge {v.week}" for v in visits[:SHOWN])
            more = f" og {len(visits) - SHOWN} til" if len(visits) > SHOWN else ""
            said.append(f"{label}: {told}{more}.")
    return said


def _visit(week) -> Visit:
    return Visit(week.department_id, week.year, week.week)


def offer_in_words(offer: Offer | None) -> str:
    """Return a model with its price, as it is chosen."""
    if offer is None:
        return "Bestil ikke"
    return f"{offer.model.name}: {format_kroner(offer.quarter_ore)} pr. kvartal"


def order_in_words(order: PlannedOrder) -> str:
    """Return whose order it is, and which of several."""
    part = f" ({order.part} af {order.parts})" if order.parts > 1 else ""
    return f"{order.unit.name}{part}"


def rows_of_orders(plan: OrderPlan) -> Iterable[tuple[str, str]]:
    """Return what whoever orders agrees to: each device, what comes instead, and its price."""
    for order in plan.orders:
        for line in order.lines:
            who = f", {line.employee}" if line.employee else ""
            yield (
                f"{line.device} hos {order_in_words(order)}{who}",
                f"erstattes af {offer_in_words(line.offer)}",
            )
