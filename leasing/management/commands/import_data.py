from pathlib import Path

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now, today
from albertslund_it.web.commands import DanishCommand
from albertslund_it.web.disks import full_disk
from leasing.imports.importers.files import ImportReport, import_file
from leasing.imports.importers.kinds import KINDS

SHOWN_FAULTS = 200


class Command(DanishCommand):
    help = "Indlæs en fil (.xlsx eller .csv): hele filen eller intet af den"

    def add_arguments(self, parser):
        parser.add_argument("kind", metavar="SLAGS", help=", ".join(KINDS))
        parser.add_argument("file", metavar="FIL", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="vis, hvad filen ville ændre; gem intet"
        )
        parser.add_argument(
            "--quarter",
            metavar="KVARTAL",
            help="det kvartal, en elektronisk faktura uden periode er for, fx 2026Q3",
        )

    def handle(self, *, kind, file, dry_run, quarter, **options):
        try:
            with file.open("rb") as stream:
                report = import_file(
                    kind=kind,
                    stream=stream,
                    filename=file.name,
                    actor=None,
                    today=today(),
                    now=now(),
                    dry_run=dry_run,
                    quarter=_quarter(quarter),
                    progress=self.show_progress,
                )
        except OSError as error:
            if full_disk(error):  # the copies that reading makes, not the file that is read
                raise
            raise Refused(f"Filen {file} findes ikke eller må ikke læses.") from error
        except Refused as refused:
            raise Refused(*_first(refused.reasons)) from refused
        finally:
            self.show_progress("")
        self._print(report)

    def _print(self, report: ImportReport):
        if report.source:
            self.stdout.write(report.source)
        for warning in report.warnings:
            self.stderr.write(f"Bemærk: {warning}")
        if report.dry_run:
            for difference in report.differences:
                self.stdout.write(str(difference))
        rows = "1 række" if report.row_count == 1 else f"{report.row_count} rækker"
        self.stdout.write(f"{report.label}: {rows} læst.")
        for name, count in report.counts.items():
            self.stdout.write(
                f"  {name}: {count.created} oprettet, {count.changed} ændret, "
                f"{count.unchanged} uændret"
            )
        if report.dry_run:
            self.stdout.write("Prøve: intet er gemt.")
        elif not report.change_count:
            self.stdout.write("0 ændringer: alt stod der i forvejen.")


def _quarter(code: str | None) -> Quarter | None:
    try:
        return Quarter.parse(code) if code else None
    except ValueError as error:
        raise Refused(f"--quarter: {error}") from None


def _first(reasons: list[str]) -> list[str]:
    rest = len(reasons) - SHOWN_FAULTS
    if rest <= 0:
        return [*reasons, "Intet er gemt."]
    return [*reasons[:SHOWN_FAULTS], f"… og {rest} fejl mere.", "Intet er gemt."]
