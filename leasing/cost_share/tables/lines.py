"""The list of lines: its rows and its columns."""

from functools import cache
from urllib.parse import urlencode

from django.urls import get_script_prefix, reverse

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.lists.columns import (
    NOTHING,
    AmountColumn,
    CodeColumn,
    Column,
    DateColumn,
    NumberColumn,
)
from albertslund_it.web.lists.tables import SequenceRows, Table
from leasing.cost_share.selectors.cost_lines import CostLine
from leasing.cost_share.selectors.lines import Lines
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_share.selectors.pending_lines import Sorting
from leasing.models import KIND_NAMES, Kind


class LineRows(SequenceRows):
    """Pending lines and billed ones, each sorted where they are; the pending ones come first."""

    data: Lines

    def order_by(self, aliases):
        orders, keys = [], []
        for alias in aliases:
            name, is_descending = alias.lstrip("-"), alias.startswith("-")
            column = self.table.columns[name].column
            orders.append(Sorting(FIELDS.get(name, (name,)), _key_of(column, name), is_descending))
            keys += column.order_expressions(name, descending=is_descending)
        if orders:
            self.data = self.data.sorted_by(orders, keys)


# What columns read of a line, where it is not the field of their name.
FIELDS = {"kind": ("kind", "corrects", "text")}


def _key_of(column: Column, name: str):
    read = column.reader(name)
    return lambda line: column.sort_key(read(line))


def _what(line: CostLine) -> str:
    kind = KIND_NAMES[Kind(line.kind)]
    if line.corrects:
        return f"{kind} (retter {line.corrects})"
    return f"{kind}: {line.text}" if line.text else kind


def _billed_by(line: CostLine) -> str:
    """Name the run; a supplementary one by its code."""
    return Quarter.parse(line.run).short_label if "Q" in line.run else line.run or "Ikke endnu"


def lines_url(**query: Quarter | str) -> str:
    """Return the list of lines, narrowed to what is asked for."""
    asked = {name: str(value) for name, value in query.items()}
    return f"{reverse('lines')}?{urlencode(asked)}"


def _device(line: CostLine) -> str:
    """Return the search that finds the device, also where it has left the register.

    Its page may be out of the reader's scope by now.
    """
    return f"{_devices(get_script_prefix())}?register=alle&q={line.serial_number}"


@cache
def _devices(prefix: str) -> str:
    """Return the address of the list of devices, looked up once and not for each line."""
    return reverse("device-list")


class PeriodColumn(CodeColumn):
    """A quarter by its short name; in Excel by its code, which sorts in time."""

    def text(self, value):
        return Quarter.parse(value).short_label


class SerialNumberColumn(CodeColumn):
    """A serial number, sorted as the database sorts those of billed lines: sign by sign."""

    def sort_key(self, value):
        return (0, value) if value else NOTHING


class WorkedOutColumn(AmountColumn):
    """An amount that opens how it is worked out, in place; without htmx on its own page."""

    def cell(self, record, value) -> str:
        text = super().cell(record, value)
        if not record.lease_id:
            return text
        url = reverse("line-why", args=[record.lease_id, record.unit_id, record.period])
        return (
            f'<a href="{url}" hx-get="{url}" hx-target="next .why" hx-select="#beregning" '
            f'hx-swap="innerHTML" hx-push-url="false">{text}</a><div class="why"></div>'
        )


class LineTable(Table):
    """Lines, with what each of them says."""

    caption = "Linjer"

    @property
    def summary(self) -> str:
        """Say what all the lines add up to, also those on other pages."""
        return f"i alt {format_kroner(self.data.data.total_ore)}"

    empty_title = "Der er ingen linjer"
    empty_help = "De kommer, når en leasing begynder, eller et engangsbeløb er indlæst."

    period = PeriodColumn("Kvartal", card="note")
    department = Column("Afdeling", sort_by="department_name")
    unit = Column("Enhed", sort_by="unit_name", card="line")
    serial_number = SerialNumberColumn("Serienr.", link=_device, card="title")
    model_name = Column("Model", card="line")
    kind = Column("Slags", of=_what, card="line")
    first_day = DateColumn("Fra")
    last_day = DateColumn("Til")
    days = NumberColumn("Dage")
    run = Column("Opkrævet i", of=_billed_by, orderable=False)
    amount_ore = WorkedOutColumn("Beløb (kr.)", summed=True, card="answer")


def hidden_columns(payer: Payer) -> list[str]:
    """Name the columns that say the same in every row."""
    hidden = [] if payer.is_everybody else ["department"]
    if payer.unit_ids is not None and len(payer.unit_ids) == 1 and not payer.department:
        hidden.append("unit")
    return hidden
