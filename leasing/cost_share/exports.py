"""The budget sheet and the budgets as workbooks."""

from typing import BinaryIO

from albertslund_it.common.files.workbooks import (
    TOTAL,
    CellKind,
    SheetColumn,
    Workbook,
    write_table,
)
from leasing.cost_share.presenters.words import SHADE_NAMES
from leasing.cost_share.selectors.budget import BudgetTable
from leasing.cost_share.selectors.budget_sheet import THOUSAND_ORE, BudgetSheet

AMOUNT, CODE, NUMBER = CellKind.AMOUNT, CellKind.CODE, CellKind.NUMBER
UNIT = (
    SheetColumn("Afdeling", width=32),
    SheetColumn("Enhedsnr", CODE, 11),
    SheetColumn("Enhed", width=30),
    SheetColumn("Artskonto", CODE, 11),
    SheetColumn("Omkostningssted", CODE, 16),
    SheetColumn("PSP-element", CODE, 22),
)
TRANSFER_RULE = (
    "Omplaceringen er behovet fratrukket det budget, enheden har for året. Fælles IT afgiver det "
    "samme beløb, så summen er nul. Minus: budget, der afgives."
)


def write_budget_sheet(stream: BinaryIO, sheet: BudgetSheet) -> None:
    """Write three sheets: the need by unit, account and shade; the transfer; today's prices."""
    book = Workbook(title=f"Budgetark {sheet.years[0]}–{sheet.years[-1]}")
    kind = NUMBER if sheet.in_thousands else AMOUNT
    years = [SheetColumn(str(year), kind, 15, is_summed=True) for year in sheet.years]
    above = [
        (f"Pc-leasing, budget {sheet.years[0]}–{sheet.years[-1]}: {sheet.payer.name}",),
        (f"{unit_of_amounts(sheet)} uden moms, i priser pr. {sheet.today:%d-%m-%Y}",),
    ]
    book.add_sheet(
        "Budgetark",
        [*UNIT, SheetColumn("Slags", width=12), *years],
        [
            (
                *_unit(one.department_name, one.unit, one.coding),
                SHADE_NAMES[shade],
                *_shown(sheet, amounts),
            )
            for one in sheet.units
            for shade, amounts in one.shades
        ],
        above=above,
        total_label=TOTAL,
    )
    book.add_sheet(
        "Omplacering",
        [*UNIT, *years],
        [
            (*_unit(one.department_name, one.unit, one.coding), *_shown(sheet, one.amounts))
            for one in sheet.transfers
        ],
        above=[*above, (TRANSFER_RULE,)],
        total_label=TOTAL,
    )
    book.add_sheet(
        "Priser",
        [
            SheetColumn("Model"),
            SheetColumn("Gælder fra", CellKind.DATE),
            SheetColumn("Leasingpris", AMOUNT),
            SheetColumn("Kvartaler", NUMBER),
            SheetColumn("Kilde", width=40),
        ],
        [(p.model.name, p.starts_on, p.price_ore, p.quarters, p.source) for p in sheet.prices],
        above=[("Dagens priser, som det forudsatte bygger på",), ("Kroner uden moms",)],
    )
    book.save(stream)


def unit_of_amounts(sheet: BudgetSheet) -> str:
    """Say what the amounts are counted in."""
    return "1.000 kr." if sheet.in_thousands else "Kroner"


def _unit(department_name: str, unit, coding) -> tuple:
    return (
        department_name,
        unit.number,
        unit.name,
        coding.account,
        coding.cost_centre,
        coding.psp_element,
    )


def _shown(sheet: BudgetSheet, amounts: list[int]) -> list[int]:
    return [amount // THOUSAND_ORE for amount in amounts] if sheet.in_thousands else amounts


def write_budgets(stream: BinaryIO, table: BudgetTable, payer_name: str) -> None:
    """Write the budgets of a year; År, Enhedsnr and Beløb can be changed and taken in again."""
    write_table(
        stream,
        title=f"Budget {table.year} {payer_name}",
        columns=[
            SheetColumn("År", NUMBER),
            SheetColumn("Afdeling", width=32),
            SheetColumn("Enhedsnr", CODE, 11),
            SheetColumn("Enhed", width=30),
            *(
                SheetColumn(name, AMOUNT, is_summed=True)
                for name in ("Beløb", *SHADE_NAMES.values(), "Forventet", "Rest")
            ),
        ],
        rows=[
            (
                table.year,
                row.department_name,
                row.unit.number,
                row.unit.name,
                row.budget_ore,
                *row.amounts,
                row.forecast_ore,
                row.left_ore,
            )
            for row in table.rows
        ],
    )
