from albertslund_it.common.money import format_kroner
from albertslund_it.web.clock import now, today
from albertslund_it.web.commands import DanishCommand
from albertslund_it.web.people import person_at_the_terminal
from leasing.selectors.preview import preview_run
from leasing.services.closing import close_quarter
from leasing.services.share.letters import write_letters


class Command(DanishCommand):
    help = "Godkend og lås et kvartal (2026Q1), eller lav en supplementskørsel for et år (2026S)"

    def add_arguments(self, parser):
        parser.add_argument("code", metavar="KVARTAL", help="2026Q1, eller 2026S")
        parser.add_argument(
            "--dry-run", action="store_true", help="vis hver opgørelses sum; lås intet"
        )

    def handle(self, *, code, dry_run, **options):
        if dry_run:
            preview = preview_run(code, today())
            self._print(preview.invoices, preview.total_ore, preview.line_count)
            self.stdout.write(f"Prøve: {preview.window.code} er ikke låst, intet er skrevet.")
            return
        run = close_quarter(
            code=code,
            closed_by=person_at_the_terminal(),
            today=today(),
            now=now(),
            progress=lambda count: self.show_progress(f"{count} leasinger gennemgået"),
        )
        self.show_progress("")
        write_letters(run=run, today=today(), now=now())
        self._print(run.invoices.order_by("number"), run.total_ore, run.line_count)
        self.stdout.write(f"{run.label} er godkendt og låst. Kontrolsum {run.digest}.")

    def _print(self, invoices, total_ore, line_count):
        for invoice in invoices:
            name = getattr(invoice, "department_name", None) or invoice.name
            self.stdout.write(
                f"{invoice.number}  {name:<36} {format_kroner(invoice.total_ore):>20}"
            )
        self.stdout.write(f"{'I alt':<47} {format_kroner(total_ore):>20}  ({line_count} linjer)")
