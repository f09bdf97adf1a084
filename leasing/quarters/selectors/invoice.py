"""A quarterly invoice with its units and its lines."""

from dataclasses import dataclass

from django.db.models import Q

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from leasing.cost_share.selectors.cost_lines import READ_FIELDS, CostLine, as_lines
from leasing.models import Kind, QuarterlyInvoice
from leasing.quarters.selectors.run_table import InvoiceRow, table_of_run

LINES_SHOWN = 1_000


@dataclass
class InvoicePage:
    """A quarterly invoice with its units, and what two quarters cost them: see `RunTable`.

    `lines` is empty where there are too many for a page.
    """

    invoice: QuarterlyInvoice
    row: InvoiceRow
    before: Quarter | None
    quarter: Quarter | None
    kinds: list[Kind]
    lines: list[CostLine]


def invoice_page(invoice: QuarterlyInvoice) -> InvoicePage:
    """Gather what a department's quarterly invoice says."""
    table = table_of_run(invoice.run)
    row = next(row for row in table.invoices if row.key == invoice.department_id)
    kinds = [kind for kind in table.kinds if any(unit.by_kind.get(kind) for unit in row.units)]
    for each in [row.total, *row.units]:
        each.amounts = [(kind, each.by_kind.get(kind, 0)) for kind in kinds]
    lines = []
    if invoice.line_count <= LINES_SHOWN:
        own = Q(invoice__department=invoice.department_id)
        rows = as_lines(invoice.lines.order_by("number").values_list(*READ_FIELDS), own)
        lines = sorted(rows, key=lambda line: (danish_key(line.unit), line.unit_number))
    return InvoicePage(invoice, row, table.before, table.quarter, kinds, lines)
