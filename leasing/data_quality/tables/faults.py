"""The list of what a rule finds."""

from html import escape

from albertslund_it.web.lists.columns import AmountColumn, CodeColumn, Column, DateColumn
from albertslund_it.web.lists.tables import Table
from leasing.data_quality.presenters.actions import Action, links_of, told_of
from leasing.models import AcceptedFinding

REASONS = dict(AcceptedFinding.Because.choices)


class LinksColumn(Column):
    """Links to the pages that mend a row, each with the row's name for who hears it."""

    def cell(self, record, value):
        hidden = f'<span class="visually-hidden">: {escape(record.name)}</span>'
        return " · ".join(
            f'<a href="{escape(url)}">{escape(label)}{hidden}</a>' for label, url in value
        )


class FaultTable(Table):
    """What a rule finds, with what mends it."""

    caption = "Fejl"
    empty_title = "Reglen finder ikke noget"
    empty_help = "Alt er i orden her."

    name = CodeColumn("Serienr.", card="title")
    model = Column("Model", card="line")
    department = Column("Afdeling", of="place.department")
    unit = Column("Enhed", of=lambda row: row.place.unit or "It-lager", card="line")
    person = Column("Medarbejder", card="line")
    told = Column("Hvad", of=told_of, card="line")
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", summed=True, card="answer")
    until = DateColumn("Godtaget til og med", card="line")
    because = Column("Fordi", of=lambda row: REASONS.get(row.because, row.because))
    actions = Column("Ret", orderable=False, exclude_from_export=True, card="note")


def links_column(actions: list[Action]) -> LinksColumn:
    """Return the column of what mends the rows."""
    return LinksColumn(
        "Ret",
        of=lambda row: list(links_of(row, actions)),
        orderable=False,
        exclude_from_export=True,
        card="note",
    )
