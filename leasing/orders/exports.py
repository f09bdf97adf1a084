"""The purchase list for the lessor: what, how many, where to, our order numbers; nobody's name."""

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO

from albertslund_it.common.files.workbooks import TOTAL, CellKind, SheetColumn, Workbook
from leasing.orders.selectors.purchases import ModelToBuy

TITLE = "Indkøbsliste"
TOTALS = (
    SheetColumn("Model", width=28),
    SheetColumn("Egenskaber", width=44),
    SheetColumn("Antal", CellKind.NUMBER, is_summed=True),
    SheetColumn("Leasingpris pr. stk.", CellKind.AMOUNT, width=20),
    SheetColumn("Kvartaler", CellKind.NUMBER, width=10),
    SheetColumn("Leasingpris i alt", CellKind.AMOUNT, width=18, is_summed=True),
)
LINES = (
    SheetColumn("Model", width=28),
    SheetColumn("Antal", CellKind.NUMBER, is_summed=True),
    SheetColumn("Vores bestillingsnr.", CellKind.CODE, width=20),
    SheetColumn("Linje", CellKind.CODE, width=10),
    SheetColumn("Til enhed", width=40),
    SheetColumn("Enhedsnr.", CellKind.CODE, width=12),
    SheetColumn("Ønskes senest", CellKind.DATE, width=15),
)


def write_purchase_list(stream: BinaryIO, models: Sequence[ModelToBuy], on: date) -> None:
    """Write a workbook of two sheets: the models with their totals, and line by line."""
    book = Workbook(title=TITLE)
    above = [
        ("Albertslund Kommune: bestilling af leasing",),
        (f"Pr. {on:%d-%m-%Y}. Beløb i kr. uden moms. Mærk leverancen med vores bestillingsnr.",),
    ]
    book.add_sheet(
        "Bestilling",
        TOTALS,
        [
            (
                one.model.name,
                one.model.features,
                one.count,
                one.price and one.price.price_ore,
                one.price and one.price.quarters,
                one.price_ore if one.price else None,
            )
            for one in models
        ],
        above=above,
        total_label=TOTAL,
    )
    book.add_sheet(
        "Linjer",
        LINES,
        [
            (
                one.model.name,
                to_buy.missing,
                to_buy.line.order.number,
                str(to_buy.line),
                to_buy.line.unit.name,
                to_buy.line.unit.number,
                to_buy.line.order.wanted_on,
            )
            for one in models
            for to_buy in one.lines
        ],
        above=above,
        total_label=TOTAL,
    )
    book.save(stream)
