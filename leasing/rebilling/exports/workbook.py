"""The workbook of a closed run: what finance reads, checks and files.

Sheets, headings and rows are a contract with those who read them. `Bilag` and `Specifikation` have
their headings in the first row, so that other programs can read them, and end with a row of totals;
that of `Bilag` is one side's, as the two are equal.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import BinaryIO

from albertslund_it.common.files.workbooks import (
    TOTAL,
    CellKind,
    Formula,
    SheetColumn,
    Workbook,
    fitted,
)
from albertslund_it.common.quarters import Quarter, span_label
from albertslund_it.web.moments import moment_told
from leasing.models import BillingRun, Kind
from leasing.rebilling.selectors.postings import CREDIT, DEBIT, Posting, postings_of
from leasing.rebilling.selectors.run import Rebilling, SpecifiedLine
from leasing.supplier.presenters import PILE_NAMES
from leasing.supplier.selectors.piles import Reconciliation

TEXT, CODE, NUMBER = CellKind.TEXT, CellKind.CODE, CellKind.NUMBER
AMOUNT, DATE = CellKind.AMOUNT, CellKind.DATE

OVERVIEW = (
    SheetColumn("Afdeling", TEXT, 36),
    SheetColumn("Leder"),
    SheetColumn("Antal", NUMBER, is_summed=True),
    SheetColumn("Løbende", AMOUNT, is_summed=True),
    SheetColumn("Efterfakturering", AMOUNT, 17, is_summed=True),
    SheetColumn("Regulering", AMOUNT, is_summed=True),
    SheetColumn("Engangsbeløb", AMOUNT, is_summed=True),
    SheetColumn("I alt", AMOUNT, is_summed=True),
)
VOUCHER = (
    SheetColumn("Afdeling"),
    SheetColumn("Enhedsnr", CODE, 11),
    SheetColumn("Enhed"),
    SheetColumn("EAN", CODE),
    SheetColumn("Artskonto", CODE, 11),
    SheetColumn("Omkostningssted", CODE, 17),
    SheetColumn("PSP-element", CODE, 21),
    SheetColumn("Debet/kredit", TEXT, 12, total="Hver side"),
    SheetColumn("Beløb", AMOUNT, is_summed=True, summed_where=("Debet/kredit", DEBIT)),
    SheetColumn("Tekst", TEXT, 56),
    SheetColumn("Antal", NUMBER, is_summed=True),
)
SPECIFICATION = (
    SheetColumn("Periode", TEXT, 10),
    SheetColumn("Slags", TEXT, 16),
    SheetColumn("Afdeling"),
    SheetColumn("Enhedsnr", TEXT, 11),
    SheetColumn("Enhed"),
    SheetColumn("Serienummer", CODE),
    SheetColumn("Model", TEXT, 18),
    SheetColumn("Underaftale", TEXT, 16),
    SheetColumn("Fra", DATE),
    SheetColumn("Til", DATE),
    SheetColumn("Dage", NUMBER),
    SheetColumn("Beløb", AMOUNT, is_summed=True),
    SheetColumn("Tekst"),
)
RECONCILIATION = (SheetColumn("Post", TEXT, 70), SheetColumn("Beløb", AMOUNT, 18))
NO_SUPPLIER_INVOICES = "(ingen leverandørfakturaer indlæst)"
KIND_LABELS = dict(Kind.choices)


def write_rebilling_workbook(
    stream: BinaryIO,
    rebilling: Rebilling,
    *,
    lines: Iterable[SpecifiedLine],
    expected_ore: int,
    today: date,
    quarters: Sequence[Quarter],
    reconciled: Sequence[Reconciliation] = (),
) -> None:
    """Write the four sheets of a closed run.

    Args:
        lines: the run's lines in their order.
        expected_ore: what the lessor is expected to invoice for the run's quarters (a
            supplementary run's year) by the facts of `today`.
        quarters: those that the run is the first to bill.
        reconciled: the same quarters against the lessor's invoices.
    """
    postings = postings_of(rebilling)
    book = Workbook(title=f"Viderefakturering af pc-leasing, {rebilling.run.label}")
    _add_overview(book, rebilling)
    book.add_sheet("Bilag", VOUCHER, [*map(_voucher_row, postings)], total_label=TOTAL)
    (lines_ore,) = book.add_sheet(
        "Specifikation",
        _wide_enough(rebilling),
        ((period, KIND_LABELS[kind], *rest) for period, kind, *rest in lines),
        total_label=TOTAL,
    )
    sums = _sums(rebilling.run, postings, lines_ore)
    _add_reconciliation(book, rebilling, sums, expected_ore, today, quarters, reconciled)
    book.save(stream)


def _add_overview(book: Workbook, rebilling: Rebilling) -> None:
    run = rebilling.run
    uncoded = rebilling.uncoded
    above = [
        ("Viderefakturering af pc-leasing",),
        ("Kvartal", run.label),
        ("Kørsel", run.code),
        ("Godkendt og låst", f"{moment_told(run.closed_at)} af {run.closed_by}"),
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
        total_label=TOTAL,
    )


def _wide_enough(rebilling: Rebilling) -> list[SheetColumn]:
    """Return the columns of the lines, which are too many to look through first."""
    payers = [*rebilling.units, rebilling.cost_holder]
    names = {
        "Afdeling": [payer.department_name for payer in payers],
        "Enhed": [payer.unit_name for payer in payers],
    }
    return [fitted(column, names.get(column.heading, ())) for column in SPECIFICATION]


def _voucher_row(posting: Posting) -> tuple[object, ...]:
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
    sums: Sequence[tuple[str, Formula]],
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
        (TOTAL, Formula(f"SUM({units}:{holder})", run.total_ore)),
        *((f"Heraf {KIND_LABELS[kind].lower()}", by_kind[kind]) for kind in Kind.values),
        *sums,
    ]
    if not run.is_supplementary:
        billed, cells, billed_ore = "Løbende", current, by_kind[Kind.CURRENT]
        if len(quarters) > 1:
            billed, cells = "Løbende og efterfakturering", f"{current}+{backlog}"
            billed_ore += by_kind[Kind.BACKLOG]
        formula = Formula(f"{cells}-{expected}", billed_ore - expected_ore)
        rows.append((f"{billed} fratrukket forventet", formula))
    rows += _piles(reconciled)
    book.add_sheet("Afstemning", RECONCILIATION, rows, above=above)


def _of_supplier(reconciled: Sequence[Reconciliation]) -> list[tuple[str, int | None]]:
    """Return what the lessor has billed, and all that it differs from what was expected."""
    if not any(one.has_invoices for one in reconciled):
        return [
            (f"Faktureret af leasinggiver {NO_SUPPLIER_INVOICES}", None),
            (f"Afvigelser {NO_SUPPLIER_INVOICES}", None),
        ]
    return [
        ("Faktureret af leasinggiver", sum(one.lines_ore for one in reconciled)),
        ("Afvigelser", sum(one.lines_ore - one.expected_ore for one in reconciled)),
    ]


def _piles(reconciled: Sequence[Reconciliation]) -> list[tuple[str, int | None]]:
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


def _sums(
    run: BillingRun, postings: Sequence[Posting], lines_ore: int
) -> list[tuple[str, Formula]]:
    """Return the sums of the other two sheets, live."""
    lines = f"Specifikation!L2:L{run.line_count + 1}"
    sides, amounts = (f"Bilag!{column}2:{column}{len(postings) + 1}" for column in "HI")
    return [
        ("Sum af Specifikation", Formula(f"SUM({lines})", lines_ore)),
        *(
            (
                f"Sum af {side.lower()} på Bilag",
                Formula(
                    f'SUMIF({sides},"{side}",{amounts})',
                    sum(one.amount_ore for one in postings if one.side == side),
                ),
            )
            for side in (DEBIT, CREDIT)
        ),
    ]
