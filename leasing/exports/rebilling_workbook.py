"""The workbook of a closed run: what finance reads, checks and files.

Sheets, headings and rows are a contract with those who read them. The rows of `Bilag` and
`Specifikation` start under headings in the first row and end with the last row, so that other
programs can read them; what they add up to stands on `Afstemning`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import BinaryIO

from django.utils import timezone

from albertslund_it.common.quarters import Quarter, span_label
from albertslund_it.common.workbooks import CellKind, Column, Formula, Workbook
from leasing.exports.postings import CREDIT, DEBIT, postings_of
from leasing.models import Kind
from leasing.selectors.rebilling import Rebilling
from leasing.selectors.supplier.reconciliation import PILE_NAMES, Reconciliation

TEXT, CODE, NUMBER = CellKind.TEXT, CellKind.CODE, CellKind.NUMBER
AMOUNT, DATE = CellKind.AMOUNT, CellKind.DATE

OVERVIEW = (
    Column("Afdeling", TEXT, 36),
    Column("Leder"),
    Column("Antal", NUMBER, is_summed=True),
    Column("Løbende", AMOUNT, is_summed=True),
    Column("Efterfakturering", AMOUNT, 17, is_summed=True),
    Column("Regulering", AMOUNT, is_summed=True),
    Column("Engangsbeløb", AMOUNT, is_summed=True),
    Column("I alt", AMOUNT, is_summed=True),
)
VOUCHER = (
    Column("Afdeling"),
    Column("Enhedsnr", CODE, 11),
    Column("Enhed"),
    Column("EAN", CODE),
    Column("Artskonto", CODE, 11),
    Column("Omkostningssted", CODE, 17),
    Column("PSP-element", CODE, 21),
    Column("Debet/kredit", TEXT, 12),
    Column("Beløb", AMOUNT),
    Column("Tekst", TEXT, 56),
    Column("Antal", NUMBER),
)
SPECIFICATION = (
    Column("Periode", TEXT, 10),
    Column("Slags", TEXT, 16),
    Column("Afdeling"),
    Column("Enhedsnr", TEXT, 11),
    Column("Enhed"),
    Column("Serienummer", CODE),
    Column("Model", TEXT, 18),
    Column("Underaftale", TEXT, 16),
    Column("Fra", DATE),
    Column("Til", DATE),
    Column("Dage", NUMBER),
    Column("Beløb", AMOUNT),
    Column("Tekst"),
)
RECONCILIATION = (Column("Post", TEXT, 70), Column("Beløb", AMOUNT, 18))
NO_SUPPLIER_INVOICES = "(ingen leverandørfakturaer indlæst)"
KIND_LABELS = dict(Kind.choices)


def write_rebilling_workbook(
    stream: BinaryIO,
    rebilling: Rebilling,
    *,
    lines: Iterable[tuple],
    expected_ore: int,
    today: date,
    quarters: Sequence[Quarter],
    reconciled: Sequence[Reconciliation] = (),
) -> None:
    """Write the four sheets of a closed run.

    Args:
        lines: the run's lines in their order, as tuples of `selectors.rebilling.LINE_FIELDS`.
        expected_ore: what the lessor is expected to invoice for the run's quarters (a
            supplementary run's year) by the facts of `today`.
        quarters: those that the run is the first to bill.
        reconciled: the same quarters against the lessor's invoices.
    """
    postings = postings_of(rebilling)
    book = Workbook(title=f"Viderefakturering af pc-leasing, {rebilling.run.label}")
    _add_overview(book, rebilling)
    book.add_sheet("Bilag", VOUCHER, (_voucher_row(posting) for posting in postings))
    book.add_sheet(
        "Specifikation",
        SPECIFICATION,
        ((line[0], KIND_LABELS[line[1]], *line[2:]) for line in lines),
    )
    _add_reconciliation(book, rebilling, len(postings), expected_ore, today, quarters, reconciled)
    book.save(stream)


def _add_overview(book: Workbook, rebilling: Rebilling) -> None:
    run = rebilling.run
    uncoded = rebilling.uncoded
    closed_at = timezone.localtime(run.closed_at)
    above = [
        ("Viderefakturering af pc-leasing",),
        ("Kvartal", run.label),
        ("Kørsel", run.code),
        ("Godkendt og låst", f"{closed_at:%d-%m-%Y kl. %H.%M} af {run.closed_by}"),
        ("Kontrolsum", run.digest),
        ("Beløb", "Kroner uden moms"),
    ]
    below = []
    if uncoded:
        above.append(
            ("Kontering mangler", "Opus-filen kan ikke laves endnu: se listen under tabellen")
        )
        below = [("Kontering mangler:",), *((line,) for line in uncoded)]
    book.add_sheet(
        "Oversigt",
        OVERVIEW,
        [
            (
                invoice.department_name,
                invoice.head_name,
                invoice.items,
                *(invoice.by_kind[kind] for kind in Kind.values),
                invoice.total_ore,
            )
            for invoice in rebilling.invoices
        ],
        above=above,
        below=below,
        total_label="I alt",
    )


def _voucher_row(posting) -> tuple:
    coding = posting.coding
    return (
        posting.department_name,
        posting.unit_number,
        posting.unit_name,
        coding.ean,
        coding.account,
        coding.cost_centre,
        coding.psp_element,
        posting.side,
        posting.amount_ore,
        posting.text,
        posting.items,
    )


def _add_reconciliation(
    book: Workbook,
    rebilling: Rebilling,
    posting_count: int,
    expected_ore: int,
    today: date,
    quarters: Sequence[Quarter],
    reconciled: Sequence[Reconciliation],
) -> None:
    run = rebilling.run
    by_kind = rebilling.by_kind
    holder_ore = rebilling.cost_holder.amount_ore
    period = str(run.last_quarter.year) if run.is_supplementary else span_label(quarters)
    above = [
        (f"Afstemning af kørsel {run.code}",),
        (f"Opgjort den {today:%d-%m-%Y}. Beløb i kroner uden moms.",),
    ]
    # Cells are named by their rows: the first one stands under the lines above and the headings.
    expected, units, holder, current, backlog = (
        f"B{len(above) + 3 + row}" for row in (0, 3, 4, 6, 7)
    )
    rows = [
        (f"Forventet af leasinggiver, {period}", expected_ore),
        *_of_supplier(reconciled),
        ("Enhedernes andel", run.total_ore - holder_ore),
        ("Fælles IT's andel", holder_ore),
        ("I alt", Formula(f"SUM({units}:{holder})")),
        *((f"Heraf {KIND_LABELS[kind].lower()}", by_kind[kind]) for kind in Kind.values),
        ("Sum af Specifikation", _sum_of("Specifikation", "L", run.line_count)),
        ("Sum af debet på Bilag", _sum_of("Bilag", "I", posting_count, ("H", DEBIT))),
        ("Sum af kredit på Bilag", _sum_of("Bilag", "I", posting_count, ("H", CREDIT))),
    ]
    if not run.is_supplementary:
        several = len(quarters) > 1
        billed, cells = (
            ("Løbende og efterfakturering", f"{current}+{backlog}")
            if several
            else ("Løbende", current)
        )
        rows.append((f"{billed} fratrukket forventet", Formula(f"{cells}-{expected}")))
    rows += _piles(reconciled)
    book.add_sheet("Afstemning", RECONCILIATION, rows, above=above)


def _of_supplier(reconciled: Sequence[Reconciliation]) -> list[tuple]:
    """Give what the lessor has billed, and all that it differs from what was expected."""
    if not any(one.has_invoices for one in reconciled):
        return [
            (f"Faktureret af leasinggiver {NO_SUPPLIER_INVOICES}", None),
            (f"Afvigelser {NO_SUPPLIER_INVOICES}", None),
        ]
    return [
        ("Faktureret af leasinggiver", sum(one.lines_ore for one in reconciled)),
        ("Afvigelser", sum(one.lines_ore - one.expected_ore for one in reconciled)),
    ]


def _piles(reconciled: Sequence[Reconciliation]) -> list[tuple]:
    """Name what the differences are made of; nothing where there is no invoice."""
    if not any(one.has_invoices for one in reconciled):
        return []
    sums = {
        f"Afvigelse: {name.lower()}": sum(one.piles[pile].amount_ore for one in reconciled)
        for pile, name in PILE_NAMES.items()
    }
    sums["Afvigelse: dækket af linjer fra tidligere kvartaler"] = -sum(
        one.by_earlier_ore for one in reconciled
    )
    sums["Afvigelse: linjer, der dækker andre kvartaler"] = sum(
        one.of_later_ore for one in reconciled
    )
    waits = sum(one.undecided + one.claimed for one in reconciled)
    return [
        *((name, amount) for name, amount in sums.items() if amount),
        *([(f"{waits} afvigelser er ikke afgjort eller venter på kreditnota", None)] * bool(waits)),
    ]


def _sum_of(sheet: str, column: str, rows: int, only: tuple[str, str] | None = None) -> Formula:
    """Give the live sum of a column under its heading, or of the rows where another says `only`."""
    cells = f"{sheet}!{column}2:{column}{rows + 1}"
    if only:
        return Formula(f'SUMIF({sheet}!{only[0]}2:{only[0]}{rows + 1},"{only[1]}",{cells})')
    return Formula(f"SUM({cells})")
