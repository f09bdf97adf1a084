"""The list of what is to come: what it is asked for, and its columns."""

from django import forms

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.columns import AmountColumn, Column, DateColumn, NumberColumn
from albertslund_it.web.forms import PlainForm
from albertslund_it.web.tables import Table
from leasing.cost_share.presenters.words import SHADE_NAMES
from leasing.cost_share.selectors.coming import ComingRow, ComingSpan
from leasing.domain.allocation import ONE_DAY
from leasing.domain.renewal import ASSUMED, PLANNED


class ComingForm(PlainForm, forms.Form):
    """Which of a forecast's amounts is opened; without a wish, all that is assumed."""

    fra = forms.ChoiceField(required=False)
    til = forms.ChoiceField(required=False)
    slags = forms.ChoiceField(
        choices=[(key, SHADE_NAMES[key]) for key in (PLANNED, ASSUMED)], required=False
    )
    model = forms.CharField(required=False, max_length=100)

    def __init__(self, data, *, quarters: list[Quarter]):
        super().__init__(data)
        self.quarters = quarters
        for name in ("fra", "til"):
            self.fields[name].choices = [(str(q), q.label) for q in quarters]

    @property
    def span(self) -> ComingSpan:
        """Return what is asked for."""
        asked = self.cleaned_data
        first, last = (
            Quarter.parse(asked[name]) if asked[name] else other
            for name, other in (("fra", self.quarters[0]), ("til", self.quarters[-1]))
        )
        return ComingSpan(first, last, asked["slags"] or ASSUMED, asked["model"] or None)


def _what(row: ComingRow) -> str:
    if row.shade == ASSUMED:
        return "Leases igen"
    return "Besluttet forlængelse" if row.is_extension else "Bestilt, på vej"


class ComingTable(Table):
    """Terms to come, alike ones together."""

    caption = "Det, der ventes"

    @property
    def summary(self) -> str:
        """Say what all the rows add up to, also those on other pages."""
        return f"i alt {format_kroner(sum(row.amount_ore for row in self.data.data))}"

    empty_title = "Her ventes ikke noget"
    empty_help = "Der er intet på vej, og intet, der udløber, i de kvartaler."

    unit = Column("Enhed")
    model_name = Column("Model")
    shade = Column("Hvad", of=_what)
    count = NumberColumn("Stk.", of="number")
    starts_on = DateColumn("Fra")
    last_day = DateColumn("Til og med", of=lambda row: row.ends_before - ONE_DAY)
    price_ore = AmountColumn("Pris pr. stk. (kr.)")
    amount_ore = AmountColumn("Beløb (kr.)", summed=True)
