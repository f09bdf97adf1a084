import sys

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.commands import DanishCommand
from leasing.cost_table.facts import billing_start
from leasing.domain.reconciliation import DIFFERENCES, Pile
from leasing.supplier.presenters import (
    PILE_NAMES,
    STATE_NAMES,
    decision_text,
    subject_name,
)
from leasing.supplier.selectors.piles import State, state_of_difference
from leasing.supplier.selectors.reconciliation import difference_rows, reconciliation_of

DIFFERENT = 3


class Command(DanishCommand):
    help = (
        "Hold leverandørfakturaerne for et kvartal op mod registeret: én linje pr. afvigelse. "
        "Slutter med 0, når der ingen er, eller alle er afgjort, og med 3, når en mangler "
        "afgørelse eller venter på en kreditnota."
    )

    def add_arguments(self, parser):
        parser.add_argument("code", metavar="KVARTAL", help="2026Q1")

    def handle(self, *, code, **options):
        quarter = _quarter(code)
        waits = 0
        for row in difference_rows(quarter, DIFFERENCES):
            state = state_of_difference(row)
            waits += state is not State.DONE
            self.stdout.write(_told(row, state))
        self._sum_up(reconciliation_of(quarter))
        if waits:
            sys.exit(DIFFERENT)

    def _sum_up(self, found) -> None:
        self.stdout.write(f"{'Ventet af leasinggiver':<44} {format_kroner(found.expected_ore):>20}")
        for pile in found.piles.values():
            if pile.pile != Pile.AGREES and pile.count:
                name = f"{PILE_NAMES[pile.pile]} ({pile.count})"
                amount = format_kroner(pile.amount_ore, sign=True)
                self.stdout.write(f"{name:<44} {amount:>20}")
        across = found.of_later_ore - found.by_earlier_ore
        if across:
            name = "Linjer, der dækker hen over kvartalets ender"
            self.stdout.write(f"{name:<44} {format_kroner(across, sign=True):>20}")
        self.stdout.write(f"{'Faktureret':<44} {format_kroner(found.lines_ore):>20}")
        if not found.has_invoices:
            self.stdout.write(f"Der er ingen leverandørfaktura for {found.quarter.label}.")


def _quarter(code: str) -> Quarter:
    try:
        quarter = Quarter.parse(code)
    except ValueError as error:
        raise Refused(full_stop(str(error))) from None
    start = billing_start()
    if quarter < Quarter.of(start):
        raise Refused(
            f"{quarter.label} ligger før den {start:%d-%m-%Y}, hvor opkrævningen begynder."
        )
    return quarter


def _told(row, state: State) -> str:
    about = subject_name(row.serial_number, row.sub_agreement)
    parts = [
        f"{PILE_NAMES[row.pile]}: {about}",
        row.model_name,
        f"ventet {format_kroner(row.item.expected_ore)}",
        f"faktureret {format_kroner(row.item.invoiced_ore)}",
        f"afvigelse {format_kroner(row.difference_ore, sign=True)}",
        STATE_NAMES[state].lower() if row.decision or state is State.DONE else "",
        decision_text(row.decision),
    ]
    return ", ".join(filter(None, parts))
