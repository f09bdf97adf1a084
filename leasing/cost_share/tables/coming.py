"""The columns of the list of what is to come."""

from albertslund_it.common.money import format_kroner
from albertslund_it.web.lists.columns import AmountColumn, Column, DateColumn, NumberColumn
from albertslund_it.web.lists.tables import Table
from leasing.cost_share.selectors.coming import ComingRow
from leasing.domain.allocation import ONE_DAY
from leasing.domain.renewal import ASSUMED


def _what(row: ComingRow) -> str:
    if row.shade == ASSUMED:
        return "Forlænges" if row.is_extension else "Leases igen"
    return "Bestilt, på vej"


class ComingTable(Table):
    """Terms to come, alike ones together."""

    caption = "Det, der ventes"

    @property
    def summary(self) -> str:
        """Say what all the rows add up to, also those on other pages."""
        return f"i alt {format_kroner(self.data.sums.amount_ore)}"

    empty_title = "Her ventes ikke noget"
    empty_help = "Der er intet på vej, og intet, der udløber, i de kvartaler."

    unit = Column("Enhed", card="title")
    model_name = Column("Model", card="line")
    shade = Column("Hvad", of=_what, card="line")
    count = NumberColumn("Stk.", of="number", card="line")
    starts_on = DateColumn("Fra", card="note")
    last_day = DateColumn("Til og med", of=lambda row: row.ends_before - ONE_DAY)
    price_ore = AmountColumn("Pris pr. stk. (kr.)")
    amount_ore = AmountColumn("Beløb (kr.)", summed=True, card="answer")
