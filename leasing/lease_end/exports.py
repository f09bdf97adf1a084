"""The lessor's list as a workbook."""

from collections.abc import Iterable
from datetime import date
from typing import BinaryIO

from django.utils.timezone import localtime

from albertslund_it.common.files.workbooks import CellKind, SheetColumn, write_table
from albertslund_it.common.quarters import Quarter
from leasing.lease_end.presenters import choice_shown, note_for_lessor
from leasing.lease_end.selectors.lessor_list import LessorRow

COLUMNS = (
    SheetColumn("Underaftale", CellKind.CODE),
    SheetColumn("Serienummer", CellKind.CODE),
    SheetColumn("Model"),
    SheetColumn("Udløb", CellKind.DATE),
    SheetColumn("Valg", width=14),
    SheetColumn("Besluttet", CellKind.DATE),
    SheetColumn("Afhentningssted"),
    SheetColumn("Bemærkning"),
)


def write_lessor_list(
    stream: BinaryIO, *, quarter: Quarter, rows: Iterable[LessorRow], on: date
) -> None:
    """Write the list of a quarter's ends: what the lessor is to do with each."""
    write_table(
        stream,
        title=f"Udløb {quarter}",
        columns=COLUMNS,
        rows=[_values(one, on) for one in rows],
    )


def _values(one: LessorRow, on: date) -> list[object]:
    end, choice = one.row.end, choice_shown(one.row.end)
    decided_at = end.decided.decided_at
    return [
        end.sub_agreement,
        end.serial_number,
        end.model_name,
        one.row.last_day,
        choice or None,
        localtime(decided_at).date() if choice and decided_at else None,
        one.place,
        note_for_lessor(end, on) or None,
    ]
