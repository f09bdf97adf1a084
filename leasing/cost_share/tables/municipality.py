"""The lists over the whole municipality and back in time."""

from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.lists.columns import (
    AmountColumn,
    ChangeColumn,
    CodeColumn,
    Column,
    DateColumn,
    NumberColumn,
)
from albertslund_it.web.lists.tables import Table
from leasing.cost_share.presenters.words import DIFFERENCE_NAMES
from leasing.cost_share.tables.lines import lines_url


class ComparedDepartmentTable(Table):
    """The departments side by side; `quarter` is the one that their shares are opened in."""

    caption = "Afdelingerne ved siden af hinanden"
    empty_title = "Ingen afdeling har en udgift i kvartalet"
    empty_help = "Den kommer, når noget leaset er tildelt."

    name = Column("Afdeling", card="title")
    cost_ore = AmountColumn("Udgift (kr.)", summed=True, card="answer")
    change_ore = ChangeColumn("Mod kvartalet før (kr.)", summed=True)
    average_ore = AmountColumn("Pr. pc i snit (kr.)")
    pcs = NumberColumn("Leasede pc'er", summed=True, card="line")
    employees = NumberColumn("Medarbejdere", summed=True)
    # Hundredths are written like øre.
    pcs_each = AmountColumn("Pc'er pr. medarbejder")

    def __init__(self, data, *, quarter: Quarter, day: date, **kwargs):
        super().__init__(data, **kwargs)
        self.columns["name"].column.link_to = lambda row: share_url(row.key, quarter)
        self.columns["cost_ore"].column.link_to = lambda row: lines_url(
            afdeling=row.key, fra=quarter, til=quarter
        )
        self.columns["change_ore"].column.link_to = lambda row: _why_url(row, quarter)
        self.columns["pcs"].column.link_to = lambda row: _held_url(row.key, day)
        self.columns["average_ore"].column.link_to = lambda row: _held_url(row.key, day)


def _why_url(row, quarter: Quarter) -> str:
    """Return why a department costs more or less than in the quarter before."""
    query = {"afdeling": row.key, "fra": str(quarter.next(-1)), "til": str(quarter)}
    return f"{reverse('bridge')}?{urlencode(query)}"


def _held_url(key: str, day: date) -> str:
    """Return what a department has on the day that its PCs are counted."""
    return f"{reverse('share-at')}?{urlencode({'afdeling': key, 'dag': f'{day:%d-%m-%Y}'})}"


def share_url(key: str, quarter: Quarter) -> str:
    """Return a department's share."""
    return f"{reverse('share')}?{urlencode({'afdeling': key, 'kvartal': str(quarter)})}"


class FlowTable(Table):
    """What went from where to where; `link` gives the address of a flow's devices."""

    caption = "Flytninger mellem afdelinger"
    empty_title = "Intet er flyttet mellem afdelinger"
    empty_help = "Vælg en længere periode."

    from_name = Column("Fra")
    to_name = Column("Til")
    count = NumberColumn("Stk.", summed=True)
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", summed=True)

    def __init__(self, data, *, link, **kwargs):
        super().__init__(data, **kwargs)
        self.columns["count"].column.link_to = link


def device_url(row) -> str:
    """Return a device's page."""
    return reverse("device-detail", args=[row.device_id])


class MoveTable(Table):
    """The devices of one flow."""

    caption = "Udstyr, der er flyttet"
    empty_title = "Intet er flyttet den vej"
    empty_help = "Vælg en længere periode."

    serial_number = CodeColumn("Serienr.", link=device_url)
    model_name = Column("Model")
    moved_on = DateColumn("Flyttet")
    from_unit = Column("Fra enhed")
    to_unit = Column("Til enhed")
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", summed=True)


class HeldTable(Table):
    """What somebody had on a day."""

    caption = "Leaset udstyr den dag"
    empty_title = "Der var intet leaset udstyr den dag"
    empty_help = "Vælg en anden dag."

    serial_number = CodeColumn("Serienr.", link=lambda row: found_url(row))
    model_name = Column("Model")
    unit = Column("Enhed")
    amount_ore = AmountColumn("Et kvartal (kr.)", summed=True)


def found_url(row) -> str:
    """Return the search that finds the device; its page may be out of the reader's scope by now."""
    return f"{reverse('device-list')}?{urlencode({'q': row.serial_number})}"


class DayDifferenceTable(HeldTable):
    """What is different between two days."""

    caption = "Forskellen på de to dage"
    empty_title = "Der er ingen forskel"
    empty_help = "Det samme udstyr var de samme steder til den samme pris."

    what = Column("Forskel", of=lambda row: DIFFERENCE_NAMES[row.kind])
    before_ore = AmountColumn("Før (kr.)", summed=True)
    amount_ore = AmountColumn("Efter (kr.)", summed=True)
    change_ore = ChangeColumn("Ændring (kr.)", summed=True)

    class Meta:
        sequence = (
            "serial_number",
            "what",
            "change_ore",
            "model_name",
            "unit",
            "before_ore",
            "amount_ore",
        )
