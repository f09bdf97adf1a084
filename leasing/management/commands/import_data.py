from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.headings import ColumnChoice
from albertslund_it.common.files.row_errors import FileRefused
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now, today
from albertslund_it.web.commands import DanishCommand
from albertslund_it.web.disks import full_disk
from inventory.imports.importers.matching import choice_of
from inventory.imports.importers.reading import ColumnsMissing, DatesOfBefore, Importer
from leasing.guards import clashes_refused
from leasing.imports.importers.files import import_file, importer_of, table_of
from leasing.imports.importers.kinds import KINDS
from leasing.imports.importers.names import learn_names_said, unknown_in
from leasing.imports.importers.reports import ImportReport
from leasing.imports.selectors import MODEL_NAME, UNIT_NAME

SHOWN_FAULTS = 200
SHOWN_NAMES = 10
SAY_IT = (
    'Sig det med --map "OVERSKRIFT=Kolonne", eller giv hele filen en værdi med --set '
    '"Kolonne=værdi".'
)


class Command(DanishCommand):
    help = "Indlæs en fil (.xlsx eller .csv): hele filen, eller intet af den"

    def add_arguments(self, parser):
        parser.add_argument("kind", metavar="SLAGS", help=", ".join(KINDS))
        parser.add_argument("file", metavar="FIL", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="vis, hvad filen ville ændre; gem intet"
        )
        parser.add_argument("--sheet", metavar="ARK", default="", help="det ark, der skal læses")
        parser.add_argument(
            "--map",
            metavar="OVERSKRIFT=KOLONNE",
            action="append",
            default=[],
            help="filens overskrift for en af vores kolonner; huskes til den næste fil med de "
            "samme overskrifter. Uden kolonne: læs den ikke",
        )
        parser.add_argument(
            "--set",
            metavar="KOLONNE=VÆRDI",
            action="append",
            default=[],
            help="en værdi i alle rækker, der ikke har deres egen; huskes også, dog ikke en dato. "
            "Uden værdi: glem den, der gjaldt",
        )
        parser.add_argument(
            "--name",
            metavar="NAVN=MODEL",
            action="append",
            default=[],
            help="hvad filen kalder en model, eller en enhed (NAVN=ENHEDSNR); huskes",
        )
        parser.add_argument(
            "--good-rows",
            action="store_true",
            help="tag de gode rækker, og lad dem med fejl vente",
        )
        parser.add_argument(
            "--quarter",
            metavar="KVARTAL",
            help="det kvartal, en elektronisk faktura uden periode er for, fx 2026Q3",
        )

    def handle(self, *, kind, file, quarter, **options):
        importer = importer_of(kind)
        try:
            with file.open("rb") as stream, clashes_refused(), transaction.atomic():
                learn_names_said(importer, options["name"])
                report = import_file(
                    kind=kind,
                    stream=stream,
                    filename=file.name,
                    actor=None,
                    today=today(),
                    now=now(),
                    dry_run=options["dry_run"],
                    good_rows=options["good_rows"],
                    sheet=options["sheet"],
                    choice=_choice(importer, options),
                    quarter=_quarter(quarter),
                    progress=self.show_progress,
                )
                transaction.set_rollback(options["dry_run"])
        except OSError as error:
            if full_disk(error):  # the copies that reading makes, not the file that is read
                raise
            raise Refused(f"Filen {file} findes ikke eller må ikke læses.") from error
        except DatesOfBefore as dates:
            raise Refused(*_first(dates.reasons)) from dates
        except ColumnsMissing as missing:
            raise Refused(*_first([*missing.reasons, SAY_IT])) from missing
        except FileRefused as refused:
            refused.let_go()  # of the table, which is read once more
            how = _names_to_say(importer, file, options)
            raise Refused(*_first(refused.reasons), *how) from refused
        except Refused as refused:
            raise Refused(*_first(refused.reasons)) from refused
        finally:
            self.show_progress("")
        self._print(report)
        if report.waiting or report.still_waiting:
            for line in _names_to_say(importer, file, options):
                self.stderr.write(line)

    def _print(self, report: ImportReport):
        if report.source:
            self.stdout.write(report.source)
        for read in report.learnt:
            self.stdout.write(f"{read}. Det rettes på siden Indlæs, under Husket.")
        for warning in report.warnings:
            self.stderr.write(f"Bemærk: {warning}")
        self._print_rows(report)
        self.stdout.write(f"{report.label}: {_rows(report.row_count)} læst.")
        for name, count in report.counts.items():
            self.stdout.write(
                f"  {name}: {count.created} oprettet, {count.changed} ændret, "
                f"{count.unchanged} uændret"
            )
        for rows, what in (
            (len(report.left_out), "udeladt"),
            (len(report.noted), "kun i øjebliksbilledet"),
            (len(report.waiting), "venter på at blive rettet"),
            (len(report.still_waiting), "venter i forvejen på at blive rettet"),
            (report.again, "venter stadig, med en anden fejl"),
            (report.settled, "venter ikke længere"),
        ):
            if rows:
                self.stdout.write(f"  {_rows(rows)} {what}")
        if report.dry_run:
            self.stdout.write("Prøve: intet er gemt.")
        elif not report.does_something:
            what = "resten" if report.still_waiting else "alt"
            self.stdout.write(f"0 ændringer: {what} stod der i forvejen.")
        if report.batch:
            self.stdout.write(str(report.batch))

    def _print_rows(self, report: ImportReport):
        if report.dry_run:
            for difference in report.differences:
                self.stdout.write(str(difference))
            for row in report.left_out:
                self.stdout.write(f"Udeladt: {row}")
            for row in report.noted:
                self.stdout.write(f"Kun i øjebliksbilledet: {row}")
        for waiting in report.waiting:
            self.stderr.write(f"Venter: række {waiting.number}: {waiting.reason}")
        for waiting in report.still_waiting:
            self.stderr.write(f"Venter i forvejen: række {waiting.number}: {waiting.reason}")


def _rows(count: int) -> str:
    return "1 række" if count == 1 else f"{count} rækker"


def _choice(importer: Importer, options: dict[str, Any]) -> ColumnChoice:
    """Return what is said of the columns; a heading may have an equals sign, a column has none."""
    mapped, values = {}, {}
    for said in options["map"]:
        heading, sign, column = said.rpartition("=")
        if not sign or not heading.strip():
            raise Refused(f'--map "{said}": skriv "OVERSKRIFT=Kolonne".')
        mapped[heading] = column.strip()
    for said in options["set"]:
        column, sign, value = said.partition("=")
        if not sign or not column.strip():
            raise Refused(f'--set "{said}": skriv "Kolonne=værdi".')
        values[column] = value.strip()
    return choice_of(importer.columns, mapped, values)


def _names_to_say(importer: Importer, file: Path, options: dict[str, Any]) -> list[str]:
    """Return how the names in a file that nobody knows are taught, where it has any."""
    try:
        data = file.read_bytes()
        choice = _choice(importer, options)
        table = table_of(importer, data, file.name, sheet=options["sheet"], choice=choice)
        unknown = unknown_in(importer, table, choice)
    except (OSError, Refused):  # a document has no table, and what is wrong was said
        return []
    words = {MODEL_NAME: ("modellen", "MODEL"), UNIT_NAME: ("enheden", "ENHEDSNR")}
    return [
        f"Ingen kender {words[one.kind][0]} »{one.text}«. Er den her under et andet navn, så sig "
        f'det én gang: --name "{one.text}={words[one.kind][1]}".'
        for one in unknown[:SHOWN_NAMES]
    ]


def _quarter(code: str | None) -> Quarter | None:
    try:
        return Quarter.parse(code) if code else None
    except ValueError as error:
        raise Refused(f"--quarter: {error}") from None


def _first(reasons: Sequence[str]) -> list[str]:
    rest = len(reasons) - SHOWN_FAULTS
    if rest <= 0:
        return [*reasons, "Intet er gemt."]
    return [*reasons[:SHOWN_FAULTS], f"… og {rest} fejl mere.", "Intet er gemt."]
