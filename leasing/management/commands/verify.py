import re
import sys

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.commands import DanishCommand
from leasing.billing.presenters.breaches import sentences_of_breaches
from leasing.billing.selectors.verification import breaches, unexpected
from leasing.cost_table.moment import snapshot
from leasing.cost_table.refresh import AT_LEISURE
from leasing.guards import who_can_remove_guards
from leasing.management.recording import recorded
from leasing.models import BillingRun
from leasing.supplier.selectors.check import reconciliations_that_differ
from leasing.supplier.services.kept import refresh_reconciliations

EXPECTED = re.compile(r"(20[0-9]{2}(?:Q[1-4]|S[0-9]{1,3}))=([0-9A-F]{64})")


class Command(DanishCommand):
    help = "Genberegn alle låste kørsler; afslutter med 1 og nævner det, der ikke stemmer"

    def add_arguments(self, parser):
        parser.add_argument(
            "--expects",
            action="append",
            default=[],
            metavar="KØRSEL=KONTROLSUM",
            help="en kørsel, der skal være låst med den kontrolsum; kan skrives flere gange",
        )

    @recorded("verify")
    def handle(self, *, expects, **options):
        expected = [_read(one) for one in expects]
        if role := who_can_remove_guards():
            self.stdout.write(
                f"Bemærk: »{role}« ejer tabellerne og kan slå spærringerne fra. Lad programmet "
                "køre som en anden rolle (grant_application)."
            )
        refresh_reconciliations(AT_LEISURE)
        found = [
            *sentences_of_breaches(breaches()),
            *sentences_of_breaches(unexpected(expected)),
            *(f"Den gemte afstemning af {q.label} er ikke den, en ny giver." for q in _differing()),
        ]
        if found:
            for line in found:
                self.stderr.write(line)
            self.stderr.write(f"{len(found)} ting stemmer ikke.")
            sys.exit(1)
        runs = BillingRun.objects.count()
        self.stdout.write(
            f"Alt stemmer: {runs} {'låst kørsel' if runs == 1 else 'låste kørsler'} genberegnet, "
            "alle spærringer er på plads."
        )


def _differing() -> list[Quarter]:
    with snapshot():
        return list(reconciliations_that_differ())


def _read(text: str) -> tuple[str, str]:
    match = EXPECTED.fullmatch(text.strip().upper())
    if match is None:
        raise Refused(
            f"»{text}« kan ikke læses. Skriv kørslen og dens kontrolsum på 64 tegn, fx "
            "--expects 2026Q3=0f3a…"
        )
    return match[1], match[2].lower()
