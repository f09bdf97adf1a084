"""The lists over the whole municipality and back in time: filters and columns."""

from django import forms
from django.urls import reverse
from django.utils.http import urlencode

from albertslund_it.web.columns import (
    AmountColumn,
    CodeColumn,
    Column,
    DateColumn,
    NumberColumn,
)
from albertslund_it.web.forms import DateField, PlainForm
from albertslund_it.web.tables import Table


class DepartmentTable(Table):
    """The departments side by side."""

    caption = "Afdelingerne ved siden af hinanden"

    name = Column("Afdeling", link=lambda row: share_url(row.key))
    cost_ore = AmountColumn("Udgift (kr.)", summed=True)
    change_ore = AmountColumn("Mod kvartalet før (kr.)", summed=True)
    pcs = NumberColumn("Leasede pc'er", summed=True)
    average_ore = AmountColumn("Pr. pc i snit (kr.)")
    employees = NumberColumn("Medarbejdere", summed=True)
    pcs_each = Column("Pc'er pr. medarbejder")


def share_url(key: str) -> str:
    """Give a department's share."""
    return f"{reverse('share')}?{urlencode({'afdeling': key})}"


class FlowTable(Table):
    """What went from where to where."""

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


class MoveTable(Table):
    """The devices of one flow."""

    caption = "Udstyr, der er flyttet"

    serial_number = CodeColumn("Serienr.", link=lambda row: device_url(row.device_id))
    model_name = Column("Model")
    moved_on = DateColumn("Flyttet")
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", summed=True)


def device_url(device_id: int) -> str:
    """Give a device's page."""
    return reverse("device-detail", args=[device_id])


class HeldTable(Table):
    """What somebody had on a day."""

    caption = "Leaset udstyr den dag"
    empty_title = "Der var intet leaset udstyr den dag"
    empty_help = "Vælg en anden dag."

    serial_number = CodeColumn("Serienr.")
    model_name = Column("Model")
    unit = Column("Enhed")
    amount_ore = AmountColumn("Pr. kvartal (kr.)", summed=True)


class DifferenceOfDaysTable(HeldTable):
    """What is different between two days."""

    caption = "Forskellen på de to dage"

    what = Column("Forskel")
    before_ore = AmountColumn("Før (kr.)", summed=True)
    change_ore = AmountColumn("Ændring (kr.)", summed=True)


class DayForm(PlainForm, forms.Form):
    """Whose, on which day, and beside which other one."""

    afdeling = forms.ChoiceField(label="Hvem betaler", required=False)
    dag = DateField(label="Dag", required=False)
    mod = DateField(label="Sammenlign med en tidligere dag", required=False)

    def __init__(self, data, *, bearers):
        super().__init__(data)
        self.fields["afdeling"].choices = [(one.key, one.name) for one in bearers]


class SpanForm(PlainForm, forms.Form):
    """From which day to which, and from which department to which."""

    fra = DateField(label="Fra og med", required=False)
    til = DateField(label="Til og med", required=False)
