"""A run's table as it is shown: each figure beside the list of what it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from albertslund_it.common.money import format_count, format_kroner
from leasing.cost_share.selectors.payers import EVERYBODY, STOCK
from leasing.cost_share.selectors.pending_lines import UP_TO
from leasing.quarters.presenters.labels import items_asked
from leasing.quarters.selectors.run_table import RunRow, RunTable

Cell = tuple[str, str]  # as written, and the address of what is under it ("" where nothing is)


@dataclass(frozen=True)
class ShownInvoice:
    """A department's row of a run's table, and its units' as (name, cells)."""

    number: str
    name: str
    cells: list[Cell]
    units: list[tuple[str, list[Cell]]]


@dataclass(frozen=True)
class ShownTable:
    """The rows of a run's table, and the sums of all."""

    invoices: list[ShownInvoice]
    sums: list[Cell]


def shown_table(table: RunTable, code: str, *, is_closed: bool) -> ShownTable:
    """Return the rows of a run's table with their addresses; a closed one's costs as then known."""
    cells = _Cells(table, code, is_closed=is_closed)
    invoices = []
    for invoice in table.invoices:
        payer = {"afdeling": invoice.key or STOCK}
        units = [(unit.name, cells.of(unit, payer | {"enhed": unit.key})) for unit in invoice.units]
        shown = ShownInvoice(invoice.number, invoice.name, cells.of(invoice.total, payer), units)
        invoices.append(shown)
    return ShownTable(invoices, cells.of(table.total, {"afdeling": EVERYBODY}))


class _Cells:
    def __init__(self, table: RunTable, code: str, *, is_closed: bool):
        self.table = table
        self.lines = reverse("lines")
        self.items = urlencode(items_asked(code))
        self.run = urlencode({"koersel": code})
        known = {"koersel": UP_TO + code} if is_closed else {}
        self.before = urlencode({"fra": table.before, "til": table.before} | known)
        self.quarter = urlencode({"fra": table.quarter, "til": table.quarter} | known)
        # The steps of a change are told as they are known today.
        between = urlencode({"fra": table.before, "til": table.quarter})
        self.steps = "" if is_closed else f"{reverse('bridge')}?{between}"

    def of(self, row: RunRow, payer: Mapping[str, object]) -> list[Cell]:
        """Return the cells of a row, in the order of the table's columns."""
        asked = urlencode(payer)
        theirs = f"{self.lines}?{asked}&"
        cells = []
        if self.table.counts_items:
            cells.append((format_count(row.items), theirs + self.items if row.items else ""))
        for kind, ore in row.amounts:
            is_there = ore or row is self.table.total
            cells.append(
                (_amount(ore), f"{theirs}{self.run}&slags={kind}") if is_there else ("", "")
            )
        cells.append((_amount(row.total_ore), theirs + self.run))
        if self.table.before:
            change = format_kroner(row.change_ore, unit=False, sign=True)
            cells += [
                (_amount(row.before_ore), theirs + self.before),
                (_amount(row.cost_ore), theirs + self.quarter),
                (change, f"{self.steps}&{asked}" if self.steps else ""),
            ]
        return cells


def _amount(ore: int) -> str:
    return format_kroner(ore, unit=False)
