import re

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.permissions import CLOSE_QUARTER
from albertslund_it.web.clock import now, today
from albertslund_it.web.commands import DanishCommand
from albertslund_it.web.people import account_with_right, done_by
from leasing.billing.selectors.preview import preview_run
from leasing.billing.services.closing import close_quarter
from leasing.billing.services.preparation import refuse_another, remember_proposal
from leasing.cost_share.services.letters import write_letters


class Command(DanishCommand):
    help = "Godkend og lås et kvartal (2026Q1), eller lav en supplementskørsel for et år (2026S)"

    def add_arguments(self, parser):
        parser.add_argument("code", metavar="KVARTAL", help="2026Q1, eller 2026S")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="vis hver opgørelses sum og forslagets kontrolsum; lås intet",
        )
        parser.add_argument(
            "--seen",
            metavar="KONTROLSUM",
            help="lås kun, hvis forslaget stadig har den kontrolsum, som --dry-run viste",
        )
        parser.add_argument(
            "--by",
            metavar="BRUGER",
            help="den konto, der låser; skal angives, når der skal to personer til",
        )

    def handle(self, *, code, dry_run, seen, by, **options):
        account = account_with_right(by, CLOSE_QUARTER) if by is not None else None
        if seen is not None:
            seen = seen.strip().lower()
            if not re.fullmatch(r"[0-9a-f]{64}", seen):
                raise Refused("--seen skal være de 64 tegn, som --dry-run viser som kontrolsum.")
        if dry_run:
            return self._show(code, seen)
        run = close_quarter(
            code=code,
            closed_by=done_by(account),
            today=today(),
            now=now(),
            progress=lambda count: self.show_progress(f"{count} leasinger gennemgået"),
            account=account,
            seen=seen,
        )
        self.show_progress("")
        write_letters(run=run, today=today(), now=now())
        self._print(run.invoices.order_by("number"), run.total_ore, run.line_count)
        self.stdout.write(f"{run.label} er godkendt og låst. Kontrolsum {run.digest}.")

    def _show(self, code, seen):
        preview = preview_run(code, today())
        if seen is not None:
            refuse_another(preview.proposal, seen)
        # As the page does: so that a refusal can say what has changed since.
        remember_proposal(proposal=preview.proposal, now=now())
        self._print(preview.invoices, preview.total_ore, preview.line_count)
        self.stdout.write(f"Forslagets kontrolsum: {preview.proposal.digest}")
        self.stdout.write(f"Prøve: {preview.window.code} er ikke låst, intet er opkrævet.")

    def _print(self, invoices, total_ore, line_count):
        for invoice in invoices:
            name = getattr(invoice, "department_name", None) or invoice.name
            self.stdout.write(
                f"{invoice.number}  {name:<36} {format_kroner(invoice.total_ore):>20}"
            )
        self.stdout.write(f"{'I alt':<47} {format_kroner(total_ore):>20}  ({line_count} linjer)")
