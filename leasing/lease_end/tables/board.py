"""The board of ends as a list: its rows and its columns."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.timezone import localtime
from django_tables2.data import TableData

from albertslund_it.common.money import format_kroner
from albertslund_it.web.lists.columns import (
    AmountColumn,
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.tables import Table
from leasing.lease_end.presenters import choice_shown, condition, happens_beside_the_day
from leasing.lease_end.selectors.board import EndBoard
from leasing.lease_end.selectors.board_rows import BoardRow, board_rows, ordered_ends

CHUNK = 500  # rows read at a time for a download
IN_STOCK = "På lager"
# Without a right to people there is no name of whoever has it; by whom and why is for IT's readers.
# What is written freely may name somebody.
WITH_PEOPLE = ("person", "reason", "wish_note")
FOR_READERS_OF_ALL = ("decided_by", "reason", "wished_by")


class BoardRows(TableData):
    """The ends of a board: a page's own are found first, and what is said of those read then."""

    data: EndBoard

    def __init__(self, board: EndBoard):
        super().__init__(board)
        self.alias = ""

    def __len__(self) -> int:
        return len(self.data)

    def order_by(self, aliases):
        self.alias = aliases[0] if aliases else ""

    def __getitem__(self, wanted: slice) -> list[BoardRow]:
        return board_rows(self._ends(wanted.start or 0, wanted.stop), self.data.on)

    def __iter__(self) -> Iterator[BoardRow]:
        ends = self._ends(0, None)
        for start in range(0, len(ends), CHUNK):
            yield from board_rows(ends[start : start + CHUNK], self.data.on)

    def _ends(self, start: int, stop: int | None):
        if not self.alias:
            return self.data.page(start, stop)
        name, descending = self.alias.lstrip("-"), self.alias.startswith("-")
        ends = ordered_ends(self.data, name, descending=descending, stop=stop)
        return ends[start:stop]

    def sum_of(self, bound) -> int:
        """Add up what the leases cost a quarter, which alone is added up."""
        return self.data.total.quarter_ore


def _device_page(row: BoardRow) -> str:
    return reverse("device-detail", args=[row.end.device_id])


def _decided_on(row: BoardRow):
    at = row.end.decided.decided_at
    return localtime(at).date() if at and (row.end.decided.choice or row.end.extension) else None


def _happens(row: BoardRow) -> tuple[str, str]:
    what = happens_beside_the_day(row.end, row.on)
    return what.style, what.words


def _wish(row: BoardRow) -> str:
    return str(row.wish.get_wish_display()) if row.wish else ""


class EndOptionsColumn(MarkColumn):
    """What happens, which opens what each choice would cost, in place; else on its own page."""

    def cell(self, record, value) -> str:
        url = reverse("end-detail", args=[record.end.term_id])
        return (
            f'<a href="{url}" hx-get="{url}" hx-target="next .why" hx-select="#muligheder" '
            f'hx-swap="innerHTML" hx-push-url="false">{self.text(value)}</a>'
            '<div class="why"></div>'
        )


class BoardTable(Table):
    """The ends that the user may see."""

    caption = "Udløb"
    empty_title = "Intet udløber inden for seks måneder"
    empty_help = "Vælg »Alle kvartaler« for at se det, der udløber senere."

    serial_number = CodeColumn("Serienr.", link=_device_page, card="line")
    happens = EndOptionsColumn("Hvad sker der?", of=_happens, card="line")
    last_day = DateColumn("Sidste dag", card="note")
    days_left = NumberColumn("Dage til")
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", summed=True, card="answer")
    model_name = CodeColumn("Model", card="line")
    unit = Column("Enhed", of=lambda row: row.unit or IN_STOCK, card="title")
    person = Column("Bruges af", card="line")
    wish = Column("Ønske", of=_wish)
    condition = CodeColumn(
        "Stand", of=lambda row: condition(row.ram_gb, row.windows_11), orderable=False
    )
    warranty_until = DateColumn("Garanti til", visible=False)
    decided_at = DateColumn("Besluttet", of=_decided_on, visible=False)
    # What is chosen, and the file has.
    choice = Column("Valg", of=lambda row: choice_shown(row.end), visible=False, orderable=False)
    decided_by = Column("Besluttet af", of="end.decided.decided_by", visible=False, orderable=False)
    reason = Column("Begrundelse", of="end.decided.reason", visible=False, orderable=False)
    wish_note = Column(
        "Bemærkning til ønsket",
        of=lambda row: row.wish.note if row.wish else "",
        visible=False,
        orderable=False,
    )
    wished_by = Column("Ønsket af", visible=False, orderable=False)
    department = Column("Afdeling", visible=False, orderable=False)
    sub_agreement = CodeColumn("Underaftale", visible=False, orderable=False)

    @property
    def summary(self) -> str:
        """Say what all the rows cost a quarter, also those on other pages."""
        return f"{format_kroner(self.data.data.total.quarter_ore)} pr. kvartal"
